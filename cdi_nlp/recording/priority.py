"""Which record a person should read first: how likely it hides a crime, how grave, how vulnerable, how overdue.

The number orders a queue and means nothing by itself; the reasons are what a person checks. Its weights are settings
(`[priority]`), each a share of the whole order:

    value = chance that a crime is missing x (1 - harm + harm x gravest family's harm / 10)
            + what the record adds: domestic, child, repeat victim, no safeguarding, past 24 hours, a bad reason
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cdi_nlp.recording.reasons import CLOSING, NONE_GIVEN
from cdi_nlp.recording.wording import wordings
from cdi_nlp.records import Crime, Disclosure, Gap, Record
from cdi_nlp.settings import PrioritySettings
from cdi_nlp.taxonomy import Taxonomy

RECORD_WITHIN = timedelta(hours=24)
"""HOCR 2026/27 p 10: recorded as soon as there is enough, and within 24 hours of the first report."""
MOST_HARM = 10.0
DEFAULT = PrioritySettings()


@dataclass(frozen=True, slots=True)
class Priority:
    """A number to sort by, 0 to about 120, and the reasons for it in plain words."""

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
    bad_reason: str | None = None,
    as_of: datetime | None = None,
    weights: PrioritySettings = DEFAULT,
) -> Priority:
    """A record's place in the queue; `as_of` is the time against which lateness counts, none where it is not given."""
    chance = {disclosure.family: disclosure.probability for disclosure in disclosures}
    missing = _weight(gap.unrecorded, chance, taxonomy=taxonomy, harm_share=weights.harm)
    wrong = _weight(gap.wrong_class, chance, taxonomy=taxonomy, harm_share=weights.harm) * weights.wrong_class
    doubtful = max((d.probability for d in disclosures if not d.flagged), default=0.0)
    value = max(missing, wrong, doubtful * weights.doubtful)
    reasons = [_sentence(crime, chance, "not recorded") for crime in gap.unrecorded]
    reasons += [_sentence(crime, chance, f"recorded as {crime.recorded_as}") for crime in gap.wrong_class]
    if missing or wrong:
        vulnerable = domestic or child_victim
        added = [
            *_vulnerability(record, weights, domestic=domestic, child_victim=child_victim, vulnerable=vulnerable),
            *_lateness(record, as_of, weights),
            *_stated(bad_reason, weights),
        ]
        value += sum(share for share, _ in added)
        reasons += [words for _, words in added]
    return Priority(round(100 * value, 2), tuple(reasons))


def _weight(crimes: Sequence[Crime], chance: dict[str, float], *, taxonomy: Taxonomy, harm_share: float) -> float:
    """The chance that one of the crimes is really missing, tempered by the harm of the gravest."""
    if not crimes:
        return 0.0
    none = 1.0
    for crime in crimes:
        none *= 1 - chance.get(crime.family, crime.probability)
    harm = max(taxonomy.families[crime.family].harm for crime in crimes) / MOST_HARM
    return (1 - none) * (1 - harm_share + harm_share * harm)


def _sentence(crime: Crime, chance: dict[str, float], state: str) -> str:
    probability = chance.get(crime.family, crime.probability)
    return f"{crime.family} ({crime.ho_code}) disclosed with probability {probability:.2f}, {state}"


def _vulnerability(
    record: Record, weights: PrioritySettings, *, domestic: bool, child_victim: bool, vulnerable: bool
) -> Iterator[tuple[float, str]]:
    words = wordings()
    if domestic:
        yield weights.domestic, "domestic"
    if child_victim:
        yield weights.child, "child victim"
    if words["repeat victim"].found(record.text):
        yield weights.repeat_victim, "told of as a repeat victim"
    if vulnerable and not words["safeguarded"].found(record.text):
        yield weights.no_safeguarding, "no risk assessment or referral is mentioned"


def _lateness(record: Record, as_of: datetime | None, weights: PrioritySettings) -> Iterator[tuple[float, str]]:
    if record.reported_at is None:
        return
    due = record.reported_at + RECORD_WITHIN
    if as_of is None or as_of <= due:
        yield 0.0, f"to be recorded by {due:%d/%m/%Y %H:%M} (24 hours)"
        return
    days = (as_of - due).days
    yield weights.overdue, f"{days} days past the 24 hours" if days else "past the 24 hours"


def _stated(bad_reason: str | None, weights: PrioritySettings) -> Iterator[tuple[float, str]]:
    if bad_reason in (None, NONE_GIVEN):
        return
    words = bad_reason.replace("_", " ")
    if bad_reason == CLOSING:
        words = "a closing line that the text contradicts"
    yield weights.bad_reason, f"the stated reason is not accepted by the rules: {words}"
