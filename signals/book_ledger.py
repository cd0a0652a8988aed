"""The arrays of the ledger and of pulls; a thin shell around kernels.ledger and kernels.pulls."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.fills import Fills

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LedgerRules:
    """Levels within `band_bps` of the mid count; prints may come up to `tolerance_us` after the book; best prices that
    move by `min_ticks` and `min_bps` are followed for `restore_us`."""

    band_bps: int
    tolerance_us: int
    restore_us: int
    min_ticks: int
    min_bps: float

    def __post_init__(self) -> None:
        if not 0 < self.tolerance_us <= min(self.restore_us, 1_000_000):
            raise ValueError(
                f"prints may come late by more than nothing and at most by one second and by the time to restore, "
                f"got {self.tolerance_us} us and {self.restore_us} us"
            )


@dataclass(frozen=True, slots=True)
class Blind:
    """Stretches in which prints may be missing: apart, in order of time, microseconds, [from, to)."""

    begins: Ints
    ends: Ints


class BookLedger:
    """Without rules nothing is counted."""

    def __init__(self, rules: LedgerRules | None, blind: Blind | None) -> None:
        from signals.kernels import ledger, pulls  # numba is imported only to compute

        self._k = ledger
        nothing = np.empty(0, np.int64)
        self._blind = blind or Blind(nothing, nothing)
        self._led = np.zeros(ledger.FIELDS, np.int64)
        if rules is not None:
            self._led[[ledger.BAND_BPS, ledger.TOLERANCE, ledger.RESTORE]] = (
                rules.band_bps, rules.tolerance_us, rules.restore_us,
            )  # fmt: skip
            self._led[[ledger.MIN_TICKS, ledger.MIN_CENTIBPS]] = rules.min_ticks, round(100 * rules.min_bps)
        self._band = np.zeros((2, ledger.BOUNDS), np.int64)
        ledger.lay_band(self._led, self._band, -1, 0)
        self._sums = np.zeros((2, 2, ledger.SUMS), np.int64)
        self._fills = Fills()
        self._pending: Ints = np.zeros((0, ledger.PENDING_FIELDS), np.int64)
        self._log: Ints = np.zeros((ledger.LOG_FIELDS, 0), np.int64)
        self._waiting: Ints = np.zeros((0, pulls.FIELDS), np.int64)
        self._pulls: Ints = np.zeros((pulls.FIELDS, 0), np.int64)
        self._ts = pulls.TS

    def offer(self, fills: Fills, rows: int, now: int) -> None:
        """Prints to be entered as their time comes, and how many rows will be applied meanwhile; those offered before
        are entered or forgotten, and pulls written are forgotten. `now`: time of the last message."""
        k, led = self._k, self._led
        self._fills, led[k.N_FILLED], led[k.N_PULLS] = fills, 0, 0
        waiting = int(led[k.N_CANDIDATES])
        oldest = now - int(led[k.TOLERANCE])
        if waiting:  # the first to wait may have begun to fall later than the second, by a tolerance at most
            oldest = min(oldest, int(self._waiting[0, self._ts]) - int(led[k.TOLERANCE]))
        noted = int(led[k.N_LOG])
        kept = self._log[:, np.searchsorted(self._log[0, :noted], oldest) : noted]
        self._log = _wide(kept, rows)
        led[k.N_LOG] = kept.shape[1]
        self._pending = _roomy(self._pending[: int(led[k.N_PENDING])], 2 * fills.ts.size)
        self._waiting = _roomy(self._waiting[:waiting], rows + 2)
        self._pulls = np.empty((self._pulls.shape[0], waiting + rows + 2), np.int64)

    def arrays(self) -> tuple[Ints, ...]:
        """What `kernels.book.advance` takes of it, in order."""
        fills, blind = self._fills, self._blind
        return (
            fills.ts, fills.side, fills.px, fills.lots, self._led, self._band, self._sums, self._pending, self._log,
            self._waiting, self._pulls, blind.begins, blind.ends,
        )  # fmt: skip

    def take_pulls(self) -> Ints:
        """Pulls decided since the last `offer`, one a column, rows as in kernels.pulls."""
        return self._pulls[:, : int(self._led[self._k.N_PULLS])]

    def last_bar(self) -> Ints:
        """The sums of the last bar that ended, sides by sums."""
        return self._sums[1]


def _roomy(rows: Ints, more: int) -> Ints:
    """The rows, and room for more below."""
    grown = np.empty((rows.shape[0] + more, rows.shape[1]), np.int64)
    grown[: rows.shape[0]] = rows
    return grown


def _wide(columns: Ints, more: int) -> Ints:
    """The columns, and room for more beside."""
    grown = np.empty((columns.shape[0], columns.shape[1] + more), np.int64)
    grown[:, : columns.shape[1]] = columns
    return grown
