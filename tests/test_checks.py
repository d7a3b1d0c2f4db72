"""What a registrar looks at beside missing crimes: N100 (T1 to T8), the 24 hours, and what `look` makes of them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect import Reading
from cdi_nlp.ingest.logs import with_entries
from cdi_nlp.recording.checks import look
from cdi_nlp.recording.n100 import check_n100, is_reported_incident, n100_due
from cdi_nlp.recording.timeliness import check_timeliness, late_by
from cdi_nlp.records import Crime, Disclosure, Entry, Evidence, Gap, Record, RecordedCrime

REPORTED = datetime(2026, 10, 1, 12, 0)
VICTIM = "She attended the enquiry office and wishes to report that he forced sex on her."
FRIEND = (
    "Caller is a friend of the victim, who does not know that she is ringing. Told her a man raped her. Not traced."
)
ANONYMOUS = "Anonymous online form, no name, no callback. Heard that a girl was raped. No victim traced."
NURSE = "Nurse rang on behalf of a patient who told her that her husband forces sex on her. No reason to doubt her."
MOTHER = "Mother is the informant. Her son, 12, told her that a youth leader had sex with him."


def reading(text, **fields):
    entries = fields.pop("entries", (Entry(0, len(text)),))
    given = {"record_type": "incident", "reported_at": REPORTED, **fields}
    return Reading(Record(id="r", text=text, entries=entries, **given), (), ())


def log(*entries, **fields):
    """A record of several entries: hours after the report, and text."""
    text, made = "", []
    for hours, words in entries:
        start = len(text)
        text += words + "\n"
        made.append(Entry(start, len(text), REPORTED + timedelta(hours=hours)))
    return reading(text, entries=tuple(made), **fields)


def told(family="rape", *, reported_by="victim", at=0, when="current", flagged=True):
    return Disclosure(
        family, "019/08", 0.9, flagged, "affirmed", when, reported_by, (Evidence(at, at + 4, "xxxx", "p"),), ""
    )


def crime(family, **fields):
    return RecordedCrime(offence=family, family=family, **fields)


def names(checks):
    return [check.name for check in checks]


@pytest.mark.parametrize(
    ("text", "code", "due"),
    [
        (VICTIM, "N100/01", None),
        (FRIEND, "N100/01", 1),
        (FRIEND, "", 1),
        (ANONYMOUS, "", 1),
        (NURSE, "N100/01", None),
        (MOTHER, "N100/01", None),
        (FRIEND + " Later she confirmed what her friend had told us.", "N100/01", None),
        ("SARC anonymous return. A male was raped. Samples taken and frozen.", "N100/01", 1),
        (VICTIM + " It took place in the neighbouring force's area.", "N100/03", 3),
        (VICTIM + " The ward camera is continuous and shows no entry.", "N100/02", 2),
        (VICTIM + " She was drunk and gave two versions, which is contrary evidence.", "N100/02", None),
    ],
)
def test_which_n100_is_the_right_record(text, code, due):
    record = reading(text, closing_code=code)
    assert n100_due(record, told()) == due
    assert is_reported_incident(record, told()) == (due is not None)


def test_without_a_rape_there_is_no_n100():
    assert not is_reported_incident(reading(FRIEND), None)


T = {
    "T1 no record": (VICTIM, "", [], ["n100.T1"]),
    "T1 crimed": (VICTIM, "", [crime("rape")], []),
    "T2 professional": (NURSE, "N100/01", [], ["n100.T2"]),
    "T2 a friend": (FRIEND, "N100/01", [], []),
    "T2 crimed since": (NURSE, "N100/01", [crime("rape")], []),
    "T5 a rumour crimed": (ANONYMOUS, "", [crime("rape")], ["n100.T5"]),
    "T5 a victim's word": (VICTIM, "", [crime("rape")], []),
    "T6 no reference": (VICTIM + " It was in another force's area.", "N100/03", [], ["n100.T6"]),
    "T6 reference": (VICTIM + " Another force's area, who gave us their crime reference.", "N100/03", [], []),
    "T8 lesser": (VICTIM, "", [crime("sexual_assault")], ["n100.T8"]),
    "T8 both": (VICTIM, "", [crime("sexual_assault"), crime("rape")], []),
}


@pytest.mark.parametrize(("text", "code", "recorded", "wanted"), T.values(), ids=T.keys())
def test_the_checks_of_an_n100(text, code, recorded, wanted):
    found = check_n100(reading(text, closing_code=code), [told()], recorded=recorded)
    assert names(found) == wanted
    assert all(check.rule.startswith("HOCR 2026/27 p") and check.why for check in found)


def test_t3_a_confirmation_after_the_n100():
    later = log(
        (0, FRIEND + " N100/01 raised."),
        (48, "Contact made. She confirmed what her friend told us."),
        closing_code="N100/01",
    )
    assert names(check_n100(later, [told()])) == ["n100.T3"]
    still = log((0, FRIEND + " N100/01 raised."), (48, "No reply. She has not confirmed."), closing_code="N100/01")
    assert names(check_n100(still, [told()])) == []


def test_t4_an_n100_for_something_else():
    touched = reading("He put his hand up her skirt.", record_type="n100")
    assert names(check_n100(touched, [told("sexual_assault")])) == ["n100.T4"]
    assert names(check_n100(touched, [told("sexual_assault"), told("rape")]))[:1] == ["n100.T2"]


@pytest.mark.parametrize(("hours", "wanted"), [(23, []), (24, []), (60, ["n100.T7"])])
def test_t7_an_n100_made_late(hours, wanted):
    made = log((0, FRIEND), (hours, "N100/01 created."), record_type="n100")
    assert names(check_n100(made, [told()])) == wanted


def test_an_n100_takes_the_rape_from_the_gap():
    rape = Crime("rape", "019/08", "her", "him", "rule", "why")
    theft = Crime("theft", "049/10", "her", "him", "rule", "why")
    gap = Gap((rape, theft), ())
    found = look(reading(FRIEND, closing_code="N100/01"), [told()], crimes=(rape, theft), gap=gap, recorded=[])
    assert found.n100
    assert found.crimes == found.gap.unrecorded == (theft,)


def timed(hours, *, reported=REPORTED, entries=None, **fields):
    recorded = crime("theft", record_id="r", crime_no="1", recorded_at=reported + timedelta(hours=hours))
    given = {"entries": entries} if entries else {}
    return names(check_timeliness(reading("x" * 40, reported_at=reported, **given), [], recorded=[recorded], **fields))


@pytest.mark.parametrize(
    ("hours", "wanted"), [(0, []), (24, []), (25, ["timeliness.late"]), (-48, ["timeliness.contradictory"])]
)
def test_24_hours_from_report_to_record(hours, wanted):
    assert timed(hours) == wanted


@pytest.mark.parametrize(("hours", "wanted"), [(71, []), (73, ["timeliness.late"])])
def test_72_hours_before_april_2015(hours, wanted):
    assert timed(hours, reported=datetime(2015, 3, 31, 9)) == wanted


def test_a_bare_date_stands_for_its_whole_day():
    bare = crime("theft", record_id="r", recorded_at=datetime(2026, 10, 1))
    assert check_timeliness(reading("x"), [], recorded=[bare]) == ()


def test_a_missing_date_is_said():
    missing = crime("theft", record_id="r", crime_no="45/1")
    (found,) = check_timeliness(reading("x"), [], recorded=[missing])
    assert found.name == "timeliness.no_date"
    assert "crime 45/1" in found.why
    (found,) = check_timeliness(
        reading("x", reported_at=None), [], recorded=[crime("theft", record_id="r", recorded_at=REPORTED)]
    )
    assert found.name == "timeliness.no_date"
    assert check_timeliness(reading("x"), [], recorded=[crime("theft")]) == ()


def test_what_comes_out_mid_enquiry_is_timed_from_then():
    enquiry = log((0, "Burglary reported."), (96, "He slapped her."))
    at = enquiry.record.text.index("slapped")
    recorded = crime("common_assault", record_id="r", recorded_at=REPORTED + timedelta(hours=100))
    assert check_timeliness(enquiry, [told("common_assault", at=at)], recorded=[recorded]) == ()
    assert names(check_timeliness(enquiry, [], recorded=[recorded])) == ["timeliness.late"]


ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-5))])
TIMES = st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1))


@given(TIMES, ZONES, TIMES, ZONES)
def test_a_zone_changes_nothing(reported, one, recorded, other):
    plain = late_by(reported, recorded)
    assert late_by(reported.replace(tzinfo=one), recorded.replace(tzinfo=other)) == plain
    assert (plain is not None) == (recorded - reported > timedelta(hours=24))


@given(st.text(max_size=200), st.sampled_from(["", "N100/01", "N100/03", "CANCELLED C2"]))
def test_any_text_can_be_looked_at(text, code):
    record = with_entries(Record("r", text, (), closing_code=code, reported_at=REPORTED))
    rape = Crime("rape", "019/08", "", "", "rule", "why")
    found = look(Reading(record, (), ()), [told()], crimes=(rape,), gap=Gap((rape,), ()), recorded=[])
    assert set(found.gap.unrecorded) <= set(found.crimes) <= {rape}
    assert all(check.name and check.rule and check.why for check in found.checks)
