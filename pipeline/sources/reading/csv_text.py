"""Lines of CSV as columns of text and then of values, with a reason beside each line that cannot be taken.

Public archives have no quotes in their CSV, so a comma is a comma. Headers come and go: the caller says what the
columns are called where a file has none. A `Lines` is made for one block; each `take` reads a column and notes what
is wrong with it; `split` parts the good lines from the bad.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from pipeline.sources.batch import Rejected, brief
from pipeline.sources.reading.number_text import ABOVE_ZERO, FROM_ZERO, is_written_well
from pipeline.sources.reading.times import WORDS, Unit, microseconds

Kind = Literal["price", "size", "level size", "free price", "free size", "number", "rate", "count"]
_EXPECTED: Final[dict[Kind, str]] = {
    "price": "a number > 0",
    "size": "a number > 0",
    "level size": "a number >= 0",
    "free price": "a number > 0",
    "free size": "a number >= 0",
    "number": "a number",
    "rate": "a number",
    "count": "a whole number",
}
_WHOLE: Final = r"^-?[0-9]{1,18}$"
_SCIENTIFIC: Final = r"^-?[0-9](\.[0-9]+)?[eE][+-]?[0-9]{1,2}$"


@dataclass(slots=True)
class Lines:
    """The lines of one block. `text` has a column of text per field; `reason` says what is wrong with a line, or null.

    `first` is the number of the first line in its file; `places`, where lines were left out between them, are those of
    the lines from there on; `is_beside` marks lines about other markets.
    """

    raw: list[bytes]
    first: int
    text: pl.DataFrame
    reason: pl.Series
    is_beside: pl.Series
    places: Sequence[int] | None = None

    @classmethod
    def of(cls, raw: list[bytes], first: int, names: Sequence[str], places: Sequence[int] | None = None) -> "Lines":
        """Split at commas; a line with more or fewer fields than `names` is bad."""
        whole = pl.Series("raw", [line.decode(errors="replace") for line in raw], dtype=pl.String).str.strip_chars_end()
        count = whole.str.count_matches(",", literal=True) + 1
        wrong = (count != len(names)) | whole.str.contains("�", literal=True)
        reason = pl.select(
            pl.when(wrong).then(pl.format("expected {} fields of plain text, found {}", pl.lit(len(names)), count))
        ).to_series()
        split = whole.str.split_exact(",", len(names) - 1).struct.rename_fields(list(names)).struct.unnest()
        return cls(raw, first, split, reason, pl.repeat(False, len(raw), eager=True, dtype=pl.Boolean), places)

    def _note(self, bad: pl.Series, name: str, expected: str) -> None:
        said = pl.select(
            pl.when(bad.fill_null(True)).then(
                pl.format("{} is '{}', expected {}", pl.lit(name), self.text[name].str.slice(0, 80), pl.lit(expected))
            )
        ).to_series()
        self.reason = pl.select(pl.coalesce(self.reason, said)).to_series()

    def number(self, name: str, kind: Kind = "number", *, may_be_blank: bool = False) -> pl.Series:
        """The column as Float64 (Int64 for a count), of a kind as in number_text; blank or null text is null where it
        `may_be_blank`."""
        text = self.text[name]
        is_blank = text.is_in(["", '""', "null", "NULL", "None", "nan", "NaN"]) if may_be_blank else _never(text)
        if kind == "count":
            value, fine = text.cast(pl.Int64, strict=False), text.str.contains(_WHOLE)
        else:
            value = text.cast(pl.Float64, strict=False)
            fine = is_written_well(text, kind) | text.str.contains(_SCIENTIFIC)
        if kind in ABOVE_ZERO:
            fine &= value > 0
        elif kind in FROM_ZERO:
            fine &= value >= 0
        self._note(~(fine.fill_null(False) | is_blank), name, _EXPECTED[kind])
        return value.zip_with(fine.fill_null(False), pl.Series([None], dtype=value.dtype))

    def time(self, name: str, unit: Unit, *, may_be_blank: bool = False) -> pl.Series:
        """The column as microseconds since 1970; blank text is null where it `may_be_blank`."""
        value = microseconds(self.text[name], unit)
        is_blank = self.text[name] == "" if may_be_blank else _never(value)
        self._note(value.is_null() & ~is_blank, name, f"{WORDS[unit]}, between 2009 and 2100")
        return value

    def choice(self, name: str, of: dict[str, int]) -> pl.Series:
        """The column as the whole numbers that its words stand for."""
        value = self.text[name].replace_strict(of, default=None, return_dtype=pl.Int64)
        self._note(value.is_null(), name, " or ".join(of))
        return value

    def words(self, name: str) -> pl.Series:
        """The column as text that is not blank."""
        self._note(self.text[name] == "", name, "text")
        return self.text[name]

    def refuse(self, bad: pl.Series, reason: str) -> None:
        """Note `reason` on the lines where `bad` is true."""
        said = pl.select(pl.when(bad.fill_null(False)).then(pl.lit(reason))).to_series()
        self.reason = pl.select(pl.coalesce(self.reason, said)).to_series()

    def leave(self, others: pl.Series) -> None:
        """Leave lines about other markets beside: they are neither good nor bad."""
        self.is_beside = self.is_beside | others.fill_null(False)

    @property
    def is_good(self) -> pl.Series:
        return self.reason.is_null() & ~self.is_beside

    def rejected(self, table: str, event: pl.Series) -> list[Rejected]:
        """The bad lines for quarantine; `event` are microseconds where they could be read."""
        numbers = self.numbers
        return [
            Rejected(numbers[at], event[at] or 0, table, brief(str(self.reason[at])), 1, self.raw[at])
            for at in (self.reason.is_not_null() & ~self.is_beside).arg_true().to_list()
        ]

    @property
    def numbers(self) -> pl.Series:
        """Of each line, its number in the file."""
        if self.places is not None:
            return self.first + pl.Series("line", self.places, dtype=pl.Int64)
        return pl.int_range(self.first, self.first + len(self.raw), eager=True, dtype=pl.Int64).alias("line")


def _never(text: pl.Series) -> pl.Series:
    return pl.repeat(False, text.len(), eager=True, dtype=pl.Boolean)


def plain_text(text: pl.Series) -> pl.Series:
    """Numbers written as 1.772e-05 without the exponent, so that their decimals can be counted."""
    scientific = text.str.contains(_SCIENTIFIC)
    if not scientific.any():
        return text
    from decimal import Decimal

    written = [format(Decimal(one), "f") if one and odd else one for one, odd in zip(text, scientific, strict=True)]
    return pl.Series(text.name, written, dtype=pl.String)


def is_header(line: bytes) -> bool:
    """Whether a first line names columns: its first field is no number and no date."""
    first = line.split(b",", 1)[0].strip().lstrip(b"\xef\xbb\xbf")
    return not first[:1].isdigit() and first[:1] != b"-"
