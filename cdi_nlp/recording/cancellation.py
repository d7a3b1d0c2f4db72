"""Cancelled crimes: whether what the record says lets a crime be cancelled under C1 to C5, and why.

Home Office Crime Recording Rules 2026/27 pp 25-26 and Outcomes Framework Guidance 2026 pp 26-30. C1: transferred to the
force that owns it. C2: additional, verifiable information determines that no notifiable crime took place. C3: a
duplicate of a live crime. C4: recorded in error, a documented genuine mistake. C5: self-defence, three classes alone.
A crime that was wrongly cancelled stands, so its record does not answer for what is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cdi_nlp.detect import Reading
from cdi_nlp.recording.signs import Signs, sign_reader
from cdi_nlp.records import Check, Disclosure, Record, RecordedCrime

Verdict = Literal["right", "wrong", "cannot be told"]
RULE = "HOCR 2026/27 pp 25-26, cancelled crimes"
AVI = "HOCR 2026/27 p 25, additional verifiable information; OUT 2026 pp 26-30"
TOLD_BEFORE = frozenset({"C1", "C2", "C5"})
"""Codes of which the victim is told before the crime is removed."""
REGISTRAR_ALONE = frozenset({"rape", "homicide"})
"""Of which only the accredited force crime registrar may cancel as C2."""
SELF_DEFENCE = frozenset({"common_assault", "assault_with_injury"})
"""The families of the classes that C5 is open for: 105A, 8N (section 47) and 104."""
_CODE = re.compile(r"\bC ?([1-5])\b(?! ?(?:vehicle|unit))", re.IGNORECASE)
_CANCELLED = re.compile(r"\b(?:cancel\w*|no[- ]?crim(?:e|ed|ing)|C[1-5])\b", re.IGNORECASE)
_DECIDER = re.compile(r"(?:DDM|D?FCI?R|REGISTRAR)\b", re.IGNORECASE)
_TITLES = {
    "rape": re.compile(r"\brape\b", re.IGNORECASE),
    "homicide": re.compile(r"\b(?:murder|manslaughter|homicide|infanticide)\b", re.IGNORECASE),
    "serious": re.compile(r"\b(?:s(?:ection|ec)? ?(?:18|20)|wounding|gbh|grievous)\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One finding: under which code, whether that was right, and each reason for it in words."""

    code: str | None
    verdict: Verdict
    why: tuple[str, ...]
    crime_no: str | None = None

    def as_check(self) -> Check:
        """The finding as a registrar's check."""
        named = f"crime {self.crime_no}: " if self.crime_no else ""
        code = self.code or "no code"
        name = f"cancellation.{self.code or 'uncoded'}.{self.verdict.replace(' ', '_')}"
        words = {"right": "rightly cancelled", "wrong": "wrongly cancelled", "cannot be told": "cannot be told"}
        rule = AVI if self.code in (None, "C2") else RULE
        return Check(name, rule, f"{named}{code}, {words[self.verdict]}: {'; '.join(self.why)}")


def read_cancellations(
    reading: Reading, disclosures: Sequence[Disclosure] = (), *, recorded: Sequence[RecordedCrime] = ()
) -> tuple[Cancellation, ...]:
    """A finding for each cancelled crime of the record, or one for the cancellation that its text holds.

    `recorded` are the crimes recorded for the record, those of the crimes file with their codes.
    """
    record = reading.record
    cancelled = [crime for crime in recorded if crime.cancelled_code is not None]
    codes = f"{record.opening_code} {record.closing_code}"
    of_removal = record.record_type == "custody_or_cancelled" and _CANCELLED.search(record.text)
    if not (cancelled or of_removal or _CANCELLED.search(codes)):
        return ()
    signs = sign_reader("cancellation").read(reading)
    about = _about(record, signs)
    about = about or bool(cancelled and of_removal)
    if cancelled:
        return tuple(_of_crime(record, signs, crime=crime, about=about) for crime in cancelled)
    if not about:
        return ()
    code, verdict, why = _judged(record, signs, code=code_of(record), families=_families(record, disclosures))
    return (Cancellation(code, verdict, why),)


def wrongly_cancelled(found: Sequence[Cancellation]) -> frozenset[str]:
    """The numbers of the crimes that were wrongly cancelled: they stand, and answer for nothing while they are off."""
    return frozenset(one.crime_no for one in found if one.verdict == "wrong" and one.crime_no is not None)


def code_of(record: Record) -> str | None:
    """C1 to C5 as the closing code gives it, else the opening code, else the last that the text names."""
    for text in (record.closing_code, record.opening_code):
        match = _CODE.search(text)
        if match:
            return f"C{match[1]}"
    named = _CODE.findall(record.text)
    return f"C{named[-1]}" if named else None


def _about(record: Record, signs: Signs) -> bool:
    """Whether a record without a cancelled crime on file holds a cancellation: by its codes, or by a rationale."""
    codes = f"{record.opening_code} {record.closing_code}"
    if sign_reader("cancellation").in_text(codes)["cancellation"]:
        return True
    return record.record_type == "custody_or_cancelled" and bool(signs["cancellation"])


def _of_crime(record: Record, signs: Signs, *, crime: RecordedCrime, about: bool) -> Cancellation:
    """The finding for a cancelled crime of the crimes file, from the rationale in its record, where there is one."""
    named = crime.crime_no or crime.offence
    if not about and not signs["cancellation"]:
        return Cancellation(_coded(crime), "cannot be told", ("its record holds no rationale for it",), named)
    code, verdict, why = _judged(record, signs, code=_coded(crime), families=_family_of(crime))
    return Cancellation(code, verdict, why, named)


