"""Evaluation: each statistic recovers a truth that was put in, and a swap changes people and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_nlp.records import Disclosure, Entry, Record
from cdi_nlp.taxonomy import DETECTED, load_taxonomy
from training.corpus import read_entries, read_records
from training.evaluate.baselines import BASELINES, chosen, tfidf_svm
from training.evaluate.calibration import best_threshold, calibration, cost_curve, queue_curve, reliability
from training.evaluate.card import summary, write_card
from training.evaluate.cases import Case, length, of_written, sex
from training.evaluate.flips import exchanged
from training.evaluate.gate import gate_loss
from training.evaluate.measures import by_family, figures, interval, macro, marks, micro, paired, wilson
from training.evaluate.plots import PLOTS, draw
from training.evaluate.seen import PLACE
from training.evaluate.slices import confusion, slices, status_accuracy
from training.evaluate.swaps import SWAPS, ethnicity, names, sexes, swapped
from training.evaluate.twins import told_apart, twins
from training.marks import Span
from training.windows import Told, of_entry, of_record

GOLD = [frozenset({"theft"}), frozenset({"rape", "theft"}), frozenset(), frozenset({"drugs"})]
FOUND = [frozenset({"theft"}), frozenset({"rape"}), frozenset({"theft"}), frozenset()]
ENTRIES = read_entries()
RECORDS = read_records()


def rng(seed=1):
    return np.random.default_rng(seed)


def told(text, *mentions, name="x"):
    """A text with spans: (words, family, status)."""
    spans = tuple(
        Span(text.index(words), text.index(words) + len(words), family, status, "victim", "current")
        for words, family, status in mentions
    )
    families = frozenset(span.family for span in spans if span.discloses)
    return Told(Record(name, text, (Entry(0, len(text)),), "incident"), spans, families)


def disclosure(family, probability, status="affirmed", *, flagged=True):
    return Disclosure(family, "", probability, flagged, status, "current", "victim", (), "")


# -- measures


def test_micro_and_macro_have_their_known_values():
    # two right of three said and four told
    assert micro(FOUND, GOLD, range(4)) == pytest.approx(2 * 2 / (3 + 4))
    # theft: 2 x 1 / (2 + 2), rape 1, drugs 0
    assert macro(FOUND, GOLD) == pytest.approx((0.5 + 1 + 0) / 3)


def test_figures_count_what_is_quiet_and_what_is_core():
    row = figures(FOUND, GOLD, rng())
    assert (row["n"], row["quiet"], row["false_flags"], row["core_recall"]) == (4, 1, 1.0, 1.0)
    assert row["micro_f1"] == pytest.approx(4 / 7, abs=1e-4)
    low, high = row["micro_f1_interval"]
    assert low <= row["micro_f1"] <= high


def test_a_family_has_its_own_precision_and_recall():
    row = by_family(FOUND, GOLD, rng())["theft"]
    assert (row["told"], row["flagged"], row["precision"], row["recall"], row["f1"]) == (2, 2, 0.5, 0.5, 0.5)
    unsaid = by_family([frozenset()] * 4, GOLD, rng())["theft"]
    assert unsaid["precision"] is None
    assert unsaid["recall"] == 0.0


def test_an_interval_covers_a_mean_about_as_often_as_it_says():
    covered, source = 0, rng(7)
    for _ in range(300):
        sample = source.random(200) < 0.3
        low, high = interval(lambda index, own=sample: float(own[index].mean()), 200, source)
        covered += low <= 0.3 <= high
    assert 275 <= covered <= 296  # 95% of 300 is 285; three standard errors either side


def test_the_interval_of_a_paired_difference_covers_the_true_one():
    """Two detectors that find seven and five tenths of what is told, and nothing else: F1 2r/(r+1) each."""
    truth = 2 * 0.7 / 1.7 - 2 * 0.5 / 1.5
    covered, source = 0, rng(5)
    gold = [frozenset({"theft"})] * 150
    for _ in range(120):
        luck = source.random(150)
        first, second = ([frozenset({"theft"}) if x < share else frozenset() for x in luck] for share in (0.7, 0.5))
        low, high = paired(first, second, gold, source)["interval"]
        covered += low <= truth <= high
    assert 105 <= covered <= 120  # 95% of 120 is 114; the upper bound is no fault


def test_pairing_makes_a_certain_difference_of_what_two_intervals_leave_open():
    gold = [frozenset({"theft"})] * 40
    first = [frozenset({"theft"}) if at < 30 else frozenset() for at in range(40)]
    second = [frozenset({"theft"}) if at < 25 else frozenset() for at in range(40)]
    one, two = (figures(found, gold, rng())["micro_f1_interval"] for found in (first, second))
    assert one[0] < two[1]
    assert paired(first, second, gold, rng())["excludes_zero"]
    same = paired(first, first, gold, rng())
    assert same == {"difference": 0.0, "interval": (0.0, 0.0), "excludes_zero": False}


def test_wilson_has_its_published_values():
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=1e-4)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_holds_the_share(pair):
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] + 1e-5
    assert pair[0] / pair[1] - 1e-5 <= high <= 1


# -- calibration and cost


def said_and_true(bias):
    """Probabilities of one family in 6,000 texts, each true with the said probability and `bias` more."""
    source = rng(3)
    chances = np.zeros((6000, len(DETECTED)))
    chances[:, 0] = source.uniform(0.05, 0.75, 6000)
    true = np.zeros(chances.shape, dtype=bool)
    true[:, 0] = source.random(6000) < chances[:, 0] + bias
    return chances, true


@pytest.mark.parametrize("bias", [0.0, 0.1, 0.2])
def test_the_calibration_error_is_the_bias_that_was_put_in(bias):
    row = calibration(*said_and_true(bias), rng())
    low, high = row["ece_interval"]
    assert row["ece"] == pytest.approx(bias, abs=0.02)
    assert row["n"] == 6000
    assert low <= row["ece"] + 0.01
    assert high >= bias - 0.02


def test_brier_skill_is_one_for_the_truth_and_nought_for_the_base_rate():
    chances, true = said_and_true(0)
    assert calibration(true.astype(float), true, rng())["brier_skill"] == 1.0
    rate = np.where(np.arange(len(DETECTED)) == 0, true[:, 0].mean(), 0.0)
    assert calibration(np.tile(rate, (6000, 1)), true, rng())["brier_skill"] == pytest.approx(0, abs=1e-6)
    # uniform chances on (a, b): skill is their variance over that of the truth
    middle, spread = 0.4, 0.7**2 / 12
    assert calibration(chances, true, rng())["brier_skill"] == pytest.approx(spread / (middle * 0.6), abs=0.02)


def test_a_reliability_table_holds_what_is_said_and_counts_what_is_not():
    chances = np.zeros((3, len(DETECTED)))
    chances[0, 0], chances[1, 0] = 0.95, 1.0
    true = np.zeros(chances.shape, dtype=bool)
    true[0, 0] = true[2, 1] = True
    assert [(row["from"], row["n"], row["told"]) for row in reliability(chances, true)] == [(0.9, 2, 0.5)]
    row = calibration(chances, true, rng())
    assert (row["n"], row["unsaid"]) == (3, 1)
    assert row["ece"] == pytest.approx((abs(0.95 + 1.0 - 1) + 1) / 3, abs=1e-4)


def test_the_curves_count_reads_and_what_they_reach():
    chances = np.zeros((4, len(DETECTED)))
    chances[0, 0], chances[1, 0], chances[2, 1] = 0.9, 0.6, 0.3
    true = np.zeros(chances.shape, dtype=bool)
    true[0, 0] = true[2, 1] = True
    at = {row["threshold"]: row for row in cost_curve(chances, true)}
    assert (at[0.5]["reads"], at[0.5]["found"], at[0.5]["reads_per_found"], at[0.5]["recall"]) == (2, 1, 2.0, 0.5)
    assert (at[0.25]["reads"], at[0.25]["found"], at[0.25]["precision"]) == (3, 2, pytest.approx(2 / 3, abs=1e-4))
    reached = dict(queue_curve(chances, true))
    assert (reached[0.25], reached[0.5], reached[0.75], reached[1.0]) == (0.5, 0.5, 1.0, 1.0)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40).filter(
        lambda r: any(t for _, t in r)
    )
)
def test_no_threshold_beats_the_best(rows):
    scores = np.array([[float(score)] for score, _ in rows])
    true = np.array([[answer] for _, answer in rows])

    def f1(threshold):
        own = scores >= threshold
        return 2 * (own & true).sum() / (own.sum() + true.sum())

    assert f1(best_threshold(scores, true)) == pytest.approx(max(f1(score) for score in range(10)))


# -- slices, twins, gate


def test_slices_count_texts_under_each_of_their_values():
    cases = [
        Case(told("he took it", name=str(at)), {"mode": ("F01", "F02") if at % 2 else ("F01",)}) for at in range(12)
    ]
    table = slices(cases, [frozenset({"theft"})] * 12, rng())
    assert {value: row["n"] for value, row in table["mode"].items()} == {"F01": 12, "F02": 6}
    assert table["mode"]["F02"]["false_flags"] == 1.0
    assert slices(cases, [frozenset()] * 12, rng(), least=7)["mode"].keys() == {"F01"}


def test_lengths_and_sexes_have_names():
    assert [length("a " * words) for words in (1, 25, 26, 200, 201)] == [
        "up to 25 words", "up to 25 words", "26 to 50 words", "101 to 200 words", "over 200 words",
    ]  # fmt: skip
    assert [sex(said) for said in ("f", "m14", "fm", "u", "")] == ["female", "male", "both", "not said", "not said"]


def test_confusion_tells_a_neighbour_from_another_error():
    gold = [frozenset({"common_assault"}), frozenset({"common_assault"}), frozenset()]
    found = [frozenset({"assault_with_injury"}), frozenset({"drugs"}), frozenset({"assault_with_injury"})]
    table = confusion(found, gold, load_taxonomy())
    missed = table["common_assault"]
    assert (missed["missed"], missed["taken_for_neighbour"], missed["most_often"]) == (2, 1, "assault_with_injury")
    assert (table["assault_with_injury"]["false"], table["assault_with_injury"]["beside"]) == (2, 1)


def test_a_status_counts_where_the_family_is_found():
    cases = [
        Case(told("he hit her", ("hit her", "common_assault", "suspect_denied")), {}),
        Case(told("he hit her", ("hit her", "common_assault", "affirmed")), {}),
        Case(told("he hit her", ("hit her", "common_assault", "affirmed")), {}),
    ]
    own = [(disclosure("common_assault", 0.9),), (disclosure("common_assault", 0.9),), ()]
    row = status_accuracy(cases, own, rng())
    assert (row["value"], row["n"]) == (0.5, 2)
    assert row["by_status"] == {"affirmed": [1, 1], "suspect_denied": [0, 1]}


def twin(name, *families, group="b/t1", on="injury"):
    return Case(Told(Record(name, name, ()), (), frozenset(families)), {}, group, on)


def test_twins_are_told_apart_where_each_family_that_differs_is_likelier_where_it_is_told():
    cases = [twin("a", "common_assault"), twin("b", "assault_with_injury"), twin("c", "common_assault")]
    chances = np.zeros((3, len(DETECTED)))
    lesser, graver = PLACE["common_assault"], PLACE["assault_with_injury"]
    chances[:, lesser], chances[:, graver] = (0.6, 0.2, 0.1), (0.1, 0.7, 0.1)
    assert told_apart(cases, (0, 1), chances)
    assert not told_apart(cases, (1, 2), chances)  # the injury is right, the assault is not
    row = twins(cases, chances)["injury"]
    assert (row["pairs"], row["right"], row["enough"]) == (2, 1, False)
    assert not told_apart(cases, (0, 1), np.full((3, len(DETECTED)), 0.5))  # a tie is wrong


def test_the_gate_loses_what_it_alone_misses():
    cases = [Case(told("he hit her", ("hit her", "common_assault", "affirmed")), {}) for _ in range(4)]
    hit = (disclosure("common_assault", 0.9),)
    row = gate_loss(cases, gated=[hit, (), hit, hit], whole=[hit, hit, hit, ()], rng=rng())
    assert (row["recall"], row["recall_open"], row["loss"], row["n"]) == (0.75, 0.75, 0.0, 4)
    row = gate_loss(cases, gated=[hit, (), hit, hit], whole=[hit] * 4, rng=rng())
    assert (row["loss"], row["kept"]) == (0.25, False)


# -- baselines


def test_a_baseline_learns_what_the_words_say_and_calibration_chooses_its_unit():
    texts = [f"stole bike number {n}" for n in range(30)] + [f"asks about bus {n}" for n in range(30)]
    gold = [frozenset({"theft"})] * 30 + [frozenset()] * 30
    told_of = marks(gold)[:, [PLACE["theft"]]]
    score = tfidf_svm(texts, np.hstack([told_of, ~told_of]), 1)(["stole a bike", "asks about a bus"])
    assert score[0, 0] > score[1, 0]
    good, bad = marks(gold).astype(float), rng().random((60, len(DETECTED)))
    assert chosen({"texts": bad, "lines": good}, gold)[0] == "lines"
    assert all(set(units) <= {"texts", "lines"} for _, units in BASELINES.values())


# -- swaps


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(ENTRIES) - 1), st.sampled_from(sorted(SWAPS)), st.integers(0, 99))
def test_a_swap_keeps_every_span_on_its_words(at, name, seed):
    one = of_entry(ENTRIES[at])
    new = swapped(one, SWAPS[name][0], rng(seed))
    assert [(span.family, span.status) for span in new.spans] == [(span.family, span.status) for span in one.spans]
    text = new.record.text
    for old, span in zip(one.spans, new.spans, strict=True):
        assert 0 <= span.start < span.end <= len(text)
        # what stands before and after a span is what stood there, swapped for itself or not at all
        words = len(one.record.text[old.start : old.end].split())
        assert abs(len(text[span.start : span.end].split()) - words) <= words + 1
    assert new.record.entries == (Entry(0, len(text)),)
    assert text.count("\n") == one.record.text.count("\n")


@pytest.mark.parametrize("name", SWAPS)
def test_a_swapped_record_has_as_many_lines_and_spans(name):
    for row in RECORDS[::40]:
        one = of_record(row)
        new = swapped(one, SWAPS[name][0], rng())
        assert len(new.spans) == len(one.spans)
        assert new.families == one.families
        assert new.record.text.count("\n") == one.record.text.count("\n")


def test_swaps_change_people_and_nothing_else():
    span = (Span(0, 3, "theft", "affirmed", "victim", "current"),)
    text, _ = sexes(("He's hit her. Mr Cole, a lad, hit him and his wife.", span), rng())
    assert text == "She's hit him. Mrs Cole, a lass, hit her and her husband."
    text, spans = names(("her husband took it. Femi saw, and Femi told Mr Lowe.", span), rng())
    words = text.replace(",", "").replace(".", "").split()
    assert words[:2] == ["her", "husband"]
    assert "Femi" not in words or words.count("Femi") >= 2
    assert words[words.index("saw") - 1] == words[words.index("told") - 1]
    text, _ = ethnicity(("an IC1 male in a black car by the mosque saw a man", span), rng())
    assert "black car" in text
    assert "IC1" not in text
    assert "mosque" not in text
    assert text.endswith(" man") and not text.endswith("saw a man")


def test_an_article_agrees_with_the_origin_that_is_put_in():
    for seed in range(40):
        text, _ = ethnicity(("saw a man", ()), rng(seed))
        article, origin = text.split()[1:3]
        assert article == ("an" if origin[0].lower() in "aeiou" else "a")


def test_the_words_exchanged_are_listed():
    assert exchanged("he saw a man", "she saw an Irish man") == ["he > she", "a > an Irish"]
    assert exchanged("her ex left", "her ex Rhys left") == ["+ Rhys"]


# -- the card


def test_the_card_and_the_plots_show_what_was_measured(tmp_path):
    cases = [of_written(entry) for entry in ENTRIES[:60]]
    gold = [case.told.families for case in cases]
    chances = marks(gold) * 0.8
    row = figures(gold, gold, rng())
    swap = {
        "texts": 5, "flags": 9, "flips": 1, "lost": 1, "rate": 0.111, "interval": (0.02, 0.4),
        "families": {"theft": 1}, "causes": {"encoder": 1}, "some": [],
    }  # fmt: skip
    own = {
        "ablation": {"fused": row, "linear": {**row, "fused_less_this": paired(gold, gold, gold, rng())}},
        "families": by_family(gold, gold, rng()),
        "calibration": calibration(chances, marks(gold), rng()),
        "cost": cost_curve(chances, marks(gold)),
        "queue": queue_curve(chances, marks(gold)),
        "status": {"value": 1.0, "interval": (0.9, 1.0), "n": 30, "by_status": {}},
        "confusion": confusion([frozenset()] * 60, gold, load_taxonomy()),
        "slices": slices(cases, gold, rng()),
        "swaps": {"sex": swap},
    }
    pairs = twins(cases, chances)
    metrics = {"sets": {"test entries": own}, "twins": pairs, "twins_folded": pairs}
    write_card("small", metrics, corpus="60 entries", out=tmp_path)
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    for words in ("## Data", "made for", "not for", "## Limits", "fused less this", "five folds", *PLOTS):
        assert words in card
    assert "nan" not in card
    assert any("1 of 9 flags flip" in line for line in summary(metrics))
    for file in draw(metrics, tmp_path):
        assert 2_000 < file.stat().st_size < 60_000
