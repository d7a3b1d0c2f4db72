"""Rows: one row of any source becomes one Record, or an Unreadable that says where and why.

Messages hold row numbers, column names, ids and dates, and never narrative text.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Values
from dataclasses import dataclass
from datetime import datetime

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.dates import read_date, read_moment, shown
from cdi_nlp.ingest.mapping import FIELDS, Mapping
from cdi_nlp.records import Entry, Record, RecordType, Unreadable

_LONGEST_ID = 120
_HEADER = re.compile(r"[A-Za-z][\w./#-]{0,39}|[A-Z][a-z]+( [A-Z][a-z]+){1,3}|[A-Z][a-z]+ (No|ID|Ref|Dt)\.?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_RECORD_TYPES: dict[str, RecordType] = {
    "incident": "incident",
    "secondary_incident": "secondary_incident",
    "vulnerable_child": "vulnerable_child",
    "vulnerable_adult": "vulnerable_adult",
    "referral_email": "referral_email",
    "crime_enquiry_log": "crime_enquiry_log",
    "n100": "n100",
    "custody_or_cancelled": "custody_or_cancelled",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a source: its number, how a message names it, and its values by column."""

    number: int
    place: str
    values: Values[str, object]


class RowFault(ValueError):
    """A row that cannot become a record, and why."""


Report = Callable[[str], None]
Columns = Values[str, tuple[str, ...]]
"""Our field names, each with the source's columns that hold it."""


def find_columns(names: Sequence[str], mapping: Mapping, *, source: str) -> Columns:
    """Return the columns of a table that hold each field, or raise SourceError where it has no id or text."""
    exact = {name: name for name in names}
    loose = {_loose(name): name for name in reversed(names)}
    found: dict[str, tuple[str, ...]] = {}
    for ours in FIELDS:
        wanted = mapping.names(ours)
        here = tuple(exact.get(name) or loose[_loose(name)] for name in wanted if _loose(name) in loose)
        if here:
            found[ours] = here
    for ours in ("id", "text") if mapping.entries is None else ("id",):
        if ours not in found and not (ours == "text" and "entries" in found):
            wanted = mapping.names(ours)
            raise SourceError(
                f"{source} has no column for {ours} (looked for {_listed(wanted)}); it has {_listed(names)};"
                " name the right one in a mapping file and pass it with --mapping"
            )
    return found


def need_column(name: str, names: Sequence[str], *, source: str) -> str:
    """Return the source's own spelling of a column that a mapping names, or raise SourceError."""
    loose = {_loose(column): column for column in reversed(names)}
    if _loose(name) not in loose:
        raise SourceError(f"{source} has no column '{name}'; it has {_listed(names)}; correct the mapping file")
    return name if name in names else loose[_loose(name)]


def _loose(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip()).casefold()


def _listed(names: Sequence[str]) -> str:
    # A file without a header row starts with a record: a "name" that reads like words may be narrative.
    short = [f"'{name}'" if _HEADER.fullmatch(name) else "(a name not shown)" for name in names[:30]]
    return ", ".join(short) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def to_record(row: Row, mapping: Mapping, *, columns: Columns) -> Record | Unreadable:
    """Return the row as a record, or why it cannot be one; a fault outside its text is only a problem."""
    cells = {ours: [row.values[n] for n in names if n in row.values] for ours, names in columns.items()}
    problems: list[str] = []

    def problem(words: str) -> None:
        problems.append(f"{row.place}: {words}")

    record_id = _id(cells.get("id", []), row, problem)
    try:
        reported_at = _reported_at(cells.get("reported_at", []), mapping, problem)
        text, entries = _text(cells, mapping, reported_at, problem)
        used = {name for names in columns.values() for name in names}
        return Record(
            id=record_id,
            text=text,
            entries=entries,
            record_type=_record_type(_joined(cells.get("record_type", [])), mapping),
            reported_at=reported_at,
            opening_code=_joined(cells.get("opening_code", [])),
            closing_code=_joined(cells.get("closing_code", [])),
            recorded_crimes=_listing(cells.get("recorded_crimes", []), ";|\n"),
            links=_listing(cells.get("links", []), ";|\n,"),
            extra={name: value for name, value in row.values.items() if name not in used},
            problems=tuple(problems),
        )
    except RowFault as fault:
        return Unreadable(record_id, f"{row.place}: {fault}")


