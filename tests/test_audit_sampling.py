"""The draw and the estimate: random, repeatable, unbiased, and intervals that hold the truth as often as they say."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_nlp.audit.estimate import Cell, Drawn, estimate, paired_gap
from cdi_nlp.audit.rates import wilson
from cdi_nlp.audit.sampling import Target, draw_numbers, expectations, id_keys, shared, sizes, smallest

ROOT = Path(__file__).parents[1]
GOLDEN_KEYS = [535247825406135872, 5375421630974772051]
GOLDEN_NUMBERS = [18258314736290345115, 12094095657266303931]


def known_truth():
    spec = importlib.util.spec_from_file_location("known_truth", ROOT / "scripts" / "known_truth.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["known_truth"] = module
    spec.loader.exec_module(module)
    return module


def names(count):
    return [f"R{number}" for number in range(count)]


def drawn(ids, seed, count):
    return {ids[at] for at in smallest(draw_numbers(id_keys(ids), seed), count)}


def test_the_numbers_are_the_same_on_every_machine():
    """Written down once: another library version, processor or byte order has to give these."""
    assert id_keys(["MSH-1", "é"]).tolist() == GOLDEN_KEYS
    assert draw_numbers(id_keys(["MSH-1", "é"]), 7).tolist() == GOLDEN_NUMBERS


def test_the_ten_lines_of_the_documents_draw_the_same():
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    scope = {}
    exec(block, scope)
    ids = [*names(200), "é", ""]
    ours = draw_numbers(id_keys(ids), 20_261_128).tolist()
    assert ours == [scope["draw_number"](one, 20_261_128) for one in ids]


@given(st.lists(st.text(max_size=20), unique=True, min_size=1, max_size=60), st.integers(0, 2**32), st.randoms())
def test_the_draw_does_not_depend_on_the_order_of_the_export(ids, seed, random):
    ids = [one.encode("utf-8", "replace").decode() for one in ids]
    ids = list(dict.fromkeys(ids))
    shuffled = random.sample(ids, len(ids))
    assert drawn(ids, seed, len(ids) // 2) == drawn(shuffled, seed, len(ids) // 2)


def test_a_larger_sample_holds_the_smaller():
    assert drawn(names(500), 3, 40) < drawn(names(500), 3, 90)


def test_every_record_is_as_likely_as_another_over_seeds():
    """Chi-squared of how often each of 200 records is among 50 drawn, over 4,000 seeds, and of pairs drawn together."""
    keys = id_keys(names(200))
    counts, together = np.zeros(200), np.zeros(100)
    for seed in range(4000):
        chosen = np.zeros(200, bool)
        chosen[smallest(draw_numbers(keys, seed), 50)] = True
        counts += chosen
        together += chosen[::2] & chosen[1::2]
    expected, spread = 1000.0, 4000 * 0.25 * 0.75
    assert abs(((counts - expected) ** 2 / spread).sum() - 199) < 4.5 * (2 * 199) ** 0.5
    pair = 0.25 * 49 / 199
    assert abs(((together - 4000 * pair) ** 2 / (4000 * pair * (1 - pair))).sum() - 100) < 4.5 * (2 * 100) ** 0.5


def test_the_first_drawn_is_any_of_them():
    keys = id_keys(names(10))
    first = np.bincount([int(smallest(draw_numbers(keys, seed), 1)[0]) for seed in range(5000)], minlength=10)
    assert (abs(first - 500) < 4.5 * (500 * 0.9) ** 0.5).all()


cells = st.lists(
    st.builds(Cell, st.integers(1, 5000), st.floats(0.01, 1), st.floats(0.001, 0.5)), min_size=1, max_size=8
)


@given(cells, st.floats(0.005, 0.2), st.floats(0.5, 0.99), st.booleans())
@settings(max_examples=60)
def test_a_plan_reaches_its_half_width_or_reads_everything(given_cells, half, rate, boost):
    plan = sizes(given_cells, Target(half, rate), boost=boost)
    everything = all(read == cell.size for read, cell in zip(plan.reads, given_cells, strict=True))
    assert plan.half_width <= half or everything
    for read, cell in zip(plan.reads, given_cells, strict=True):
        assert min(cell.size, 10) <= read <= cell.size


def test_a_boost_reads_more_where_crimes_are_expected_to_be_missed():
    two = [Cell(900, 0.1, 0.001), Cell(100, 0.1, 0.6)]
    plain, boosted = (shared(two, 100, target=Target(0.03, 0.85, at_least=2), boost=boost) for boost in (False, True))
    assert plain == (90, 10)
    assert boosted[1] > 40


def test_expected_misses_come_to_the_rate():
    found = expectations([Cell(800, 0.2), Cell(200, 0.5)], rate=0.8, shares=[0.3, 0.7])
    missed = sum(cell.size * cell.missed for cell in found)
    recorded = sum(cell.size * cell.recorded for cell in found)
    assert recorded / (recorded + missed) == pytest.approx(0.8)


def plain(should, did, *, size=10_000):
    return [Drawn(Cell(size), np.array(should, float), np.array(did, float))]


def test_one_crime_a_record_and_equal_chances_is_the_plain_count():
    found = estimate(plain([1] * 100 + [0] * 300, [1] * 84 + [0] * 316))
    assert found.rate == pytest.approx(0.84)
    assert found.wilson == wilson(0.84, 100)
    assert found.design.half_width == pytest.approx(found.wilson.half_width, rel=0.03)
    assert not found.weighted


def test_a_weighted_rate_is_the_ratio_of_weighted_sums():
    two = [*plain([1] * 50, [1] * 40 + [0] * 10, size=50_000), *plain([1] * 50, [1] * 10 + [0] * 40, size=5000)]
    found = estimate(two)
    assert found.rate == pytest.approx((40_000 + 1000) / 55_000)
    assert found.weighted
    assert found.total == pytest.approx(55_000)


def test_no_crime_gives_no_rate():
    assert estimate(plain([0, 0], [0, 0])) is None
    assert estimate([]) is None


@pytest.mark.parametrize("held", [0, 1])
def test_all_or_none_recorded_has_an_interval_still(held):
    found = estimate(plain([1] * 40 + [0] * 60, [held] * 40 + [0] * 60))
    assert found.rate == held
    assert found.design.half_width > 0.03


def test_one_crime_has_an_interval_nearly_as_wide_as_it_can_be():
    found = estimate(plain([1, 0, 0, 0], [1, 0, 0, 0]))
    assert found.design.low < 0.25


def test_a_census_leaves_nothing_to_chance():
    found = estimate(plain([1, 1, 0, 1], [1, 0, 0, 1], size=4))
    assert found.whole
    assert found.design.low == found.design.high == found.rate


def test_few_misses_do_not_make_an_interval_narrower_than_a_plain_count():
    """A stratum read whole and one hardly read: what the whole one shows must not narrow a share of four."""
    parts = [*plain([1, 1, 1], [1, 1, 1], size=3), *plain([1] + [0] * 30, [0] + [0] * 30, size=62)]
    found = estimate(parts)
    assert found.design.half_width > 0.2


counts = st.lists(st.integers(0, 3), min_size=1, max_size=40)


@given(st.lists(st.tuples(counts, st.integers(0, 200)), min_size=1, max_size=6), st.randoms())
def test_an_estimate_of_anything_lies_within_0_and_1_and_within_its_intervals(parts, random):
    made = []
    for should, more in parts:
        did = [random.randint(0, one) for one in should]
        made += [Drawn(Cell(len(should) + more, 0.1, 0.05), np.array(should, float), np.array(did, float))]
    found = estimate(made)
    if found is not None:
        for one in (found.design, found.wilson, found.standard):
            assert 0 <= one.low <= found.rate + 1e-9
            assert found.rate - 1e-9 <= one.high <= 1


def test_two_readers_who_agree_have_no_difference():
    one = plain([1, 1, 0, 1], [1, 0, 0, 1])
    assert paired_gap(one, one) == (0, 0, 0)
    assert paired_gap(one, plain([0], [0])) is None


@pytest.mark.parametrize("boost", [False, True])
def test_audits_of_a_known_force_hold_the_truth(boost):
    """A small cousin of `scripts/benchmark --audit`: 300 audits of 40,000 records, 4.5 standard errors of room."""
    known = known_truth()
    one = known.trial(40_000, rate=0.84, prevalence=0.12, boost=boost, crimes=600)
    known.run([one], 40_000, audits=300)
    tally = one.tally
    room = 4.5 * (0.95 * 0.05 / 300) ** 0.5
    assert abs(tally.design / 300 - 0.95) < room
    assert abs(tally.wilson / 300 - 0.95) < room
    spread = (tally.square / 300) ** 0.5
    assert abs(tally.error / 300) < 4.5 * spread / 300**0.5


def test_a_boost_needs_at_most_half_the_reads_at_2_percent_prevalence():
    known = known_truth()
    plain_one, boosted = (
        known.trial(200_000, rate=0.84, prevalence=0.02, boost=boost, crimes=1000) for boost in (False, True)
    )
    assert sum(boosted.reads) <= 0.5 * sum(plain_one.reads)
    known.run([plain_one, boosted], 200_000, audits=60)
    assert boosted.tally.square <= 1.6 * plain_one.tally.square
