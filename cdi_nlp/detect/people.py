"""Who is victim and who is suspect of an act, as far as the words around it say so plainly.

The people named before the verb of an act do it and those after it suffer it; in the passive ("was hit by") the other
way round. What a pronoun leaves open is taken from the nearest words that say more. One crime a victim (HOCR 2026/27
p 12) needs no more than this: how many, which sex, what age, and whether they are partners, family or strangers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cdi_nlp.detect import Reading
from cdi_nlp.detect.matching import Page
from cdi_nlp.records import Finding, Person, Relation
from cdi_nlp.taxonomy.people import PersonWord, person_words

ADULT = 18
OLDEST = 110
BEFORE, AFTER = 7, 6
"""Tokens before and after a mention in which its people are looked for."""
NEAR = 3
"""Segments either side in which a fuller description of the same person is looked for."""
BE = frozenset("was were been being be is are got get gets getting".split())
CLAUSE_ENDS = frozenset(". ; ! ? :".split())
SMALL_WORDS = frozenset(
    "a an the has have had then just also again who that and to not been did does do will would".split()
)
NUMBERS = {"two": 2, "both": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5, "couple": 2}
POSSESSIVES = frozenset("his her their my our your victim suspect its".split())
MOST_PEOPLE = 5
_AGE = re.compile(
    r"\b(?:aged?|age of)\s*:?\s*(\d{1,2})\b"
    r"|\b(\d{1,2})\s*-?\s*(?:yrs?|years?|y/o|yo)\b(?! (?:ago|relationship|together|sentence|marriage|married|later|now|"
    r"younger|older|on|in|of|apart|since|service|experience))"
    r"|\b(?:female|male|girl|boy|daughter|son|victim|ip|vic|pupil|child|f|m)\s*[(,/]?\s*(\d{1,2})\b(?![:/\d%])"
    r"|\((\d{1,2})\)"
    r"|\b(?:she|he|i) (?:was|is|were) (?:only |just )?(\d{1,2})\b"
    r"(?! (?:weeks|months|days|hours|minutes|stone|st|miles))",
    re.IGNORECASE,
)
_AGE_AFTER = re.compile(
    r"[\s(,]*(?:aged?\s*)?(\d{1,2})(?=[\s),./]|$|yrs|y/o)(?!\s*(?:times|messages|calls|of|hours|minutes|weeks|months))"
)
VAGUE = frozenset("she her he him his i me my they them their male female victim suspect person someone".split())
"""Words that name a person without telling one from another."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The victims and the suspects of one family's acts in a record."""

    victims: tuple[Person, ...] = ()
    suspects: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """People named at one place of a segment: the word, where it stands, how many, and the words that say so."""

    word: PersonWord
    at: int
    count: int
    text: str
    age: int | None
    owner: str | None


def cast_of(reading: Reading, findings: Sequence[Finding]) -> Cast:
    """The people of one family's findings; someone told of twice is one person."""
    victims: list[Person] = []
    suspects: list[Person] = []
    for finding in findings:
        page = reading.pages[finding.segment]
        named = _named(page)
        first, last = _tokens_of(page, finding)
        doers, sufferers = _sides(page, named, first=first, last=last)
        relation = _relation(doers, sufferers)
        victims += _persons(sufferers, relation=relation)
        suspects += _persons(doers, relation=relation)
    age = _age_near(reading, findings) if victims else None
    return Cast(tuple(_described(person, age) for person in _distinct(victims)), tuple(_distinct(suspects)))


def _named(page: Page) -> list[_Named]:
    """The people whom a segment names, in order."""
    words = person_words()
    tokens = [token.norm_ for token in page.tokens().doc]
    found = []
    for at, token in enumerate(tokens):
        word = words.get(token)
        if word is None or (token in POSSESSIVES and tokens[at + 1 : at + 2] and _person_within(tokens, at + 1)):
            continue
        before = tokens[max(0, at - 3) : at]
        count = next((NUMBERS[t] for t in reversed(before) if t in NUMBERS), 2) if word.several else 1
        owner = next((t for t in reversed(before) if t in POSSESSIVES), None) if _has_owner(word) else None
        former = "ex" in before or "former" in before
        word = replace(word, relation="ex") if former and word.relation == "partner" else word
        found.append(_Named(word, at, min(count, MOST_PEOPLE), token, _age_at(page, at), owner))
    return found


def _has_owner(word: PersonWord) -> bool:
    """Whether a word is of the kind that somebody has: "her brother", "his neighbour"."""
    return word.relation is not None or word.child


def _person_within(tokens: Sequence[str], at: int) -> bool:
    """Whether a word for a person follows a possessive at once or after one other word ("her own mum")."""
    words = person_words()
    return any(token in words and token not in POSSESSIVES for token in tokens[at : at + 2])


def _tokens_of(page: Page, finding: Finding) -> tuple[int, int]:
    """The tokens that a finding's characters cover, first and last but one."""
    tokens = page.tokens()
    low, high = finding.start - page.segment.start, finding.end - page.segment.start
    inside = [at for at in range(len(tokens.norms)) if low <= tokens.span(at, at + 1)[0] < high]
    return (inside[0], inside[-1] + 1) if inside else (0, len(tokens.norms))


