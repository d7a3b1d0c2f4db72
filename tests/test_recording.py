"""What should be recorded, what was, and what a person reads first."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect import Reading
from cdi_nlp.recording.decide import decide
from cdi_nlp.recording.eras import all_packs
from cdi_nlp.recording.priority import prioritise
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Crime, Disclosure, Entry, Evidence, Gap, Record, RecordedCrime
from cdi_nlp.taxonomy import FAMILIES, load_taxonomy

TAXONOMY = load_taxonomy()
DETECTED = [name for name in FAMILIES if name != "other_notifiable"]


def disclosure(family, *, at=0, probability=0.8, flagged=True, reported_by="victim"):
    span = Evidence(at, at + 10, "x" * 10, "patterns")
    code = TAXONOMY.families[family].default_code
    return Disclosure(family, code, probability, flagged, "affirmed", "current", reported_by, (span,), "why")


def crime(family):
    return Crime(family, TAXONOMY.families[family].default_code, "", "", "rule", "why")


def recorded(family):
    return RecordedCrime(offence=family, family=family)


def reading(text="x" * 2000, **fields):
    return Reading(Record(id="r", text=text, entries=(Entry(0, len(text)),), **fields), (), ())


def families(crimes):
    return [one.family for one in crimes]


def test_each_separate_act_is_a_crime():
    told = [disclosure("theft", at=0), disclosure("assault_with_injury", at=1500)]
    assert families(decide(reading(), told).crimes) == ["theft", "assault_with_injury"]


@pytest.mark.parametrize(
    ("principal", "absorbed"),
    [
        ("rape", "sexual_assault"),
        ("strangulation", "criminal_damage"),
        ("burglary", "theft"),
        ("robbery", "assault_with_injury"),
        ("common_assault", "criminal_damage"),
    ],
)
def test_one_incident_is_its_principal_crime(principal, absorbed):
    decision = decide(reading(), [disclosure(absorbed, at=40), disclosure(principal, at=0)])
    assert families(decision.crimes) == [principal]
    assert decision.collapsed[0].startswith(f"{absorbed} into {principal} (HOCR 2026/27 p ")


def test_a_conduct_crime_absorbs_from_anywhere_in_the_record():
    told = [disclosure("malicious_communications", at=1900), disclosure("stalking", at=0)]
    assert families(decide(reading(), told).crimes) == ["stalking"]


@pytest.mark.parametrize("family", ["breach_of_order", "modern_slavery", "drugs", "weapons"])
def test_what_is_recorded_in_addition_stays(family):
    assert set(families(decide(reading(), [disclosure(family), disclosure("assault_with_injury")]).crimes)) == {
        family,
        "assault_with_injury",
    }


def test_what_is_not_flagged_is_not_recorded():
    assert decide(reading(), [disclosure("rape", flagged=False)]).crimes == ()


def test_a_third_partys_unconfirmed_rape_is_an_n100():
    decision = decide(reading(record_type="n100"), [disclosure("rape", reported_by="third_party")])
    assert decision.n100
    assert decision.crimes == ()


def test_a_victims_own_report_is_a_rape_even_where_an_n100_was_made():
    decision = decide(reading(record_type="n100"), [disclosure("rape", reported_by="victim")])
    assert not decision.n100
    assert families(decision.crimes) == ["rape"]


def test_a_rape_in_another_forces_area_is_an_n100():
    text = "She told her GP of it. It happened in Scotland. Transferred to Police Scotland."
    assert decide(reading(text, record_type="n100", closing_code="N100/03"), [disclosure("rape")]).n100


def test_every_family_of_the_rules_is_known():
    for pack in all_packs():
        named = {*pack.order, *pack.always, *pack.state, *pack.weapon_used_in, *pack.conduct_families}
        assert named | {law.family for law in pack.laws} <= set(DETECTED)
        assert set(DETECTED) <= {*pack.order, *pack.always}
        assert {rung.rule for rungs in pack.order.values() for _, rung in rungs} <= set(pack.rules)


def test_a_recorded_crime_answers_for_one_expected_crime():
    gap = reconcile([crime("theft"), crime("theft")], [recorded("theft")], taxonomy=TAXONOMY)
    assert families(gap.unrecorded) == ["theft"]
    assert gap.wrong_class == ()


def test_a_lesser_class_of_the_event_is_the_wrong_class():
    gap = reconcile([crime("assault_with_injury")], [recorded("common_assault")], taxonomy=TAXONOMY)
    assert gap.unrecorded == ()
    assert [(one.family, one.recorded_as) for one in gap.wrong_class] == [("assault_with_injury", "common_assault")]


@pytest.mark.parametrize("other", ["sexual_assault", "common_assault", "child_sexual_offence"])
def test_rape_recorded_as_anything_else_is_unrecorded(other):
    assert families(reconcile([crime("rape")], [recorded(other)], taxonomy=TAXONOMY).unrecorded) == ["rape"]


def test_an_exact_record_is_not_spent_on_a_neighbour():
    crimes = [crime("assault_with_injury"), crime("common_assault")]
    gap = reconcile(crimes, [recorded("common_assault")], taxonomy=TAXONOMY)
    assert families(gap.unrecorded) == ["assault_with_injury"]


def test_what_could_not_be_placed_answers_for_nothing():
    gap = reconcile([crime("theft")], [RecordedCrime(offence="???")], taxonomy=TAXONOMY)
    assert families(gap.unrecorded) == ["theft"]


@given(st.lists(st.sampled_from(DETECTED), max_size=6), st.lists(st.sampled_from(FAMILIES), max_size=6))
def test_nothing_is_lost_or_made_up_in_reconciling(expected, held):
    crimes = [crime(name) for name in expected]
    gap = reconcile(crimes, [recorded(name) for name in held], taxonomy=TAXONOMY)
    answered = len(crimes) - len(gap.unrecorded) - len(gap.wrong_class)
    assert 0 <= answered <= len(held)
    assert not gap.unrecorded or set(families(gap.unrecorded)) <= set(expected)
    assert all(one.recorded_as in held for one in gap.wrong_class)


def priority(family, *, probability=0.8, unrecorded=True, **fields):
    gap = Gap((crime(family),) if unrecorded else (), ())
    chosen = {"domestic": False, "child_victim": False, **fields}
    record = Record(id="r", text="x", entries=(Entry(0, 1),), reported_at=datetime(2026, 10, 1))
    told = [disclosure(family, probability=probability)]
    return prioritise(record, told, gap=gap, taxonomy=TAXONOMY, **chosen)


def test_more_likely_graver_and_more_vulnerable_come_first():
    assert priority("theft", probability=0.9).value > priority("theft", probability=0.6).value
    assert priority("rape").value > priority("theft").value
    assert priority("theft", child_victim=True).value > priority("theft").value
    assert priority("theft", unrecorded=False).value < priority("theft").value / 2


def test_lateness_counts_only_against_a_given_time():
    late = priority("theft", as_of=datetime(2026, 10, 1) + timedelta(days=5))
    assert late.value > priority("theft").value
    assert "4 days past the 24 hours" in late.reasons
    assert "to be recorded by 02/10/2026 00:00 (24 hours)" in priority("theft").reasons


@given(st.sampled_from(DETECTED), st.floats(0.05, 1))
def test_priority_is_finite_and_says_why(family, probability):
    found = priority(family, probability=probability, domestic=True, child_victim=True)
    assert 0 < found.value <= 110
    assert any(family in reason and "not recorded" in reason for reason in found.reasons)
