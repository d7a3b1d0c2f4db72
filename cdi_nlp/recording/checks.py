"""What a registrar should look at in a record beside missing crimes: the place where every check is called.

A check never changes what should be recorded. It is a sentence with its rule, for a person to judge.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from cdi_nlp.recording.decide import Decision
from cdi_nlp.records import Check, RecordedCrime

OVER_RECORDED = "HOCR 2026/27 p 12, one crime for each victim; p 13, finished incident"


def checks_of(decision: Decision, recorded: Sequence[RecordedCrime]) -> tuple[Check, ...]:
    """The checks of one record, in a fixed order; those of N100, cancellation, time and chain join here."""
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