def _coded(crime: RecordedCrime) -> str | None:
    match = _CODE.search(crime.cancelled_code or "")
    return f"C{match[1]}" if match else None


def _family_of(crime: RecordedCrime) -> frozenset[str]:
    return frozenset({crime.family} if crime.family else ()) | _titled(crime.offence)


def _families(record: Record, disclosures: Sequence[Disclosure]) -> frozenset[str]:
    """What the crime was: as the title says, and as the text discloses."""
    told = {disclosure.family for disclosure in disclosures if disclosure.flagged}
    return frozenset(told) | _titled(f"{record.opening_code}\n{record.text[:200]}")


def _titled(text: str) -> frozenset[str]:
    return frozenset(name for name, words in _TITLES.items() if words.search(text))


Judged = tuple[str | None, Verdict, tuple[str, ...]]


def _judged(record: Record, signs: Signs, *, code: str | None, families: frozenset[str]) -> Judged:
    """The verdict on one cancellation and each reason for it."""
    judge = {"C1": _transfer, "C3": _duplicate, "C4": _error, "C5": _self_defence}.get(code or "C2", _no_crime)
    grades = [
        *judge(signs, families),
        *_authority(record, signs, code=code, families=families),
        *_told(signs, code),
    ]
    if code is None:
        grades.append(("open", "no code C1 to C5 is given"))
    wrong, open_, good = (
        tuple(words for grade, words in grades if grade == wanted) for wanted in ("wrong", "open", "good")
    )
    if wrong:
        return code, "wrong", wrong
    return (code, "cannot be told", open_) if open_ else (code, "right", good)


Grades = list[tuple[str, str]]


def grounds(signs: Signs) -> list[str]:
    """The grounds given that are no additional verifiable information, in words."""
    reader = sign_reader("cancellation")
    return [reader.why(name) for name in reader.signs if name.startswith("not_") and name != "not_told" and signs[name]]


def _determined(signs: Signs) -> bool:
    """Whether information is told that is new, was checked, and settles the matter: two of three said in so many words.

    The record must say when it came, from where, how it was checked and what follows (OUT 2026 p 27).
    """
    return bool(signs["verified"]) and signs.any("determines", "additional")


def _no_crime(signs: Signs, families: frozenset[str]) -> Grades:
    """C2: additional, verifiable, and it determines that there was no crime."""
    given = grounds(signs)
    if signs["pressure"] and signs["not_retraction"] and not signs["no_pressure"]:
        return [("wrong", "a retraction with signs of fear or pressure cannot cancel a crime")]
    told = len(signs["verified"]) + 2 * bool(signs["additional"])
    if signs["verified"] and signs["determines"] and told >= len(given):
        return [("good", "additional information, verified, which determines that no crime took place")]
    if given:
        return [("wrong", f"the grounds given are no additional verifiable information: {', '.join(given)}")]
    if _determined(signs):
        return [("open", "new information is told, and not what it determines or how it was verified")]
    return [("open", "no additional verifiable information is stated: when, where from, how verified, what follows")]


def _transfer(signs: Signs, families: frozenset[str]) -> Grades:
    """C1: the other force has it under its own number."""
    if signs["reference"]:
        return [("good", "the other force has recorded it and its number is held")]
    return [("wrong", "the other force's crime number is not held")]


def _duplicate(signs: Signs, families: frozenset[str]) -> Grades:
    """C3: the crime it repeats is there and live."""
    if signs["parent_gone"]:
        return [("wrong", "the crime that it is said to repeat is not there or was itself cancelled")]
    if signs["parent_live"]:
        return [("good", "the crime that it repeats is there and live")]
    return [("open", "it is not said that the crime it repeats is live")]


def _error(signs: Signs, families: frozenset[str]) -> Grades:
    """C4: a documented mistake, and not a way round C2."""
    given = grounds(signs)
    if given:
        return [("wrong", f"C4 is used where C2 would not serve, on {', '.join(given)}")]
    if signs["mistake"]:
        return [("good", "a genuine mistake of recording is documented")]
    return [("wrong", "no genuine mistake of recording is documented, as C4 asks")]


def _self_defence(signs: Signs, families: frozenset[str]) -> Grades:
    """C5: three classes alone, on evidence other than the suspect's word."""
    barred = families - SELF_DEFENCE & families
    if "serious" in families or (barred and not families & SELF_DEFENCE):
        return [("wrong", "C5 is open for section 47, assault on a constable and common assault alone")]
    if signs["verified"]:
        return [("good", "self-defence rests on evidence other than the suspect's word")]
    return [("wrong", "self-defence rests on the suspect's word alone")]


def _authority(record: Record, signs: Signs, *, code: str | None, families: frozenset[str]) -> Grades:
    """Who decided: a designated decision maker outside the investigation; for C2 of rape the registrar alone."""
    if code == "C2" and families & REGISTRAR_ALONE and not signs["registrar"]:
        return [("wrong", "a rape or homicide is cancelled as C2 by the accredited force crime registrar alone")]
    if signs["ddm"] or any(_DECIDER.match(entry.author or "") for entry in record.entries):
        return [("good", "decided by a designated decision maker or the registrar")]
    if code == "C1" and not signs["wrong_authority"]:
        return []
    if signs["wrong_authority"]:
        return [("wrong", "decided by the officer's own supervisor or team, not by a designated decision maker")]
    return [("open", "it is not said who decided")]


def _told(signs: Signs, code: str | None) -> Grades:
    """Whether the victim was told before the removal, where the rules ask for it."""
    if code not in TOLD_BEFORE:
        return []
    if signs["told_before"]:
        return [("good", "the victim was told before the removal")]
    if signs["not_told"]:
        return [("wrong", "the victim was not told before the removal")]
    return [("open", "it is not said that the victim was told before the removal")]
