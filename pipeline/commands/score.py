"""The command score: how well the detectors find what is really there."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from backtest.scores.scorecard import Row
    from pipeline.scores.scoring import Scoring

ShowOption = Annotated[
    str | None,
    Parameter(help="Draw what this detector found in one market: maker_inventory, sweeps or replenishment."),
]


def score(
    *,
    seeds: Annotated[int, Parameter(validator=Number(gte=0))] = 20,
    first_seed: Annotated[int, Parameter(validator=Number(gte=0))] = 1,
    hours: Annotated[float, Parameter(validator=Number(gt=0, lte=24))] = 3.0,
    feed: Annotated[list[str] | None, Parameter(negative="")] = None,
    faults: Annotated[bool, Parameter(negative="")] = False,
    json_to: Annotated[Path | None, Parameter(name="--json")] = None,
    docs: Path | None = None,
    recordings: Path | None = None,
    show: ShowOption = None,
    seed: int = 1,
    to: Path | None = None,
    workers: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
) -> int:
    """Score the detectors on simulated markets whose truth is known: a table with the naive baseline beside each value.

    Parameters
    ----------
    seeds
        How many markets; 0 for none, with --recordings.
    first_seed
        The first of them. 1 to 20 are for scores, 1001 to 1020 for choosing constants.
    hours
        How long each market is.
    feed
        What is seen of it: event, 10ms, 100ms, 500ms or 1s; several are scored side by side. Default event, 100ms, 1s.
    faults
        Again with lost messages, a clock that is off, retail orders outside the book, and other feeds: seven times
        the work.
    json_to
        Write the rows to this file as JSON too.
    docs
        Write docs/scorecard.md, or another Markdown file.
    recordings
        Folder of real recordings; what can be scored on them is added.
    show
        Draw what this detector found in one market instead: maker_inventory, sweeps or replenishment.
    seed
        With --show, the market.
    to
        With --show, the SVG file. Default DETECTOR.svg.
    workers
        Markets simulated side by side. Default: as many as there are processors.
    """
    from pipeline.scores.scoring import COARSE_DAYS, Scoring

    scoring = Scoring(_feeds(feed), hours, coarse_days=COARSE_DAYS)
    if show is not None:
        return _show(show, seed, feed, scoring, to or Path(f"{show}.svg"))
    _check_work(seeds, recordings)
    chosen = range(first_seed, first_seed + seeds)
    with ExitStack() as stack:
        made = _Files(stack, json_to, docs)
        _score(chosen, scoring, faults, recordings, made, workers or os.cpu_count() or 1)
    for path in (json_to, docs):
        if path is not None:
            print(f"written: {path}", file=sys.stderr)
    return 0


class _Files:
    """Files that appear when all is done; whether they can be written is known before the work begins."""

    def __init__(self, stack: ExitStack, json_to: Path | None, docs: Path | None) -> None:
        from pipeline.rowfile import whole_file

        self.json, self.docs = (path and stack.enter_context(whole_file(path)) for path in (json_to, docs))


def _score(
    seeds: range, scoring: "Scoring", with_faults: bool, recordings: Path | None, files: _Files, workers: int
) -> None:
    from pipeline.scores.recordings import score_recordings
    from pipeline.scores.score_faults import NO_FAULT, SCORE_FAULTS
    from pipeline.scores.scorecard_report import command_line, document, objects, text

    runs = {NO_FAULT.name: scoring}
    if with_faults:  # which a coarse world has not
        runs |= {one.name: replace(scoring, fault=one, coarse_days=0) for one in SCORE_FAULTS}
    cards = {name: _card(seeds, one, workers) for name, one in runs.items()} if seeds else {}
    recorded = score_recordings(recordings) if recordings else []
    print(text(cards, recorded))
    if files.json:
        files.json.write_text(json.dumps(objects(cards, recorded), indent=1) + "\n")
    if files.docs:
        command = command_line(seeds, scoring, with_faults=with_faults, with_recordings=recordings is not None)
        files.docs.write_text(document(cards, recorded, seeds=seeds, scoring=scoring, command=command))


def _card(seeds: range, scoring: "Scoring", workers: int) -> "Sequence[Row]":
    from backtest.scores.scorecard import scorecard
    from pipeline.scores.scoring import score_seeds

    done = 0

    def tell(seed: int, seconds: float) -> None:
        nonlocal done
        done += 1
        fault = f", {scoring.fault.name}" if scoring.fault.name else ""
        print(f"[{done}/{len(seeds)}] seed {seed}{fault}  {seconds:.1f} s", file=sys.stderr, flush=True)

    print(f"simulating {len(seeds)} markets of {scoring.hours:g} h, {workers} at a time", file=sys.stderr, flush=True)
    return scorecard(score_seeds(seeds, scoring, workers=workers, tell=tell))


def _show(detector: str, seed: int, feed: list[str] | None, scoring: "Scoring", to: Path) -> int:
    from pipeline.errors import unknown
    from pipeline.rowfile import whole_file
    from pipeline.scores.score import PICTURES
    from pipeline.scores.scoring import picture_of

    if detector not in PICTURES:
        raise unknown("detector with a picture", detector, PICTURES)
    seen = feed[0] if feed else "100ms"
    note = f"simulated market, seed {seed}, {scoring.hours:g} h, feed {seen}"
    with whole_file(to) as scratch:
        print(f"simulating a market of {scoring.hours:g} h (seed {seed})", file=sys.stderr, flush=True)
        scratch.write_text(picture_of(detector, seed, seen, scoring, note))
    print(f"{detector} of seed {seed}: {to}", file=sys.stderr)
    return 0


def _feeds(names: list[str] | None) -> tuple[str, ...]:
    """The feeds asked for, each once, or those that are scored. Raises FP009 for one that does not exist."""
    from pipeline.errors import unknown
    from pipeline.scores.scoring import SCORED_FEEDS
    from pipeline.simulator.simulate import FEEDS

    for name in names or ():
        if name not in FEEDS:
            raise unknown("feed", name, FEEDS)
    return tuple(dict.fromkeys(names)) if names else SCORED_FEEDS


def _check_work(seeds: int, recordings: Path | None) -> None:
    """Raises FP001 for a folder of recordings that is none, FP009 if nothing was asked for."""
    from pipeline.errors import FootprintError

    if recordings is not None and not recordings.is_dir():
        raise FootprintError("FP001", "expected a folder of recordings", where=str(recordings))
    if not seeds and recordings is None:
        raise FootprintError("FP009", "expected --seeds of 1 or more, or --recordings, got neither", hint="--seeds 1")
