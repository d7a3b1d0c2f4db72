"""Cancelled crimes: C1 to C5 judged by what the record says, both ways."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect import Reading
from cdi_nlp.recording.cancellation import code_of, read_cancellations, wrongly_cancelled
from cdi_nlp.records import Entry, Record, RecordedCrime

SOUND = (
    "New information not available on the day: footage downloaded and clock checked. It determines that no theft took "
    "place. Victim told by phone before removal. DDM, independent of the OIC, approved."
)
NO_GROUND = "DDM approved C2. Victim told by phone before removal. "


def reading(text, *, closing="", opening="Theft", **fields):
    record = Record(
        "r",
        text,
        (Entry(0, len(text)),),
        record_type="custody_or_cancelled",
        closing_code=closing,
        opening_code=opening,
        **fields,
    )
    return Reading(record, (), ())


def finding(text, closing="", opening="Theft"):
    (found,) = read_cancellations(reading(text, closing=closing, opening=opening))
    return found


def why(found):
    return " ".join(found.why)


def test_c2_with_additional_verifiable_information_is_right():
    found = finding(SOUND, "Cancelled C2")
    assert (found.code, found.verdict) == ("C2", "right"), found.why
    assert found.as_check().name == "cancellation.C2.right"


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        ("Victim has withdrawn the complaint.", "retraction alone"),
        ("Victim does not support a prosecution.", "no support"),
        ("There is no CCTV.", "no CCTV"),
        ("No independent witness.", "no witness"),
        ("Suspect denies it.", "denial"),
        ("In my view it did not happen, I do not believe her.", "disbelief"),
        ("Insufficient evidence to charge.", "insufficient evidence"),
        ("He delayed two days before telling anyone.", "time elapsed"),
        ("CPS advice: NFA.", "CPS"),
        ("Negative reasonable grounds decision received.", "negative reasonable grounds"),
    ],
)
def test_what_is_no_additional_verifiable_information(ground, words):
    found = finding(NO_GROUND + ground, "Cancelled C2")
    assert found.verdict == "wrong"
    assert words in why(found)


def test_a_retraction_under_pressure_cannot_cancel():
    found = finding(SOUND + " Victim has withdrawn. She would not be seen without his mother.", "Cancelled C2")
    assert found.verdict == "wrong"
    assert "pressure" in why(found)


def test_no_rationale_cannot_be_told():
    found = finding("DDM approved. Victim told by phone before removal.", "Cancelled C2")
    assert found.verdict == "cannot be told"
    assert "when, where from, how verified" in why(found)


def test_the_officers_own_supervisor_may_not_decide():
    found = finding(
        SOUND.replace("DDM, independent of the OIC, approved", "Approved PS 704, same team"), "Cancelled C2"
    )
    assert found.verdict == "wrong"
    assert "supervisor" in why(found)


@pytest.mark.parametrize(
    ("decider", "verdict"), [("DDM approved.", "wrong"), ("Registrar approved the cancellation.", "right")]
)
def test_a_rape_is_for_the_registrar_alone(decider, verdict):
    text = SOUND.replace("no theft took place", "no offence took place").replace(
        "DDM, independent of the OIC, approved.", decider
    )
    assert finding(text, "Cancelled C2", "Rape of a female").verdict == verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("Victim to be told at the next update.", "wrong"),
        ("", "cannot be told"),
        ("Victim told by phone before removal.", "right"),
    ],
)
def test_the_victim_is_told_before(told, verdict):
    assert finding(SOUND.replace("Victim told by phone before removal.", told), "Cancelled C2").verdict == verdict


@pytest.mark.parametrize(
    ("reference", "verdict"),
    [
        ("They have recorded it, their crime reference confirmed by email.", "right"),
        ("They have been asked to take it.", "wrong"),
    ],
)
def test_c1_needs_the_other_forces_reference(reference, verdict):
    text = f"C1 transfer. {reference} Victim told by phone before removal. DDM approved."
    assert finding(text, "Cancelled C1").verdict == verdict


@pytest.mark.parametrize(
    ("parent", "verdict"),
    [
        ("The parent record is live and allocated.", "right"),
        ("The parent was itself cancelled.", "wrong"),
        ("Same event.", "cannot be told"),
    ],
)
def test_c3_needs_a_live_parent(parent, verdict):
    assert finding(f"Duplicate. {parent} DDM C3.", "Cancelled C3").verdict == verdict


@pytest.mark.parametrize(
    ("ground", "verdict"),
    [
        ("Keyed on the wrong occurrence by the desk, corrected the same hour.", "right"),
        ("Victim has withdrawn, so recorded in error.", "wrong"),
        ("Recorded in error.", "wrong"),
    ],
)
def test_c4_is_for_a_documented_mistake_and_no_way_round_c2(ground, verdict):
    assert finding(f"Request C4. {ground} DDM C4 agreed.", "Cancelled C4").verdict == verdict


@pytest.mark.parametrize(
    ("offence", "ground", "verdict"),
    [
        ("ABH s47", "Independent footage downloaded, clock checked, shows him struck first.", "right"),
        ("ABH s47", "Suspect says it was self defence.", "wrong"),
        ("Wounding s20", "Independent footage downloaded, clock checked, shows him struck first.", "wrong"),
    ],
)
def test_c5_is_open_for_its_classes_on_evidence(offence, ground, verdict):
    text = f"{ground} Victim told by phone before removal. DDM, C5."
    assert finding(text, "Cancelled C5", offence).verdict == verdict


def test_a_record_that_cancels_nothing_has_no_finding():
    assert read_cancellations(reading("Drunk and disorderly, released sober. Ambulance cancelled.")) == ()


def test_a_cancelled_crime_of_the_file_without_a_rationale_cannot_be_told():
    crime = RecordedCrime(
        "Theft", family="theft", crime_no="45/1", cancelled_code="C2", recorded_at=datetime(2026, 1, 1)
    )
    record = Reading(Record("r", "He took the bike. No CCTV.", (Entry(0, 26),)), (), ())
    (found,) = read_cancellations(record, recorded=[crime])
    assert (found.verdict, found.crime_no) == ("cannot be told", "45/1")
    assert wrongly_cancelled([found]) == frozenset()
    (found,) = read_cancellations(reading(NO_GROUND + "There is no CCTV.", closing="Cancelled C2"), recorded=[crime])
    assert wrongly_cancelled([found]) == {"45/1"}


@given(st.integers(1, 5), st.sampled_from(["C{}", "Cancelled c {}", "No crime (C{})"]))
def test_the_code_is_read_as_written(number, layout):
    assert code_of(Record("r", "C2 was asked for", (), closing_code=layout.format(number))) == f"C{number}"
