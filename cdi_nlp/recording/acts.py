"""Acts: each flagged disclosure taken apart into one offence, one victim and those who did it, on one occasion.

The counting rules work on acts: a crime is an offender or group against a victim in one finished incident (HOCR 2026/27
pp 12-14). Where the text leaves open who or when, an act can be of the same pair and occasion as any other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cdi_nlp.detect import Reading
from cdi_nlp.recording.eras import Law, RulePack, Rung
from cdi_nlp.recording.who import NOT_STATED, may_be_one, one_of, unidentified, who
from cdi_nlp.recording.wording import wordings
from cdi_nlp.records import Disclosure, Person, Relation

BY_VICTIM = frozenset(
    "common_assault assault_with_injury serious_assault strangulation threats_to_kill rape sexual_assault "
    "child_sexual_offence child_cruelty_neglect exposure_voyeurism robbery "
    "malicious_communications kidnap_false_imprisonment modern_slavery".split()
)
"""Families of which each victim that one disclosure names is a crime; of others one disclosure is one for the pair."""
PROPERTY = frozenset({"theft", "criminal_damage"})
AT_WORK: frozenset[Relation | None] = frozenset({"professional", "constable"})
OF_CHILDREN = frozenset({"child_cruelty_neglect"})
OF_ADULTS = frozenset({"controlling_coercive", "stalking", "vulnerable_adult_neglect"})
SPEAKER = frozenset("i me my mine myself".split())
RUNNING = "crime_enquiry_log"
"""The type of record that goes on long after the report: its later entries tell of other occasions."""
BEFORE, AFTER = 160, 100
"""Characters before and after the words of an act that are read for when it happened and how many did it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One offence against one victim. `times` is how many crimes it makes, one for each who penetrated.

    `occasion` is 0 for what was reported at once, else the start of the later entry that tells of another occasion;
    `entry` is where the entry that tells it starts, `running` whether the record goes on after the report, as an
    enquiry log does, and `again` whether a later entry tells that it was done anew.
    """

    family: str
    ho_code: str
    place: int
    rung: Rung
    victim: Person | None
    suspects: tuple[Person, ...]
    disclosure: Disclosure
    start: int
    end: int
    times: int = 1
    occasion: int = 0
    entry: int = 0
    running: bool = False
    again: bool = False
    law: Law | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What orders acts whatever the order of the disclosures: the most serious first, then as told."""
        named = self.victim.named if self.victim else ""
        return self.place, self.family, self.start, self.end, named, tuple(one.named for one in self.suspects)


def acts_of(reading: Reading, told: Iterable[Disclosure], pack: RulePack) -> list[Act]:
    """The acts that flagged disclosures tell of, most serious first; those that the law knows no crime for left out."""
    found = [act for disclosure in told for act in _acts(reading, disclosure, pack)]
    return sorted(found, key=lambda act: act.key)


def _acts(reading: Reading, disclosure: Disclosure, pack: RulePack) -> Iterator[Act]:
    day = reading.record.reported_at.date() if reading.record.reported_at else None
    family, code = disclosure.family, disclosure.ho_code
    law = next((law for law in pack.laws if _applies(law, disclosure) and law.holds(day)), None)
    if law is not None:
        if not law.becomes:
            return
        family, code = law.becomes, law.ho_code
    place, rung = pack.rung(family, code)
    entry = _entry(reading, disclosure)
    start, end = disclosure.evidence[0].start, disclosure.evidence[0].end
    victims, suspects = _sides(disclosure)
    victims = victims if disclosure.family in BY_VICTIM else victims[:1]
    act = Act(
        family=family,
        ho_code=code,
        place=place,
        rung=rung,
        victim=None,
        suspects=suspects,
        disclosure=disclosure,
        start=start,
        end=end,
        times=_times(reading, disclosure) if family == "rape" else 1,
        occasion=_occasion(reading, disclosure, entry),
        entry=entry,
        running=reading.record.record_type == RUNNING,
        again=_again(reading, disclosure, entry),
        law=law,
    )
    if act.times > 1:
        victims = victims[:1]  # who is numbered did it, and did not suffer it
    for victim in victims or (None,):
        yield replace(act, victim=None if family in pack.state and (victim is None or who(victim).nobody) else victim)


