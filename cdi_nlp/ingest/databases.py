"""Databases: the rows of an SQL query, through SQLAlchemy, streamed and never written to."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.rows import Row
from cdi_nlp.ingest.tables import Table

_BATCH = 500


def sql_table(address: str, *, query: str | None) -> Table:
    """Return the rows that a query gives; the transaction is rolled back, so the query can change nothing."""
    if not query or not query.strip():
        raise SourceError("a database needs a query; pass --query, for example 'select * from incidents'")
    try:
        url = make_url(address)
    except (SQLAlchemyError, ValueError):
        raise SourceError("the database address cannot be read; write it as dialect://user@host/database") from None
    name = url.render_as_string(hide_password=True)
    lines = _lines(_engine(url, name), query, name)
    names = tuple(str(column) for column in next(lines))
    rows = (
        Row(number, f"{url.database or name} row {number}", dict(zip(names, line, strict=True)))
        for number, line in enumerate(lines, 1)
    )
    return Table(names, rows, lines.close)


def _engine(url: URL, name: str) -> Engine:
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        # SQLite would make an empty database where there is none.
        if not Path(str(url.database)).is_file():
            raise SourceError(f"{name}: no such file; check the path")
    try:
        return create_engine(url, poolclass=NullPool)
    except ImportError as error:
        raise SourceError(f"{name}: the driver {error.name} is not installed; install it and try again") from None
    except (SQLAlchemyError, ValueError, TypeError):
        raise SourceError(f"{name}: no such kind of database; choose sqlite or postgresql") from None


def _lines(engine: Engine, query: str, name: str) -> Generator[tuple[object, ...], None, None]:
    """Return the column names, then the rows."""
    fetching = False
    try:
        with engine.connect() as connection:
            streamed = connection.execution_options(stream_results=True, yield_per=_BATCH)
            with closing(streamed.execute(text(query))) as result:
                yield tuple(result.keys())
                fetching = True
                for row in result:
                    yield tuple(row)
    except SQLAlchemyError as error:
        # What a driver says of the query names tables and columns; what it says of a row can quote the row.
        said = "a row could not be fetched" if fetching else _said(error)
        raise SourceError(f"{name}: the query failed ({said}); correct it and try again") from None


def _said(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (str(cause).splitlines() or [type(cause).__name__])[0][:160]
