"""The frame: every record of the source, flagged or not, with what is known of it before it is read.

Leicestershire's own audit looked only at records already linked to a crime and so "wrongly reported high levels of
crime-recording accuracy" (HMICFRS 2017). Nothing is left out here: a record that could not be read has a stratum too.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from cdi_nlp.audit.strata import load_strata
from cdi_nlp.errors import AuditError
from cdi_nlp.ingest.crimes import CrimeIndex, load_crimes, read_offence
from cdi_nlp.ingest.mapping import load_mapping
from cdi_nlp.ingest.sources import open_source
from cdi_nlp.records import Record, RecordedCrime, Unreadable
from cdi_nlp.scan.local import distinct
from cdi_nlp.taxonomy import Taxonomy, load_taxonomy

Band = Literal["nothing", "some sign", "gap"]
"""What the scanner says of a record: no disclosure; a disclosure or a recorded crime; a crime that is not recorded."""
UNREADABLE = "could not be read"


@dataclass(frozen=True, slots=True)
class Source:
    """What is audited: the records, their crimes, and, where there was a scan, its results."""

    source: str
    crimes: Path | None = None
    mapping: Path | None = None
    query: str | None = None
    results: Path | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One record of the frame. `recorded` counts its crimes that are recorded and not cancelled."""

    id: str
    stratum: str
    band: Band
    recorded: int
    record_type: str
    reported_at: datetime | None
    opening_code: str
    closing_code: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Every record; `scanned` says whether their bands come from a scan."""

    listed: tuple[Listed, ...]
    scanned: bool
    digest: str


def read_frame(source: Source) -> Frame:
    """Return the frame of a source; AuditError where the scan's results are not those of the source."""
    taxonomy = load_taxonomy()
    crimes = load_crimes(source.crimes, taxonomy) if source.crimes else None
    mapping = load_mapping(source.mapping) if source.mapping else None
    rows = distinct(open_source(source.source, mapping=mapping, query=source.query))
    bands = _bands(source.results) if source.results else None
    listed = tuple(_listed(row, _next_band(row.id, bands), crimes, taxonomy=taxonomy) for row in rows)
    if bands is not None and next(bands, None) is not None:
        raise AuditError(
            f"{_name(source)} has more records than the source; scan this source and audit with its results"
        )
    return Frame(listed, bands is not None, digest_of(listed))


def digest_of(listed: Sequence[Listed]) -> str:
    """Return the SHA-256 of the frame: its records' ids, strata and bands, in the order of the ids."""
    whole = sha256()
    for line in sorted(f"{one.id}\t{one.stratum}\t{one.band}\n" for one in listed):
        whole.update(line.encode("utf-8"))
    return whole.hexdigest()


def _listed(row: Record | Unreadable, band: Band, crimes: CrimeIndex | None, *, taxonomy: Taxonomy) -> Listed:
    if isinstance(row, Unreadable):
        return Listed(row.id, UNREADABLE, band, 0, "", None, "", "")
    recorded = [read_offence(offence, taxonomy) for offence in row.recorded_crimes]
    recorded += crimes.by_record.get(row.id, ()) if crimes else ()
    live = [crime for crime in recorded if _stands(crime)]
    families = [taxonomy.families.get(crime.family or "") for crime in live]
    groups = [family.hmic_group for family in families if family is not None]
    return Listed(
        id=row.id,
        stratum=load_strata().of(row, groups),
        band="some sign" if live and band == "nothing" else band,
        recorded=len(live),
        record_type=row.record_type,
        reported_at=row.reported_at,
        opening_code=row.opening_code,
        closing_code=row.closing_code,
    )


def _stands(crime: RecordedCrime) -> bool:
    """Whether it is a crime on the books: neither an incident nor cancelled."""
    return crime.family is not None and crime.cancelled_code is None


def _bands(results: Path) -> Iterator[tuple[str, Band]]:
    """Yield the id and band of each line of results.jsonl."""
    try:
        with results.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                    gap = bool(row["unrecorded"] or row["wrong_class"])
                    yield row["id"], "gap" if gap else "some sign" if row["disclosures"] else "nothing"
                except (ValueError, KeyError, TypeError):
                    raise AuditError(f"{results.name} line {number} is not a line of results; scan again") from None
    except OSError as error:
        raise AuditError(f"{results}: cannot be read ({error.strerror}); name the results.jsonl of a scan") from None


def _next_band(record: str, bands: Iterator[tuple[str, Band]] | None) -> Band:
    if bands is None:
        return "nothing"
    name, band = next(bands, ("", "nothing"))
    if name != record:
        raise AuditError(f"the results do not follow the source (at record '{record}'); scan this source and try again")
    return band


def _name(source: Source) -> str:
    return source.results.name if source.results else "the scan"
