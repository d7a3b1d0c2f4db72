"""N100, the reported incident of rape: when it, and not a crime, is the right record, and the eight checks of its use.

All from the Home Office Crime Recording Rules 2026/27 pp 61-64. Every report of rape that is not at once recorded as a
crime is an N100: /01 where the victim, or a third party acting for them, has not confirmed it or cannot be traced, /02
where there is credible evidence to the contrary, /03 where it took place in another force's area or abroad.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from cdi_nlp.detect import Reading
from cdi_nlp.recording.signs import Signs, sign_reader
from cdi_nlp.recording.timeliness import allowed, late_by, recorded_in_text
from cdi_nlp.records import Check, Disclosure, Record, RecordedCrime

Sub = Literal[1, 2, 3]
RULE = "HOCR 2026/27 pp 61-64, N100"
_CODE = re.compile(r"\bN100(?:/0?([123]))?\b|\b100/0?([123])\b", re.IGNORECASE)
_RAPE_TITLE = re.compile(r"\brap(?:e|ed)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|me|my)\b")
_REFERENCE = re.compile(r"\b(?i:accept\w*|crime|ref\w*|recorded)\W[^\n]{0,24}?\b[A-Z]{2,4}[/-]\d[\w/-]{2,}")
"""A crime reference of letters and figures beside the words for one, as forces write theirs."""
LESSER = frozenset({"sexual_assault", "child_sexual_offence"})
"""Classes 17, 20 and 22: what a rape is mistaken for (T8)."""


def is_reported_incident(reading: Reading, rape: Disclosure | None) -> bool:
    """Whether an N100, and not a crime of rape, is the right record for what is told."""
    return n100_due(reading, rape) is not None


def n100_due(reading: Reading, rape: Disclosure | None) -> Sub | None:
    """The sub-category of the N100 that is the right record; None where a crime of rape is, or nothing.

    A victim's, parent's or professional's report is a crime of rape whatever the victim wishes (p 61). A friend's or
    an anonymous report, of a victim who was not found or has not confirmed it, is not (p 62). Without a disclosure of
    rape, an N100 that was made and says the word is still read: it may report no more than that.
    """
    if rape is None and not is_n100(reading.record):
        return None
    return _due(reading.record, sign_reader("n100").read(reading), rape)


def _due(record: Record, signs: Signs, rape: Disclosure | None) -> Sub | None:
    coded = is_n100(record)
    if rape is None and not (coded and _RAPE_TITLE.search(_titles(record))):
        return None
    if signs["contrary"] and coded and sub_category(record) in (None, 2):
        return 2
    if _elsewhere(record, signs, coded=coded):
        return 3
    if signs["sarc_only"] and not signs["companion"]:
        return 1
    return 1 if _only_third_party(signs, rape, coded=coded) else None


def is_n100(record: Record) -> bool:
    """Whether the record is an N100, by its type or by a code of it."""
    return record.record_type == "n100" or bool(_CODE.search(_codes(record)))


def sub_category(record: Record) -> int | None:
    """The N100's sub-category, 1 to 3: as its codes give it, else as its text first does."""
    for text in (record.closing_code, _codes(record), record.text):
        for match in _CODE.finditer(text):
            if match[1] or match[2]:
                return int(match[1] or match[2])
    return None


def _codes(record: Record) -> str:
    return f"{record.opening_code} {record.closing_code} {' '.join(record.recorded_crimes)}"


def _titles(record: Record) -> str:
    return f"{_codes(record)} {record.text}"


def _elsewhere(record: Record, signs: Signs, *, coded: bool) -> bool:
    """Whether it took place in another force's area: said, and by a record that was made or coded for that."""
    if not signs["elsewhere"]:
        return False
    sub = sub_category(record)
    return sub in (None, 3) if coded else len(signs["elsewhere"]) > 1 and _referenced(record, signs)


def _referenced(record: Record, signs: Signs) -> bool:
    """Whether the receiving force's crime reference is held."""
    return bool(signs["reference"] or _REFERENCE.search(record.text))


def _only_third_party(signs: Signs, rape: Disclosure | None, *, coded: bool) -> bool:
    """Whether only someone who does not act for the victim tells it, and the victim has not confirmed it.

    Where nobody made an N100, one word ("hearsay") is too little: it may be an officer's view of a victim's account.
    """
    third = len(signs["companion"]) + len(signs["anonymous"])
    told_by = rape.reported_by if rape else None
    if signs.any("professional", "confirmed") or (signs["parent"] and not third):
        return False
    if rape and not coded and any(_FIRST_PERSON.search(span.quote) for span in rape.evidence):
        return False
    open_still = signs.any("untraced", "unconfirmed")
    if not coded:
        return third > 1 and open_still
    unasked = open_still or not signs["victim_reports"]
    return unasked and bool(third or told_by in ("third_party", "witness"))


def check_n100(
    reading: Reading, disclosures: Sequence[Disclosure], *, recorded: Sequence[RecordedCrime] = ()
) -> tuple[Check, ...]:
    """What a registrar should look at in the recording of a rape: T1 to T8, each only where it applies.

    `recorded` are the crimes recorded for the record.
    """
    return read_n100(reading, disclosures, recorded=recorded)[1]


