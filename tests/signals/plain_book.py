"""The order book written the slow, obvious way: dictionaries, no window, no carried tricks.

The twin every fast path is compared with. It shares no code with signals but column names.
"""

from bisect import bisect_left, insort
from itertools import groupby
from math import exp
from statistics import median

BAR = 1_000_000


class Side:
    """Levels of one side; `sign` is +1 for bids, -1 for asks."""

    def __init__(self, sign):
        self.sign, self.qty, self.order = sign, {}, []
        self.reach = self.deepest = None

    def set(self, px, qty):
        self.deepest = px if self.deepest is None else self.worse(px, self.deepest)
        if qty == 0:
            if self.qty.pop(px, None) is not None:
                del self.order[bisect_left(self.order, px)]
        else:
            if px not in self.qty:
                insort(self.order, px)
            self.qty[px] = qty

    def worse(self, a, b):
        return min(a, b) if self.sign > 0 else max(a, b)

    def top(self, levels=5):
        best = self.order[-levels:][::-1] if self.sign > 0 else self.order[:levels]
        return [(px, self.qty[px]) for px in best] + [(None, 0)] * (levels - len(best))


def ofi_event(side, new, old):
    """Cont, Kukanov and Stoikov, one side and one level, for the bid; the ask's counts negatively."""
    (px, qty), (px0, qty0) = new, old
    if px is None and px0 is None:
        return 0
    if px is None:
        return -side.sign * qty0
    if px0 is None:
        return side.sign * qty
    event = (qty if side.sign * px >= side.sign * px0 else 0) - (qty0 if side.sign * px <= side.sign * px0 else 0)
    return side.sign * event


