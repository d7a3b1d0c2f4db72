"""Entry headers: the date, time, author and category that start a line of a log, in the layouts forces write.

A header is only what stands before the narrative. When in doubt a word stays with the narrative, because a
header is never searched for offences.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(?:" + "|".join(f"{m}|{m.upper()}|{m.title()}" for m in _MONTHS) + ")[A-Za-z]{0,6}"
_DATE = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}(?:[/.]\d{4}|[/.]\d{2})?|\d{1,2}-\d{1,2}-(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ -]?{_MONTH}(?:[ ,-]{{1,2}}(?:\d{{4}}|\d{{2}}(?!\d|[:.])))?"
)
_DAY_ALONE = r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?|(?:[01]\d|2[0-3])\.?[0-5]\d"
_CLOCK = (
    rf"(?P<time>{_TIME})(?P<half> ?[AaPp]\.?[Mm]\.?(?![A-Za-z]))?"
    r"(?: ?(?:[Hh][Rr][Ss]?|[Hh]ours|HOURS|h|Z)(?![A-Za-z]))?"
)
_EOL = r"[ \t]*(?=[\r\n]|\Z)"
_HEADER = re.compile(
    r"(?P<lead>[ \t>]*+)(?P<mark>[\[(<*@]*+)[ \t]*+(?:[#\[]?\d{1,4}[\].):]{0,2}[ \t]+(?=\d{1,2}[:/]))?"
    r"(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]{0,6},?[ \t]+)?"
    rf"(?:(?:(?P<date>{_DATE})(?:[ \t,@|]+|T|[ \t]*-[ \t]*|,?[ \t]+at[ \t]+))?{_CLOCK}"
    rf"|(?P<day>{_DAY_ALONE})(?=[ \t]*(?:[:|\]\t–]|-[ \t]|\*\*|[\r\n]|\Z)))"
    r"(?![\w%£$/]|[.:-]\d)[\])>]*"
)
_ANY_DATE = re.compile(rf"(?<![\d/])(?:{_DATE})(?!\d)")
_ANY_CLOCK = re.compile(rf"(?<![\d:])(?:{_TIME})(?!\d)")

_CATEGORY = (
    "(?:CAD REMARKS?|UNIT REMARKS?|REMARKS?|SYSTEM|SUPERVISOR|THRIVE|QUESTION SET|QUESTION|ANSWER|DISPOSE|DISPOSAL)"
)
_RANK = (
    "(?:[AT]/)?(?:PCSO|PC|PS|DCI|DC|DS|DI|TDC|WPC|SC|CI|Insp(?:ector)?|INSP|Sgt|SGT|Sergeant"
    "|Op(?:erator)?|OP|OPERATOR|CH)"
)
_ROLE = (
    "(?i:admin|ops?|disp(?:atch(?:er)?)?|control(?: ?room|ler)?|fcr|fcir|ccr|call ?(?:taker|handler)"
    "|supervisor|fim|imu|omu|radio|sys(?:tem)?|auto|cad|desk|switchboard|enquiry office"
    "|front (?:desk|counter)|duty (?:sgt|insp)|sgt|insp|oic|svr|crime bureau|cmu|csi|soco|cid|dau|ppu|mash)"
)
_CLOSE = r"[ \t]*(?:[\])>]+[ \t]*[:|–-]?|[:|\t]|\*\*+|[–-](?=[ \t]))[ \t]*"
_WHO = (
    rf"[\[(<]?(?P<who>{_RANK} ?\d{{2,6}}(?: [A-Z][A-Za-z'’-]+)?|{_RANK} [A-Z][A-Za-z'’-]+"
    rf"|[A-Za-z]{{1,6}}[-/]?\d{{1,5}}[A-Za-z]?|{_ROLE}|\d{{3,6}}|[A-Za-z]+[._][A-Za-z0-9._]{{1,20}})"
    rf"(?:{_CLOSE}|{_EOL})"
)
_SIGNED = re.compile(_WHO)
_KIND = re.compile(rf"[\[(<]?(?P<kind>{_CATEGORY})(?:{_CLOSE}|{_EOL}|[ \t]+(?={_WHO.replace('?P<who>', '?:')}))")
_CALL_SIGN = re.compile(r"(?P<who>[A-Z]{2,4}\d{2,5}[A-Z]?)[ \t]+(?=\S)")
_SPOKEN = re.compile(rf"(?P<who>{_RANK} ?\d{{2,6}}|[A-Z]{{1,4}}\d{{1,4}}[A-Z]?|SYS(?:TEM)?)(?=[ \t])")
_CLOSED = re.compile(
    r"[\[(<]?[\w./-]{1,24}+(?: [\w'’.-]{1,20}+){0,2}[ \t]*+"
    r"(?:[\])>:|]|(?<=\t)|\*\*|[–-][ \t]|(?=[\r\n]|\Z))"
)
_GAP = re.compile(r"[ \t]*(?:[-–](?=[ \t])|[:|>]+|\*\*+)?[ \t]*")
_AMOUNT = re.compile(
    "[ \t]*(?:pounds?|quid|euros?|cash|cigarettes|grams?|kilos?|miles|people|times|days|weeks|months"
    "|years|texts?|calls|messages|in |of )",
    re.IGNORECASE,
)
_COLUMNS = re.compile(
    r"(?:\t[ \t]*(?P<tabbed>\w{1,12})[ \t]*\t[ \t]*\d{1,5}|[ \t]{3,}(?P<spaced>\w{2,12})[ \t]+\d{1,5})$"
)
_NEW_LINE = re.compile(r"[\r\n](?=[ \t>]*[\d\[(<*@#MTWFSmtwfs])")
_CARRIES_ON = frozenset(
    "at about around approx approximately by from between since until til till before after on and to of circa".split()
)


class Header(NamedTuple):
    """What a line's header says, and where the narrative after it starts (`body`).

    `sure` is false for a number that may be a year; `opens` is false for a header line inside an entry.
    """

    start: int
    body: int
    day: str | None
    clock: str | None
    author: str | None
    category: str | None
    sure: bool = True
    opens: bool = True


def clock_headers(text: str) -> list[Header]:
    """Return the headers that start with a date or a time, in order.

    A time that only carries on the line before ("AT ABOUT", then "2130 HRS") is narrative, and so is a bare
    year unless other lines of the text show it to be a time.
    """
    headers = []
    sure = False
    for start in (0, *[found.end() for found in _NEW_LINE.finditer(text)]):
        header = read_header(text, start)
        if header is not None and not _carries_on(text, start):
            headers.append(header)
            sure = sure or header.sure
    return headers if sure else []


def _carries_on(text: str, start: int) -> bool:
    before = text[max(0, start - 24) : start]
    words = before.split()
    return bool(words) and words[-1].lower() in _CARRIES_ON and before.count("\n") < 2


def read_header(text: str, start: int) -> Header | None:
    """Return the header of the line at `start`, or None where the line starts with narrative."""
    found = _HEADER.match(text, start)
    if found is None:
        return None
    lead, mark, dated, clock, half, day = found.groups()
    start, at = start + len(lead), found.end()
    bare = dated is None and clock is not None and not mark and clock.isdigit()
    if bare and _AMOUNT.match(text, at):
        return None
    body, author, category = _author(text, at)
    if half:
        clock = _with_half(clock, half)
    sure = not bare or author is not None or not "1950" <= clock <= "2039"
    return Header(start, body, dated or day, clock, author, category, sure)


def _author(text: str, at: int) -> tuple[int, str | None, str | None]:
    """Return where the narrative starts after the clock, and the author and category before it."""
    gap = _GAP.match(text, at)
    body = gap.end() if gap else at
    author = category = None
    if _CLOSED.match(text, body) or _KIND.match(text, body):
        for _ in range(3):
            if category is None and (label := _KIND.match(text, body)):
                category, body = label["kind"], label.end()
            elif author is None and (signed := _SIGNED.match(text, body)):
                author, body = signed["who"], signed.end()
            else:
                break
    if author is None and (sign := _CALL_SIGN.match(text, body)):
        # "1121 NP17 on scene": the call sign that wrote the line, not a word of it.
        author, body = sign["who"], sign.end()
    elif author is None and (spoken := _SPOKEN.match(text, body)):
        author = spoken["who"]
    return body, author, category


def _with_half(clock: str, half: str) -> str:
    digits = clock.replace(":", "").replace(".", "").zfill(4)
    hour = int(digits[:2]) % 12 + (12 if half.strip()[0] in "Pp" else 0)
    return f"{hour:02d}{digits[2:4]}"


def end_columns(text: str, start: int, stop: int) -> tuple[int, str] | None:
    """Return where the author and sequence columns at the end of an export's line begin, and the author."""
    found = _COLUMNS.search(text, max(start, stop - 40), stop)
    return (found.start(), found["tabbed"] or found["spaced"]) if found else None


