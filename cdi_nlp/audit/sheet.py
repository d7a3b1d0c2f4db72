"""The sheet: the drawn records as a blind audit to fill in, and what auditors found, read back.

A row is one crime that should have been recorded; a record with none has one row that says so. The sheet holds nothing
that the scanner thinks, no stratum and no weight, and lists the records in an order that gives none of it away.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path

from cdi_nlp.audit.frame import Listed
from cdi_nlp.audit.sampling import id_keys
from cdi_nlp.errors import AuditError
from cdi_nlp.ingest.crimes import read_offence
from cdi_nlp.ingest.dates import read_date, shown
from cdi_nlp.ingest.rows import Row, words
from cdi_nlp.ingest.tables import Table, csv_table
from cdi_nlp.ingest.workbooks import xlsx_table
from cdi_nlp.taxonomy import Taxonomy

FILLED = ("record_id", "record_type", "reported_at", "opening_code", "closing_code")
"""Columns that the plan fills in."""
CHARACTERISTICS = ("sex", "age", "ethnicity", "disability", "religion", "sexual_orientation", "gender_reassignment")
"""The protected characteristics that the inspections asked after; each is a column `victim_...`."""
ANSWERS: Mapping[str, str] = {
    "crime": "the crime that should have been recorded, by family, code, class or title; or none",
    "recorded": "yes or no: was it recorded",
    "class_right": "yes or no: under the right class",
    "recorded_at": "when it was recorded",
    "domestic": "yes or no: domestic abuse",
    "safeguarding": "yes or no: was safeguarding considered (asked of crimes that were not recorded)",
    "investigated": "yes or no: was it investigated (asked of crimes that were not recorded)",
    "reason": "the reason given, or found, for not recording",
    "n100_due": "yes or no: should the record have an N100",
    "n100_made": "yes or no: has it one",
    "cancelled_crime": "the crime of the record that was cancelled, if one was",
    "cancelled_code": "C1 to C5, where a crime of the record was cancelled",
    "cancelled_rightly": "yes or no: was there additional verifiable information, or what its code needs",
    "victim_told": "yes or no: was the victim told that the crime was cancelled or not recorded",
    **{f"victim_{name}": f"the victim's {name.replace('_', ' ')}, as recorded" for name in CHARACTERISTICS},
    "auditor": "who read it",
    "note": "anything else; never read by a machine",
}
"""Columns that an auditor fills in, and what each asks. Only `crime` and `recorded` are needed."""
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
UNKNOWN = frozenset({"", "unknown", "not known", "not stated", "not recorded", "n/a", "na", "-", "?"})
NOTHING = frozenset({"none", "no crime", "no", "nil", "0"})


@dataclass(frozen=True, slots=True)
class AuditedCrime:
    """One crime that should have been recorded, as an auditor found it. None is a question left open.

    `group` is the inspectorate's (violence, sexual, rape, other); `recorded` already holds that a rape recorded as
    anything else is not recorded.
    """

    family: str | None
    group: str | None
    recorded: bool
    class_right: bool | None = None
    recorded_at: datetime | None = None
    domestic: bool | None = None
    safeguarding: bool | None = None
    investigated: bool | None = None
    reason: str = ""
    victim: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditedRecord:
    """One record as read by one auditor."""

    id: str
    crimes: tuple[AuditedCrime, ...] = ()
    n100_due: bool | None = None
    n100_made: bool | None = None
    cancelled_code: str = ""
    cancelled_group: str | None = None
    cancelled_rightly: bool | None = None
    victim_told: bool | None = None
    auditor: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The records that were read, by id, and what is wrong with rows of the sheet."""

    read: Mapping[str, AuditedRecord]
    problems: tuple[str, ...] = ()


def blank_sheet(drawn: Iterable[Listed]) -> str:
    """Return the sheet to fill in, as CSV, in the order of the ids' keys, which no scan and no stratum decides."""
    records = list(drawn)
    keys = id_keys(one.id for one in records)
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FILLED, *ANSWERS])
    for _, one in sorted(zip(keys.tolist(), records, strict=True), key=lambda pair: (pair[0], pair[1].id)):
        reported = one.reported_at.isoformat(sep=" ", timespec="minutes") if one.reported_at else ""
        cells = [one.id, one.record_type, reported, one.opening_code, one.closing_code]
        writer.writerow([*map(_harmless, cells), *("" for _ in ANSWERS)])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell


def read_sheet(path: Path, drawn: Mapping[str, Listed], *, taxonomy: Taxonomy) -> Sheet:
    """Return what auditors filled in; AuditError where it is not the sheet of this sample.

    A row that contradicts itself is left out and listed; a record with no answer in any row is not read yet.
    """
    rows = list(_rows(path))
    problems: list[str] = []
    found: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    for place, cells in rows:
        name = cells["record_id"].removeprefix("'") if cells["record_id"][:2] in _QUOTED else cells["record_id"]
        if name not in drawn:
            problems.append(f"{place}: record '{name}' is not in the sample; the row is left out")
        elif cells["crime"]:
            found.setdefault(name, []).append((place, cells))
        elif any(cells[column] for column in ANSWERS if column not in {"note", "auditor"}):
            problems.append(f"{place}: answers but no crime; write the crime, or none; the row is left out")
    reader = _Reader(taxonomy, problems)
    read = {name: reader.record(name, here) for name, here in found.items()}
    return Sheet(read, tuple(problems))


