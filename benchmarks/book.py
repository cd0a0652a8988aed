"""The book against a C reference and against hftbacktest, and the whole path from file to tables.

python -m benchmarks.book [FILE] [--symbol BTCUSDT] [--rounds 5] [--write [PATH]]

FILE is a raw capture of Binance USD-M with depth and snapshot, `<local time> <json>` a line. Equality comes before
speed: if the books differ, the differences are printed and the exit code is 1. Slowness never fails.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import cold_start, end_to_end, hftbacktest_loop, our_book
from benchmarks.c_reference import CReference, compiler, empty_window, rows_of, wipe
from benchmarks.equality import bar_differences, best_differences, state_differences
from benchmarks.measure import cpu_seconds, interleave, machine, versions
from benchmarks.recording import DEFAULT, SYMBOL, Recording, load
from benchmarks.report import PAGE, Report, markdown, section_of, with_section

C_FRESH: Final = "C reference"
C_PAGED: Final = "C reference, window paged in before"
C_STORE: Final = "C, storing the level only"
NOTES: Final = {
    our_book.KERNEL: "integers in, bars out: state, best, five sizes a side, depth in 5/10/25 bps, OFI of five levels, "
    "coverage",
    our_book.WHOLE: "frame of book_updates in, table out",
    our_book.WINDOW: "its first touches count as kernel",
    C_FRESH: "the same integers as our kernel; allocates its window",
    C_PAGED: "the same without allocation and first touches",
    C_STORE: "floor: no output",
}
_HFT_NOTES: Final = {
    "ROIVector": "best price and size, depth; no OFI, state or coverage; carries orders, latency and an exchange",
    "HashMap": "best price and size only, else as ROIVector",
}


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if not options.file.is_file():
        print(
            f"expected a raw capture, found none: {options.file}\npass one: python -m benchmarks.book FILE, lines of "
            "`<local time> <json>` with Binance USD-M depth messages and a REST snapshot, gzip or plain",
            file=sys.stderr,
        )
        return 2
    if compiler() is None:
        print("expected a C compiler: install gcc, or name one in the variable CC", file=sys.stderr)
        return 2
    print(machine())
    print(", ".join(f"{name} {number}" for name, number in versions().items()), flush=True)
    cold = cold_start.measure()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(load(options.file, options.symbol), CReference(Path(folder)))
        wrong = bench.differences()
        if wrong:
            print("NOT EQUAL", *wrong, sep="\n", file=sys.stderr)
            return 1
        spent = interleave(list(bench.contenders.values()), options.rounds)
    report = Report(
        recording=bench.recording.name,
        updates=bench.recording.updates.height,
        messages=bench.recording.messages,
        bars=bench.theirs.shape[1],
        machine=machine(),
        versions=versions(),
        compiler=bench.reference.version,
        equal=bench.compared,
        cold=cold,
        spent=spent,
        yardstick=C_FRESH,
        notes=NOTES | bench.notes,
        runs=end_to_end.measure(options.file, options.symbol, rounds=3),
    )
    page = markdown(report)
    print(page)
    if options.write:
        race = section_of(options.write.read_text()) if options.write.exists() else ""  # of another command: it stays
        options.write.write_text(with_section(page, race) if race else page)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.book", description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="raw capture; default: %(default)s")
    parser.add_argument("--symbol", default=SYMBOL)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds; default: %(default)s")
    parser.add_argument("--write", nargs="?", type=Path, const=PAGE, help="write the page, by default to %(const)s")
    return parser.parse_args(arguments)


class Bench:
    """One recording, prepared for every contender. `contenders` time themselves, by their names."""

    def __init__(self, recording: Recording, reference: CReference) -> None:
        self.recording, self.reference = recording, reference
        self.rows = rows_of(recording.updates, recording.grid)
        self.frames = our_book.chunks(recording)
        self.ours = our_book.bars(recording, self.frames)
        self.theirs = reference.bars(self.rows, recording.first_bar, recording.until)
        self.window = empty_window(self.rows)
        self.compared: list[str] = []
        self.notes: dict[str, str] = {}
        self.contenders: dict[str, Callable[[], Mapping[str, float]]] = {
            our_book.WHOLE: partial(our_book.spent, recording, self.frames),
            C_FRESH: self._c_fresh,
            C_PAGED: self._c_paged,
            C_STORE: self._c_store,
        }
        self.loops: dict[str, Callable[[], tuple[float, np.ndarray, np.ndarray]]] = {}
        if hftbacktest_loop.is_here():
            self._add_loops()

    def differences(self) -> list[str]:
        """In words, where the books differ; notes in `compared` what was found equal."""
        bars = self.theirs.shape[1]
        states = our_book.states(self.ours, self.recording.grid)
        wrong = bar_differences(self.ours, self.theirs) or state_differences(states, self.recording.grid, self.theirs)
        wrong = [f"C reference: {sentence}" for sentence in wrong]
        self.compared = [
            f"C reference: all {len(self.theirs)} integers of all {bars:,} bars, and book_state made of them"
        ]
        for name, loop in self.loops.items():
            _, best, depths = loop()
            found = best_differences(self.ours, best, depths if "ROIVector" in name else None)
            wrong += [f"{name}: {sentence}" for sentence in found]
            what = "best prices, sizes and depths" if "ROIVector" in name else "best prices and sizes"
            self.compared.append(f"{name}: {what} at every bar where our book is OK or LOCKED")
        if not self.loops:
            self.compared.append("hftbacktest: not installed (`pip install 'mm-footprint[bench]'`), not compared")
        return wrong

    def _add_loops(self) -> None:
        middle = float(np.median(self.recording.updates["price"].drop_nulls()))
        for kind in ("ROIVector", "HashMap"):
            for books in ("local", "local and exchange"):
                feed = hftbacktest_loop.events(self.rows, self.recording.grid, books)
                name = f"hftbacktest {kind}, {books}"
                self.loops[name] = partial(
                    hftbacktest_loop.run, kind, feed, self.recording.grid, middle, self.theirs[0].copy()
                )
                self.contenders[name] = partial(_first, name, self.loops[name])
                self.notes[name] = _HFT_NOTES[kind] if books == "local" else "both books, as its converters mark events"

    def _c_fresh(self) -> Mapping[str, float]:
        recording = self.recording
        return {C_FRESH: cpu_seconds(lambda: self.reference.bars(self.rows, recording.first_bar, recording.until))}

    def _c_paged(self) -> Mapping[str, float]:
        recording = self.recording
        wipe(self.window, self.rows)
        work = partial(self.reference.bars, self.rows, recording.first_bar, recording.until, self.window)
        return {C_PAGED: cpu_seconds(work)}

    def _c_store(self) -> Mapping[str, float]:
        return {C_STORE: cpu_seconds(lambda: self.reference.store(self.rows, self.window))}


def _first(name: str, loop: Callable[[], tuple[float, np.ndarray, np.ndarray]]) -> Mapping[str, float]:
    return {name: loop()[0]}


if __name__ == "__main__":
    sys.exit(main())
