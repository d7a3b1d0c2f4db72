"""What the text says plainly of the people in it: the victim's sex and age, and whether they are family or partners.

Only plain words count; who is who among several people is left open, and so is the Home Office code then.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cdi_nlp.detect import Reading
from cdi_nlp.records import Finding, Record, Sex

ADULT = 18
_DOMESTIC_CODE = re.compile(r"\b(?:dom(?:estic)?s?|dv|da|dvsi|dash|d59|hbv|dvds|partners?)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_PARTNERS = frozenset(
    "ex partner partners husband wife hubby boyfriend girlfriend fiance fiancé fiancee fiancée spouse bf gf married "
    "marriage divorce divorced divorcing estranged relationship missus".split()
)
_RELATIVES = frozenset(
    "son daughter mother father mum dad mam brother sister stepson stepdaughter stepdad stepmum stepfather stepmother "
    "grandson granddaughter grandad grandfather grandmother gran nan nephew niece uncle aunt cousin law".split()
)
_RELATIVE = re.compile(
    r"\b(?:his|her|their|my|ip'?s?|vic(?:tim)?'?s?|adult|step)[ -]?(?:own |eldest |youngest |elder |younger |late )?"
    r"(?:son|daughter|mother|father|mum|dad|mam|brother|sister|step\w+|grandson|grand\w+|nephew|niece|uncle|aunt|"
    r"cousin|in-law)\b",
    re.IGNORECASE,
)
_FEMALE = re.compile(
    r"\b(?:female|woman|girl|lady|lass|wife|girlfriend|daughter|mother|mum|sister|she|miss|mrs|ms|schoolgirl)\b",
    re.IGNORECASE,
)
_MALE = re.compile(
    r"\b(?:male (?:victim|ip|aged|complainant)|boy (?:aged|of|is)|he was raped|raped him|"
    r"his (?:bottom|penis|anus)|schoolboy|their son|her son|my son)\b",
    re.IGNORECASE,
)
_AGES = (
    re.compile(r"\b(?:aged?|age of)\s*:?\s*(\d{1,3})\b", re.IGNORECASE),
    re.compile(r"\b(\d{1,2})\s*-?\s*(?:yrs?|years?|y/o|yo)\b[ -]*(?:old)?", re.IGNORECASE),
    re.compile(r"\b(?:female|male|girl|boy|daughter|son|victim|ip|pupil|child)\s*[(,]?\s*(\d{1,2})\b", re.IGNORECASE),
)
_CHILD = re.compile(
    r"\b(?:girl|boy|child|children|kids?|baby|toddler|infant|pupil|schoolgirl|schoolboy|teenager|year (?:[1-9]|1[01])|"
    r"reception|nursery|foster(?:ed)?|under ?1[0368])\b",
    re.IGNORECASE,
)
NEAR = 220
"""Characters either side of the evidence in which a word is taken to be about the same people."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The victim's sex and age where the text gives them, and whether it tells of a child."""

    sex: Sex | None = None
    age: int | None = None
    child: bool = False


def facts_near(reading: Reading, findings: Sequence[Finding]) -> Facts:
    """The facts that stand near the findings; without findings, those of the whole text."""
    text = reading.record.text
    near = " ".join(text[max(0, f.start - NEAR) : f.end + NEAR] for f in findings) if findings else text
    age = _age(near)
    child = (age is not None and age < ADULT) or (age is None and bool(_CHILD.search(near)))
    return Facts(sex=_sex(near), age=age, child=child)


def is_domestic(record: Record) -> bool:
    """Whether the parties are plainly partners, former partners or family (Domestic Abuse Act 2021 s.2)."""
    if record.record_type == "secondary_incident":
        return True
    if _DOMESTIC_CODE.search(f"{record.opening_code} {record.closing_code}"):
        return True
    words = words_in(record.text)
    if not words.isdisjoint(_PARTNERS):
        return True
    return not words.isdisjoint(_RELATIVES) and bool(_RELATIVE.search(record.text))


def words_in(text: str) -> set[str]:
    """The distinct words of a text in lower case."""
    return set(_WORD.findall(text.lower()))


def _sex(text: str) -> Sex | None:
    female, male = bool(_FEMALE.search(text)), bool(_MALE.search(text))
    if female == male:
        return None
    return "female" if female else "male"


def _age(text: str) -> int | None:
    """The one age that the text gives; None where it gives none or several."""
    ages = {int(found) for pattern in _AGES for found in pattern.findall(text) if 0 < int(found) < 110}
    return ages.pop() if len(ages) == 1 else None