def _sides(disclosure: Disclosure) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """The victims and suspects; a victim who tells of it in the first person is not its suspect ("by me throat")."""
    victims, suspects = disclosure.victims, disclosure.suspects
    tells = [person for person in suspects if person.named in SPEAKER]
    if disclosure.reported_by == "victim" and suspects and len(tells) == len(suspects):
        return suspects, victims
    return victims, suspects


def _applies(law: Law, disclosure: Disclosure) -> bool:
    if law.family != disclosure.family or (law.codes and disclosure.ho_code not in law.codes):
        return False
    return law.relation is None or any(p.relation == law.relation for p in (*disclosure.victims, *disclosure.suspects))


def around(reading: Reading, disclosure: Disclosure, before: int = BEFORE, after: int = AFTER) -> str:
    """The words around the first place where a disclosure is told."""
    span = disclosure.evidence[0]
    return reading.record.text[max(0, span.start - before) : span.end + after]


def _times(reading: Reading, disclosure: Disclosure) -> int:
    """How many rapes of one victim: those who penetrated, as far as the words number them."""
    named = {person.named for person in disclosure.suspects if person.told_apart}
    if len(named) > 1:
        return len(named)
    return 2 if wordings()["more than one penetrator"].found(around(reading, disclosure, 60, 200)) else 1


def _entry(reading: Reading, disclosure: Disclosure) -> int:
    """Where the entry that tells of a disclosure first starts."""
    at = disclosure.evidence[0].start
    return next((entry.start for entry in reading.record.entries if entry.start <= at < entry.end), 0)


def _occasion(reading: Reading, disclosure: Disclosure, entry: int) -> int:
    """0 for what was reported at once; else the start of the entry that tells of another occasion later on."""
    record = reading.record
    span = disclosure.evidence[0]
    if not record.entries or entry <= record.entries[0].start:
        return 0
    words = wordings()
    near = record.text[max(entry, span.start - BEFORE) : span.end + AFTER]
    if words["after the report"].found(near):
        return entry
    if record.record_type == RUNNING and (disclosure.when == "historic" or words["another occasion"].found(near)):
        return entry
    return 0


def _again(reading: Reading, disclosure: Disclosure, entry: int) -> bool:
    """Whether a later entry tells that the act was done anew after the report, and not that it was told again."""
    record, span = reading.record, disclosure.evidence[0]
    if not record.entries or entry <= record.entries[0].start:
        return False
    return bool(wordings()["done again"].found(record.text[max(entry, span.start - BEFORE) : span.end + AFTER]))


def same_pair(one: Act, other: Act) -> bool:
    """Whether two acts can be of one offender or group against one victim."""
    return same_victim(one, other) and one_of(one.suspects, other.suspects)


def same_victim(one: Act, other: Act) -> bool:
    """Whether two acts can have one victim; an offence against the state has none."""
    if _apart(one, other) or _apart(other, one):
        return False
    if one.victim is None or other.victim is None:
        return True
    return may_be_one(one.victim, other.victim)


def _apart(one: Act, other: Act) -> bool:
    """Whether the offences themselves tell their victims apart.

    Property whose owner is not said, beside somebody hurt at work, is the business's (p 12); a child who is ill-treated
    is not the partner who is controlled.
    """
    if one.family in PROPERTY and (one.victim is None or who(one.victim).vague):
        return other.family not in PROPERTY and other.victim is not None and other.victim.relation in AT_WORK
    return one.family in OF_CHILDREN and other.family in OF_ADULTS


def named_plainly(acts: Sequence[Act]) -> bool:
    """Whether every act names its victim in words that tell one person from another."""
    return all(act.victim is not None and act.victim.named != NOT_STATED and not who(act.victim).vague for act in acts)


def known(act: Act) -> bool:
    """Whether the words say who did it, as far as telling them from an unknown offender."""
    return any(not unidentified(person) and person.named != NOT_STATED for person in act.suspects)


def distance(one: Disclosure, other: Disclosure) -> int:
    """Characters between the nearest evidence of two disclosures; 0 where they overlap."""
    return min(max(0, a.start - b.end, b.start - a.end) for a in one.evidence for b in other.evidence)
