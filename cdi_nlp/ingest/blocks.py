"""Blocks: entry headers of several lines: the `Key = value` dump of a records system, the head of an email.

A line of a block is known as the machine's only by a key on the lists here; any other line is narrative.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from cdi_nlp.ingest.headers import Header, clock_headers, date_and_clock

KEY_LINE = re.compile(r"(?:^|(?<=[\r\n]))[ \t]*(?P<key>[A-Za-z][\w .\[\]/#-]{0,60}?)[ \t]+=[ \t]*(?P<value>[^\r\n]*)")
NARRATIVE_KEYS = frozenset(
    "text narrative narrative_text remark remarks summary message description details detail notes note"
    " comment comments content body".split()
)
TIME_KEYS = frozenset(
    "timestamp time datetime date_time reported_time reported created entered entered_at created_at".split()
)
AUTHOR_KEYS = frozenset("user author officer employee entered_by created_by collar collar_number".split())
CATEGORY_KEYS = frozenset("category narrative_category narrative_type".split())
PLAIN_KEYS = (
    TIME_KEYS
    | AUTHOR_KEYS
    | CATEGORY_KEYS
    | frozenset(
        "id event_id incident_id agency agency_id dispatch_time dispatch_type police_type call_type type"
        " call_source source priority grade workstation terminal sex gender date_of_birth dob ethnicity"
        " self_defined_ethnicity involvement involvement_code role code station division beat beat_code"
        " grid_reference easting northing postcode status state call_sign callsign qualifier qualifiers rank"
        " sequence sequence_number seq number version opening_code closing_code result_code result_codes"
        " initial_type final_type classification date end_time closed_time".split()
    )
)
_LONGEST_VALUE = 80
_LEAF = re.compile(r"^(?P<prefix>.*[.\]])?\s*(?P<leaf>[^.\]]+)$")
_MAIL = re.compile(r"(?:^|(?<=[\r\n]))[ \t>*]*From[ \t]*:[ \t*]*(?P<who>[^\r\n]*)")
_MAIL_LINE = re.compile(
    r"[\r\n]{1,4}[ \t>*]*(?P<key>To|Cc|CC|Bcc|Sent|Date|Subject|Reply-To|Importance|Attachments?)[ \t]*:"
    r"[ \t*]*(?P<value>[^\r\n]*)"
)
_WROTE = re.compile(r"(?:^|(?<=[\r\n]))[ \t>]*On (?P<when>[^\r\n]{6,60}?), (?P<who>[^\r\n]{1,80}) wrote:")


@lru_cache(maxsize=4)
def find_headers(text: str) -> tuple[Header, ...]:
    """Return every header of the text, in order: clock times, `Key = value` lines and email heads.

    The last few answers are kept, because a record is cut into entries and then into segments.
    """
    found = clock_headers(text)
    if text.count(" = ") > 2:
        found = _merged(found, dump_headers(text))
    if "From:" in text or "From :" in text or " wrote:" in text:
        found = _merged(found, mail_headers(text))
    return tuple(found)


def _merged(first: list[Header], second: Iterable[Header]) -> list[Header]:
    known = {header.start: header for header in first}
    known.update((header.start, header) for header in second)
    return [known[start] for start in sorted(known)]


def dump_headers(text: str) -> list[Header]:
    """Return the lines of a `Key = value` dump; each block opens an entry with its own time and author."""
    found: list[Header] = []
    block: list[re.Match[str]] = []
    keys: set[str] = set()
    prefix = ""
    for line in KEY_LINE.finditer(text):
        stem, leaf = split_key(line["key"])
        blank = block and "\n\n" in text[block[-1].end() : line.start("key")].replace("\r", "")
        if block and (leaf in keys or stem != prefix or blank):
            found += _block(block)
            block, keys = [], set()
        block.append(line)
        keys.add(leaf)
        prefix = stem
    return found + _block(block)


def split_key(key: str) -> tuple[str, str]:
    """Return a key's block and its own name: "Narratives[2].Text" gives ("Narratives[2].", "text")."""
    parts = _LEAF.match(key.strip())
    if parts is None:
        return "", key.strip().lower()
    return parts["prefix"] or "", re.sub(r"[\s/#-]+", "_", parts["leaf"].strip().lower())


def _block(lines: list[re.Match[str]]) -> list[Header]:
    said = {split_key(line["key"])[1]: line["value"].strip() for line in lines}
    day, clock = next((date_and_clock(value) for key, value in said.items() if key in TIME_KEYS), (None, None))
    author = next((value for key, value in said.items() if key in AUTHOR_KEYS and value), None)
    category = next((value for key, value in said.items() if key in CATEGORY_KEYS and value), None)
    found: list[Header] = []
    for line in lines:
        leaf = split_key(line["key"])[1]
        whole = leaf in PLAIN_KEYS and len(line["value"]) <= _LONGEST_VALUE
        if not (whole or leaf in NARRATIVE_KEYS):
            continue
        body = line.end() if whole else line.start("value")
        found.append(Header(line.start("key"), body, day, clock, author, category, opens=not found))
    return found


def mail_headers(text: str) -> list[Header]:
    """Return the heads of the emails in a text; each opens an entry with the sender and the time sent."""
    found: list[Header] = []
    for mail in _MAIL.finditer(text):
        lines = []
        place = mail.end()
        while line := _MAIL_LINE.match(text, place):
            lines.append(line)
            place = line.end()
        if lines:
            sent = next((line["value"] for line in lines if line["key"] in ("Sent", "Date")), "")
            found.append(
                Header(
                    _first(text, mail),
                    mail.end(),
                    *date_and_clock(sent),
                    mail["who"].strip() or None,
                    None,
                )
            )
            found += [_mail_line(text, line) for line in lines]
    for quoted in _WROTE.finditer(text):
        found.append(
            Header(
                _first(text, quoted),
                quoted.end(),
                *date_and_clock(quoted["when"]),
                quoted["who"].strip(),
                None,
            )
        )
    return found


def _mail_line(text: str, line: re.Match[str]) -> Header:
    # The subject can hold the report itself; the other lines cannot.
    body = line.start("value") if line["key"] == "Subject" else line.end()
    return Header(_first(text, line), body, None, None, None, None, opens=False)


def _first(text: str, found: re.Match[str]) -> int:
    words = found.group()
    return found.start() + len(words) - len(words.lstrip())
