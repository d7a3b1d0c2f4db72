"""What defeats or defers recording: results of their own, with the rule, in place of a crime.

No victim found or confirmed, another force's crime, evidence to the contrary, the schools protocol, disorder that is
over (HOCR 2026/27 pp 7-12, 61-64, 86). Each needs plain words in the record, because a defeat wrongly read loses a
crime. What does not defeat recording (declining, drink, disbelief and the rest) is in `reasons.toml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cdi_nlp.detect import Reading
from cdi_nlp.recording.acts import Act, around
from cdi_nlp.recording.n100 import is_reported_incident
from cdi_nlp.recording.who import unidentified, who
from cdi_nlp.recording.wording import Wording, wordings
from cdi_nlp.records import Reporter

Instead = Literal["N100/01", "N100/02", "N100/03", "crime-related incident", "no crime, with rationale", "transfer"]

SECOND_HAND: frozenset[Reporter] = frozenset({"third_party", "witness"})
BYSTANDERS = frozenset(
    "common_assault assault_with_injury harassment stalking malicious_communications public_order "
    "threats_to_kill".split()
)
"""Families in which an unconfirmed third party's word is not enough. Graver harm, and property, is recorded on it:
clear grounds that a crime against an identifiable victim occurred make that appropriate (pp 7-8)."""
ANYWHERE = frozenset({"modern_slavery", "child_cruelty_neglect", "serious_assault"})
"""Families that "abroad" alone does not take out of the jurisdiction, or that end in injury here."""
SCHOOL_MATTERS = frozenset({"common_assault", "theft", "criminal_damage", "public_order", "malicious_communications"})
"""Families off the protocol's serious list; harm of any weight or a sexual element takes a matter out of it."""
NO_CRIME = (
    "rude and no more",
    "nuisance and no more",
    "nobody endangered",
    "bare word",
    "wiped off",
    "smell or trace only",
    "no offence in law",
    "unsupported counter-claim",
    "says that nobody did",
    "on duty, no case to answer",
)
"""Wordings of what the act itself was, which was then no notifiable crime."""
SECTION_5 = "HOCR April 2021, section 5: an identified victim other than a police officer"
NEXT = 170
"""Characters after an act in which what became of it is told."""
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


def defeat_of(reading: Reading, act: Act, acts: Sequence[Act]) -> Defeat | None:
    """What stands in the way of recording an act as a crime, among the acts of its record; None where nothing does."""
    return _of_rape(reading, act) if act.family == "rape" else _of_other(reading, act, acts)


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


def _of_other(reading: Reading, act: Act, acts: Sequence[Act]) -> Defeat | None:
    words, text = wordings(), reading.record.text
    own = _own_words(text, act, acts)
    elsewhere = words["elsewhere"].found(own)
    if elsewhere and act.family not in ANYWHERE and not words["recorded here"].found(f"{own} {_codes(reading)}"):
        return _defeat(act, "transfer", words["elsewhere"], elsewhere[0])
    if act.family == "breach_of_order":
        order = words["order not notifiable"].found(own)
        return _defeat(act, "no crime, with rationale", words["order not notifiable"], order[0]) if order else None
    if _only_officers(act):
        return Defeat(act, "no crime, with rationale", SECTION_5, "section 5 with only officers to hear it", "")
    near = around(reading, act.disclosure, WIDE // 2, WIDE // 2)
    for wording in (words[name] for name in NO_CRIME):
        said = wording.found(near) if act.family in wording.families else None
        if said:
            return _defeat(act, "no crime, with rationale", wording, said[0])
    contrary = words["contrary evidence"].found(own) if len(acts) == 1 else None
    if contrary:
        return _defeat(act, "no crime, with rationale", words["contrary evidence"], contrary[0])
    return _incident_only(reading, act, own)


def _only_officers(act: Act) -> bool:
    """Whether section 5 public order was heard by officers alone, who are no victims of it."""
    heard = act.disclosure.victims
    return act.ho_code == "125/12" and bool(heard) and all(one.relation == "constable" for one in heard)


def _own_words(text: str, act: Act, acts: Sequence[Act]) -> str:
    """An act's words from the start of its sentence to the next act, no further than a couple of sentences."""
    start = max((text.rfind(mark, 0, act.start) for mark in (". ", "\n", "! ", "? ")), default=0)
    after = [other.start for other in acts if other.start > act.end]
    return text[max(start, 0) : min([act.end + NEXT, *after])]


def _incident_only(reading: Reading, act: Act, own: str) -> Defeat | None:
    """What is recorded as a crime-related incident: nobody confirmed it, or it is for the school (pp 7-12, 86)."""
    words, text = wordings(), reading.record.text
    names: list[tuple[str, str]] = []
    if act.family == "public_order" and not _named_victim(act):
        names.append(("order restored", text))
    if act.disclosure.reported_by in SECOND_HAND and act.family in BYSTANDERS and not _confirmed(reading, act):
        names.append(("victim not confirmed", own))
    if act.disclosure.reported_by in SECOND_HAND:
        if act.victim is not None and unidentified(act.victim):
            names.append(("unconfirmed", text))
        elif act.victim is None or who(act.victim).vague:
            names.append(("victim not confirmed", text))
    near = around(reading, act.disclosure, WIDE, WIDE)
    if act.family in SCHOOL_MATTERS and words["pupils"].found(near):
        names.append(("school deals", near))
    for name, where in names:
        found = words[name].found(where)
        if found:
            return _defeat(act, "crime-related incident", words[name], found[0])
    return None


def _named_victim(act: Act) -> bool:
    return act.victim is not None and not unidentified(act.victim)


def _defeat(act: Act, instead: Instead, wording: Wording, said: str) -> Defeat:
    return Defeat(act, instead, wording.rule, wording.name, " ".join(said.split()))