def words(value: object) -> str:
    """Return a cell as text, blank for none; a whole number from a spreadsheet loses its ".0"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(value) if isinstance(value, str) else str(value)


def clean(text: str) -> str:
    """Return text that can be written as UTF-8: half a surrogate pair becomes the replacement character."""
    return _SURROGATES.sub("\ufffd", text)


def _joined(cells: Sequence[object], by: str = " ") -> str:
    return by.join(part for part in (words(cell).strip() for cell in cells) if part)


def _id(cells: Sequence[object], row: Row, problem: Report) -> str:
    found = _joined([cell for cell in cells if not isinstance(cell, dict | list | bool)], "-")
    if not found:
        problem(f"no id; it is called row-{row.number} in the results; give it an id")
    elif len(found) > _LONGEST_ID or "\n" in found:
        problem(f"its id is not one (it has {len(found)} characters); it is called row-{row.number}")
    else:
        return found
    return f"row-{row.number}"


def _reported_at(cells: Sequence[object], mapping: Mapping, problem: Report) -> datetime | None:
    given = [cell for cell in cells if cell is not None and cell != ""]
    value = given[0] if len(given) == 1 else " ".join(words(cell) for cell in given)
    try:
        return read_date(value, formats=mapping.dates)
    except ValueError:
        problem(f"reported_at is {shown(value)}, not a date; correct it and scan again")
        return None


def _record_type(words_: str, mapping: Mapping) -> RecordType:
    mapped = mapping.record_types.get(words_.casefold())
    return mapped or _RECORD_TYPES.get(_loose(words_), "other")


def _listing(cells: Sequence[object], separators: str) -> tuple[str, ...]:
    """Return a list that may be given as a list, as JSON or as text with separators."""
    found: list[str] = []
    for cell in cells:
        value = cell
        if isinstance(cell, str) and cell.lstrip().startswith("["):
            value = _from_json(cell)
        if isinstance(value, list | tuple):
            found += [_offence(part) for part in value]
        else:
            found += re.split(f"[{separators}]", words(value))
    return tuple(part.strip() for part in found if part.strip())


def _from_json(cell: str) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def _offence(part: object) -> str:
    if isinstance(part, dict):
        named = (part.get(name) for name in ("offence", "title", "family", "ho_code", "code", "class", "id"))
        return next((words(value) for value in named if value), "")
    return "" if isinstance(part, list) else words(part)


def _text(
    cells: Values[str, Sequence[object]], mapping: Mapping, reported_at: datetime | None, problem: Report
) -> tuple[str, tuple[Entry, ...]]:
    """Return the text and its entries: those given, or those found in the text."""
    given = [cell for cell in cells.get("text", []) if cell is not None]
    if any(not isinstance(cell, str) for cell in given):
        raise RowFault("its text is not text; give it as one string")
    texts = [clean(cell) for cell in given if isinstance(cell, str) and cell.strip()]
    listed = [cell for cell in cells.get("entries", []) if cell is not None and cell != ""]
    text = "\n".join(texts)
    if listed:
        parts = list(_entries(listed[0], mapping, reported_at, problem))
        joined = "\n".join(part[0] for part in parts)
        if joined.strip() and text in ("", joined):
            return joined, _placed(parts)
    if not text:
        raise RowFault("it has no text; every record needs text or entries")
    return text, ()


Part = tuple[str, datetime | None, str | None, str | None]
"""One entry as given: its text, time, author and category."""


def _placed(parts: Sequence[Part]) -> tuple[Entry, ...]:
    """Return entries with their places in the text that joins theirs with newlines."""
    entries: list[Entry] = []
    at = 0
    for text, time, author, category in parts:
        entries.append(Entry(at, at + len(text), time, author, category))
        at += len(text) + 1
    return tuple(entries)


def _entries(value: object, mapping: Mapping, reported_at: datetime | None, problem: Report) -> Iterator[Part]:
    """Yield the entries of a list as parts; a clock without a date is of the day of the entry before it."""
    listed = _from_json(value) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        raise RowFault("its entries are not a list; give them as [{at, author, category, text}]")
    last = reported_at
    for number, entry in enumerate(listed, 1):
        given = {"text": entry} if isinstance(entry, str) else entry
        if not isinstance(given, dict):
            raise RowFault(f"entry {number} is not an object; give it as {{at, author, category, text}}")
        text = given.get("text")
        if text is not None and not isinstance(text, str):
            raise RowFault(f"the text of entry {number} is not text; give it as one string")
        at = None
        try:
            at = read_moment(given.get("at"), last=last, formats=mapping.dates)
        except ValueError:
            problem(f"the time of entry {number} is {shown(given.get('at'))}, not a time; correct it")
        last = at or last
        author, category = (words(given.get(name)).strip() or None for name in ("author", "category"))
        yield clean(text or ""), at, author, category
