"""Recorded crimes: what an offence as written means, and which crimes belong to which record.

Forces write a Home Office code, a class, a CJS code, a title or an abbreviation, and name their columns as
they like. Cancelled crimes are kept with their code: whether that was right is for the audit to say.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

from cdi_nlp.errors import MappingError, SourceError
from cdi_nlp.records import RecordedCrime
from cdi_nlp.taxonomy import Taxonomy
from cdi_nlp.taxonomy.placing import place

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "record_id": tuple(
        "recordid record recordref incidentref incidentreference incidentno incidentnumber incidentid "
        "incident incidenturn lognumber logno logref log stormref stormno stormlog cadref cadno cad eventid "
        "eventno eventnumber linkedincident relatedincident sourceincident isr occurrenceno "
        "occurrencenumber occno ocn".split()
    ),
    "crime_no": tuple(
        "crimeno crimenumber crimeref crimereference crimereferencenumber crimeid crimeurn crime crn cr urn "
        "recordedcrimeno occurrenceno occurrencenumber occurrenceref occno ocn".split()
    ),
    "offence": tuple(
        "hocode homeofficecode hooffencecode hoccode offencecode offence offencetitle offencedescription "
        "offencename offencetype crimetype crimetitle crimedescription cjscode cjsoffencecode hoclass "
        "homeofficeclass homeofficeclassification hoclassification class offenceclass crimeclass "
        "classification crimeclassification".split()
    ),
    "recorded_at": tuple(
        "recordedat recorded recordeddate daterecorded recordeddatetime datetimerecorded crimerecordeddate "
        "recordedon created createdat createddate datecreated createddatetime".split()
    ),
    "status": ("status", "crimestatus", "occurrencestatus", "currentstatus"),
    "cancelled_code": tuple(
        "cancelledcode cancelcode cancellationcode cancelled cancellation cancelledreasoncode "
        "nocrimecode".split()
    ),
    "victim": tuple(
        "victim victimid victimno victimref victimurn victimname victimsex victimgender victimage".split()
    ),
}
"""Header names, letters only, that stand for each column; a name of two columns goes to the first."""
SEVERAL = frozenset({"offence", "victim"})
"""Columns that may come in pieces, such as a code and a title: the pieces are joined."""
NEEDED = ("record_id", "offence")
HEADER_ROWS = 10
"""A report may have title lines above its header; so many rows are looked at."""

_DATES = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d/%m/%y %H:%M", "%d/%m/%y", "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d-%b-%Y %H:%M", "%d-%b-%Y", "%d %b %Y %H:%M", "%d %b %Y", "%d %B %Y",
    "%d-%b-%y", "%d.%m.%Y",
)  # fmt: skip
Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class CrimeIndex:
    """The recorded crimes of a file by the record they belong to, and what was wrong with its rows."""

    by_record: Mapping[str, tuple[RecordedCrime, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 16)
def read_offence(text: str, taxonomy: Taxonomy) -> RecordedCrime:
    """The crime that an offence as written means; its family is None if it is no crime or has no place."""
    placed = place(text, taxonomy)
    return RecordedCrime(
        offence=text, family=placed.family, ho_code=placed.ho_code, offence_class=placed.offence_class
    )


def load_crimes(path: Path, taxonomy: Taxonomy, *, mapping: Mapping[str, str] | None = None) -> CrimeIndex:
    """The recorded crimes of a CSV or XLSX file, by record id.

    `mapping` says what the file calls a column: {"record_id": "Our ref"}; the rest go by their headers.
    A row without a record id or an offence is skipped and listed among the problems. SourceError where the
    file cannot be read at all.
    """
    rows = _numbered_rows(path)
    columns = _find_header(rows, path=path, mapping=mapping or {})
    found: dict[str, list[RecordedCrime]] = {}
    problems: list[str] = []
    for line, row in rows:
        cells = {name: _joined(row, places) for name, places in columns.items()}
        if not any(cells.values()):
            continue
        missing = [name for name in NEEDED if not cells[name]]
        if missing:
            problems.append(f"{path.name} row {line}: no {' and no '.join(missing)}; the row is skipped")
            continue
        recorded_at = _moment(row, columns.get("recorded_at", ()))
        if recorded_at is None and cells.get("recorded_at"):
            problems.append(f"{path.name} row {line}: {_not_a_date(cells['recorded_at'])}; left out")
        found.setdefault(cells["record_id"], []).append(_crime(cells, recorded_at, taxonomy=taxonomy))
    return CrimeIndex({record: tuple(crimes) for record, crimes in found.items()}, tuple(problems))


def _crime(cells: Mapping[str, str], recorded_at: datetime | None, *, taxonomy: Taxonomy) -> RecordedCrime:
    return replace(
        read_offence(cells["offence"], taxonomy),
        crime_no=cells.get("crime_no") or None,
        record_id=cells["record_id"],
        recorded_at=recorded_at,
        status=cells.get("status") or None,
        cancelled_code=_cancelled_code(cells),
        victim=cells.get("victim") or None,
    )


def _cancelled_code(cells: Mapping[str, str]) -> str | None:
    """C1 to C5 (HOCR 2026/27 p.25) where the code or the status holds one, else what the code says."""
    code = cells.get("cancelled_code", "")
    match = re.search(r"\bC ?([1-5])\b", f"{code} {cells.get('status', '')}", re.IGNORECASE)
    if match is not None:
        return f"C{match.group(1)}"
    return None if code.lower() in {"", "n", "no", "false", "0"} else code


def _not_a_date(text: str) -> str:
    """What is wrong with a date. Only digits are quoted: a column mapped wrongly may hold narrative."""
    shown = repr(text) if re.fullmatch(r"[\d/.:\- ]{1,20}", text) else "words"
    return f"recorded_at is {shown}, not a date"


def _find_header(
    rows: Iterator[tuple[int, Row]], *, path: Path, mapping: Mapping[str, str]
) -> dict[str, tuple[int, ...]]:
    """The places of each column, from the first row that has those needed; `rows` is left below it."""
    unknown = sorted(set(mapping) - set(COLUMNS))
    if unknown:
        raise MappingError(f"no column {unknown[0]!r} for crimes; choose from {', '.join(COLUMNS)}")
    for _, (_, row) in zip(range(HEADER_ROWS), rows, strict=False):
        columns = _columns([str(cell or "") for cell in row], mapping=mapping)
        if all(columns.get(name) for name in NEEDED):
            return columns
    raise SourceError(
        f"{path.name}: no column for {' and '.join(NEEDED)} in the first {HEADER_ROWS} rows; "
        "name them with a mapping"
    )


def _columns(header: Sequence[str], *, mapping: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    names = [re.sub(r"[^a-z]", "", cell.lower()) for cell in header]
    taken: set[int] = set()
    columns: dict[str, tuple[int, ...]] = {}
    for column, choices in COLUMNS.items():
        if column in mapping:
            wanted = mapping[column].strip().lower()
            places = [i for i, cell in enumerate(header) if cell.strip().lower() == wanted]
        else:
            places = [names.index(choice) for choice in choices if choice in names]
        free = [i for i in dict.fromkeys(places) if i not in taken]
        columns[column] = tuple(free if column in SEVERAL else free[:1])
        taken.update(columns[column])
    return columns


def _joined(row: Row, places: Sequence[int]) -> str:
    """The text of a row's cells at those places, each written once."""
    cells = (_text(row[i]) for i in places if i < len(row))
    return " - ".join(dict.fromkeys(cell for cell in cells if cell))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a spreadsheet holds the number 4182 as 4182.0
    return " ".join(str(cell).split())


