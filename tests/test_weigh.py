"""Weighing: what more detectors are surer of is more probable, and a family's features are its own."""

from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.weigh import FEATURES, HIGH, LOW, Weigher, evidenced, features, log_odds
from cdi_nlp.records import Finding
from cdi_nlp.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
probabilities = st.floats(0.01, 0.99)


def learned(family: str, segment: int, *, source: str = "window", precision: float = 0.8) -> Finding:
    return Finding(family, 0, 1, segment, "encoder", source, precision)


def row(*findings: Finding, family: str = "theft", patterns: dict | None = None, words: int = 100) -> dict[str, float]:
    found = features(
        family, patterns=patterns or {}, learned=evidenced(findings), windows=10, words=words, taxonomy=TAXONOMY
    )
    return dict(zip(FEATURES, found, strict=True))


def test_what_was_not_found_counts_lowest():
    empty = row()
    assert all(empty[name] == LOW for name in FEATURES[:9])


def test_the_two_surest_segments_are_told_apart():
    found = row(learned("theft", 1, precision=0.9), learned("theft", 4, precision=0.6), learned("rape", 2))
    assert found["window"] == log_odds(0.9)
    assert found["second_window"] == log_odds(0.6)


def test_a_passage_and_a_window_are_two_opinions():
    found = row(learned("theft", 1, precision=0.6), learned("theft", 1, source="passage", precision=0.9))
    assert found["window"] == found["window_with_passage"] == log_odds(0.6)
    assert found["passage"] == log_odds(0.9)


def test_a_record_longer_than_any_that_was_weighed_counts_as_the_longest():
    short, long, longer = (
        features("theft", patterns={}, learned={}, windows=count, words=20 * count, taxonomy=TAXONOMY)
        for count in (5, 60, 150_000)
    )
    assert short < long == longer


def test_in_a_terse_line_opinions_have_weights_of_their_own():
    long, terse = (row(learned("theft", 1, precision=0.9), words=count) for count in (29, 28))
    assert long["terse"] == long["terse_window"] == 0
    assert terse["terse_window"] == terse["window"] == log_odds(0.9)


def test_a_graver_family_counts_where_it_stands_on_the_same_segment():
    same = row(learned("common_assault", 3), learned("assault_with_injury", 3, precision=0.9), family="common_assault")
    apart = row(learned("common_assault", 3), learned("assault_with_injury", 7, precision=0.9), family="common_assault")
    assert same["graver_there"] == log_odds(0.9)
    assert apart["graver_there"] == LOW
    assert same["neighbour"] == apart["neighbour"] == log_odds(0.9)


def test_a_mention_that_does_not_disclose_counts_for_nothing():
    denied = Finding("theft", 0, 1, 2, "encoder", "window", 0.9, "negated")
    assert row(denied) == row()


@given(probabilities, probabilities)
def test_log_odds_keep_the_order_and_the_range(one, other):
    assert LOW <= log_odds(one) <= HIGH
    assert (one <= other) == (log_odds(one) <= log_odds(other)) or log_odds(one) == log_odds(other)


@given(st.lists(st.floats(LOW, HIGH), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_a_probability_is_one(values):
    weigher = Weigher(tuple(0.3 for _ in FEATURES), dict.fromkeys(TAXONOMY.families, -1.0), {})
    assert 0 <= weigher.probability("theft", values) <= 1
