"""Dates: the ways a force writes a date and a time, read as naive local time as written."""

import re
from collections.abc import Sequence
from datetime import date, datetime

_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d/%m/%y %H:%M:%S", "%d/%m/%y %H:%M", "%d/%m/%y",
    "%d-%b-%Y %H:%M:%S", "%d-%b-%Y %H:%M", "%d-%b-%Y", "%d-%b-%y %H:%M:%S", "%d-%b-%y %H:%M", "%d-%b-%y",
    "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y", "%d %B %Y %H:%M:%S", "%d %B %Y %H:%M", "%d %B %Y",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_LIKE = re.compile(r"[\d/:. +TZ-]{1,32}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}[\d: ]{0,9}")


def read_date(value: object, *, formats: Sequence[str] = ()) -> datetime | None:
    """Return a cell as a date and time, None where it is blank; raise ValueError where it is no date.

    A time zone is dropped and the clock kept: the rules count from the time the force wrote down.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise ValueError("not a date")
    words = " ".join(value.split())
    if not words:
        return None
    for layout in formats:
        if found := _parsed(words, layout):
            return found
    if _ISO.match(words):
        return datetime.fromisoformat(words).replace(tzinfo=None)
    for layout in _FORMATS:
        if found := _parsed(words, layout):
            return found
    raise ValueError("not a date")


def _parsed(words: str, layout: str) -> datetime | None:
    try:
        return datetime.strptime(words, layout).replace(tzinfo=None)  # noqa: DTZ007  # naive on purpose
    except ValueError:
        return None


def shown(value: object) -> str:
    """Return a value as an error may show it: quoted where it looks like a date, else only its kind.

    A column mapped by mistake can hold narrative, and narrative never stands in an error.
    """
    if isinstance(value, str) and _DATE_LIKE.fullmatch(value.strip()):
        return f"'{value.strip()}'"
    return "text" if isinstance(value, str) else type(value).__name__
