"""Where an offence stands, from what a force wrote for it: a family, a code, a class, a CJS code or a title.

Codes are looked for first, because a title beside a code is the looser of the two. Section numbers ("S39",
"Sec 47") are never classes, and a bare number before words ("2 x assault") is one only if the words agree.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from cdi_nlp.taxonomy import OTHER, Offence, Taxonomy
from cdi_nlp.taxonomy.titles import NOWHERE, SPECIAL_CLASSES, Placed, title_index

_INCIDENT = re.compile(r"\bN\W?([123])00\b(?:\s?[/\-]\s?0?(\d)\b)?", re.IGNORECASE)
_NOT_CRIME = re.compile(r"\bnon[\s-]?crime\b|\bno[\s-]crime\b|\bnot a crime\b|\bincident only\b", re.IGNORECASE)
_FULL_CODE = re.compile(r"(?<![\d.])(?<!\d/)(\d{3})\s?[/.\-]\s?(\d{2})(?:\s?/\s?\d{1,2})?(?![\w/])")
_SHORT_CODE = re.compile(
    r"(?:^|\b(?:HO|HOC|HOCR|Home Office|code)\b[\s:.\-]*(?:code[\s:.\-]*)?|[\[(]\s?)"
    r"(\d{1,3})\s?/\s?(\d{1,2})(?:\s?/\s?\d{1,2})?(?=$|[\s\]):,\-])",
    re.IGNORECASE,
)
_RUN_CODE = re.compile(r"^\W*(?:HO\W*)?(\d{3})(\d{2})\d{0,2}(?=$|[\s:,(\-])", re.IGNORECASE)
_CJS = re.compile(r"(?<![A-Z0-9])(?=[A-Z0-9]*\d{2})(?=[A-Z0-9]*[A-Z]{2})[A-Z0-9]{5,11}(?![A-Z0-9])")
_NAMED_CLASS = re.compile(
    r"\bclass(?:ification)?[\s:.\-]*(\d{1,3}[A-Z]?(?:/\d{1,2})?|NFIB(?: ?\d+[A-Z]?)?)(?!\w)", re.IGNORECASE
)
_LETTER_CLASS = re.compile(
    r"(?<![\w/])(?<!/ )(?<!\bs )(?<!\bs\.)(?<!\bsec )(?<!\bsection )"
    # "19F" after one of these words is a woman of 19.
    r"(?<!\bon )(?<!\bof )(?<!\bto )(?<!\bby )(?<!\bvictim )"
    r"(\d{1,3}[A-Z]|NFIB(?: ?\d+[A-Z]?)?)(?!\w)",
    re.IGNORECASE,
)
_FRAUD_CLASS = re.compile(r"\bNFIB ?(\d+[A-Z]?)(?!\w)", re.IGNORECASE)
_BARE_CLASS = re.compile(r"^\W*(\d{1,3})(?:\s*[:.\-]\s.*|\W*)$", re.DOTALL)
_NUMBERED_TITLE = re.compile(r"^\W*(\d{1,3})\s+(?=[A-Za-z])")


def place(text: str, taxonomy: Taxonomy) -> Placed:
    """Return the family, Home Office code and class of an offence as written; None is not known."""
    written = " ".join(text.split())
    if written in taxonomy.families:
        return Placed(written)
    incident = _INCIDENT.search(written)
    if incident is not None:
        return _place_incident(incident, taxonomy)
    named = _named_class(written, taxonomy)
    code = next(_codes(written, taxonomy), None)
    if code is not None:
        return _place_code(code, written, named=named, taxonomy=taxonomy)
    if named is not None:
        return _place_class(named, written, taxonomy=taxonomy)
    return _place_words(written, taxonomy)


def _place_words(written: str, taxonomy: Taxonomy) -> Placed:
    if _NOT_CRIME.search(written):
        # HOCR 2026/27 p.61: a report of rape that is not recorded as one is an N100.
        return Placed(offence_class="N100") if "rape" in written.lower() else NOWHERE
    fraud = _FRAUD_CLASS.search(written)
    if fraud is not None:
        return Placed(OTHER, offence_class=f"NFIB{fraud.group(1).upper()}")
    found = _place_numbered(written, taxonomy) or title_index(taxonomy).find(written)
    if found == NOWHERE:
        name = re.sub(r"[\s\-]+", "_", written.lower())
        return Placed(name) if name in taxonomy.families else NOWHERE
    return _with_class(found, taxonomy)


def _place_incident(match: re.Match[str], taxonomy: Taxonomy) -> Placed:
    code = f"{match.group(1)}00/0{match.group(2)}"
    return Placed(None, code if code in taxonomy.offences else None, f"N{match.group(1)}00")


def _codes(text: str, taxonomy: Taxonomy) -> Iterator[str]:
    """Return the Home Office codes that a text gives, the surest first."""
    for pattern in (_FULL_CODE, _SHORT_CODE, _RUN_CODE):
        for match in pattern.finditer(text):
            code = f"{int(match.group(1)):03d}/{int(match.group(2)):02d}"
            if code in taxonomy.offences:
                yield code
    for match in _CJS.finditer(text.upper()):
        token = match.group()
        # The last letter is an attempt, an aid or a conspiracy, which the tables give for some offences only.
        found = taxonomy.cjs.get(token) or taxonomy.cjs.get(token.rstrip("ABCI"))
        if found is not None:
            yield found.ho_code
    for match in _FULL_CODE.finditer(text):
        code = f"{match.group(1)}/{match.group(2)}"
        if any(code == found.ho_code for found in taxonomy.cjs.values()):
            yield code


def _place_code(code: str, text: str, *, named: str | None, taxonomy: Taxonomy) -> Placed:
    rows = taxonomy.offences.get(code)
    if rows is None:
        return Placed(ho_code=code)  # a summary offence that is not notifiable
    offence = _in_class(rows, named) or _general(rows)
    if offence is None:
        titled = title_index(taxonomy).find(_words(text))
        offence = _in_class(rows, titled.offence_class)
    if offence is None:
        return Placed(rows[0].family, code)
    return Placed(offence.family, code, offence.offence_class)


def _in_class(rows: tuple[Offence, ...], name: str | None) -> Offence | None:
    return next((offence for offence in rows if offence.offence_class == name), None)


def _general(rows: tuple[Offence, ...]) -> Offence | None:
    """Return the one class in force that a code means when none is named."""
    current = [o for o in rows if o.current and o.offence_class not in SPECIAL_CLASSES] or list(rows)
    return current[0] if len(current) == 1 else None


def _with_class(found: Placed, taxonomy: Taxonomy) -> Placed:
    """Return the same, with the class where the code can mean one only."""
    if found.offence_class is not None or found.ho_code is None:
        return found
    offence = _general(taxonomy.offences[found.ho_code])
    return found if offence is None else replace(found, offence_class=offence.offence_class)


def _named_class(text: str, taxonomy: Taxonomy) -> str | None:
    for pattern in (_NAMED_CLASS, _LETTER_CLASS, _BARE_CLASS):
        for match in pattern.finditer(text):
            name = match.group(1).upper().replace(" ", "")
            if name in taxonomy.classes:
                return name
    return None


def _place_class(name: str, text: str, *, taxonomy: Taxonomy) -> Placed:
    """Return a class with the code that its title adds, or its leading code if it is all one family."""
    rows = taxonomy.classes[name]
    words = _words(text)
    titled = title_index(taxonomy).find(words) if words else NOWHERE
    exact = next((o for o in rows if o.ho_code == titled.ho_code), None)
    if exact is not None:
        return Placed(exact.family, exact.ho_code, name)
    lead = taxonomy.leading(name)
    if lead is None or lead.kind == "incident":
        return Placed(offence_class=name)
    current = [o for o in rows if o.current] or list(rows)
    mixed = len({o.family for o in current}) > 1
    return Placed(lead.family, None if mixed else lead.ho_code, name)


def _place_numbered(text: str, taxonomy: Taxonomy) -> Placed | None:
    """Return a class number before its title, such as "39 Theft from the person"."""
    match = _NUMBERED_TITLE.match(text)
    if match is None:
        return None
    titled = title_index(taxonomy).find(text[match.end() :])
    lead = taxonomy.leading(match.group(1))
    if lead is not None and lead.family == titled.family:
        return Placed(titled.family, titled.ho_code or lead.ho_code, match.group(1))
    return titled


def _words(text: str) -> str:
    """Return the text without its codes and classes."""
    for pattern in (_FULL_CODE, _SHORT_CODE, _RUN_CODE, _NAMED_CLASS, _LETTER_CLASS):
        text = pattern.sub(" ", text)
    return re.sub(r"\W*$|^\W*", "", re.sub(r"\(\s*\)", " ", text))
