"""Rates: the inspectorate's published figures come back, and intervals behave at their ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.audit.published import figures_file, published_figures
from cdi_nlp.audit.rates import (
    Interval,
    annual,
    crimes_behind,
    difference,
    half_width,
    inspectorate,
    recorded_behind,
    reported_in_period,
    unrecorded,
    wilson,
)

FIGURES = published_figures()
RATES = [one for one in FIGURES if one.half_width is not None]
COUNTS = [one for one in FIGURES if one.numerator is not None]
OVER = [one for one in RATES if one.unrecorded_a_year]


def name(one):
    return f"{one.force} {one.measure} {one.group}"


def timely(force, group):
    return next(
        (one for one in FIGURES if (one.force, one.measure, one.group) == (force, "within 24 hours", group)), None
    )


def audited(one):
    """How many crimes were audited: printed for all crimes; for groups taken as the crimes timed, over the rate.

    The reports print how many recorded crimes were timed, and every recorded crime of a group was: so n = timed / rate.
    """
    if one.denominator:
        return one.denominator
    groups = ("violence",) if one.group == "violence" else ("sexual", "rape")
    timed = [timely(one.force, group) for group in groups]
    return sum(row.denominator for row in timed) / one.share if all(timed) else None


def period(one):
    return reported_in_period(one.share, one.unrecorded_a_year, months=one.months) if one.unrecorded_a_year else None


def key(one):
    return one.force, one.group


EXACT = {
    ("Kent 2017", "all"),
    ("Cheshire 2017", "all"),
    ("Leicestershire 2017", "all"),
    ("Kent 2017", "violence"),
    ("Leicestershire 2017", "violence"),
    ("West Midlands 2018", "violence"),
}
NEAR = {("Cheshire 2017", "violence"): 0.04, ("Kent 2017", "sexual"): 0.03}
"""Off by more than a hundredth of a point: the sample behind the interval was not quite the crimes timed."""
FAR = {("Cheshire 2017", "sexual"): 331, ("Leicestershire 2017", "sexual"): 355, ("West Midlands 2018", "sexual"): 398}
"""The reports give too little: the interval says how many crimes stood behind it, and nothing checks that."""
UNKNOWN = {("West Midlands 2017", "violence"), ("West Midlands 2017", "sexual")}
"""Quoted in a later report without counts or annual figure."""


def test_every_published_interval_is_accounted_for():
    assert {key(one) for one in RATES} == EXACT | set(NEAR) | set(FAR) | UNKNOWN


@pytest.mark.parametrize("one", [one for one in RATES if key(one) in EXACT], ids=name)
def test_the_published_intervals_come_back(one):
    found = 100 * half_width(one.share, audited(one), population=period(one))
    assert abs(found - one.half_width) < 0.01


@pytest.mark.parametrize("one", [one for one in RATES if key(one) in NEAR], ids=name)
def test_intervals_with_an_assumed_sample_come_near(one):
    found = 100 * half_width(one.share, audited(one), population=period(one))
    assert 0.01 < abs(found - one.half_width) < NEAR[key(one)]


@pytest.mark.parametrize("one", [one for one in RATES if key(one) in FAR], ids=name)
def test_an_interval_alone_says_how_many_crimes_stood_behind_it(one):
    crimes = crimes_behind(one.share, one.half_width / 100, population=period(one))
    assert round(crimes) == FAR[key(one)]
    assert 100 * half_width(one.share, crimes, population=period(one)) == pytest.approx(one.half_width)


@pytest.mark.parametrize("one", [one for one in RATES if key(one) in EXACT], ids=name)
def test_no_other_usual_formula_gives_the_published_intervals(one):
    """Without the correction, and by Wilson, each is wider than printed by more than its last digit."""
    assert 100 * half_width(one.share, audited(one)) - one.half_width > 0.015
    assert 100 * wilson(one.share, audited(one)).half_width - one.half_width > 0.015


@pytest.mark.parametrize("one", OVER, ids=name)
def test_the_annual_estimates_come_back_from_the_recorded_crimes_they_imply(one):
    """The reports print "over" a figure, rounded down, and not the crimes recorded; those are worked out from both."""
    recorded = recorded_behind(one.share, one.unrecorded_a_year)
    step = 100 if one.unrecorded_a_year >= 1000 else 10
    assert math.floor(unrecorded(one.share, recorded) / step + 1e-9) * step == one.unrecorded_a_year


def test_the_recorded_crimes_implied_agree_between_rows():
    """Violence and sexual offences are part of all crimes, recorded and not."""
    for force in ("Kent 2017", "Cheshire 2017", "Leicestershire 2017"):
        rows = {one.group: one for one in OVER if one.force == force}
        recorded = {group: recorded_behind(one.share, one.unrecorded_a_year) for group, one in rows.items()}
        assert recorded["violence"] + recorded["sexual"] < recorded["all"]
        assert rows["violence"].unrecorded_a_year + rows["sexual"].unrecorded_a_year < rows["all"].unrecorded_a_year


PRINTED = {
    ("Kent 2017", "recorded", "rape"): (91.1, 10),
    ("Kent 2017", "recorded", "domestic abuse"): (78.0, 98),
    ("Kent 2017", "recorded", "vulnerable victims"): (27.8, 13),
    ("Kent 2017", "recorded", "modern slavery reports"): (83.3, 3),
    ("Kent 2017", "recorded", "modern slavery crimes"): (96.8, 1),
    ("Cheshire 2017", "recorded", "rape"): (79.0, 29),
    ("Cheshire 2017", "recorded", "domestic abuse"): (76.5, 80),
    ("Cheshire 2017", "recorded", "vulnerable victims"): (38.6, 27),
    ("Leicestershire 2017", "recorded", "rape"): (83.0, 17),
    ("Leicestershire 2017", "recorded", "domestic abuse"): (68.5, 143),
    ("Leicestershire 2017", "recorded", "vulnerable victims"): (5.0, 19),
    ("Leicestershire 2017", "recorded", "modern slavery reports"): (36.8, 12),
    ("West Midlands 2018", "recorded", "rape"): (89.4, 17),
    ("West Midlands 2018", "recorded", "domestic abuse"): (75.3, 116),
    ("West Midlands 2018", "recorded", "vulnerable victims"): (26.7, 11),
    ("Kent 2017", "within 24 hours", "violence"): (92.4, 35),
    ("Kent 2017", "within 24 hours", "sexual"): (83.2, 32),
    ("Kent 2017", "within 24 hours", "rape"): (89.5, 10),
    ("Cheshire 2017", "within 24 hours", "violence"): (79.3, 106),
    ("Cheshire 2017", "within 24 hours", "sexual"): (61.3, 77),
    ("Cheshire 2017", "within 24 hours", "rape"): (78.6, 22),
    ("Leicestershire 2017", "within 24 hours", "violence"): (61.0, 196),
    ("Leicestershire 2017", "within 24 hours", "sexual"): (51.2, 84),
    ("Leicestershire 2017", "within 24 hours", "rape"): (78.3, 18),
    ("West Midlands 2018", "within 24 hours", "violence"): (74.9, 149),
}
"""The rate of each pair of counts, and how many fall short: where a report prints them, as printed."""


@pytest.mark.parametrize("one", [one for one in COUNTS if (one.force, one.measure, one.group) in PRINTED], ids=name)
def test_the_published_counts_give_their_rates_and_shortfalls(one):
    rate, short = PRINTED[one.force, one.measure, one.group]
    assert round(100 * one.share, 1) == rate
    assert one.denominator - one.numerator == short


def test_every_count_of_recording_and_time_is_checked():
    counted = {(one.force, one.measure, one.group) for one in COUNTS if one.measure in {"recorded", "within 24 hours"}}
    assert counted == set(PRINTED)


def test_the_percent_not_recorded_is_as_printed():
    printed = {"Kent 2017": 16.4, "Cheshire 2017": 16.4, "Leicestershire 2017": 24.2}
    for one in RATES:
        if one.group == "all":
            assert round(100 * (1 - one.share), 1) == printed[one.force]


def test_every_figure_has_its_source():
    assert all(one.source for one in FIGURES)
    assert figures_file().is_file()


shares = st.floats(0, 1)
crimes = st.integers(1, 10_000)


@given(shares, crimes)
def test_wilson_lies_within_0_and_1_holds_the_rate_and_never_has_no_width(rate, count):
    found = wilson(rate, count)
    assert 0 <= found.low <= rate + 1e-12
    assert rate - 1e-12 <= found.high <= 1
    assert found.high > found.low


@given(shares, st.integers(2, 10_000), st.integers(1, 50))
def test_the_correction_only_narrows(rate, count, times):
    assert half_width(rate, count, population=count * times) <= half_width(rate, count) + 1e-15


def test_a_census_has_no_sampling_error():
    assert half_width(0.8, 500, population=500) == 0


def test_one_crime_says_almost_nothing():
    assert wilson(1.0, 1).low < 0.25
    assert wilson(0.0, 1).high > 0.75


@pytest.mark.parametrize(("rate", "count", "population"), [(1.2, 10, None), (0.5, 0, None), (0.5, 10, 5)])
def test_numbers_that_make_no_rate_are_refused(rate, count, population):
    with pytest.raises(ValueError, match="rate|crime"):
        inspectorate(rate, count, population=population)


def test_a_rate_of_0_gives_no_annual_estimate():
    with pytest.raises(ValueError, match="says nothing"):
        unrecorded(0.0, 1000)


def test_the_annual_estimate_has_the_ends_of_the_interval():
    found = annual(0.8, Interval(0.75, 0.84), recorded=1000)
    assert found.low < found.estimate < found.high
    assert found.estimate == pytest.approx(250)
    assert annual(0.5, Interval(0.0, 0.9), recorded=10).high == math.inf


def test_a_difference_of_equal_rates_holds_0():
    rate = (0.8, wilson(0.8, 400))
    gap, low, high = difference(rate, rate)
    assert gap == 0
    assert low < 0 < high


@given(shares, crimes, shares, crimes)
def test_a_difference_lies_within_its_interval(one, first, two, second):
    gap, low, high = difference((one, wilson(one, first)), (two, wilson(two, second)))
    assert low - 1e-12 <= gap <= high + 1e-12
