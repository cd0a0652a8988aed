"""Exports: a table as a file, with its provenance in <file>.meta.json beside it."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.catalogue import describe_table
from pipeline.errors import FootprintError
from pipeline.fingerprint import sha256_of
from pipeline.lake import Lake, read_lineage
from pipeline.plan import TABLES
from pipeline.version import package_version

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS: Final = 1 << 17


def export(lake: Lake, connection: Any, table: str, target: Path, form: str) -> dict[str, Any]:
    """Write every row of `table` in the catalogue to `target`; returns its provenance.

    `form` is parquet, csv.zst or arrow. The file appears when it is whole.
    """
    order = ", ".join(dict.fromkeys((*TABLES[table].partition, *TABLES[table].key))) if table in TABLES else "all"
    relation = connection.sql(f"select * from {table} order by {order}")
    reader = relation.to_arrow_reader(_BATCH_ROWS)
    with whole_file(target) as scratch:
        rows = FORMS[form](reader, scratch)
        digest = sha256_of(scratch)
    provenance = _provenance(lake, connection, table, rows, digest)
    Path(f"{target}.meta.json").write_text(json.dumps(provenance, indent=1, default=str) + "\n")
    return provenance


def _write_parquet(reader: "pa.RecordBatchReader", path: Path) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        return _copy(reader, writer.write_batch)


def _write_arrow(reader: "pa.RecordBatchReader", path: Path) -> int:
    import pyarrow as pa

    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
        return _copy(reader, writer.write_batch)


def _write_csv_zst(reader: "pa.RecordBatchReader", path: Path) -> int:
    import pyarrow as pa
    from pyarrow import csv

    if any(pa.types.is_nested(field.type) for field in reader.schema):
        raise FootprintError("FP009", "a table with lists has no CSV form", hint="--to with .parquet or .arrow")
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


FORMS: Final[dict[str, Callable[["pa.RecordBatchReader", Path], int]]] = {
    "parquet": _write_parquet,
    "csv.zst": _write_csv_zst,
    "arrow": _write_arrow,
}


def form_of(target: Path, forms: Iterable[str] = FORMS) -> str:
    """The format a file name asks for; FP009 if none does."""
    for form in forms:
        if target.name.endswith(f".{form}"):
            return form
    raise FootprintError(
        "FP009",
        f"{target.name!r} has no known ending; there are: {', '.join(forms)}",
        hint=f"--to {target.stem}.parquet",
    )


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes `target` when the block ends well. FP015 if nothing can be written there."""
    scratch = target.with_name(f".{target.name}.part")
    if target.is_dir():
        why = "expected a name for a file, got a folder"
        raise FootprintError("FP015", why, where=str(target), hint=f"--to {target / 'NAME'}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.touch()
    except OSError as refused:
        why = f"{refused.strerror}: {refused.filename}"
        raise FootprintError("FP015", why, where=str(target), hint="another --to") from refused
    try:
        yield scratch
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)


def _provenance(lake: Lake, connection: Any, table: str, rows: int, digest: str) -> dict[str, Any]:
    """Where every row comes from: raw files, the files of the table, how each was made."""
    pinned = connection.sql("select table_name, delta_version, version from publication").fetchall()
    raw = connection.sql("select venue, symbol, file_id, sha256, source, parser_version from manifest order by all")
    columns = [description[0] for description in raw.description]
    files = connection.execute(
        "select table_name, path, n_rows from publication_files where table_name = $1 or $1 not in "
        "(select table_name from publication) order by all",
        [table],
    ).fetchall()
    return {
        "table": table,
        "rows": rows,
        "sha256": digest,
        "written_by": f"mm-footprint {package_version()}",
        "published_by": sorted({version for *_, version in pinned}),
        "delta_versions": {name: version for name, version, _ in pinned},
        "contract": describe_table(TABLES[table]) if table in TABLES else None,
        "partitions": [
            {"table": name, "file": path, "rows": count, "made_from": read_lineage(lake.table_path(name) / path)}
            for name, path, count in files
        ],
        "raw_files": [dict(zip(columns, row, strict=True)) for row in raw.fetchall()],
    }