def read_n100(
    reading: Reading,
    disclosures: Sequence[Disclosure],
    *,
    recorded: Sequence[RecordedCrime] = (),
    decided: bool | None = None,
) -> tuple[bool, tuple[Check, ...]]:
    """Whether an N100 is due and the checks, from one reading of the signs.

    `decided` is what the recording rules made of a rape that is told; an N100 of which nothing was read is judged here.
    """
    record = reading.record
    coded = is_n100(record)
    rape = next((told for told in disclosures if told.family == "rape" and told.flagged), None)
    if rape is None and not coded:
        return False, ()
    signs = sign_reader("n100").read(reading)
    right = _due(record, signs, rape) is not None if decided is None or rape is None else decided
    crimed = any(crime.family == "rape" and crime.cancelled_code is None for crime in recorded)
    found = [
        _unrecorded(rape, recorded, coded=coded, crimed=crimed, right=right),
        _should_be_rape(rape, signs, coded=coded, crimed=crimed, right=right),
        _not_rape(disclosures, rape, signs, coded=coded),
        _should_be_n100(rape, signs, coded=coded, crimed=crimed, right=right),
        _no_reference(record, signs, coded=coded),
        _late(reading, recorded, coded=coded),
    ]
    return right, tuple(check for check in found if check is not None)


def _check(number: int, why: str, rule: str = RULE) -> Check:
    return Check(f"n100.T{number}", rule, why)


def _unrecorded(
    rape: Disclosure | None, recorded: Sequence[RecordedCrime], *, coded: bool, crimed: bool, right: bool
) -> Check | None:
    """T1: a rape told that is neither a crime nor an N100; T8: one recorded as another sexual offence."""
    if rape is None or coded or crimed:
        return None
    other = next((crime for crime in recorded if crime.family in LESSER), None)
    if other is not None and not right:
        return _check(8, f"a rape is told and {other.offence} is recorded: rape has classes of its own (19C to 19K)")
    should = "an N100" if right else "a crime of rape"
    return _check(1, f"a rape is told and neither a crime of rape nor an N100 is recorded; {should} is due")


def _should_be_rape(rape: Disclosure | None, signs: Signs, *, coded: bool, crimed: bool, right: bool) -> Check | None:
    """T2: an N100 for what a victim, professional or parent reports; T3: one that a confirmation should have ended."""
    if rape is None or not coded or crimed or right:
        return None
    confirmed, third = signs.last("confirmed"), signs.first("companion", "anonymous", "untraced", "unconfirmed")
    if confirmed is not None and third is not None and third.entry < confirmed.entry:
        return _check(3, "the victim has confirmed it since the N100 was made: it becomes a crime of rape at once")
    reporter = _reporter(signs, rape)
    return _check(2, f"an N100 stands for what {reporter} reports and nothing credible contradicts: a crime of rape")


def _reporter(signs: Signs, rape: Disclosure) -> str:
    if signs["professional"] or rape.reported_by == "professional":
        return "a professional"
    return "a parent" if signs["parent"] else "the victim"


def _not_rape(disclosures: Sequence[Disclosure], rape: Disclosure | None, signs: Signs, *, coded: bool) -> Check | None:
    """T4: an N100 for something other than rape."""
    if not coded or any(told.family == "rape" for told in disclosures):
        return None
    other = next((told for told in disclosures if told.flagged and told.family in LESSER), None)
    if other is None:
        return None
    return _check(4, f"an N100 stands for a {other.family.replace('_', ' ')}: it is for rape and attempted rape alone")


def _should_be_n100(rape: Disclosure | None, signs: Signs, *, coded: bool, crimed: bool, right: bool) -> Check | None:
    """T5: a crime of rape on the word of someone who does not act for the victim."""
    if not crimed or not right:
        return None
    return _check(5, "a crime of rape is recorded on a third party's unconfirmed word: an N100/01 is due")


def _no_reference(record: Record, signs: Signs, *, coded: bool) -> Check | None:
    """T6: an N100/03 transferred without the receiving force's reference."""
    if not coded or sub_category(record) != 3 or _referenced(record, signs):
        return None
    return _check(6, "the receiving force's crime reference is not held: an N100/03 is transferred, not left")


def _late(reading: Reading, recorded: Sequence[RecordedCrime], *, coded: bool) -> Check | None:
    """T7: an N100 or a crime of rape made later than the rules allow."""
    record = reading.record
    made: datetime | None = recorded_in_text(reading, _CODE) if coded else None
    made = made or next((crime.recorded_at for crime in recorded if crime.family == "rape" and crime.recorded_at), None)
    if record.reported_at is None or made is None:
        return None
    late = late_by(record.reported_at, made)
    if late is None:
        return None
    hours = int(allowed(record.reported_at).total_seconds() // 3600)
    return _check(7, f"recorded {late} after the {hours} hours allowed", "HOCR 2026/27 p 10, within 24 hours")
