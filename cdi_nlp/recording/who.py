"""Whether two descriptions can be of one person: what "one crime for each victim" and "the same pair" rest on.

A log names one person in many ways ("IP", "she", "Ms Hart", "his wife"), so two descriptions are taken as two people
only where the words plainly tell them apart: another sex or age, another name, or another kind of person.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cdi_nlp.records import Person, Relation, Sex
from cdi_nlp.taxonomy.people import PersonWord, person_words

NOT_STATED = Person().named
NOBODY = frozenset("state none police public crown nobody".split())
"""Words that stand for no victim: the offence is against the state, or the force's own property."""
UNKNOWN = frozenset("unknown unidentified unnamed anonymous untraced".split())
ROLES = frozenset(
    "ip ap agg aggrieved vic victim comp complainant caller informant inft infm rp male female person people someone "
    "she her he him his i me my they them their man woman lady suspect susp sus nominal offender unknown unidentified "
    "unnamed two three four group both of the a an and in with at no from c13".split()
)
"""Words that say no more than "somebody": they tell nobody from anybody."""
BUSINESSES = frozenset(
    "shop store stores supermarket market licence office bank company ltd plc pub bar garage station chemist pharmacy "
    "cafe café restaurant takeaway bookmakers jewellers hotel warehouse school college hospital council".split()
)
POSSESSIVES = frozenset("his her my their our your".split())
TITLES: dict[str, Sex | None] = {"mr": "male", "mrs": "female", "ms": "female", "miss": "female", "dr": None}
RANKS = frozenset("pc pcso dc ds di ps sgt pse cso insp".split())
PARTNERS: frozenset[Relation] = frozenset({"partner", "ex"})
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.-]*")


@dataclass(frozen=True, slots=True)
class Who:
    """A description taken apart: proper names, words for kinds of people, sex, age."""

    names: tuple[str, ...]
    kinds: frozenset[str]
    relations: frozenset[Relation]
    sex: Sex | None
    age: int | None
    child: bool
    numbered: str | None
    nobody: bool

    @property
    def vague(self) -> bool:
        """Whether the description could be of anybody of its sex and age."""
        return not (self.names or self.kinds or self.numbered)


@lru_cache(maxsize=1 << 14)
def who(person: Person) -> Who:
    """A person's description taken apart."""
    plain = person.named.split(" (")[0]
    words = [word.strip(".'’-") for word in _WORD.findall(plain)]
    known = person_words()
    names: list[str] = []
    kinds: set[str] = set()
    relations: set[Relation] = set()
    sex = person.sex
    for word in words:
        lower = word.lower()
        said = known.get(lower) or (known.get("ex") if lower == "ex" else None)
        if lower in TITLES:
            sex = sex or TITLES[lower]
        elif lower in RANKS:
            relations.add("constable")
            kinds.add("officer")
        elif said is not None or lower in ROLES or lower in NOBODY or lower in UNKNOWN:
            _note(lower, said, kinds=kinds, relations=relations)
            owner = lower in POSSESSIVES and len(words) > 1
            sex = sex or (said.sex if said and not owner else None)
        elif word[:1].isupper():
            names.append(lower)
        elif len(word) > 2:
            kinds.add(lower)
    return Who(
        names=tuple(names),
        kinds=frozenset(kinds),
        relations=frozenset(relations),
        sex=sex,
        age=person.age,
        child=person.child,
        numbered=person.named if person.told_apart and "(" in person.named else None,
        nobody=bool(words) and all(word.lower() in NOBODY for word in words),
    )


def _note(word: str, said: PersonWord | None, *, kinds: set[str], relations: set[Relation]) -> None:
    if said is None or word in ROLES:
        return
    if said.relation:
        relations.add(said.relation)
    if said.relation not in PARTNERS and (said.relation or said.child):
        kinds.add(word)


def may_be_one(one: Person, other: Person) -> bool:
    """Whether two descriptions can be of the same person; what says nothing can be anybody."""
    if one == other:
        return True
    if one.told_apart and other.told_apart and one.named != other.named and not (who(one).vague or who(other).vague):
        return False
    return _alike(who(one), who(other))


def _alike(a: Who, b: Who) -> bool:  # noqa: PLR0911  one return for each way of telling people apart
    if a.nobody or b.nobody:
        return a.nobody == b.nobody
    if _contradict(a, b):
        return False
    if a.numbered and b.numbered:
        return a.numbered == b.numbered
    if a.names and b.names:
        return _one_name(a.names, b.names)
    if a.vague or b.vague:
        return True
    if a.names or b.names:
        named, other = (a, b) if a.names else (b, a)
        return other.kinds <= named.kinds
    return _one_kind(a, b)


def _contradict(a: Who, b: Who) -> bool:
    """Whether two descriptions differ in sex or, by more than a birthday, in age."""
    if a.sex and b.sex and a.sex != b.sex:
        return True
    return a.age is not None and b.age is not None and abs(a.age - b.age) > 1


def _one_name(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two names can be one: a bare name is part of the other, or first and last names both agree."""
    if len(a) == 1 or len(b) == 1:
        short, long = (a, b) if len(a) <= len(b) else (b, a)
        return any(_same_word(short[0], name) for name in long)
    return _same_word(a[0], b[0]) and _same_word(a[-1], b[-1])


def _same_word(a: str, b: str) -> bool:
    return a == b or (min(len(a), len(b)) == 1 and a[0] == b[0])


def _one_kind(a: Who, b: Who) -> bool:
    if a.kinds & b.kinds:
        return True
    if "family" in a.relations or "family" in b.relations:
        return a.child and b.child and not (a.kinds and b.kinds)
    return bool(a.relations & b.relations) or (a.child and b.child)


def one_of(some: Iterable[Person], others: Iterable[Person]) -> bool:
    """Whether two sets of people can share somebody; an empty one says nothing, and so can."""
    some, others = tuple(some), tuple(others)
    return not some or not others or any(may_be_one(a, b) for a in some for b in others)


def unidentified(person: Person) -> bool:
    """Whether a description says that nobody knows who it is."""
    words = set(re.findall(r"[a-z]+", person.named.lower()))
    return bool(words & UNKNOWN) or person.named.lower().startswith(("none identified", "no victim"))


def is_business(person: Person) -> bool:
    """Whether a description is of a business and not of somebody."""
    return not BUSINESSES.isdisjoint(re.findall(r"[a-z]+", person.named.lower()))


def described(person: Person) -> str:
    """A person in a few words, as far as the text says: "her sister (female, family)"."""
    facts = [person.sex or "", str(person.age) if person.age is not None else "child" if person.child else ""]
    facts.append(person.relation or "")
    said = ", ".join(fact for fact in facts if fact)
    return f"{person.named} ({said})" if said else person.named
