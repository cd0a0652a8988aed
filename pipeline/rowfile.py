"""A result as a file: the forms it can have, by the ending of its name."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import FootprintError
from pipeline.excel import Notes, check_excel, write_excel

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_BATCH_ROWS: Final = 1 << 17
_SHEET_BATCH_ROWS: Final = 1 << 12

Told = Callable[[int], None]
"""Called with the number of rows written so far."""


def write_rows(relation: "duckdb.DuckDBPyRelation", target: Path, notes: Notes, told: Told) -> int:
    """Write a relation to `target` in the form its ending asks for; the number of rows. `notes` go into a spreadsheet.

    Raises FP018 for what the form cannot hold, FP019 if a package for it is missing.
    """
    form = form_of(target)
    is_sheet = form == "xlsx"
    schema = relation.limit(0).to_arrow_reader(1).schema
    if is_sheet:
        check_excel(schema, relation.aggregate("count(*)").fetchall()[0][0])
    elif form == "csv.zst":
        _check_csv(schema)
    with whole_file(target) as scratch:
        reader = _telling(relation.to_arrow_reader(_SHEET_BATCH_ROWS if is_sheet else _BATCH_ROWS), told)
        return write_excel(reader, scratch, notes) if is_sheet else _WRITERS[form](reader, scratch)


def _telling(reader: "pa.RecordBatchReader", told: Told) -> "pa.RecordBatchReader":
    """The same batches; `told` hears of each."""
    import pyarrow as pa

    def batches() -> Iterator["pa.RecordBatch"]:
        rows = 0
        for batch in reader:
            yield batch
            rows += batch.num_rows
            told(rows)

    return pa.RecordBatchReader.from_batches(reader.schema, batches())


def _check_csv(schema: "pa.Schema") -> None:
    import pyarrow as pa

    if any(pa.types.is_nested(field.type) for field in schema):
        raise FootprintError("FP018", "a table with lists has no CSV form", hint="--to with .parquet or .arrow")


def _write_parquet(reader: "pa.RecordBatchReader", path: Path) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        return _copy(reader, writer.write_batch)


def _write_arrow(reader: "pa.RecordBatchReader", path: Path) -> int:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
        return _copy(reader, writer.write_batch)


def _write_csv_zst(reader: "pa.RecordBatchReader", path: Path) -> int:
    from pyarrow import csv

    with _zstd(path) as stream, csv.CSVWriter(stream, reader.schema) as writer:
        return _copy(reader, writer.write_batch)


@contextmanager
def _zstd(path: Path) -> Iterator[Any]:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.CompressedOutputStream(file, "zstd") as stream:
        yield stream


def _copy(reader: "pa.RecordBatchReader", write: Callable[["pa.RecordBatch"], None]) -> int:
    rows = 0
    for batch in reader:
        write(batch)
        rows += batch.num_rows
    return rows


_WRITERS: Final[dict[str, Callable[["pa.RecordBatchReader", Path], int]]] = {
    "parquet": _write_parquet,
    "csv.zst": _write_csv_zst,
    "arrow": _write_arrow,
}
FORMS: Final = (*_WRITERS, "xlsx")


def form_of(target: Path, forms: Iterable[str] = FORMS) -> str:
    """The format a file name asks for; FP009 if none does."""
    known = tuple(forms)
    for form in known:
        if target.name.endswith(f".{form}"):
            return form
    raise FootprintError(
        "FP009",
        f"{target.name!r} has no known ending; there are: {', '.join(known)}",
        hint=f"{target.stem}.{next(iter(known))}",
    )


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes `target` when the block ends well. FP015 if nothing can be written there."""
    scratch = target.with_name(f".{target.name}.{os.getpid()}.part")  # beside another process with the same target
    if target.is_dir():
        why = "expected a name for a file, got a folder"
        raise FootprintError("FP015", why, where=str(target), hint=str(target / "NAME"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.touch()
    except OSError as refused:
        why = f"the folder {target.parent} takes no file: {refused.strerror}"
        raise FootprintError("FP015", why, where=str(target), hint="another place, as ./" + target.name) from refused
    try:
        yield scratch
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