class PlainBook:
    def __init__(self, tick, decimals, first_bar):
        self.tick, self.lots, self.next_bar = tick, 10**decimals, first_bar
        self.bid, self.ask = Side(+1), Side(-1)
        self.mode, self.last = 0, None
        self.now, self.gaps, self.good = None, [], []
        self.tops, self.ofi, self.known = None, [0] * 5, 0
        self.bars = []

    def run(self, rows, until):
        """rows: dictionaries with times in microseconds, in order. Returns BOOK_STATE-like dictionaries."""
        for ts, instant in groupby(rows, key=lambda row: row["event_ts"]):
            self.wait(ts)
            if self.now is not None:
                self.gaps.append(ts - self.now)
            self.now = ts
            is_first_state = self.mode in (0, 1) or self.tops is None
            for _, message in groupby(instant, key=lambda row: row["msg_id"]):
                is_first_state |= self.take(list(message))
            tops = self.bid.top(), self.ask.top()
            if self.tops is not None and not is_first_state:
                for level in range(5):
                    self.ofi[level] += ofi_event(self.bid, tops[0][level], self.tops[0][level])
                    self.ofi[level] += ofi_event(self.ask, tops[1][level], self.tops[1][level])
            self.tops = tops
        self.wait(until)
        return self.bars

    def take(self, message):
        """Apply a message if the chain allows; True if the state after it is a first one."""
        head = message[0]
        this, prev, live = head["update_id"], head["prev_update_id"], self.mode in (2, 3)
        self.known = max([self.known, *(row["known_ts"] for row in message)])
        if head["is_snapshot"]:
            usable = this is None or prev == this
            if live and not usable and self.last is not None and this < self.last:
                return False
            self.mode, self.last = (2 if usable else 3 if live else 1), this
            self.bid, self.ask = Side(+1), Side(-1)
            self.apply(message)
            for side, sign in ((self.bid, 1), (self.ask, -1)):
                listed = [round(row["price"] / self.tick) for row in message if row["side"] == sign]
                side.reach = (min if sign > 0 else max)(listed) if listed else None
            return True
        if self.mode == 0:
            return False
        if this is None and prev is not None:
            self.mode, self.last = 0, None
            return False
        if None in (this, prev, self.last) or (self.mode == 2 and prev == self.last):
            pass
        elif this <= self.last:
            return False
        elif self.mode == 2 or prev > self.last:
            self.mode, self.last = 0, None
            return False
        self.mode, self.last = 2, this
        self.apply(message)
        return not live

    def apply(self, message):
        for row in message:
            if row["side"]:
                side = self.bid if row["side"] > 0 else self.ask
                side.set(round(row["price"] / self.tick), round(row["qty"] * self.lots))

    def state(self):
        if self.mode in (0, 1):
            return "RESYNC"
        if not self.bid.qty and not self.ask.qty:
            return "EMPTY"
        if not self.bid.qty or not self.ask.qty:
            return "ONE_SIDED"
        bid, ask = max(self.bid.qty), min(self.ask.qty)
        return "CROSSED" if bid > ask else "LOCKED" if bid == ask else "OK"

    def wait(self, ts):
        """Nothing happens until ts."""
        if self.now is not None:
            limit = max(2_000_000, 5 * median(self.gaps[-255:])) if self.gaps else 2_000_000
            fresh_to = int(self.now + limit)
            if self.next_bar is not None and self.next_bar - BAR <= ts and self.state() in ("OK", "LOCKED"):
                self.good.append((self.now, min(ts, fresh_to)))
        while self.next_bar is not None and self.next_bar <= ts:
            state = self.state()
            if state != "RESYNC" and self.next_bar > fresh_to:
                state = "STALE"
            self.bars.append(self.bar(state))
            self.good = [(a, b) for a, b in self.good if b > self.next_bar]
            self.ofi = [0] * 5
            self.next_bar += BAR

    def bar(self, state):
        end = self.next_bar
        covered = sum(max(0, min(b, end) - max(a, end - BAR)) for a, b in self.good)
        row = {"bar_end": end, "known_ts": max(end + 100_000, self.known), "state": state, "coverage": covered / BAR}
        row["age_ms"] = None if self.now is None else (end - self.now) / 1_000
        if state not in ("OK", "LOCKED"):
            return row
        (bid, bid_lots), (ask, ask_lots) = self.bid.top()[0], self.ask.top()[0]
        decimals = len(str(self.lots)) - 1
        row |= {"bid_px": round(bid * self.tick, 9), "bid_qty": round(bid_lots / self.lots, decimals)}
        row |= {"ask_px": round(ask * self.tick, 9), "ask_qty": round(ask_lots / self.lots, decimals)}
        mid2 = bid + ask
        depth = {}
        whole = 0
        for bps in (1, 5, 10, 25, 50):
            if 20_000 * self.bid.deepest <= mid2 * (10_000 - bps):
                inside = [q for p, q in self.bid.qty.items() if 2 * p * 10_000 >= mid2 * (10_000 - bps)]
                depth["bid", bps] = row[f"bid_depth_{bps}bps_qty"] = sum(inside) / self.lots
            if 20_000 * self.ask.deepest >= mid2 * (10_000 + bps):
                inside = [q for p, q in self.ask.qty.items() if 2 * p * 10_000 <= mid2 * (10_000 + bps)]
                depth["ask", bps] = row[f"ask_depth_{bps}bps_qty"] = sum(inside) / self.lots
            b, a = depth.get(("bid", bps)), depth.get(("ask", bps))
            if b is not None and a is not None:
                whole = bps
                if b + a:
                    row[f"imbalance_{bps}bps"] = (b - a) / (b + a)
        row["band_complete_bps"] = whole
        row["imbalance_1"] = (bid_lots - ask_lots) / (bid_lots + ask_lots)
        for levels in (5, 10):
            b = sum(exp(-0.5 * level) * qty for level, (_, qty) in enumerate(self.bid.top(levels)))
            a = sum(exp(-0.5 * level) * qty for level, (_, qty) in enumerate(self.ask.top(levels)))
            row[f"imbalance_{levels}"] = (b - a) / (b + a)
        if state == "OK":
            row["microprice"] = self.tick * (bid_lots * ask + ask_lots * bid) / (bid_lots + ask_lots)
            row["spread_bps"] = 10_000 * (ask - bid) / (mid2 / 2)
        if covered >= 0.8 * BAR:
            row |= {f"ofi_{level + 1}": self.ofi[level] / self.lots for level in range(5)}
        for name, side in (("bid", self.bid), ("ask", self.ask)):
            if side.reach is not None:
                row[f"{name}_reach_bps"] = side.sign * 10_000 * (mid2 / 2 - side.reach) / (mid2 / 2)
        return row
