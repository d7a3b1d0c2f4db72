"""Which record a person should read first: how likely it hides a crime, how grave, how vulnerable, how overdue.

The number orders a queue and means nothing by itself; the reasons are what a person checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cdi_nlp.records import Crime, Disclosure, Gap, Record
from cdi_nlp.taxonomy import Taxonomy

RECORD_WITHIN = timedelta(hours=24)
"""HOCR 2026/27 p 10: recorded as soon as there is enough, and within 24 hours of the first report."""
HARM_SHARE = 0.25
"""How much of the order is harm: enough to put a likely rape before a certain theft, not before a certain assault."""
MOST_HARM = 10.0
WRONG_CLASS_SHARE = 0.5
VULNERABLE = 0.03
OVERDUE = 0.02


@dataclass(frozen=True, slots=True)
class Priority:
    """A number to sort by, 0 to about 110, and the reasons for it in plain words."""

    value: float
    reasons: tuple[str, ...]


def prioritise(  # noqa: PLR0913  every fact that a place in the queue rests on, by name
    record: Record,
    disclosures: Sequence[Disclosure],
    *,
    gap: Gap,
    taxonomy: Taxonomy,
    domestic: bool,
    child_victim: bool,
    as_of: datetime | None = None,
) -> Priority:
    """A record's place in the queue; `as_of` is the time against which lateness counts, none where it is not given."""
    chance = {disclosure.family: disclosure.probability for disclosure in disclosures}
    missing = _weight(gap.unrecorded, chance, taxonomy=taxonomy)
    wrong = _weight(gap.wrong_class, chance, taxonomy=taxonomy) * WRONG_CLASS_SHARE
    doubtful = max((d.probability for d in disclosures if not d.flagged), default=0.0)
    value = max(missing, wrong, doubtful * HARM_SHARE)
    reasons = [_sentence(crime, chance, "not recorded") for crime in gap.unrecorded]
    reasons += [_sentence(crime, chance, f"recorded as {crime.recorded_as}") for crime in gap.wrong_class]
    if missing or wrong:
        if domestic:
            value += VULNERABLE
            reasons.append("domestic")
        if child_victim:
            value += VULNERABLE
            reasons.append("child victim")
        if record.reported_at is not None:
            late, words = _lateness(record.reported_at, as_of)
            value += late
            reasons.append(words)
    return Priority(round(100 * value, 2), tuple(reasons))


def _weight(crimes: Sequence[Crime], chance: dict[str, float], *, taxonomy: Taxonomy) -> float:
    """The chance that one of the crimes is really missing, tempered by the harm of the gravest."""
    if not crimes:
        return 0.0
    none = 1.0
    for crime in crimes:
        none *= 1 - chance[crime.family]
    harm = max(taxonomy.families[crime.family].harm for crime in crimes) / MOST_HARM
    return (1 - none) * (1 - HARM_SHARE + HARM_SHARE * harm)


def _sentence(crime: Crime, chance: dict[str, float], state: str) -> str:
    return f"{crime.family} ({crime.ho_code}) disclosed with probability {chance[crime.family]:.2f}, {state}"


def _lateness(reported_at: datetime, as_of: datetime | None) -> tuple[float, str]:
    due = reported_at + RECORD_WITHIN
    if as_of is None or as_of <= due:
        return 0.0, f"to be recorded by {due:%d/%m/%Y %H:%M} (24 hours)"
    days = (as_of - due).days
    return OVERDUE, f"{days} days past the 24 hours" if days else "past the 24 hours"
