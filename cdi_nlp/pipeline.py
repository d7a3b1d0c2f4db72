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
from cdi_nlp.ingest.crimes import CrimeIndex, crimes_of
from cdi_nlp.recording.cancellation import read_cancellations, wrongly_cancelled
from cdi_nlp.recording.chain import ChainIndex
from cdi_nlp.recording.checks import Looked, counted_besides, look
from cdi_nlp.recording.crime_flags import suggested_flags
from cdi_nlp.recording.decide import Decision, decide
from cdi_nlp.recording.priority import prioritise
from cdi_nlp.recording.reasons import ReasonReader, load_reasons
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Disclosure, Finding, Record, RecordedCrime, Result, Unreadable
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
    chains: ChainIndex = field(default_factory=ChainIndex)


def build_scanner(
    settings: Settings,
    *,
    crimes: CrimeIndex | None = None,
    as_of: datetime | None = None,
    chains: ChainIndex | None = None,
) -> Scanner:
    """A scanner with the taxonomy, patterns and cues that the package carries."""
    chains = chains or ChainIndex()
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
        return Scanner(taxonomy, readable, fusion, reasons, crimes, as_of, settings.priority, chains)
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415  loads numpy and torch: only with a model

    fusion = Fusion(taxonomy, by_id, settings.flag, load_weigher(folder))
    cascade = load_cascade(readable, folder)
    return Scanner(taxonomy, cascade, fusion, reasons, crimes, as_of, settings.priority, chains)


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
    looked = compare(reading, disclosures, decision=decision, recorded=recorded, scanner=scanner)
    domestic = is_domestic(record, disclosures)
    child_victim = is_child(reading, disclosures)
    bad_reason = scanner.reasons.read(reading) if looked.gap.unrecorded else None
    priority = prioritise(
        record,
        disclosures,
        gap=looked.gap,
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
        should_record=looked.crimes,
        unrecorded=looked.gap.unrecorded,
        wrong_class=looked.gap.wrong_class,
        n100=looked.n100,
        domestic=domestic,
        child_victim=child_victim,
        bad_reason=bad_reason,
        priority=priority.value,
        reasons=(*priority.reasons, *decision.collapsed, *looked.reasons),
        error="; ".join(record.problems) or None,
        flags=suggested_flags(record, disclosures, domestic=domestic),
        checks=(*looked.checks, *counted_besides(decision, recorded)),
    )


def compare(
    reading: Reading,
    disclosures: Sequence[Disclosure],
    *,
    decision: Decision,
    recorded: Sequence[RecordedCrime],
    scanner: Scanner,
) -> Looked:
    """The gap between what should have been recorded and what was, as cancellations and the chain leave it."""
    cancelled = read_cancellations(reading, disclosures, recorded=recorded)
    gap = reconcile(
        decision.crimes,
        recorded,
        taxonomy=scanner.taxonomy,
        chain=chain_of(reading.record, scanner),
        wrongly_cancelled=wrongly_cancelled(cancelled),
    )
    return look(
        reading,
        disclosures,
        crimes=decision.crimes,
        gap=gap,
        recorded=recorded,
        mates=scanner.chains.mates(reading.record.id),
        cancelled=cancelled,
        decided=decision.n100,
    )


def recorded_for(record: Record, scanner: Scanner) -> list[RecordedCrime]:
    """The crimes recorded for a record: those that it names itself, and those of the crimes file."""
    return crimes_of(record, scanner.crimes, taxonomy=scanner.taxonomy)


def chain_of(record: Record, scanner: Scanner) -> list[RecordedCrime]:
    """The crimes recorded under the records that a record links to and that the source does not hold.

    Those that it holds are mates of the chain, and are read with their dates.
    """
    if scanner.crimes is None:
        return []
    held = {mate.id for mate in scanner.chains.mates(record.id)}
    return [crime for link in record.links if link not in held for crime in scanner.crimes.by_record.get(link, ())]
