"""Parquet: the rows of a Parquet file, a few hundred at a time."""

from collections.abc import Iterator
from pathlib import Path

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.decode import decoded
from cdi_nlp.ingest.rows import Row
from cdi_nlp.ingest.tables import Table

_BATCH = 256


def parquet_table(path: Path) -> Table:
    """Return the rows of a Parquet file, numbered from one, with plain Python values."""
    import pyarrow as pa  # noqa: PLC0415  # slow to import, and most sources are not Parquet
    from pyarrow import compute  # noqa: PLC0415
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    faults = (pa.ArrowException, OSError, ValueError, LookupError)
    fault = SourceError(f"{path.name} is not a whole Parquet file; export it again or copy it again")

    def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with times a Python datetime can hold: naive, in microseconds."""
        columns = []
        for column in batch.columns:
            if pa.types.is_timestamp(column.type):
                local = compute.local_timestamp(column) if column.type.tz else column
                columns.append(local.cast(pa.timestamp("us"), safe=False))
            else:
                columns.append(column)
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

    def rows(file: ParquetFile) -> Iterator[Row]:
        number = 0
        with file:
            try:
                for batch in file.iter_batches(batch_size=_BATCH):
                    for values in plain(batch).to_pylist():
                        number += 1
                        text = {name: _text(value) for name, value in values.items()}
                        yield Row(number, f"{path.name} row {number}", text)
            except faults:
                raise fault from None

    try:
        file = ParquetFile(path)
        return Table(tuple(file.schema_arrow.names), rows(file), file.close)
    except faults:
        raise fault from None


def _text(value: object) -> object:
    return decoded(value) if isinstance(value, bytes) else value