def _moment(row: Row, places: Sequence[int]) -> datetime | None:
    cell = next((row[i] for i in places if i < len(row)), None)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - police times are local and say no zone
    text = _text(cell)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return next((moment for form in _DATES if (moment := _parsed(text, form)) is not None), None)


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - police times are local and say no zone
    except ValueError:
        return None


def _numbered_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The rows of a file, each with its number, counted from 1 as a spreadsheet counts."""
    if path.suffix.lower() not in {".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}:
        raise SourceError(f"{path.name}: crimes come as .csv or .xlsx, not {path.suffix!r}; save it as one")
    if not path.is_file():
        raise SourceError(f"{path.name} is not there; check the path")
    return enumerate(_sheet(path) if path.suffix.lower().startswith(".xls") else _csv(path), start=1)


def _csv(path: Path) -> Iterator[Row]:
    data = path.read_bytes()
    text = data.decode(_encoding(data), errors="replace")
    first = text[:4096].splitlines()[:1] or [""]
    comma = max(",;\t|", key=first[0].count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    except csv.Error as error:
        raise SourceError(f"{path.name} is not a CSV file: {error}; save it again as CSV") from error


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _sheet(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, and most files are CSV
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError) as error:
        raise SourceError(f"{path.name} is not an Excel workbook; save it as .xlsx") from error
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()
