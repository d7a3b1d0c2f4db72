"""Entry rows: a source with one row an entry, its rows gathered into one row a record.

The rows of a record must stand together, so that memory holds one record at a time; where they do not, a
mapping says `adjacent = false` and the whole source is held. A row with no id goes on with the one before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time

from cdi_nlp.ingest.dates import read_date
from cdi_nlp.ingest.mapping import EntryRows, Mapping
from cdi_nlp.ingest.rows import Columns, Row, need_column, words
from cdi_nlp.ingest.tables import Table

ENTRIES = "entries"


def gather(table: Table, mapping: Mapping, *, columns: Columns, source: str) -> tuple[Iterator[Row], Columns]:
    """Return one row a record, with its entries under "entries", and the columns to read it by."""
    layout = mapping.entries or EntryRows(text="text")
    names = {
        key: need_column(name, table.names, source=source)
        for key in ("text", "at", "date", "time", "author", "category", "sequence")
        if (name := getattr(layout, key)) is not None
    }
    groups = _adjacent(table.rows, columns["id"]) if layout.adjacent else _all(table.rows, columns["id"])
    used = set(names.values())
    kept = {ours: theirs for ours, theirs in columns.items() if ours not in ("text", ENTRIES)}
    heads = columns.get("text", ()) if "text" in mapping.columns else ()
    rows = (_record_row(group, names, layout, mapping, heads=heads, used=used) for group in groups)
    return rows, {**kept, ENTRIES: (ENTRIES,)}


def _key(row: Row, columns: tuple[str, ...]) -> str:
    return "-".join(words(row.values.get(name)).strip() for name in columns).strip("-")


def _adjacent(rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[list[Row]]:
    group: list[Row] = []
    known = ""
    for row in rows:
        key = _key(row, columns)
        if group and key not in ("", known):
            yield group
            group = []
        known = key or known
        group.append(row)
    if group:
        yield group


def _all(rows: Iterable[Row], columns: tuple[str, ...]) -> Iterator[list[Row]]:
    groups: dict[str, list[Row]] = {}
    known = ""
    for row in rows:
        known = _key(row, columns) or known
        groups.setdefault(known, []).append(row)
    yield from groups.values()


def _record_row(
    group: list[Row],
    names: dict[str, str],
    layout: EntryRows,
    mapping: Mapping,
    *,
    heads: tuple[str, ...],
    used: set[str],
) -> Row:
    values: dict[str, object] = {}
    for row in group:
        for name, value in row.values.items():
            if name not in used and values.get(name) in (None, ""):
                values[name] = value
    entries = [_entry(row, names, mapping) for row in group]
    if layout.order == "sequence" and "sequence" in names:
        pairs = zip((_number(row.values.get(names["sequence"])) for row in group), entries, strict=True)
        entries = [entry for _, entry in sorted(pairs, key=lambda pair: pair[0])]
    elif layout.order == "time":
        entries = _by_time(entries)
    said = [words(values.pop(name, None)) for name in heads]
    summary = [{"text": text} for text in said if text.strip()]
    return replace(group[0], values={**values, ENTRIES: [*summary, *entries]})


def _entry(row: Row, names: dict[str, str], mapping: Mapping) -> dict[str, object]:
    cells = {key: row.values.get(name) for key, name in names.items()}
    return {
        "text": words(cells.get("text")),
        "at": _at(cells.get("at"), cells.get("date"), cells.get("time"), mapping),
        "author": cells.get("author"),
        "category": cells.get("category"),
    }


def _at(at: object, day: object, clock: object, mapping: Mapping) -> object:
    """Return when an entry was written, as far as its cells say; the record reports a bad value."""
    if at is not None and words(at).strip():
        return _dated(at, mapping)
    if isinstance(day, datetime | date) and isinstance(clock, time):
        return datetime.combine(day, clock)
    if isinstance(day, datetime | date):
        day = f"{day:%Y-%m-%d}"
    if not words(day).strip():
        return clock
    return _dated(f"{words(day).strip()} {words(clock).strip()}".strip(), mapping)


def _dated(value: object, mapping: Mapping) -> object:
    try:
        return read_date(value, formats=mapping.dates)
    except ValueError:
        return value


def _number(value: object) -> tuple[int, float, str]:
    said = words(value).strip()
    try:
        return (0, float(said), "")
    except ValueError:
        return (1 if said else 2, 0.0, said)


def _by_time(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return entries by time, each without a time after the one that stood before it."""
    keys: list[datetime] = []
    for entry in entries:
        at = entry["at"]
        keys.append(at if isinstance(at, datetime) else keys[-1] if keys else datetime.min)
    order = sorted(range(len(entries)), key=lambda number: (keys[number], number))
    return [entries[number] for number in order]
