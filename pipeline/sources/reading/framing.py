"""Stamped rows of one block of lines become frames in the normalised columns.

Numbers arrive as text and are checked here, a block at a time; a message with a
number that cannot be is dropped whole and its line rejected with the reason.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from pipeline.sources.batch import (
    LEVELS,
    LONGEST,
    Batch,
    PriceGrid,
    Rejected,
    Stamp,
    brief,
    conform,
    in_lists,
    joined_grid,
    quarantine_frame,
)
from pipeline.sources.reading.number_text import numbers
from pipeline.sources.reading.record_frames import records_frame
from pipeline.sources.reading.stamps import stamped
from signals.table import UTC_US

Row = tuple[Stamp, Any]
_KINDS: Final = {"price": " > 0", "size": " > 0", "free price": " > 0", "level size": " >= 0", "rate": ""}
_PADDED: Final = 8
"""Decimals to which spot venues write every number, whatever the market counts in."""


def frame_batch(
    source: str, rows: dict[str, list[Row]], rejected: list[Rejected], raw: Callable[[int], bytes]
) -> Batch:
    """Frames of the block's rows; `raw` returns a line's text by its number.

    Rows of the streams depth, trade, ticker and mark are tuples as the builders here take them; of any other stream,
    which is named as the table it fills, they are values by column name.
    """
    bad = list(rejected)
    frames: dict[str, pl.DataFrame] = {}
    texts: dict[str, list[pl.Series]] = {"price": [], "size": []}
    for stream, taken in rows.items():
        build = _BUILDERS.get(stream) or partial(_records, stream)
        for name, frame in build(taken, bad, raw, texts).items() if taken else ():
            found = conform(frame, name, source)
            frames[name] = pl.concat([frames[name], found]) if name in frames else found
    stamps = [stamp for taken in rows.values() for stamp, _ in taken]
    return Batch(
        frames=frames,
        quarantine=quarantine_frame(bad),
        lines=0,
        grid=price_grid(texts["price"]),
        qty_decimals=max((most_decimals(series) for series in texts["size"]), default=0),
        offsets_ms=_offsets(stamps),
    )


def _check_rows(
    rows: list[Row], columns: dict[str, tuple[int, str]], table: str, bad: list[Rejected], raw: Callable[[int], bytes]
) -> tuple[list[Row], dict[str, pl.Series], dict[str, pl.Series]]:
    """Keep the rows whose numbers are all allowed; reject the others.

    `columns` maps a name to its place in the row's values and its kind. Returns the
    rows kept, their values and their texts by name.
    """
    parsed = {name: numbers([values[at] for _, values in rows], kind) for name, (at, kind) in columns.items()}
    fine = pl.Series(np.ones(len(rows), dtype=bool))
    for _, _, allowed in parsed.values():
        fine = fine & allowed
    for index in (~fine).arg_true().to_list():
        stamp = rows[index][0]
        name = next(name for name, (_, _, allowed) in parsed.items() if not allowed[index])
        reason = f"{name} is {brief(repr(parsed[name][0][index]))}, expected a number{_KINDS[columns[name][1]]}"
        bad.append(Rejected(stamp.line, stamp.event, table, reason, 1, raw(stamp.line), stamp.lines))
    kept = rows if fine.all() else [row for row, keep in zip(rows, fine, strict=True) if keep]
    return (
        kept,
        {name: value.filter(fine) for name, (_, value, _) in parsed.items()},
        {name: text.filter(fine) for name, (text, _, _) in parsed.items()},
    )


def _trades(
    rows: list[Row], bad: list[Rejected], raw: Callable[[int], bytes], texts: dict[str, list[pl.Series]]
) -> dict[str, pl.DataFrame]:
    rows, number, text = _check_rows(rows, {"price": (1, "price"), "qty": (2, "size")}, "trades", bad, raw)
    values = [values for _, values in rows]
    on_book = ~pl.Series([row[4] for row in values], dtype=pl.Boolean)
    texts["price"].append(text["price"].filter(on_book))  # other prints are not on the book's grid
    texts["size"].append(text["qty"])
    frame = stamped([stamp for stamp, _ in rows]).with_columns(
        pl.Series("trade_id", [row[0] for row in values], dtype=pl.String),
        number["price"].alias("price"),
        number["qty"].alias("qty"),
        pl.Series("taker_side", [row[3] for row in values], dtype=pl.Int8),
        pl.Series("is_off_market", [row[4] for row in values], dtype=pl.Boolean),
        pl.Series("print_type", [row[5] for row in values], dtype=pl.String),
        pl.Series("taker_order_id", [row[6] for row in values], dtype=pl.Int64),
        pl.Series("maker_order_id", [row[7] for row in values], dtype=pl.Int64),
    )
    return {"trades": frame}


def _ticker(
    rows: list[Row], bad: list[Rejected], raw: Callable[[int], bytes], texts: dict[str, list[pl.Series]]
) -> dict[str, pl.DataFrame]:
    columns = {
        "bid_px": (1, "price"),
        "bid_qty": (2, "level size"),
        "ask_px": (3, "price"),
        "ask_qty": (4, "level size"),
    }
    rows, number, text = _check_rows(rows, columns, "book_ticker", bad, raw)
    texts["price"] += [text["bid_px"], text["ask_px"]]
    texts["size"] += [text["bid_qty"], text["ask_qty"]]
    frame = stamped([stamp for stamp, _ in rows]).with_columns(
        pl.Series("update_id", [values[0] for _, values in rows], dtype=pl.Int64),
        *(series.alias(name) for name, series in number.items()),
    )
    return {"book_ticker": frame}


def _mark(
    rows: list[Row], bad: list[Rejected], raw: Callable[[int], bytes], _texts: dict[str, list[pl.Series]]
) -> dict[str, pl.DataFrame]:
    """One message gives a row of derivative_ticker and, as its estimate, one of funding."""
    columns = {"mark_price": (0, "free price"), "index_price": (1, "free price"), "funding_rate": (3, "rate")}
    rows, number, _text = _check_rows(rows, columns, "derivative_ticker", bad, raw)
    _, estimate, is_estimate = numbers([values[2] for _, values in rows], "free price")
    state = stamped([stamp for stamp, _ in rows]).with_columns(
        *(series.alias(name) for name, series in number.items()),
        estimate.zip_with(is_estimate, pl.Series([None], dtype=pl.Float64)).alias("settle_price_estimate"),
        pl.Series("next_funding_ts", [values[4] for _, values in rows], dtype=pl.Int64).cast(UTC_US),
    )
    funding = state.rename({"funding_rate": "rate", "next_funding_ts": "next_ts"}).with_columns(
        kind=pl.lit("predicted"),
        lines=pl.lit(0, dtype=pl.Int64),  # a line is counted with its state
    )
    return {"derivative_ticker": state, "funding": funding}


def _depth(
    rows: list[Row], bad: list[Rejected], raw: Callable[[int], bytes], texts: dict[str, list[pl.Series]]
) -> dict[str, pl.DataFrame]:
    """Lists of levels, bids before asks; a message without levels has one of side 0."""
    levels = [[*values[4], *values[5]] for _, values in rows]
    counts = np.array([len(message) for message in levels])
    flat = [level for message in levels for level in message]
    price_text, price, price_fine = numbers([level[0] for level in flat], "price")
    size_text, size, size_fine = numbers([level[1] for level in flat], "level size")
    owner = np.repeat(np.arange(len(rows)), counts)
    wrong = ~(price_fine & size_fine)
    if wrong.any():
        _reject_messages(rows, owner, wrong, flat, counts, bad, raw)
    keep = np.ones(len(rows), dtype=bool)
    keep[owner[wrong.to_numpy()]] = False
    bids = np.array([len(values[4]) for _, values in rows])
    place = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)
    side = np.where(place < np.repeat(bids, counts), 1, -1)
    texts["price"].append(price_text.filter(pl.Series(keep[owner])))
    texts["size"].append(size_text.filter(pl.Series(keep[owner])))
    table = pl.DataFrame({"owner": owner, "side": side, "price": price, "qty": size}).filter(pl.Series(keep[owner]))
    silent = np.flatnonzero(keep & (counts == 0))
    if len(silent):
        empty = pl.DataFrame({"owner": silent, "side": np.zeros(len(silent), dtype=np.int64)})
        table = pl.concat([table, empty], how="diagonal").sort("owner", maintain_order=True)
    messages = stamped([stamp for stamp, _ in rows]).with_columns(
        pl.Series("update_id", [values[0] for _, values in rows], dtype=pl.Int64),
        pl.Series("first_update_id", [values[1] for _, values in rows], dtype=pl.Int64),
        pl.Series("prev_update_id", [values[2] for _, values in rows], dtype=pl.Int64),
        pl.Series("is_snapshot", [values[3] for _, values in rows], dtype=pl.Boolean),
    )
    ends = np.cumsum(np.bincount(table["owner"].to_numpy(), minlength=len(rows))[keep])
    lists = [in_lists(table[name], np.insert(ends, 0, 0)) for name in LEVELS["book_updates"]]
    return {"book_updates": messages.filter(pl.Series(keep)).with_columns(lists)}


def _reject_messages(
    rows: list[Row],
    owner: np.ndarray,
    wrong: pl.Series,
    flat: list[list[str]],
    counts: np.ndarray,
    bad: list[Rejected],
    raw: Callable[[int], bytes],
) -> None:
    """One bad level makes the whole message untrustworthy: it goes, and the id chain shows the hole."""
    first_wrong: dict[int, int] = {}
    for at in wrong.arg_true().to_list():
        first_wrong.setdefault(int(owner[at]), at)
    for message, at in first_wrong.items():
        stamp = rows[message][0]
        reason = f"level {brief(repr(flat[at][:2]))}, expected a price > 0 and a quantity >= 0 as text"
        levels, text = int(counts[message]), raw(stamp.line)
        bad.append(Rejected(stamp.line, stamp.event, "book_updates", reason, levels, text, stamp.lines))


def _records(
    table: str, rows: list[Row], bad: list[Rejected], raw: Callable[[int], bytes], texts: dict[str, list[pl.Series]]
) -> dict[str, pl.DataFrame]:
    """Values by column name, as rows of `table`."""
    frame, text = records_frame(table, rows, bad, raw)
    if "is_off_market" in frame.columns:  # such prints are not on the book's grid
        text["price"] = text["price"].filter(~frame["is_off_market"].fill_null(False))
    for kind, names in _ON_GRID.get(table, {}).items():
        texts[kind] += [text[name].drop_nulls() for name in names]
    return {table: frame}


def _offsets(stamps: list[Stamp]) -> dict[int, int]:
    """How often each recv - event offset occurs, in whole milliseconds; only the venue's own clocks are compared."""
    timed = [stamp.recv - stamp.event for stamp in stamps if stamp.recv is not None and stamp.clock in _VENUES]
    offsets = np.array(timed, dtype=np.int64) // 1_000
    values, counts = np.unique(offsets, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def most_decimals(text: pl.Series) -> int:
    """Most digits after the point in any of the texts; zeros that pad all numbers to eight digits are none."""
    most = _most_digits(text)
    return _most_digits(text.str.strip_chars_end("0")) if most == _PADDED else most


def _most_digits(text: pl.Series) -> int:
    point = text.str.find(".", literal=True)
    return int(pl.select((text.str.len_bytes() - point - 1).max()).item() or 0)


def price_grid(texts: list[pl.Series]) -> PriceGrid:
    """Greatest common divisor of the prices, exactly, from their decimal texts."""
    grid = PriceGrid()
    for text in texts:
        unique = text.unique()
        if (is_long := unique.str.len_bytes() > LONGEST).any():  # by zeros that pad it
            unique = unique.str.strip_chars_end("0").zip_with(is_long, unique)
        decimals = unique.str.len_bytes() - unique.str.find(".", literal=True) - 1
        for (count,), alike in unique.to_frame("text").group_by(decimals.fill_null(0).alias("decimals")):
            whole = alike["text"].str.replace(".", "", literal=True).cast(pl.Int64).to_numpy()
            grid = joined_grid(grid, PriceGrid(int(np.gcd.reduce(whole)), int(count), int(whole.max(initial=0))))
    return grid


_VENUES: Final = ("match", "publish")
_ON_GRID: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "trades": {"price": ("price",), "size": ("qty",)},
    "book_ticker": {"price": ("bid_px", "ask_px"), "size": ("bid_qty", "ask_qty")},
}
_BUILDERS: Final = {"depth": _depth, "trade": _trades, "ticker": _ticker, "mark": _mark}
