"""What defeats or defers recording: results of their own, with the rule, in place of a crime.

No victim found or confirmed, another force's crime, evidence to the contrary, the schools protocol, disorder that is
over (HOCR 2026/27 pp 7-12, 61-64, 86). Each needs plain words in the record, because a defeat wrongly read loses a
crime. What does not defeat recording (declining, drink, disbelief and the rest) is in `reasons.toml`.
"""

from dataclasses import dataclass
from typing import Literal

from cdi_nlp.detect import Reading
from cdi_nlp.recording.acts import Act, around
from cdi_nlp.recording.n100 import is_reported_incident
from cdi_nlp.recording.who import unidentified
from cdi_nlp.recording.wording import Wording, wordings
from cdi_nlp.records import Reporter

Instead = Literal["N100/01", "N100/02", "N100/03", "crime-related incident", "no crime, with rationale", "transfer"]

SECOND_HAND: frozenset[Reporter] = frozenset({"third_party", "witness"})
SCHOOL_MATTERS = frozenset({"common_assault", "theft", "criminal_damage", "public_order", "malicious_communications"})
"""Families off the protocol's serious list; harm of any weight or a sexual element takes a matter out of it."""
WIDE = 500
"""Characters either side of an act in which its own defeat is looked for."""


@dataclass(frozen=True, slots=True)
class Defeat:
    """What is recorded instead of a crime for one act, under which rule, and which wording says so.

    `words` are the record's own, for a person who reads that record; no other output repeats them.
    """

    act: Act
    instead: Instead
    rule: str
    because: str
    words: str

    def sentence(self) -> str:
        """The defeat in words, as `reasons` gives it."""
        return f"{self.act.family} is no crime but {self.instead}, being {self.because} ({self.rule})"


def defeat_of(reading: Reading, act: Act) -> Defeat | None:
    """What stands in the way of recording an act as a crime; None where nothing does."""
    return _of_rape(reading, act) if act.family == "rape" else _of_other(reading, act)


def _of_rape(reading: Reading, act: Act) -> Defeat | None:
    """A rape that is for an N100 (pp 61-64): every report of rape is one or the other, never nothing.

    A victim's, parent's or professional's report is a crime unless it happened elsewhere or verifiable evidence denies
    it; only a bystander's word that nobody has confirmed is an N100/01.
    """
    words, text = wordings(), reading.record.text
    elsewhere = words["elsewhere"].found(text)
    if elsewhere and (_transferred(reading) or words["elsewhere"].found(around(reading, act.disclosure, WIDE, WIDE))):
        return _defeat(act, "N100/03", words["elsewhere"], elsewhere[0])
    contrary = words["contrary evidence"].found(text)
    if contrary and _coded(reading):
        return _defeat(act, "N100/02", words["contrary evidence"], contrary[0])
    unconfirmed = words["unconfirmed"].found(text)
    if _second_hand(reading, act) and not _confirmed(reading, act):
        if unconfirmed or words["second hand"].found(_codes(reading)) or is_reported_incident(reading, act.disclosure):
            return _defeat(act, "N100/01", words["unconfirmed"], unconfirmed[0] if unconfirmed else "a third party")
    if act.disclosure.reported_by == "professional" and words["depersonalised"].found(text):
        return _defeat(act, "N100/01", words["depersonalised"], "depersonalised data")
    return None


def _second_hand(reading: Reading, act: Act) -> bool:
    """Whether only a third party tells of it; where the force made an N100, the record's own words count as well."""
    if act.disclosure.reported_by in SECOND_HAND:
        return True
    if act.disclosure.reported_by == "professional" or not _coded(reading):
        return False
    words = wordings()
    if words["professional reports"].found(reading.record.text):
        return False
    return bool(words["second hand"].found(_codes(reading)) or words["second hand"].found(reading.record.text))


def _confirmed(reading: Reading, act: Act) -> bool:
    """Whether the victim has confirmed, or a parent or carer speaks for them, for whom that is not needed (p 8)."""
    words = wordings()
    if words["confirmed"].found(reading.record.text):
        return True
    return bool(words["parent reports"].found(around(reading, act.disclosure, WIDE, 150)))


def _coded(reading: Reading) -> bool:
    """Whether the force itself treats the record as an N100."""
    return reading.record.record_type == "n100" or "N100" in _codes(reading).upper()


def _codes(reading: Reading) -> str:
    record = reading.record
    return f"{record.opening_code} | {record.closing_code} | {' '.join(record.recorded_crimes)}"


def _transferred(reading: Reading) -> bool:
    return "N100/03" in reading.record.text.upper() or "N100/3" in reading.record.closing_code.upper()


def _of_other(reading: Reading, act: Act) -> Defeat | None:
    words, text = wordings(), reading.record.text
    if act.family == "public_order" and not _named_victim(act):
        over = words["order restored"].found(text)
        if over:
            return _defeat(act, "crime-related incident", words["order restored"], over[0])
    if act.victim is not None and unidentified(act.victim) and act.disclosure.reported_by in SECOND_HAND:
        unconfirmed = words["unconfirmed"].found(text)
        if unconfirmed:
            return _defeat(act, "crime-related incident", words["unconfirmed"], unconfirmed[0])
    if act.family in SCHOOL_MATTERS:
        near = around(reading, act.disclosure, WIDE, WIDE)
        school = words["school deals"].found(near)
        if school and words["pupils"].found(near):
            return _defeat(act, "crime-related incident", words["school deals"], school[0])
    return None


def _named_victim(act: Act) -> bool:
    return act.victim is not None and not unidentified(act.victim)


def _defeat(act: Act, instead: Instead, wording: Wording, said: str) -> Defeat:
    return Defeat(act, instead, wording.rule, wording.name, " ".join(said.split()))
