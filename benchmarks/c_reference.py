"""The C reference: compiled here, fed through ctypes."""

import ctypes
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import SECOND
from signals.chain import Chain
from signals.grid import Grid
from signals.kernels import chain as codes

Ints = NDArray[np.int64]

SOURCE: Final = Path(__file__).with_name("c_reference.c")
FLAGS: Final = ("-O3", "-march=native", "-shared", "-fPIC", "-Wall", "-Werror")
COLUMNS: Final = 33
_BID, _SNAPSHOT, _IGNORE, _FIRST, _BREAKS, _BRIDGES = 1, 2, 4, 8, 16, 32  # as in c_reference.c
_MEANING: Final = {
    codes.SKIP: _IGNORE,
    codes.WAIT: _IGNORE,
    codes.BREAK: _IGNORE | _BREAKS,
    codes.BRIDGE: _BRIDGES,
    codes.SNAPSHOT: _SNAPSHOT,
    codes.SNAPSHOT_USABLE: _SNAPSHOT | _BRIDGES,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Book updates as the C reference takes them: microseconds, flag bits, ticks, lots."""

    ts: Ints
    flag: NDArray[np.uint8]
    px: NDArray[np.int32]
    lots: Ints

    @property
    def cells(self) -> int:
        """Length of a side that holds every price."""
        return int(self.px.max()) + 1


def compiler() -> list[str] | None:
    """The command of a C compiler: that of the variable CC, or gcc; None if there is none."""
    command = shlex.split(os.environ.get("CC", "gcc"))
    return command if command and shutil.which(command[0]) else None


def rows_of(updates: pl.DataFrame, grid: Grid) -> Rows:
    """Translate rows of BOOK_UPDATES; what the chain says of a message becomes flags."""
    ids = updates["msg_id"].to_numpy()
    starts = np.concatenate(([0], np.flatnonzero(ids[1:] != ids[:-1]) + 1))
    heads = updates[starts]
    ts = updates["event_ts"].to_physical().to_numpy()
    update_id, prev_id = (heads[name].fill_null(-1).to_numpy() for name in ("update_id", "prev_update_id"))
    code = Chain().follow(ts[starts], update_id, prev_id, heads["is_snapshot"].to_numpy())
    marks = np.zeros(code.size, np.uint8)
    for value, bits in _MEANING.items():
        marks[code == value] = bits
    side = updates["side"].to_numpy()
    flag = np.repeat(marks, np.diff(np.append(starts, ids.size)))
    flag[starts] |= _FIRST
    flag[side > 0] |= _BID
    flag[side == 0] |= _IGNORE
    has_level = side != 0
    px, lots = np.zeros(side.size, np.int32), np.zeros(side.size, np.int64)
    px[has_level] = grid.ticks(updates["price"].to_numpy()[has_level])
    lots[has_level] = grid.whole_lots(updates["qty"].to_numpy()[has_level])
    return Rows(ts.copy(), flag, px, lots)


class CReference:
    """The library, compiled into `folder`. Raises RuntimeError if there is no compiler."""

    def __init__(self, folder: Path) -> None:
        command = compiler()
        if command is None:
            raise RuntimeError("expected a C compiler: install gcc, or name one in the variable CC")
        library = folder / "c_reference.so"
        subprocess.run([*command, *FLAGS, "-o", str(library), str(SOURCE)], check=True)
        self.version = subprocess.check_output([*command, "--version"], text=True).splitlines()[0]
        self._library = ctypes.CDLL(str(library))
        self._library.book_bars.restype = self._library.store_only.restype = ctypes.c_int64

    def bars(self, rows: Rows, first_bar: int, until: int, window: Ints | None = None, bar_us: int = SECOND) -> Ints:
        """Bars from `first_bar` to `until`, rows as `Book.feed` without its last; `window`: (2, cells) zeros."""
        room = max(0, (until - first_bar) // bar_us + 1)
        out = np.empty((COLUMNS, room), np.int64)
        written = self._library.book_bars(
            _at(rows.ts), _at(rows.flag), _at(rows.px), _at(rows.lots), *_integers(rows.ts.size, rows.cells),
            None if window is None else _at(window), *_integers(first_bar, bar_us, until), _at(out), *_integers(room),
        )  # fmt: skip
        if written != room:
            raise RuntimeError(f"expected {room} bars of the C reference, got {written}")
        return out

    def store(self, rows: Rows, window: Ints) -> None:
        """Store every level and nothing else."""
        self._library.store_only(
            _at(rows.flag), _at(rows.px), _at(rows.lots), *_integers(rows.ts.size, rows.cells), _at(window)
        )


def empty_window(rows: Rows) -> Ints:
    """A window in which every cell that will be used has been touched before."""
    window = np.zeros((2, rows.cells), np.int64)
    wipe(window, rows)
    return window


def wipe(window: Ints, rows: Rows) -> None:
    window[:, rows.px] = 0


def _at(array: NDArray) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def _integers(*values: int) -> list[ctypes.c_int64]:
    return [ctypes.c_int64(value) for value in values]
