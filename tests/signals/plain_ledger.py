"""The ledger of quotes and the pulls written the slow, obvious way: one event at a time, everything remembered.

The twin of the book pass. It shares no code with signals but column names. Times are microseconds, prices ticks, sizes
lots; sides are +1 bids and -1 asks.
"""

from collections import Counter, defaultdict
from itertools import groupby

from tests.signals.plain_book import PlainBook

TOLERANCE = 100_000
RESTORE = 500_000
SECOND = 1_000_000
DAY = 86_400_000_000
NAMES = ("increased", "decreased", "traded", "cancelled", "unattributable")


class Applied(PlainBook):
    """Notes the rows that changed it."""

    def apply(self, message):
        self.applied.extend(message)
        super().apply(message)


class PlainLedger:
    """`blind`: [from, to) without a tape, widened by the tolerance already."""

    def __init__(self, tick, decimals, blind=()):
        self.book, self.blind = Applied(tick, decimals, None), blind
        self.tick, self.lots = tick, 10**decimals
        self.changes = []  # of levels in the band, in order: dictionaries
        self.executed = defaultdict(list)  # (side, price): executions since its last update
        self.bands = {}
        self.added = Counter()  # (second, side): lots of executions settled
        self.candidates, self.pulls = [], []
        self.falling = {1: None, -1: None}

    def run(self, rows, prints, until):
        """rows of book_updates and trades (dictionaries) in order."""
        prints = [
            one
            for one in prints
            if not one["is_off_market"] and not one.get("is_rpi") and "RPI" not in (one["print_type"] or "")
        ]
        for ts, instant in groupby(rows, key=lambda row: row["event_ts"]):
            while prints and prints[0]["event_ts"] <= ts:
                self.execution(prints.pop(0))
            self.lay_bands(ts)
            self.instant(ts, list(instant))
        for one in prints:
            if one["event_ts"] <= until:
                self.execution(one)
        self.lay_bands(until)
        self.pulls = [one for one in self.candidates if one["ts"] + RESTORE < until]

    def is_blind(self, ts):
        return any(begin <= ts < end for begin, end in self.blind)

    def lay_bands(self, until):
        """The band of every second that begins up to a time, from the book as it stands."""
        last = max(self.bands, default=None)
        now = self.book.now
        if now is None:
            return
        first = last + SECOND if last is not None else -(-(now + 1) // SECOND) * SECOND
        for start in range(first, until + 1, SECOND):
            is_there = self.book.state() in ("OK", "LOCKED")
            self.bands[start] = max(self.book.bid.qty) + min(self.book.ask.qty) if is_there else None

    def in_band(self, ts, px):
        mid2 = self.bands.get(ts // SECOND * SECOND)
        return mid2 is not None and abs(2 * px - mid2) * 1_000 <= mid2

    def execution(self, one):
        ts, px, lots = one["event_ts"], round(one["price"] / self.tick), round(one["qty"] * self.lots)
        for side in (1, -1):
            if one["taker_side"] == side:
                continue
            left = lots
            for change in reversed(self.changes):
                near = ts - change["ts"] <= TOLERANCE and ts // DAY == change["ts"] // DAY
                if near and (change["side"], change["px"]) == (side, px):
                    used = min(left, change["cancelled"])
                    change["cancelled"] -= used
                    change["unattributable"] += used
                    left -= used
            for pull in self.candidates:
                if (pull["side"], pull["px"]) == (side, px) and ts - pull["ts"] <= TOLERANCE:
                    pull["traded"] += lots
            fall = self.falling[side]
            if fall and fall["px"] == px and ts - fall["since"] <= TOLERANCE:
                fall["traded"] += lots
            if self.book.mode in (2, 3):
                self.executed[side, px].append((ts, lots, one["taker_side"] != 0, lots - left))

    def instant(self, ts, rows):
        book = self.book
        if book.now is not None:
            book.gaps.append(ts - book.now)
        book.now = ts
        for key, some in list(self.executed.items()):
            self.executed[key] = [one for one in some if one[0] // DAY == ts // DAY]
        was_best = {1: book.bid.top()[0], -1: book.ask.top()[0]}
        was_ok, is_first, begun = book.state() == "OK", False, len(self.changes)
        for _, message in groupby(rows, key=lambda row: row["msg_id"]):
            was = {1: dict(book.bid.qty), -1: dict(book.ask.qty)}
            was_usable, book.applied = book.mode in (2, 3), []
            is_first |= book.take(list(message))
            is_usable = book.mode in (2, 3)
            if (was_usable and not is_usable) or any(row["is_snapshot"] for row in book.applied):
                self.executed.clear()
                self.candidates = [one for one in self.candidates if one["ts"] + RESTORE < ts]
                self.falling = {1: None, -1: None}
            for row in book.applied if is_usable and not is_first else ():
                if row["side"]:
                    px, lots = round(row["price"] / self.tick), round(row["qty"] * self.lots)
                    self.level(ts, row["side"], px, was[row["side"]].get(px, 0), lots, was_best)
                    was[row["side"]][px] = lots
        counts = book.mode in (2, 3) and not is_first
        self.settle(ts, counts)
        if counts:
            self.watch(ts, was_best, was_ok, self.changes[begun:])

    def level(self, ts, side, px, was, now, was_best):
        some = self.executed.pop((side, px), [])
        if not self.in_band(ts, px):
            return
        change = {"ts": ts, "side": side, "px": px, "is_best": px == was_best[side][0]}
        change |= dict.fromkeys(NAMES, 0)
        self.changes.append(change)
        growth, decrease = max(0, now - was), max(0, was - now)
        change["decreased"] = decrease
        if self.is_blind(ts):
            change |= {"increased": growth, "unattributable": decrease}
            return
        known = sum(lots for _, lots, is_known, _ in some if is_known)
        shown = sum(used for _, _, is_known, used in some if is_known)
        unknown = sum(lots for _, lots, is_known, _ in some if not is_known)
        change["traded"] = min(decrease, known)
        change["increased"] = growth + max(0, known - change["traded"] - shown)
        change["unattributable"] = min(decrease - change["traded"], unknown)
        change["cancelled"] = decrease - change["traded"] - change["unattributable"]

    def settle(self, ts, counts):
        for (side, px), some in list(self.executed.items()):
            if not some or ts - max(at for at, *_ in some) > TOLERANCE:
                del self.executed[side, px]
                if counts and self.in_band(ts, px) and not self.is_blind(ts):
                    known = sum(lots - used for _, lots, is_known, used in some if is_known)
                    self.added[ts // SECOND * SECOND, side] += max(0, known)

    def watch(self, ts, was_best, was_ok, changes):
        best = {1: self.book.bid.top(), -1: self.book.ask.top()}
        for one in self.candidates:
            shown = sum(qty for px, qty in best[one["side"]] if px and one["side"] * px >= one["side"] * one["px"])
            if one["restored"] is None and ts - one["ts"] <= RESTORE and 2 * shown >= one["displayed"]:
                one["restored"] = ts
        has_band = self.bands.get(ts // SECOND * SECOND) is not None
        if was_ok and not self.is_blind(ts) and has_band:
            for side in (1, -1):
                new = best[side][0][0]
                if new is None or side * new < side * was_best[side][0]:
                    self.fall(ts, side, was_best, new, [one for one in changes if one["side"] == side])
        for side, fall in self.falling.items():
            new = best[side][0][0]
            if fall and new is not None and side * new >= side * fall["px"]:
                self.falling[side] = None

    def fall(self, ts, side, was_best, new, changes):
        """The best of a side is worse than it was."""
        fall = self.falling[side]
        if fall is None or ts - fall["since"] > TOLERANCE or fall["since"] // DAY != ts // DAY:
            px, lots = was_best[side]
            (bid, _), (ask, _) = was_best[1], was_best[-1]
            fall = {"since": ts, "side": side, "px": px, "displayed": lots, "mid2": bid + ask, "spread": ask - bid}
            fall |= {"traded": 0, "changes": [], "restored": None, "was_withdrawn": False}
            self.falling[side] = fall
        fall["traded"] += sum(one["traded"] + one["unattributable"] for one in changes if one["is_best"])
        fall["changes"] += changes
        fall["was_withdrawn"] |= any(one["cancelled"] for one in changes)
        if new is None or not fall["was_withdrawn"] or (ts + RESTORE) // DAY != ts // DAY:
            return
        gap = side * (fall["px"] - new)
        if gap >= 2 and gap * 20_000 >= fall["mid2"]:
            # what left while the best did not fall counts as well
            every = [one for one in self.changes if one["side"] == side and fall["since"] <= one["ts"] <= ts]
            self.candidates.append({**fall, "ts": ts, "gap": gap, "changes": every})
            self.falling[side] = None

    def sums(self, start):
        """Sums of the second that begins at `start`: per side (bids first) the five of NAMES, in lots."""
        found = []
        for side in (1, -1):
            mine = [one for one in self.changes if one["side"] == side and one["ts"] // SECOND * SECOND == start]
            total = {name: sum(one[name] for one in mine) for name in NAMES}
            total["increased"] += self.added[start, side]
            found.append([total[name] for name in NAMES])
        return found
