"""Recorded crimes: what an offence as written means, and which crimes belong to which record.

Forces write a Home Office code, a class, a CJS code, a title or an abbreviation, and name their columns as
they like. Cancelled crimes are kept with their code: whether that was right is for the audit to say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cdi_nlp.errors import MappingError, SourceError
from cdi_nlp.ingest.dates import read_date, shown
from cdi_nlp.ingest.rows import words
from cdi_nlp.ingest.tables import csv_table
from cdi_nlp.ingest.workbooks import xlsx_table
from cdi_nlp.records import Record, RecordedCrime
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
        "cancelledcode cancelcode cancellationcode cancelled cancellation cancelledreasoncode nocrimecode".split()
    ),
    "victim": tuple("victim victimid victimno victimref victimurn victimname victimsex victimgender victimage".split()),
}
"""Header names, letters only, that stand for each column; a name of two columns goes to the first."""
SEVERAL = frozenset({"offence", "victim"})
"""Columns that may come in pieces, such as a code and a title: the pieces are joined."""
NEEDED = ("record_id", "offence")
HEADER_ROWS = 10
"""A report may have title lines above its header; so many rows are looked at."""

Cells = tuple[str, Sequence[object]]
"""A row's place, as a message names it, and its cells."""


@dataclass(frozen=True, slots=True)
class CrimeIndex:
    """The recorded crimes of a file by the record they belong to, and what was wrong with its rows."""

    by_record: Mapping[str, tuple[RecordedCrime, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 16)
def read_offence(text: str, taxonomy: Taxonomy) -> RecordedCrime:
    """Return the crime that an offence as written means; family None: no crime, or it cannot be placed."""
    placed = place(text, taxonomy)
    return RecordedCrime(offence=text, family=placed.family, ho_code=placed.ho_code, offence_class=placed.offence_class)


def crimes_of(record: Record, index: CrimeIndex | None, *, taxonomy: Taxonomy) -> list[RecordedCrime]:
    """Return the crimes recorded for a record: those that it names itself, and those of the crimes file."""
    own = [read_offence(offence, taxonomy) for offence in record.recorded_crimes]
    return own + list(index.by_record.get(record.id, ()) if index else ())


def load_crimes(path: Path, taxonomy: Taxonomy, *, mapping: Mapping[str, str] | None = None) -> CrimeIndex:
    """Return the recorded crimes of a CSV or XLSX file, by record id.

    `mapping` says what the file calls a column: {"record_id": "Our ref"}; the rest go by their headers.
    A row without a record id or an offence is skipped and listed among the problems. SourceError where the
    file cannot be read at all.
    """
    rows = _rows(path)
    columns = _find_header(rows, path=path, mapping=mapping or {})
    found: dict[str, list[RecordedCrime]] = {}
    problems: list[str] = []
    for at, row in rows:
        cells = {name: _joined(row, places) for name, places in columns.items()}
        if not any(cells.values()):
            continue
        missing = [name for name in NEEDED if not cells[name]]
        if missing:
            problems.append(f"{at}: no {' and no '.join(missing)}; the row is skipped")
            continue
        recorded_at = None
        cell = next((row[i] for i in columns["recorded_at"] if i < len(row)), None)
        try:
            recorded_at = read_date(cell)
        except ValueError:
            problems.append(f"{at}: recorded_at is {shown(cell)}, not a date; left out")
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


def _find_header(rows: Iterator[Cells], *, path: Path, mapping: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return the places of each column, from the first row that has those needed; `rows` is left below it."""
    unknown = sorted(set(mapping) - set(COLUMNS))
    if unknown:
        raise MappingError(f"no column {unknown[0]!r} for crimes; choose from {', '.join(COLUMNS)}")
    for _, (_, row) in zip(range(HEADER_ROWS), rows, strict=False):
        columns = _columns([str(cell or "") for cell in row], mapping=mapping)
        if all(columns.get(name) for name in NEEDED):
            return columns
    raise SourceError(
        f"{path.name}: no column for {' and '.join(NEEDED)} in the first {HEADER_ROWS} rows; name them with a mapping"
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


def _joined(row: Sequence[object], places: Sequence[int]) -> str:
    """Return the text of a row's cells at those places, each written once."""
    cells = (words(row[i]).strip() for i in places if i < len(row))
    return " - ".join(dict.fromkeys(cell for cell in cells if cell))


def _rows(path: Path) -> Iterator[Cells]:
    """Return the rows of a file, the header first, each with its place."""
    readers = {
        ".csv": csv_table,
        ".tsv": csv_table,
        ".txt": csv_table,
        ".xlsx": xlsx_table,
        ".xlsm": xlsx_table,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"{path.name}: crimes come as .csv or .xlsx, not {path.suffix!r}; save it as one")
    try:
        table = reader(path)
        yield path.name, table.names
        for row in table.rows:
            yield row.place, tuple(row.values.values())
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read ({error.strerror}); check the path") from None
