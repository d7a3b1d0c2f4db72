"""N100, the reported incident of rape: when it, and not a crime, is the right record (HOCR 2026/27 pp 61-64)."""

import re

from cdi_nlp.detect import Reading
from cdi_nlp.records import Disclosure

_N100 = re.compile(r"\bN?100(?:/0?[123])?\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:police scotland|psni|scotland|northern ireland|abroad|overseas|another force(?:'s)?(?: area)?|"
    r"outside (?:the )?uk|"
    r"transferred to \w+ (?:police|constabulary))\b",
    re.IGNORECASE,
)
_UNCONFIRMED = re.compile(
    r"\b(?:not (?:yet )?(?:been )?(?:confirmed|traced|identified|spoken to)|un(?:confirmed|traced|identified)|"
    r"anonymous(?:ly)?|cannot be (?:traced|identified)|refuses? to (?:say|give) who|does(?: not|n't) know who|"
    r"no name|third[- ]hand|second[- ]hand|"
    r"hearsay)\b",
    re.IGNORECASE,
)


def is_reported_incident(reading: Reading, rape: Disclosure | None) -> bool:
    """Whether a disclosed rape is for an N100: another area's offence, or only an unconfirmed third party's word.

    A victim's, parent's or professional's report is a crime of rape whatever the victim wishes (p 61).
    """
    if rape is None:
        return False
    record = reading.record
    codes = f"{record.opening_code} {record.closing_code} {' '.join(record.recorded_crimes)}"
    if record.record_type != "n100" and not _N100.search(codes):
        return False
    if _ELSEWHERE.search(record.text):
        return True
    return rape.reported_by in ("third_party", "witness") or bool(_UNCONFIRMED.search(record.text))
