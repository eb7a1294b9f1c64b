"""All views as Parquet files, one a view, with what every column means as metadata. Needs the extra `parquet`."""

from pathlib import Path
from typing import Any

from eventstore.errors import not_installed
from projections.exports import Request
from projections.exports.tables import columns, kind_of, rows
from projections.views import TABLES


def write(request: Request, folder: Path) -> None:
    """Write one Parquet file a view into a folder that is there; raises `Refused` where pyarrow is not installed."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise not_installed("Parquet needs", "pyarrow", "parquet") from error
    types = {"boolean": arrow.bool_(), "integer": arrow.int64(), "day": arrow.string(), "text": arrow.string()}
    # Days stay text: EDTF columns beside them are text, and 0001-01-01 is no day for every reader.
    for table in TABLES:
        fields: list[Any] = [
            arrow.field(column.name, types[kind_of(column)], metadata={"description": column.comment or ""})
            for column in columns(table, request.as_of)
        ]
        about = {"description": table.comment or "", **{k: str(v) for k, v in request.basis._asdict().items()}}
        schema = arrow.schema(fields, metadata=about)
        with parquet.ParquetWriter(str(folder / f"{table.name}.parquet"), schema) as file:
            for chunk in rows(request, table):
                file.write_table(arrow.Table.from_pylist(chunk, schema=schema))
