"""What should have been recorded, from the flagged disclosures: the seam of the counting rules.

This is the plain form: one crime for each family disclosed, less what the principal crime of the same finished incident
absorbs (`principal.toml`). Counting by victim and offender, and the rules of earlier years, belong in this module too.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cdi_nlp.detect import Reading
from cdi_nlp.recording.n100 import is_reported_incident
from cdi_nlp.records import Crime, Disclosure, Person

NOT_STATED = Person().named
BY_VICTIM = frozenset(
    "common_assault assault_with_injury serious_assault strangulation threats_to_kill rape sexual_assault "
    "child_sexual_offence child_cruelty_neglect exposure_voyeurism robbery "
    "malicious_communications kidnap_false_imprisonment".split()
)
"""Families of which each victim of one incident is a crime; property and courses of conduct are one for the pair."""
ONE_PER_FAMILY = "HOCR 2026/27 p 7, victim to be believed; p 12, one crime per victim"


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal crime, what it absorbs, and the rule that says so."""

    family: str
    absorbs: frozenset[str]
    rule: str
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Principals:
    """The order of principal crimes, the families counted beside any other, and the width of one incident."""

    order: tuple[Principal, ...]
    always: frozenset[str]
    nearby: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The crimes that should be recorded, whether an N100 is the right record, and what was collapsed into what."""

    crimes: tuple[Crime, ...]
    n100: bool
    collapsed: tuple[str, ...]


@cache
def principals() -> Principals:
    """The rules of `principal.toml`."""
    table = tomllib.loads((files("cdi_nlp.recording") / "principal.toml").read_text(encoding="utf-8"))
    return Principals(
        order=tuple(
            Principal(row["family"], frozenset(row["absorbs"]), row["rule"], row.get("anywhere", False))
            for row in table["principal"]
        ),
        always=frozenset(table["always"]),
        nearby=table["nearby"],
    )


def decide(reading: Reading, disclosures: Sequence[Disclosure]) -> Decision:
    """The crimes that a record's flagged disclosures should have become."""
    told = {disclosure.family: disclosure for disclosure in disclosures if disclosure.flagged}
    n100 = is_reported_incident(reading, told.get("rape"))
    if n100:
        told.pop("rape", None)
    absorbed = _absorbed(told)
    crimes = [crime for family, disclosure in told.items() if family not in absorbed for crime in _crimes(disclosure)]
    collapsed = [f"{family} into {rule.family} ({rule.rule})" for family, rule in absorbed.items()]
    return Decision(tuple(crimes), n100, tuple(collapsed))


def _absorbed(told: Mapping[str, Disclosure]) -> dict[str, Principal]:
    rules = principals()
    absorbed: dict[str, Principal] = {}
    for rule in rules.order:
        if rule.family not in told or rule.family in absorbed:
            continue
        for family in sorted(rule.absorbs & told.keys() - rules.always - absorbed.keys()):
            if rule.anywhere or distance(told[rule.family], told[family]) <= rules.nearby:
                absorbed[family] = rule
    return absorbed


def distance(one: Disclosure, other: Disclosure) -> int:
    """Characters between the nearest evidence of two disclosures; 0 where they overlap."""
    return min(max(0, a.start - b.end, b.start - a.end) for a in one.evidence for b in other.evidence)


def _crimes(disclosure: Disclosure) -> list[Crime]:
    """One crime for each victim whom the text tells apart (HOCR 2026/27 p 12); one where it tells of none or one."""
    victims = disclosure.victims if disclosure.family in BY_VICTIM else disclosure.victims[:1]
    return [_crime(disclosure, victim) for victim in victims or (Person(),)]


def _crime(disclosure: Disclosure, victim: Person) -> Crime:
    place = disclosure.evidence[0]
    suspects = [described(person) for person in disclosure.suspects]
    return Crime(
        family=disclosure.family,
        ho_code=disclosure.ho_code,
        victim=described(victim),
        suspect=" and ".join(suspects) or NOT_STATED,
        rule=ONE_PER_FAMILY,
        why=f"disclosed at characters {place.start} to {place.end} with probability {disclosure.probability:.2f}",
    )


def described(person: Person) -> str:
    """A person in a few words, as far as the text says: "her sister (female, family)"."""
    facts = [person.sex or "", str(person.age) if person.age is not None else "child" if person.child else ""]
    facts.append(person.relation or "")
    said = ", ".join(fact for fact in facts if fact)
    return f"{person.named} ({said})" if said else person.named