def _sides(page: Page, named: Sequence[_Named], *, first: int, last: int) -> tuple[list[_Named], list[_Named]]:
    """Those who do an act and those who suffer it, by their place before or after its verb."""
    tokens = [token.norm_ for token in page.tokens().doc]
    people = {person.at for person in named}
    verb = next((at for at in range(first, last) if _may_be_verb(tokens[at], at in people)), first)
    left = [p for p in named if verb - BEFORE <= p.at < verb and not _ends_between(tokens, p.at, verb)]
    right = [p for p in named if verb < p.at < last + AFTER and not _ends_between(tokens, verb, p.at)]
    passive = any(token in BE for token in tokens[max(0, verb - 2) : verb]) and not tokens[verb].endswith("ing")
    by = next((at for at in range(verb + 1, min(last + AFTER, len(tokens))) if tokens[at] == "by"), None)
    nearest = left[-1:] if left else []
    if passive or (by is not None and any(p.at > by for p in right)):
        return [p for p in right if by is not None and p.at > by][:1], nearest
    return nearest, _objects(right, tokens)


def _may_be_verb(token: str, person: bool) -> bool:
    return not person and token.isalpha() and token not in BE and token not in SMALL_WORDS and token not in POSSESSIVES


def _ends_between(tokens: Sequence[str], low: int, high: int) -> bool:
    return any(token in CLAUSE_ENDS for token in tokens[low:high])


def _objects(right: Sequence[_Named], tokens: Sequence[str]) -> list[_Named]:
    """The first person after a verb, and those joined to them by "and"."""
    kept = list(right[:1])
    for person in right[1:]:
        between = tokens[kept[-1].at + 1 : person.at]
        if "and" not in between or len(between) > 3 or person.text in ("he", "she", "they", "i"):
            break
        kept.append(person)
    return kept


def _relation(doers: Iterable[_Named], sufferers: Iterable[_Named]) -> Relation | None:
    """How the two stand to each other, by whichever of the words says so."""
    said = [person.word.relation for person in (*doers, *sufferers) if person.word.relation]
    order: tuple[Relation, ...] = ("ex", "partner", "family")
    return next((relation for relation in order if relation in said), said[0] if said else None)


def _persons(named: Sequence[_Named], *, relation: Relation | None) -> list[Person]:
    joined = len(named) > 1 and any(one.text not in VAGUE for one in named)
    return [
        Person(
            named=f"{one.owner or ''} {one.text}".strip()
            + (f" ({number + 1} of {one.count})" if one.count > 1 else ""),
            sex=one.word.sex,
            age=one.age,
            child=one.word.child if one.age is None else one.age < ADULT,
            relation=one.word.relation or relation,
            told_apart=one.count > 1 or joined,
        )
        for one in named
        for number in range(one.count)
    ]


def _distinct(people: Sequence[Person]) -> list[Person]:
    """The people less those who may be one already named: a bare pronoun or "victim" adds nobody to another."""
    kept: list[Person] = []
    for person in sorted(people, key=_vagueness):
        vague = person.named in VAGUE and not person.told_apart
        if not (vague and kept) and not any(_may_be(person, other) for other in kept):
            kept.append(person)
    return kept[:MOST_PEOPLE]


def _vagueness(person: Person) -> int:
    """How little a description says: the fullest are read first, so that the vague ones fold into them."""
    plain = person.named.split(" (")[0].split()[-1]
    if person.told_apart:
        return 0
    if plain in VAGUE:
        return 3
    return 1 if person.relation else 2


def _may_be(person: Person, other: Person) -> bool:
    """Whether two descriptions can be of one person."""
    if person.sex and other.sex and person.sex != other.sex:
        return False
    if person.age is not None and other.age is not None and person.age != other.age:
        return False
    own, theirs = person.named.split()[-1], other.named.split()[-1]
    if person.told_apart and other.told_apart:
        return person.named == other.named
    return own == theirs or own in VAGUE or theirs in VAGUE


def _described(person: Person, near: int | None) -> Person:
    """A victim with their own age, or the one age `near` by, and whether that makes a child of them."""
    age = person.age if person.age is not None else near
    return replace(person, age=age, child=person.child or (age is not None and age < ADULT))


def _age_near(reading: Reading, findings: Sequence[Finding]) -> int | None:
    """The age that the words around the findings give, where they give only one."""
    found = (int(next(filter(None, groups))) for groups in _AGE.findall(_near_text(reading, findings)))
    ages = {age for age in found if 0 < age < OLDEST}
    return ages.pop() if len(ages) == 1 else None


def _near_text(reading: Reading, findings: Sequence[Finding]) -> str:
    """The segments around the findings."""
    wanted = {
        number
        for finding in findings
        for number in range(finding.segment - NEAR, finding.segment + NEAR + 1)
        if 0 <= number < len(reading.segments)
    }
    text = reading.record.text
    return "\n".join(text[reading.segments[n].start : reading.segments[n].end] for n in sorted(wanted))


def _age_at(page: Page, at: int) -> int | None:
    """The age that stands right after a person's word: "female, 34", "boy (12)", "aged 9"."""
    tokens = page.tokens()
    after = tokens.doc[at + 1 : at + 6].text
    match = _AGE_AFTER.match(after)
    return int(match[1]) if match and 0 < int(match[1]) < 100 else None
