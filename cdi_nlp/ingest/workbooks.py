"""Workbooks: the rows of an Excel sheet, read one at a time."""

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.tables import Table, table_row, unique_names

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

_FAULTS = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, AssertionError, SyntaxError, RuntimeError,
)  # fmt: skip
"""What openpyxl, zipfile and the XML parser raise on a file that is not a whole workbook."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def xlsx_table(path: Path) -> Table:
    """Return the rows of the first sheet that has any, numbered as in the sheet."""
    lines = _lines(path)
    _, header = next(lines, (0, []))
    names = unique_names(header)
    place = f"{path.name} row"
    rows = (table_row(place, number, names=names, cells=cells) for number, cells in lines)
    return Table(names, rows, lines.close)


def _lines(path: Path) -> Generator[tuple[int, list[object]], None, None]:
    try:
        book = _workbook(path)
        try:
            yield from _sheet_lines(book)
        finally:
            book.close()
    except _FAULTS:
        raise SourceError(
            f"{path.name} is not a whole Excel workbook (.xlsx); export it again or copy it again"
        ) from None


def _workbook(path: Path) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to import, and most sources are not workbooks

    with warnings.catch_warnings():
        # It warns of styles and features it leaves out; none of them is text.
        warnings.simplefilter("ignore")
        return load_workbook(path, read_only=True, data_only=True)


def _sheet_lines(book: "Workbook") -> Iterator[tuple[int, list[object]]]:
    for sheet in book.worksheets:
        # Some exports state a size of one cell, which would hide all the others.
        sheet.reset_dimensions()
        filled = False
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            line = [_value(cell) for cell in cells]
            if any(cell is not None and cell != "" for cell in line):
                filled = True
                yield number, line
        if filled:
            return


def _value(cell: object) -> object:
    """Return a cell's value; Excel writes a control character of a text as _x000D_."""
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    return cell
