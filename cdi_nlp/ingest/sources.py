"""Sources: every record of a file, a folder of emails or a database, one at a time.

A row that cannot be read is Unreadable and the rest go on; a source that cannot be read raises SourceError.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from cdi_nlp.errors import MappingError, NotFoundError, SourceError
from cdi_nlp.ingest.entry_rows import gather
from cdi_nlp.ingest.event_blocks import block_rows
from cdi_nlp.ingest.jsonl import jsonl_rows
from cdi_nlp.ingest.mails import read_mail, read_mails
from cdi_nlp.ingest.mapping import FIELDS, Mapping
from cdi_nlp.ingest.parquet import parquet_table
from cdi_nlp.ingest.rows import Row, find_columns, to_record
from cdi_nlp.ingest.tables import Table, csv_table
from cdi_nlp.ingest.workbooks import xlsx_table
from cdi_nlp.records import Record, Unreadable

TABLES: dict[str, Callable[[Path], Table]] = {
    ".csv": csv_table,
    ".tsv": csv_table,
    ".xlsx": xlsx_table,
    ".xlsm": xlsx_table,
    ".parquet": parquet_table,
    ".pq": parquet_table,
}
LINES = (".jsonl", ".ndjson", ".json")
Records = Iterator[Record | Unreadable]


def open_source(source: str, *, mapping: Mapping | None = None, query: str | None = None) -> Records:
    """Return the records of a source in its order; a fault of the whole source is raised at once.

    `source` is a file, a folder of emails or a database address; `query` is for a database alone.
    """
    records = _guarded(_records(source, mapping or Mapping(), query), _name(source))
    first = next(records, None)
    if first is None:
        if "://" in source:
            return iter(())
        raise SourceError(f"{Path(source).name} holds no records; check that it is the right file")
    return chain([first], records)


def _guarded(records: Records, name: str) -> Records:
    """Yield the records, with a disk or network that fails on the way as one clear line."""
    try:
        yield from records
    except OSError as error:
        raise SourceError(f"{name} could not be read to its end ({error.strerror}); try again") from None


def peek(source: str, *, id: str, mapping: Mapping | None = None, query: str | None = None) -> Record:
    """Return the record of that id, or raise NotFoundError."""
    for record in open_source(source, mapping=mapping, query=query):
        if record.id == id:
            if isinstance(record, Unreadable):
                raise SourceError(record.problem)
            return record
    raise NotFoundError(f"{_name(source)} has no record '{id}'; check the id")


def _name(source: str) -> str:
    return "the database" if "://" in source else Path(source).name


def _records(source: str, mapping: Mapping, query: str | None) -> Records:
    if "://" in source:
        from cdi_nlp.ingest.databases import sql_table  # noqa: PLC0415  # slow to import, and seldom needed

        return _from_table(sql_table(source, query=query), mapping, "the query")
    path = Path(source)
    _check(path, source)
    if path.is_dir():
        return read_mails(path)
    suffix = path.suffix.lower()
    if mapping.blocks is not None:
        rows, columns = block_rows(path, mapping)
        return (to_record(row, mapping, columns=columns) for row in rows)
    if suffix in LINES:
        if mapping.entries is not None:
            raise MappingError(f"{path.name} is JSON lines; an [entries] mapping is for tables, so leave it out")
        return _from_lines(jsonl_rows(path), mapping)
    if suffix in TABLES:
        return _from_table(TABLES[suffix](path), mapping, path.name)
    if suffix == ".eml":
        return iter([read_mail(path, name=path.name)])
    kinds = ", ".join([*TABLES, ".jsonl", ".eml"])
    raise SourceError(f"{path.name} is of no known kind; choose from {kinds}, or map a text file with [blocks]")


def _check(path: Path, source: str) -> None:
    """Raise SourceError unless the path can be read and is not empty."""
    try:
        if path.is_dir():
            next(path.iterdir(), None)
            return
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise SourceError(f"{source}: no such file or folder; check the path") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a path"
        raise SourceError(f"{source} cannot be read ({why}); check the path and who may read it") from None
    if empty:
        raise SourceError(f"{path.name} holds no records: it is empty; export it again")


def _from_table(table: Table, mapping: Mapping, name: str) -> Records:
    rows: Iterator[Row] = table.rows
    try:
        if not table.names:
            return iter(())
        columns = find_columns(table.names, mapping, source=name)
        if mapping.entries is not None:
            rows, columns = gather(table, mapping, columns=columns, source=name)
    except SourceError:
        table.close()
        raise
    return (to_record(row, mapping, columns=columns) for row in rows)


def _from_lines(rows: Iterator[Row | Unreadable], mapping: Mapping) -> Records:
    columns = {ours: mapping.names(ours) for ours in FIELDS}
    for row in rows:
        yield row if isinstance(row, Unreadable) else to_record(row, mapping, columns=columns)
