"""The fixture market: the demo's twenty minutes around midnight, whole and damaged, through the normal path."""

import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import Plan, Wanted, make_plan
from pipeline.progress import Silent
from pipeline.recording import day_start
from pipeline.run import run_plan
from pipeline.sources import SOURCES
from pipeline.steps import frames
from signals import SIGNALS
from signals.table import Signal, Span
from tests.lookahead.case import Case
from tests.lookahead.chain_lines import write_chain
from tests.pipeline.demo_market import write_demo_market

MARKET = Market("binance-usdm", "BTCUSDT")
SOURCE = SOURCES["binance-capture"]
REFERENCE = Market("binance-usdm", "BTCUSDC")
OPTIONS = Market("deribit-options", "BTC")
_SETTINGS = MarketSettings(tick=1.0, qty_decimals=3)
WANTED = Wanted(
    {MARKET: _SETTINGS, REFERENCE: _SETTINGS},
    preset="demo",
    pairs={MARKET: REFERENCE, OPTIONS: MARKET},
    groups={MARKET: (REFERENCE,)},
)
MIDNIGHT_MS = 1_704_240_000_000
MINUTE_MS = 60_000

Line = tuple[int, dict]
"""Receive time in nanoseconds and message."""


@dataclass(frozen=True)
class Recording:
    """A lake holding a recording of the market and of its reference, which is its peer too, and the market's cases by
    signal, one a day. What is made for options has a chain of them, quoted at the market's own moments."""

    lake: Lake
    cases: dict[str, list[Case]]


def demo_lines(folder: Path) -> list[Line]:
    path = folder / "demo.gz"
    write_demo_market(path)
    return _read(path)


def reference_lines(folder: Path) -> list[Line]:
    """Another market over the same minutes, in few lines: depth once a second, a quote in ten, and the tape."""
    path = folder / "reference.gz"
    write_demo_market(path, seed=8, symbol=REFERENCE.symbol, interval_ms=1_000)
    kept, number = [], -1
    for line in _read(path):
        kind = _kind(line)
        number += kind in ("snapshot", "depthUpdate", "bookTicker")
        if kind != "markPriceUpdate" and (kind != "bookTicker" or not number % 10):
            kept.append(line)
    return kept


def _kind(line: Line) -> str:
    return line[1].get("data", {}).get("e", "snapshot")


def _read(path: Path) -> list[Line]:
    pairs = (line.split(b" ", 1) for line in gzip.decompress(path.read_bytes()).splitlines())
    return [(int(received), orjson.loads(text)) for received, text in pairs]


def write_lines(path: Path, lines: Sequence[Line]) -> Path:
    path.write_bytes(gzip.compress(b"".join(b"%d %b\n" % (at, orjson.dumps(what)) for at, what in lines), 1))
    return path


def record(folder: Path, lines: Sequence[Line], reference: Sequence[Line]) -> Recording:
    """Ingest and compute; the cases are what the pipeline itself hands to the signals."""
    lake = Lake(folder / "lake")
    for market, what in ((MARKET, lines), (REFERENCE, reference)):
        ingest(lake, SOURCE, [write_lines(folder / f"{market.symbol}.gz", what)], market, WANTED, workers=1)
    chain = write_chain(folder / "chain.csv.gz", [(line[0], event_ms(line)) for line in lines])
    ingest(lake, SOURCES["tardis-options"], [chain], OPTIONS, WANTED, workers=1)
    plan = make_plan(lake, WANTED, signals=True)
    report = run_plan(lake, plan, workers=1, progress=Silent())
    assert report.count("ok") == len(plan.steps), report.outcomes
    return Recording(lake, {signal.name: list(_cases(lake, plan, signal)) for signal in SIGNALS})


def _cases(lake: Lake, plan: Plan, signal: Signal) -> Iterator[Case]:
    for step in plan.steps:
        if step.name == signal.name and step.market == (OPTIONS if "option" in signal.kinds else MARKET):
            with frames(lake.root, step) as found:
                inputs = {name: frame.collect() for name, frame in found.items()}
            yield Case(
                signal, inputs, Span(day_start(step.day), step.edges.until, step.edges.is_continued), step.params
            )


def event_ms(line: Line) -> int:
    """When it happened, as the venue says: milliseconds."""
    data = line[1].get("data", line[1])
    return data["E"] if data.get("e") == "markPriceUpdate" else data["T"]


def broken(lines: Sequence[Line]) -> list[Line]:
    """With a silence and a loss of depth messages, both of which break the chain until a later snapshot."""
    silence = range(MIDNIGHT_MS - 9 * MINUTE_MS, MIDNIGHT_MS - 9 * MINUTE_MS + 25_300)
    lost_depth = range(MIDNIGHT_MS + 90_200, MIDNIGHT_MS + 91_900)
    mended = [MIDNIGHT_MS - 8 * MINUTE_MS, MIDNIGHT_MS + 2 * MINUTE_MS]
    kept: list[Line] = []
    book: dict[str, dict[str, str]] = {"b": {}, "a": {}}
    for received, message in lines:
        data = message.get("data", message)
        at, is_depth = event_ms((received, message)), data.get("e") == "depthUpdate"
        _follow(book, data)
        if at in silence or (is_depth and at in lost_depth):
            continue
        kept.append((received, message))
        if is_depth and mended and at >= mended[0]:
            del mended[0]
            kept.append((received + 1, _snapshot(book, data)))
    return kept


def _follow(book: dict[str, dict[str, str]], data: dict) -> None:
    if "lastUpdateId" in data:
        book.update(b=dict(data["bids"]), a=dict(data["asks"]))
    elif data.get("e") == "depthUpdate":
        for side, levels in book.items():
            levels.update(data[side])


def _snapshot(book: dict[str, dict[str, str]], data: dict) -> dict:
    """The book after the depth message `data`, as a snapshot message."""
    bids, asks = (sorted((float(price), price, qty) for price, qty in book[side].items()) for side in "ba")
    sides = ([[price, qty] for _, price, qty in side if float(qty)][:1000] for side in (bids[::-1], asks))
    return {
        "lastUpdateId": data["u"],
        "E": data["E"],
        "T": data["T"],
        **dict(zip(("bids", "asks"), sides, strict=True)),
    }


def late(lines: Sequence[Line], *, seed: int = 11) -> list[Line]:
    """With a recorder that was up to forty seconds late for one message in three hundred."""
    draw = random.Random(seed)
    return [(at + (draw.random() < 1 / 300) * draw.randint(400, 40_000) * 1_000_000, what) for at, what in lines]


def late_head(lines: Sequence[Line]) -> list[Line]:
    """Beginning with five seconds without trades that came forty-five seconds late, one minute in all."""
    start = event_ms(lines[0])
    minute = (line for line in lines if event_ms(line) < start + MINUTE_MS or event_ms(line) >= MIDNIGHT_MS)
    kept = [line for line in minute if event_ms(line) >= start + 5_000 or line[1].get("data", {}).get("e") != "trade"]
    return [(at + 45_000_000_000 * (event_ms((at, what)) < start + 5_000), what) for at, what in kept]


def silent_midnight(lines: Sequence[Line]) -> list[Line]:
    """Without a word from seven seconds before midnight to fourteen seconds after."""
    silence = range(MIDNIGHT_MS - 7_000, MIDNIGHT_MS + 14_000)
    return [line for line in lines if event_ms(line) not in silence]
