"""★ Read first: everything said of one record, in one screen.

    Record → segments → findings → disclosures → decision → gap → Result

Each stage takes what the stage before it made and returns the next thing; nothing writes back upstream. A result
depends on the record, the crimes recorded for it, the taxonomy and the settings alone, so the same input gives the
same bytes.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cdi_nlp.detect import Reading, ReadingDetector, read
from cdi_nlp.detect.flags import is_child, is_domestic
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.models import promoted_folder
from cdi_nlp.detect.patterns import load_pattern_detector
from cdi_nlp.detect.weigh import load_weigher
from cdi_nlp.errors import SettingsError
from cdi_nlp.ingest.crimes import CrimeIndex, read_offence
from cdi_nlp.recording.checks import checks_of
from cdi_nlp.recording.crime_flags import suggested_flags
from cdi_nlp.recording.decide import decide
from cdi_nlp.recording.priority import prioritise
from cdi_nlp.recording.reasons import ReasonReader, load_reasons
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Finding, Record, RecordedCrime, Result, Unreadable
from cdi_nlp.settings import PrioritySettings, Settings
from cdi_nlp.taxonomy import Taxonomy, load_taxonomy

FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError, MemoryError)
"""What a bug in a stage may raise: one record's fault must not cost the night its other records."""


@dataclass(slots=True)
class Scanner:
    """What a scan needs, loaded once a process."""

    taxonomy: Taxonomy
    detector: ReadingDetector
    fusion: Fusion
    reasons: ReasonReader
    crimes: CrimeIndex | None = None
    as_of: datetime | None = None
    weights: PrioritySettings = field(default_factory=PrioritySettings)


def build_scanner(settings: Settings, *, crimes: CrimeIndex | None = None, as_of: datetime | None = None) -> Scanner:
    """A scanner with the taxonomy, patterns and cues that the package carries."""
    taxonomy = load_taxonomy()
    for family in settings.flag.families:
        if family not in taxonomy.families:
            nearest = difflib.get_close_matches(family, taxonomy.families, n=1, cutoff=0)[0]
            raise SettingsError(f"settings: flag.families has no family {family!r}; did you mean {nearest!r}?")
    readable = load_pattern_detector()
    by_id = {pattern.id: pattern for pattern in readable.patterns}
    reasons = ReasonReader.build(load_reasons(readable.lexicon), readable.tokenizer)
    folder = promoted_folder() if settings.scan.detectors == "all" else None
    if folder is None:
        fusion = Fusion(taxonomy, by_id, settings.flag)
        return Scanner(taxonomy, readable, fusion, reasons, crimes, as_of, settings.priority)
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415  loads numpy and torch: only with a model

    fusion = Fusion(taxonomy, by_id, settings.flag, load_weigher(folder))
    return Scanner(taxonomy, load_cascade(readable, folder), fusion, reasons, crimes, as_of, settings.priority)


def scan(rows: Sequence[Record | Unreadable], scanner: Scanner) -> list[Result]:
    """One result for each row, in the order of the rows; a row that fails says so and costs no other."""
    readings = [read(row, scanner.detector.tokenizer) for row in rows if isinstance(row, Record)]
    found = iter(list(scanner.detector.detect(readings)))
    ready = iter(readings)
    return [
        Result(row.id, error=row.problem) if isinstance(row, Unreadable) else judge(next(ready), next(found), scanner)
        for row in rows
    ]


def judge(reading: Reading, findings: Sequence[Finding], scanner: Scanner) -> Result:
    """What the findings of one record come to: disclosures, expected crimes, and what was not recorded."""
    record = reading.record
    disclosures = scanner.fusion.combine(reading, findings)
    decision = decide(reading, disclosures)
    recorded = recorded_for(record, scanner)
    gap = reconcile(decision.crimes, recorded, taxonomy=scanner.taxonomy, chain=chain_of(record, scanner))
    domestic = is_domestic(record, disclosures)
    child_victim = is_child(reading, disclosures)
    bad_reason = scanner.reasons.read(reading) if gap.unrecorded else None
    priority = prioritise(
        record,
        disclosures,
        gap=gap,
        taxonomy=scanner.taxonomy,
        domestic=domestic,
        child_victim=child_victim,
        bad_reason=bad_reason,
        as_of=scanner.as_of,
        weights=scanner.weights,
    )
    return Result(
        id=record.id,
        disclosures=disclosures,
        should_record=decision.crimes,
        unrecorded=gap.unrecorded,
        wrong_class=gap.wrong_class,
        n100=decision.n100,
        domestic=domestic,
        child_victim=child_victim,
        bad_reason=bad_reason,
        priority=priority.value,
        reasons=(*priority.reasons, *decision.collapsed),
        error="; ".join(record.problems) or None,
        flags=suggested_flags(record, disclosures, domestic=domestic),
        checks=checks_of(decision, recorded),
    )


def recorded_for(record: Record, scanner: Scanner) -> list[RecordedCrime]:
    """The crimes recorded for a record: those that it names itself, and those of the crimes file."""
    own = [read_offence(offence, scanner.taxonomy) for offence in record.recorded_crimes]
    return own + list(scanner.crimes.by_record.get(record.id, ()) if scanner.crimes else ())


def chain_of(record: Record, scanner: Scanner) -> list[RecordedCrime]:
    """The crimes recorded under the records that a record links to: a disclosure told again is still one crime."""
    if scanner.crimes is None:
        return []
    return [crime for link in record.links for crime in scanner.crimes.by_record.get(link, ())]
