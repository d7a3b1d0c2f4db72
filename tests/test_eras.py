"""The rules of each time: a test for every dated change."""

from datetime import date, datetime

import pytest
from test_counting import ANN, BOB, families, reading, told

from cdi_nlp.recording.decide import decide
from cdi_nlp.recording.eras import all_packs, pack_for
from cdi_nlp.taxonomy.codes import suggest_code


def on(day, *disclosures):
    record = reading(reported_at=datetime.fromisoformat(day))
    return families(*disclosures, record=record)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2014-01-01", "2016-18"),
        ("2016-06-01", "2016-18"),
        ("2018-03-31", "2016-18"),
        ("2018-04-01", "2018-23"),
        ("2023-03-31", "2018-23"),
        ("2023-04-01", "2023-24"),
        ("2024-01-31", "2024-"),
        ("2026-11-01", "2024-"),
    ],
)
def test_the_pack_goes_by_the_day_of_the_report(day, name):
    assert pack_for(date.fromisoformat(day)).name == name


def test_without_a_day_the_newest_holds():
    assert pack_for(None) is all_packs()[-1]
    assert decide(reading(), [told("theft")]).crimes[0].rule.startswith("HOCR 2026/27 p 7")


def test_a_rule_names_its_own_document():
    record = reading(reported_at=datetime(2017, 1, 1))
    assert decide(record, [told("theft")]).crimes[0].rule.startswith("HOCR 2016/17 and 2017/18 general rules")


def test_section_5_is_notifiable_until_may_2023():
    section5 = told("public_order", code="125/12")
    assert on("2023-04-30", section5) == ["public_order"]
    assert on("2023-05-01", section5) == []
    assert families(section5) == []
    assert families(told("public_order", code="125/11")) == ["public_order"]


def test_conduct_crimes_are_ordinary_then_in_addition_then_principal():
    pair = told("stalking"), told("assault_with_injury")
    graver = told("stalking"), told("strangulation")
    assert on("2017-06-01", *pair) == ["assault_with_injury"], "by sentence: five years against six months"
    assert on("2020-06-01", *pair) == ["assault_with_injury", "stalking"]
    assert on("2023-06-01", *pair) == ["stalking"]
    assert on("2020-06-01", *graver) == ["assault_with_injury", "stalking"]
    assert on("2020-06-01", told("stalking"), told("controlling_coercive")) == ["controlling_coercive"]


def test_malicious_communications_have_their_class_from_april_2017():
    assert on("2017-03-31", told("malicious_communications")) == ["harassment"]
    assert on("2017-04-01", told("malicious_communications")) == ["malicious_communications"]


def test_threatening_communications_split_off_in_january_2024():
    day = date(2024, 1, 31)
    assert suggest_code("malicious_communications", threat_only=True, reported_on=day) == "005/28"
    assert suggest_code("malicious_communications", threat_only=True, reported_on=date(2024, 1, 30)) == "008/72"


def test_control_of_a_former_partner_from_april_2023():
    ex = (type(BOB)("Bob Moss", sex="male", relation="ex"),)
    assert on("2023-04-04", told("controlling_coercive", suspects=ex)) == ["stalking"]
    assert on("2023-03-30", told("controlling_coercive", suspects=ex)) == ["harassment"]
    assert on("2023-04-05", told("controlling_coercive", suspects=ex)) == ["controlling_coercive"]
    assert on("2022-04-05", told("controlling_coercive")) == ["controlling_coercive"]
    assert on("2015-12-28", told("controlling_coercive")) == ["harassment"]


def test_strangulation_is_an_offence_of_its_own_from_june_2022():
    record = reading(reported_at=datetime(2022, 6, 6))
    (crime,) = decide(record, [told("strangulation")]).crimes
    assert (crime.family, crime.ho_code) == ("assault_with_injury", "008/06")
    assert "7 June 2022" in crime.why
    assert on("2022-06-07", told("strangulation")) == ["strangulation"]


def test_emergency_workers_have_their_class_from_november_2018():
    assert suggest_code("common_assault", on_constable=True, reported_on=date(2018, 11, 12)) == "104/23"
    assert suggest_code("common_assault", on_constable=True, reported_on=date(2018, 11, 13)) == "008/73"


def test_intimate_images_move_to_sexual_offences_in_january_2024():
    assert suggest_code("intimate_image_offence", reported_on=date(2024, 1, 30)) == "008/71"
    assert suggest_code("intimate_image_offence", reported_on=date(2024, 1, 31)) == "088/15"


def test_an_ex_partner_stalks_by_default_from_2023():
    ex = (type(BOB)("Bob Moss", sex="male", relation="ex"),)
    assert on("2023-03-31", told("harassment", suspects=ex)) == ["harassment"]
    assert on("2023-04-01", told("harassment", suspects=ex)) == ["stalking"]


@pytest.mark.parametrize("day", ["2016-05-01", "2020-05-01", "2023-06-01", "2026-05-01"])
def test_what_holds_at_all_times(day):
    """Modern slavery and the most serious other; a breach besides; one crime for each victim; 24 hours."""
    assert on(day, told("modern_slavery"), told("theft"), told("common_assault")) == [
        "common_assault",
        "modern_slavery",
    ]
    assert on(day, told("breach_of_order"), told("common_assault")) == ["breach_of_order", "common_assault"]
    assert on(day, told("common_assault"), told("common_assault", victim=BOB, suspects=(ANN,))) == [
        "common_assault",
        "common_assault",
    ]
    assert pack_for(date.fromisoformat(day)).within_hours == 24
