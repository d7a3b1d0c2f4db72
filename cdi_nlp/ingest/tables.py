"""Tables: column names and rows, read one at a time so that memory stays flat; and the rows of CSV files."""

import csv
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.decode import as_text
from cdi_nlp.ingest.rows import Row

LONGEST_CELL = 32 * 1024 * 1024
"""The longest cell of a CSV file in characters: a longer one is a quotation mark left open."""
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Table:
    """A source's column names, and its rows as they are read; `close` is for a source that is not read."""

    names: tuple[str, ...]
    rows: Iterator[Row]
    close: Callable[[], None]


def csv_table(path: Path) -> Table:
    """Return the rows of a CSV or TSV file, numbered by the line they start on."""
    lines = _csv_lines(path)
    _, header = next(lines, (0, []))
    names = unique_names(header)
    place = f"{path.name} line"
    rows = (table_row(place, number, names=names, cells=cells) for number, cells in lines)
    return Table(names, rows, lines.close)


def _csv_lines(path: Path) -> Generator[tuple[int, list[str]], None, None]:
    """Return the lines that are not blank, each with its number."""
    csv.field_size_limit(LONGEST_CELL)
    delimiter, skip = _delimiter(path)
    with path.open("rb", buffering=0) as raw, as_text(raw) as file:
        reader = csv.reader(islice(file, skip, None), delimiter=delimiter)
        number = skip + 1
        try:
            for cells in reader:
                if any(cell and not cell.isspace() for cell in cells):
                    yield number, cells
                number = skip + reader.line_num + 1
        except csv.Error:
            raise SourceError(
                f"{path.name} line {number}: a cell is longer than {LONGEST_CELL:,} characters;"
                " look for a quotation mark that is left open"
            ) from None


def _delimiter(path: Path) -> tuple[str, int]:
    """Return the delimiter that the header row uses most, and how many lines stand before that row."""
    with path.open("rb", buffering=0) as raw, as_text(raw) as file:
        first = next((line for _ in range(20) if (line := file.readline(1 << 20)).strip()), "")
    # Excel writes and reads this line to name the delimiter.
    if named := re.match(r"sep=(.)\r?\n?$", first):
        return named[1], 1
    bare = re.sub(r'"[^"]*"', "", first)
    best = max(_DELIMITERS, key=bare.count)
    return (best if best in bare else "\t" if path.suffix.lower() == ".tsv" else ","), 0


def unique_names(header: Sequence[object]) -> tuple[str, ...]:
    """Return column names without blanks or doubles, so that no column hides another."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = str(cell).strip() if cell is not None else ""
        name = name or f"column {number}"
        names.append(f"{name} ({number})" if name in names else name)
    return tuple(names)


def table_row(place: str, number: int, *, names: Sequence[str], cells: Sequence[object]) -> Row:
    """Return a row of cells by column name; `place` is what messages call it, before its number."""
    values = dict(zip(names, cells, strict=False))
    values.update((f"column {at + 1}", cells[at]) for at in range(len(names), len(cells)))
    return Row(number, f"{place} {number}", values)
