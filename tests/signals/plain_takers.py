"""Taker orders and refills written the slow, obvious way: one event at a time on dictionaries.

The twin of the book pass. It shares no code with signals but column names.
"""

from itertools import groupby

WITHIN = 300_000
DAY = 86_400_000_000


def merge(prints):
    """Orders of prints (dictionaries in order): lists of prints of one taker."""
    orders = []
    for _, instant in groupby(prints, key=lambda one: one["event_ts"]):
        for one in instant:
            if orders and _goes_on(orders[-1][-1], one):
                orders[-1].append(one)
            else:
                orders.append([one])
    return orders


def _goes_on(before, now):
    if before["event_ts"] != now["event_ts"]:
        return False
    ids = before["taker_order_id"], now["taker_order_id"]
    if None not in ids:
        return ids[0] == ids[1]
    same_side = before["taker_side"] == now["taker_side"]
    return same_side and (now["price"] - before["price"]) * now["taker_side"] >= 0


class Takers:
    """Lays orders on a PlainBook: call `order` and `level` in order of time; sizes in lots, prices in ticks."""

    def __init__(self):
        self.watched, self.refills = {}, []

    def order(self, ts, side, fills, book, is_usable):
        """fills: {ticks: lots}. Returns what was shown per price, None without a usable book."""
        self.forget(ts)
        if not is_usable:
            return None
        shown = {}
        levels = book.ask.qty if side > 0 else book.bid.qty
        for px, lots in fills.items():
            watch = self.watched.get((-side, px))
            if watch is None:
                new = {"executed": 0, "displayed": 0, "left": levels.get(px, 0), "hidden": False, "grew": False}
                watch = self.watched[-side, px] = new
            shown[px] = watch["left"]
            if watch["grew"] or (watch["executed"] == 0 and not watch["hidden"]):
                watch |= {"displayed": watch["left"], "executed": 0, "grew": False}
            watch["executed"] += lots
            watch |= {"taken": ts, "updates": 0}
            if lots > watch["left"] and watch["displayed"] and not watch["hidden"]:
                executed, displayed, beyond = watch["executed"], watch["displayed"], lots - watch["left"]
                self.refills.append((ts, -side, px, ts, executed, displayed, beyond, None, False))
                watch |= {"executed": 0, "hidden": True}
            watch["left"] = max(0, watch["left"] - lots)
        return shown

    def level(self, ts, side, px, lots):
        """The book's level is set."""
        self.forget(ts)
        watch = self.watched.get((side, px))
        if watch is None:
            return
        watch["updates"] += 1
        grown = lots - watch["left"]
        watch |= {"left": lots, "hidden": False, "grew": watch["grew"] or grown > 0}
        if grown > 0 and watch["executed"] and watch["displayed"]:
            first = watch["updates"] == 1
            self.refills.append(
                (ts, side, px, watch["taken"], watch["executed"], watch["displayed"], grown, first, None)
            )

    def instant_over(self, ts, before, after):
        """All levels of an instant are set; before, after: per side (+1, -1) what the book displays, {ticks: lots}."""
        self.forget(ts)
        for side in (1, -1):
            if not after[side]:
                continue
            best = max(after[side], key=lambda px: side * px)
            five = sorted(before[side], key=lambda px: -side * px)[:5]
            displayed = before[side].get(best, 0)
            is_near = len(five) < 5 or side * best >= side * five[-1]
            better = [
                watch["taken"] for (of, px), watch in self.watched.items() if of == side and side * px > side * best
            ]
            if (side, best) not in self.watched and better and is_near and after[side][best] > displayed:
                grown = after[side][best] - displayed
                self.refills.append((ts, side, best, max(better), 0, displayed, grown, False, True))
        self.refills = [row if row[8] is not None else (*row[:8], self._is_best(row, after)) for row in self.refills]

    @staticmethod
    def _is_best(row, after):
        _, side, px, *_ = row
        return bool(after[side]) and px == max(after[side], key=lambda one: side * one)

    def forget(self, now):
        self.watched = {
            key: watch
            for key, watch in self.watched.items()
            if now - watch["taken"] <= WITHIN and now // DAY == watch["taken"] // DAY
        }

    def clear(self):
        self.watched = {}