def date_and_clock(words: str) -> tuple[str | None, str | None]:
    """Return the first date and the first clock time after it, as written."""
    day = _ANY_DATE.search(words)
    clock = _ANY_CLOCK.search(words, day.end() if day else 0)
    return (day[0] if day else None), (clock[0] if clock else None)


def moment(header: Header, *, known: date | None, last: datetime | None) -> datetime | None:
    """Return when the entry was written: its own date or else the last known, moved on past midnight."""
    if header.day is None and header.clock is None:
        return None
    day = _day(header.day, known) if header.day else known
    clock = _clock(header.clock) if header.clock else time()
    if day is None or clock is None:
        return None
    at = datetime.combine(day, clock)
    # Late lines come first in a re-opened log, so only a jump back of more than half a day is midnight.
    if not header.day and last is not None and last - at > timedelta(hours=12) and day < date.max:
        at += timedelta(days=1)
    return at


def _clock(words: str) -> time | None:
    parts = [words[:2], words[2:4]] if words.isdigit() else words.replace(".", ":").split(":")
    try:
        hour, minute, second = (*(int(part) for part in parts[:3]), 0)[:3]
        return time(hour, minute, second)
    except ValueError:
        return None


def _day(words: str, known: date | None) -> date | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
            return date.fromisoformat(words)
        parts = re.findall(r"\d+|[A-Za-z]{3,}", words)
        month = int(parts[1]) if parts[1].isdigit() else _MONTHS.index(parts[1][:3].lower()) + 1
        if len(parts) > 2:
            return date(int(parts[2]) + (2000 if len(parts[2]) == 2 else 0), month, int(parts[0]))
        return _nearest(int(parts[0]), month, known) if known is not None else None
    except (ValueError, IndexError):
        return None


def _nearest(day: int, month: int, known: date) -> date:
    years = [year for year in (known.year - 1, known.year, known.year + 1) if 1 <= year <= 9999]
    return min((date(year, month, day) for year in years), key=lambda found: abs(found - known))
