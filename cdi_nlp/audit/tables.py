"""Tables: every figure of an audit as JSON, as CSV and as a workbook."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from cdi_nlp.audit.findings import Compliance, Findings, Quality, Rates

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Table = tuple[str, tuple[str, ...], list[tuple[object, ...]]]
"""A table of figures: its name, its columns and its rows. The first column but one names the row."""


def as_json(part: Findings | Rates | Compliance | Quality) -> str:
    """Return findings, or a part of them, as JSON."""
    return json.dumps(asdict(part), indent=2, default=str) + "\n"


def tables(found: Findings) -> list[Table]:
    """Return every figure as tables."""
    rates, comply = found.rates, found.compliance
    months = tuple(one.figure for one in rates.months)
    shares = (*rates.groups, *rates.strata, *months, *rates.characteristics, *comply.timeliness, *comply.n100)
    shares += (*comply.cancellations, *comply.care, *comply.equality, *(found.quality.scanner or ()))
    readers = found.quality.readers
    limits = [("by month", one.figure.group, one.centre, one.lower, one.upper, one.signal) for one in rates.months]
    return [
        _table("shares", shares),
        _table("unrecorded a year", rates.unrecorded),
        _table("comparisons", (*rates.earlier, *rates.forces)),
        _table("hours to record", comply.hours),
        _table("tallies", (*comply.missed, *comply.reasons, *comply.opening_codes, *comply.closing_codes)),
        ("control chart", ("table", "month", "centre", "lower", "upper", "signal"), list(limits)),
        _table("two readers", readers.agreement if readers else ()),
        ("warnings", ("warning",), [(one,) for one in found.warnings]),
        ("made by", ("what", "value"), list(_flat(found.head))),
    ]


def _table(name: str, rows: "Iterable[DataclassInstance]") -> Table:
    given = list(rows)
    columns = tuple(item.name for item in fields(given[0])) if given else ()
    return name, columns, [tuple(getattr(row, column) for column in columns) for row in given]


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{before}{name}.")
        elif not (isinstance(value, list) and value and isinstance(value[0], Mapping)):
            found.append((f"{before}{name}", "" if value is None else str(value)))
    return found


def as_csv(found: Findings) -> str:
    """Return every figure as one CSV, a line a value: the sheet, the row, its column and the value."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["sheet", "row", "column", "value"])
    for name, columns, rows in tables(found):
        for row in rows:
            label = ": ".join(str(cell) for cell in row[:2] if isinstance(cell, str)) if len(row) > 2 else row[0]
            writer.writerows(
                [name, _safe(label), column, _safe(cell)] for column, cell in zip(columns, row, strict=True)
            )
    return out.getvalue()


def as_workbook(found: Findings) -> bytes:
    """Return every figure as an Excel workbook, a sheet a table."""
    from openpyxl import Workbook  # noqa: PLC0415  slow to import
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for name, columns, rows in tables(found):
        page = book.create_sheet(name)
        page.append(list(columns) or ["nothing to show"])
        for row in rows:
            page.append([_safe(cell) for cell in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        page.column_dimensions["A"].width = page.column_dimensions["B"].width = 34
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: object) -> object:
    """A cell that a spreadsheet does not take for a formula, without what a workbook cannot hold."""
    if not isinstance(cell, str):
        return cell
    kept = "".join(letter for letter in cell if letter >= " " or letter in "\t\n")
    return f"'{kept}" if kept[:1] in {"=", "+", "-", "@"} else kept
