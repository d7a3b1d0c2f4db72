"""The 24 hours from the first report to the record (HOCR 2026/27 p 10), 72 before April 2015.

The clock runs from when the force was first told, whatever the unit, and ends when the crime was recorded. A date that
is missing or contradicts another is said, never guessed.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from cdi_nlp.detect import Reading
from cdi_nlp.records import Check, Disclosure, RecordedCrime

RULE = "HOCR 2026/27 p 10, recorded within 24 hours of the first report"
RULE_BEFORE = "HOCR before April 2015, recorded within 72 hours of the first report"
SHORTENED = datetime(2015, 4, 1)
TOLERANCE = timedelta(hours=1)
"""Clocks of two systems differ; so much earlier than the report is no contradiction."""


def allowed(reported_at: datetime) -> timedelta:
    """The time that the rules allowed when the report was made."""
    return timedelta(hours=24 if reported_at.replace(tzinfo=None) >= SHORTENED else 72)


def told_at(reading: Reading, family: str, disclosures: Sequence[Disclosure]) -> datetime | None:
    """When the force was first told of a family: the entry that first tells it, else the time of the record.

    What comes out days into an enquiry is reported then, and its clock starts then (p 10: mid-investigation).
    """
    record = reading.record
    spans = [span.start for told in disclosures if told.family == family and told.flagged for span in told.evidence]
    entry = next((entry for entry in record.entries if spans and entry.start <= min(spans) < entry.end), None)
    times = [at.replace(tzinfo=None) for at in (record.reported_at, entry.at if entry else None) if at is not None]
    return max(times, default=None)


def recorded_in_text(reading: Reading, code: re.Pattern[str]) -> datetime | None:
    """The time of the first entry that names a code; None where that is the entry that opened the record.

    The opening entry is often written up after the call, and its time is that of the call.
    """
    record = reading.record
    named = (number for number, entry in enumerate(record.entries) if code.search(record.text, entry.start, entry.end))
    first = next(named, 0)
    return record.entries[first].at if first else None


def late_by(reported_at: datetime, recorded_at: datetime) -> str | None:
    """How long after the time allowed, in words; None where it was in time. Clocks count as written, zones aside."""
    late = recorded_at.replace(tzinfo=None) - reported_at.replace(tzinfo=None) - allowed(reported_at)
    if late <= timedelta(0):
        return None
    hours = int(late.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{max(hours, 1)} hours" if hours != 1 else "1 hour"


def check_timeliness(
    reading: Reading, disclosures: Sequence[Disclosure], *, recorded: Sequence[RecordedCrime]
) -> tuple[Check, ...]:
    """For each crime of the crimes file whether it was recorded in time, or which date does not let it be told.

    A crime that the record itself names has no date of its own, and nothing is said of it.
    """
    timed = [crime for crime in recorded if crime.record_id is not None]
    found = _contradictory_entries(reading) if timed else []
    for crime in timed:
        found += _of_crime(reading, disclosures, crime=crime)
    return tuple(dict.fromkeys(found))


def _of_crime(reading: Reading, disclosures: Sequence[Disclosure], *, crime: RecordedCrime) -> list[Check]:
    named = f"crime {crime.crime_no}" if crime.crime_no else crime.offence
    if crime.recorded_at is None:
        return [Check("timeliness.no_date", RULE, f"{named} has no date of recording: the 24 hours cannot be told")]
    start = told_at(reading, crime.family or "", disclosures)
    if start is None:
        return [Check("timeliness.no_date", RULE, f"the record has no time of report: {named} cannot be timed")]
    reported = reading.record.reported_at or start
    if _before(crime.recorded_at, reported):
        words = f"{named} was recorded {_shown(crime.recorded_at)}, before the report of {_shown(reported)}"
        return [Check("timeliness.contradictory", RULE, f"{words}: correct one of the dates")]
    late = late_by(start, crime.recorded_at)
    if late is None:
        return []
    rule, hours = (RULE, 24) if allowed(start) == timedelta(hours=24) else (RULE_BEFORE, 72)
    words = f"{named} was recorded {_shown(crime.recorded_at)}, told {_shown(start)}"
    return [Check("timeliness.late", rule, f"{words}: {late} after the {hours} hours allowed")]


def _contradictory_entries(reading: Reading) -> list[Check]:
    """Entries older than the report itself, which was then not the first."""
    record = reading.record
    if record.reported_at is None:
        return []
    early = [entry.at for entry in record.entries if entry.at is not None and _before(entry.at, record.reported_at)]
    if not early:
        return []
    words = f"an entry of {_shown(min(at.replace(tzinfo=None) for at in early))} is older than the time of report"
    return [Check("timeliness.contradictory", RULE, f"{words}, {_shown(record.reported_at)}: the clock ran from it")]


def _before(one: datetime, other: datetime) -> bool:
    """Whether a time is plainly before another; a bare date stands for its whole day."""
    one, other = one.replace(tzinfo=None), other.replace(tzinfo=None)
    return one.date() < other.date() if one.time() == time(0) else one < other - TOLERANCE


def _shown(at: datetime) -> str:
    return f"{at:%d/%m/%Y}" if at.time() == time(0) else f"{at:%d/%m/%Y %H:%M}"
