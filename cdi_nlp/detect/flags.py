"""Whether a record is domestic and whether a victim is a child, from the people of its disclosures and its codes."""

import re
from collections.abc import Sequence

from cdi_nlp.detect import Reading
from cdi_nlp.detect.people import VAGUE
from cdi_nlp.records import Disclosure, Person, Record, Relation

DOMESTIC: frozenset[Relation] = frozenset({"partner", "ex", "family"})
"""Personally connected (Domestic Abuse Act 2021 s.2)."""
OF_CHILDREN = frozenset({"child_sexual_offence", "child_cruelty_neglect"})
_DOMESTIC_CODE = re.compile(r"\b(?:dom(?:estic)?s?|dv|da|dvsi|dash|d59|hbv|dvds)\b", re.IGNORECASE)
_NOT_DOMESTIC_CODE = re.compile(r"\b(?:neighbours?|civil|asb|noise|admin)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_PARTNERS = frozenset(
    "ex partner partners husband wife hubby boyfriend girlfriend fiance fiancé fiancee fiancée spouse bf gf married "
    "marriage divorce divorced divorcing estranged missus exes".split()
)
_QUARREL = re.compile(
    r"\b(?:argu\w+|rowing|dispute|domestic|verbal|split up|separated|broke up|break ?up|jealous\w*|controlling|dash|"
    r"abusive)\b",
    re.IGNORECASE,
)
NEAR = 220
"""Characters either side of the evidence in which a word is taken to be about the same people."""


def is_domestic(record: Record, disclosures: Sequence[Disclosure]) -> bool:
    """Whether the parties are plainly partners, former partners or family.

    The people of the disclosures decide where they are named; else the codes; else partners who quarrel in the text.
    """
    relations = {
        person.relation
        for disclosure in disclosures
        if disclosure.flagged
        for person in (*disclosure.victims, *disclosure.suspects)
        if person.relation
    }
    if relations:
        return not relations.isdisjoint(DOMESTIC) or _coded(record)
    places = [span for disclosure in disclosures if disclosure.flagged for span in disclosure.evidence]
    if places:
        near = (record.text[max(0, span.start - NEAR) : span.end + NEAR] for span in places)
        return _coded(record) or any(_partners_in(text) for text in near)
    return _coded(record) or (_partners_in(record.text) and bool(_QUARREL.search(record.text)))


def is_child(reading: Reading, disclosures: Sequence[Disclosure]) -> bool:
    """Whether a victim of a flagged disclosure is under 18."""
    of_child = reading.record.record_type == "vulnerable_child"
    return any(
        disclosure.family in OF_CHILDREN
        or any(person.child for person in disclosure.victims)
        or (of_child and _unknown(disclosure.victims))
        for disclosure in disclosures
        if disclosure.flagged
    )


def _unknown(victims: Sequence[Person]) -> bool:
    """Whether nothing is said of any victim's age or who they are."""
    return all(person.age is None and person.named.split()[-1] in VAGUE for person in victims)


def _coded(record: Record) -> bool:
    codes = f"{record.opening_code} {record.closing_code}"
    if _DOMESTIC_CODE.search(codes):
        return True
    return record.record_type == "secondary_incident" and not _NOT_DOMESTIC_CODE.search(codes)


def _partners_in(text: str) -> bool:
    return not _PARTNERS.isdisjoint(_WORD.findall(text.lower()))
