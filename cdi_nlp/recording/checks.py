"""Everything that a record is looked at for beside its expected crimes: the place where every check is called.

Cancellations, the chain, N100, the 24 hours, what is recorded in place of a crime, and what was recorded too often.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cdi_nlp.detect import Reading
from cdi_nlp.recording.cancellation import Cancellation, read_cancellations
from cdi_nlp.recording.chain import Mate, check_fresh_reports, read_chain
from cdi_nlp.recording.decide import Decision
from cdi_nlp.recording.n100 import read_n100
from cdi_nlp.recording.timeliness import check_timeliness
from cdi_nlp.records import Check, Crime, Disclosure, Gap, RecordedCrime

OVER_RECORDED = "HOCR 2026/27 p 12, one crime for each victim; p 13, finished incident"


@dataclass(frozen=True, slots=True)
class Looked:
    """The expected crimes and the gap after what was cancelled rightly or recorded elsewhere, why, and every check."""

    crimes: tuple[Crime, ...]
    gap: Gap
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]
    n100: bool


def look(  # noqa: PLR0913  what a registrar has before them, by name
    reading: Reading,
    disclosures: Sequence[Disclosure],
    *,
    crimes: tuple[Crime, ...],
    gap: Gap,
    recorded: Sequence[RecordedCrime],
    mates: Sequence[Mate] = (),
    cancelled: Sequence[Cancellation] | None = None,
    decided: bool | None = None,
) -> Looked:
    """A record's expected crimes and gap as its cancellations and its chain leave them, with the checks of all four.

    `cancelled` are the findings on its cancellations, where they have been read; `decided` whether the recording rules
    made an N100 of the rape that is told.
    """
    if cancelled is None:
        cancelled = read_cancellations(reading, disclosures, recorded=recorded)
    n100, of_n100 = read_n100(reading, disclosures, recorded=recorded, decided=decided)
    if n100 and not decided:
        crimes, gap = _without_rape(crimes), replace(gap, unrecorded=_without_rape(gap.unrecorded))
    chained = read_chain(reading, gap, disclosures=disclosures, mates=mates, retelling=not cancelled)
    checks = (
        *of_n100,
        *(found.as_check() for found in cancelled),
        *check_timeliness(reading, disclosures, recorded=recorded),
        *chained.checks,
        *check_fresh_reports(reading, disclosures),
    )
    removal = [found for found in cancelled if found.crime_no is None]
    if removal and all(found.verdict == "right" for found in removal) and gap.unrecorded:
        why = tuple(f"rightly cancelled ({found.code}): no crime is due" for found in removal)
        kept = _without(crimes, gap.unrecorded)
        return Looked(kept, replace(gap, unrecorded=()), why, checks, n100)
    crimes = _less_cancelled(crimes, cancelled=cancelled, recorded=recorded)
    return Looked(crimes, chained.gap, chained.reasons, checks, n100)


def _less_cancelled(
    crimes: Sequence[Crime], *, cancelled: Sequence[Cancellation], recorded: Sequence[RecordedCrime]
) -> tuple[Crime, ...]:
    """The crimes less those whose own record was rightly cancelled and that no live record answers for."""
    right = {found.crime_no for found in cancelled if found.verdict == "right" and found.crime_no is not None}
    off = [one.family for one in recorded if one.cancelled_code and (one.crime_no or one.offence) in right]
    if not off:
        return tuple(crimes)
    live = Counter(one.family for one in recorded if not one.cancelled_code)
    kept = []
    for crime in crimes:
        if live[crime.family]:
            live[crime.family] -= 1
        elif crime.family in off:
            off.remove(crime.family)
            continue
        kept.append(crime)
    return tuple(kept)


def _without_rape(crimes: Sequence[Crime]) -> tuple[Crime, ...]:
    """The crimes less those of rape, for which an N100 is the record."""
    return tuple(crime for crime in crimes if crime.family != "rape")


def _without(crimes: Sequence[Crime], removed: Sequence[Crime]) -> tuple[Crime, ...]:
    left = list(removed)
    kept = []
    for crime in crimes:
        if crime in left:
            left.remove(crime)
        else:
            kept.append(crime)
    return tuple(kept)


def counted_besides(decision: Decision, recorded: Sequence[RecordedCrime]) -> tuple[Check, ...]:
    """The checks that follow from the counting: what is recorded instead of a crime, and what too often."""
    return (*_instead(decision), *_over_recorded(decision, recorded))


def _instead(decision: Decision) -> Iterator[Check]:
    """What the rules put in the place of a crime: an N100, a crime-related incident, a transfer."""
    for defeat in decision.defeats:
        yield Check(f"{defeat.instead} expected", defeat.rule, f"{defeat.act.family}, being {defeat.because}")


def _over_recorded(decision: Decision, recorded: Sequence[RecordedCrime]) -> Iterator[Check]:
    """Crimes recorded more often than the rules count them, where the text tells of them at all (both ways: F29)."""
    expected = Counter(crime.family for crime in decision.crimes)
    part_of = {family: crime.family for crime in decision.crimes for family in crime.within}
    instead = {defeat.act.family for defeat in decision.defeats}
    held = Counter(one.family for one in recorded if one.family and not one.cancelled_code)
    for family, count in sorted(held.items()):
        if count <= expected[family]:
            continue
        if family in part_of:
            yield Check("recorded besides", OVER_RECORDED, f"{family} is counted within {part_of[family]}")
        elif family in instead:
            yield Check("recorded, not confirmed", OVER_RECORDED, f"{family} is recorded as a crime")
        elif expected[family]:
            yield Check(
                "recorded more often", OVER_RECORDED, f"{family}: {count} recorded, {expected[family]} expected"
            )
