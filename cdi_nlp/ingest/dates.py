"""Dates: the ways a force writes a date and a time, read as naive local time as written."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d|\Z)")
_WRITTEN = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[/. -](?P<month>\d{1,2}|[A-Za-z]{3,9})[/. -](?P<year>\d{4}|\d{2})"
    r"(?:(?:,? |T)(?:at )?(?P<hour>\d{1,2})[:.]?(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d{1,6})?)?"
    r" ?(?P<half>[AaPp][Mm])?(?: ?hrs)?(?: ?(?:Z|GMT|BST|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.]?(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d{1,6})?)?(?: ?hrs)?")
_DATE_LIKE = re.compile(r"[\d/:. +TZ-]{1,32}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}[\d: ]{0,9}")


def read_date(value: object, *, formats: Sequence[str] = ()) -> datetime | None:
    """Return a cell as a date and time, None where it is blank; raise ValueError where it is no date.

    A time zone is dropped and the clock kept: the rules count from the time the force wrote down.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise ValueError("not a date")
    return _read_words(" ".join(value.split()), formats)


def read_moment(value: object, *, last: datetime | None = None, formats: Sequence[str] = ()) -> datetime | None:
    """Return an entry's time as read_date does; a clock alone is of the day of `last`, or the day after.

    Entries run forwards, so a clock more than half a day before the last one has passed midnight.
    """
    clock = value if isinstance(value, time) else None
    if isinstance(value, str) and (written := _CLOCK.fullmatch(value.strip())):
        clock = time(int(written["hour"]), int(written["minute"]), int(written["second"] or 0))
    if clock is None:
        return read_date(value, formats=formats)
    if last is None:
        return None
    at = datetime.combine(last.date(), clock.replace(tzinfo=None))
    return at + timedelta(days=1) if last - at > timedelta(hours=12) and last.date() < date.max else at


def _read_words(words: str, formats: Sequence[str]) -> datetime:
    for layout in formats:
        try:
            return datetime.strptime(words, layout).replace(tzinfo=None)
        except ValueError:
            continue
    if _ISO.match(words):
        return datetime.fromisoformat(words).replace(tzinfo=None)
    found = _WRITTEN.fullmatch(words)
    if found is None:
        raise ValueError("not a date")
    named = found["month"]
    month = int(named) if named.isdigit() else _MONTHS.index(named[:3].lower()) + 1
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "Pp" else 0)
    return datetime(year, month, int(found["day"]), hour, int(found["minute"] or 0), int(found["second"] or 0))


def shown(value: object) -> str:
    """Return a value as an error may show it: quoted where it looks like a date, else only its kind.

    A column mapped by mistake can hold narrative, and narrative never stands in an error.
    """
    if isinstance(value, str):
        words = value.strip()
        return f"'{words}'" if _DATE_LIKE.fullmatch(words) else "text"
    return f"a {type(value).__name__}"
