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
                watch = self.watched[-side, px] = {"executed": 0, "left": levels.get(px, 0), "hidden": False}
            shown[px] = watch["left"]
            if watch["executed"] == 0 and not watch["hidden"]:
                watch["displayed"] = watch["left"]
            watch["executed"] += lots
            watch |= {"taken": ts, "updates": 0}
            if lots > watch["left"] and watch["displayed"] and not watch["hidden"]:
                executed, displayed, beyond = watch["executed"], watch["displayed"], lots - watch["left"]
                self.refills.append((ts, -side, px, ts, executed, displayed, beyond, None))
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
        if lots <= watch["left"]:
            watch |= {"left": lots, "hidden": False}
            return
        del self.watched[side, px]
        if watch["executed"] and watch["displayed"] and watch["executed"] >= 0.8 * watch["displayed"]:
            first = watch["updates"] == 1
            taken, executed, displayed = watch["taken"], watch["executed"], watch["displayed"]
            self.refills.append((ts, side, px, taken, executed, displayed, lots - watch["left"], first))

    def forget(self, now):
        self.watched = {
            key: watch
            for key, watch in self.watched.items()
            if now - watch["taken"] <= WITHIN and now // DAY == watch["taken"] // DAY
        }

    def clear(self):
        self.watched = {}