_QUOTED = frozenset(f"'{letter}" for letter in "=+-@")


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    table = _table(path)
    missing = [name for name in ("record_id", "crime", "recorded") if name not in table.names]
    if missing:
        table.close()
        raise AuditError(f"{path.name} has no column {missing[0]!r}; fill in the sheet that the plan wrote")
    for row in table.rows:
        yield row.place, _cells(row)


def _table(path: Path) -> Table:
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise AuditError(f"{path.name}: a sheet is .csv or .xlsx; save it as one")
    try:
        return xlsx_table(path) if path.suffix.lower() == ".xlsx" else csv_table(path)
    except OSError as error:
        raise AuditError(f"{path} cannot be read ({error.strerror}); check the path") from None


def _cells(row: Row) -> Mapping[str, str]:
    cells = {name: words(row.values.get(name)).strip() for name in ("record_id", *ANSWERS)}
    if isinstance(moment := row.values.get("recorded_at"), datetime):
        cells["recorded_at"] = moment.isoformat()
    return cells


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the rows of a record into what was found, listing what cannot be taken as written."""

    taxonomy: Taxonomy
    problems: list[str]

    def record(self, name: str, rows: Sequence[tuple[str, Mapping[str, str]]]) -> AuditedRecord:
        crimes = [self._crime(place, cells) for place, cells in rows if cells["crime"].lower() not in NOTHING]
        if crimes and len(crimes) < len(rows):
            self.problems.append(f"{rows[0][0]}: record '{name}' has both a crime and none; the crime is counted")
        code = self._first(rows, "cancelled_code")
        cancelled = self._first(rows, "cancelled_crime")
        return AuditedRecord(
            id=name,
            crimes=tuple(crime for crime in crimes if crime is not None),
            n100_due=self._answer(rows, "n100_due"),
            n100_made=self._answer(rows, "n100_made"),
            cancelled_code="" if code.lower() in UNKNOWN else code.upper(),
            cancelled_group=self._group(self._family(cancelled)) if cancelled else None,
            cancelled_rightly=self._answer(rows, "cancelled_rightly"),
            victim_told=self._answer(rows, "victim_told"),
            auditor=self._first(rows, "auditor"),
        )

    def _crime(self, place: str, cells: Mapping[str, str]) -> AuditedCrime | None:
        recorded = self._yes_or_no(place, cells, "recorded")
        if recorded is None:
            self.problems.append(f"{place}: a crime, but recorded is neither yes nor no; the row is left out")
            return None
        family = self._family(cells["crime"])
        if family is None:
            self.problems.append(f"{place}: the crime is not an offence that can be placed; it counts in no group")
        right = self._yes_or_no(place, cells, "class_right")
        if family == "rape" and right is False:
            recorded = False
        return AuditedCrime(
            family=family,
            group=self._group(family),
            recorded=recorded,
            class_right=right,
            recorded_at=self._date(place, cells["recorded_at"]),
            domestic=self._yes_or_no(place, cells, "domestic"),
            safeguarding=self._yes_or_no(place, cells, "safeguarding"),
            investigated=self._yes_or_no(place, cells, "investigated"),
            reason=cells["reason"],
            victim={name: known(cells[f"victim_{name}"]) for name in CHARACTERISTICS},
        )

    def _family(self, crime: str) -> str | None:
        return read_offence(crime, self.taxonomy).family

    def _group(self, family: str | None) -> str | None:
        found = self.taxonomy.families.get(family or "")
        return found.hmic_group if found is not None else ("other" if family else None)

    def _date(self, place: str, cell: str) -> datetime | None:
        try:
            return read_date(cell)
        except ValueError:
            self.problems.append(f"{place}: recorded_at is {shown(cell)}, not a date; left out")
            return None

    def _yes_or_no(self, place: str, cells: Mapping[str, str], column: str) -> bool | None:
        answer = cells[column].lower()
        if answer in YES or answer in NO:
            return answer in YES
        if answer not in UNKNOWN:
            self.problems.append(f"{place}: {column} is neither yes nor no; taken as not answered")
        return None

    def _answer(self, rows: Sequence[tuple[str, Mapping[str, str]]], column: str) -> bool | None:
        answers = [self._yes_or_no(place, cells, column) for place, cells in rows]
        return next((answer for answer in answers if answer is not None), None)

    def _first(self, rows: Sequence[tuple[str, Mapping[str, str]]], column: str) -> str:
        return next((cells[column] for _, cells in rows if cells[column]), "")


def known(cell: str) -> str:
    """Return an answer in small letters, blank where it says that nothing is known."""
    answer = " ".join(cell.lower().split())
    return "" if answer in UNKNOWN else answer
