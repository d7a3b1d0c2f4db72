"""Mapping: a TOML file that says what a force's columns, record types, dates and layouts are called."""

import tomllib
from collections.abc import Mapping as Values
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, get_args

from cdi_nlp.errors import MappingError
from cdi_nlp.records import RecordType

FIELDS = (
    "id", "record_type", "reported_at", "opening_code", "closing_code", "text", "entries", "recorded_crimes",
    "links",
)  # fmt: skip
"""The names of a record's fields, which are the names of the columns where no mapping says otherwise."""
Order = Literal["sequence", "time", "file"]
_SECTIONS = ("columns", "record_types", "dates", "entries", "blocks")
_ENTRY_KEYS = ("text", "at", "date", "time", "author", "category", "sequence", "order", "adjacent")
_BLOCK_KEYS = ("event", "narrative", "others", "text", "at", "author", "category")
Table = Values[str, object]


@dataclass(frozen=True, slots=True)
class EntryRows:
    """The columns of a source with one row an entry: each row of a record holds its id and one entry."""

    text: str
    at: str | None = None
    date: str | None = None
    time: str | None = None
    author: str | None = None
    category: str | None = None
    sequence: str | None = None
    order: Order = "file"
    adjacent: bool = True


@dataclass(frozen=True, slots=True)
class EventBlocks:
    """The headings and keys of a text file of `Key = value` blocks."""

    event: str = "Event"
    narrative: str = "Narrative"
    others: tuple[str, ...] = ()
    text: str = "Text"
    at: str = "Timestamp"
    author: str = "User"
    category: str = "Category"


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a source calls things: `columns` holds each of our fields' names there, in the order to join."""

    columns: Values[str, tuple[str, ...]] = field(default_factory=dict)
    record_types: Values[str, RecordType] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    entries: EntryRows | None = None
    blocks: EventBlocks | None = None

    def names(self, ours: str) -> tuple[str, ...]:
        """Return the source's names of one of our fields."""
        return self.columns.get(ours, (ours,))


def load_mapping(path: str | Path) -> Mapping:
    """Return the mapping a TOML file holds; an unknown key is refused with the nearest name."""
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MappingError(f"{path}: no such mapping file; check --mapping") from None
    except (OSError, ValueError) as error:
        # A TOML error names a line and a column, never what stands there.
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise MappingError(f"{path}: cannot be read as TOML ({why}); correct it") from None
    return _Reader(file.name).mapping(table)


@dataclass(frozen=True, slots=True)
class _Reader:
    name: str

    def mapping(self, table: Table) -> Mapping:
        self._known(table, _SECTIONS, "section")
        columns = self._section(table, "columns")
        self._known(columns, FIELDS, "column", inside="columns")
        dates = self._section(table, "dates")
        self._known(dates, ("formats",), "key", inside="dates")
        return Mapping(
            columns={ours: self._names(theirs, f"columns.{ours}") for ours, theirs in columns.items()},
            record_types=self._record_types(self._section(table, "record_types")),
            dates=self._names(dates.get("formats", []), "dates.formats"),
            entries=self._entries(self._section(table, "entries")) if "entries" in table else None,
            blocks=self._blocks(self._section(table, "blocks")) if "blocks" in table else None,
        )

    def _section(self, table: Table, name: str) -> dict[str, object]:
        section = table.get(name, {})
        if not isinstance(section, dict):
            raise MappingError(f"{self.name}: '{name}' is not a section; write [{name}]")
        return section

    def _known(self, table: Table, names: tuple[str, ...], kind: str, *, inside: str = "") -> None:
        for key in table:
            if key not in names:
                near = get_close_matches(key, names, 1, 0.5)
                hint = f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(names)}"
                where = f"[{inside}] " if inside else ""
                raise MappingError(f"{self.name}: {where}no {kind} '{key}'; {hint}")

    def _names(self, value: object, key: str) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise MappingError(f"{self.name}: {key} is not a name or a list of names; put it in quotes")
        return tuple(names)

    def _name(self, table: Table, key: str) -> str | None:
        return self._names(table[key], key)[0] if key in table else None

    def _record_types(self, table: Table) -> dict[str, RecordType]:
        known = {name: name for name in get_args(RecordType)}
        found: dict[str, RecordType] = {}
        for theirs, ours in table.items():
            if ours not in known:
                choices = ", ".join(known)
                raise MappingError(f"{self.name}: [record_types] '{theirs}' is {ours!r}; choose from {choices}")
            found[theirs.casefold()] = known[str(ours)]
        return found

    def _entries(self, table: Table) -> EntryRows:
        self._known(table, _ENTRY_KEYS, "key", inside="entries")
        text = self._name(table, "text")
        if text is None:
            raise MappingError(f"{self.name}: [entries] has no 'text'; name the column of an entry's text")
        sequence = self._name(table, "sequence")
        timed = any(key in table for key in ("at", "date", "time"))
        order = table.get("order", "sequence" if sequence else "time" if timed else "file")
        if order not in get_args(Order):
            choices = ", ".join(get_args(Order))
            raise MappingError(f"{self.name}: [entries] order is {order!r}; choose from {choices}")
        return EntryRows(
            text=text,
            at=self._name(table, "at"),
            date=self._name(table, "date"),
            time=self._name(table, "time"),
            author=self._name(table, "author"),
            category=self._name(table, "category"),
            sequence=sequence,
            order=next(name for name in get_args(Order) if name == order),
            adjacent=table.get("adjacent", True) is not False,
        )

    def _blocks(self, table: Table) -> EventBlocks:
        self._known(table, _BLOCK_KEYS, "key", inside="blocks")
        others = self._names(table.get("others", []), "blocks.others")
        names = {key: self._name(table, key) or "" for key in table if key != "others"}
        return EventBlocks(**names, others=others)
