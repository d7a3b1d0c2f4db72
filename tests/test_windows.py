"""Windows hold a segment between its neighbours, passages hold every segment, and system lines are left out."""

from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.windows import PASSAGE_LETTERS, passages_of, windows_of
from cdi_nlp.ingest.logs import segments, with_entries
from cdi_nlp.records import Record


def cut(text: str):
    record = with_entries(Record("one", text, ()))
    found = segments(record)
    return record, found, windows_of(record, found)


def test_a_window_is_a_segment_between_its_neighbours():
    _, _, found = cut(
        "She was at home with the baby. He came in and pushed her. She rang her mother from the bathroom."
    )
    assert [window.target for window in found][1] == "He came in and pushed her."
    assert found[1].before.startswith("She was at home")
    assert found[1].after.startswith("She rang her mother")
    assert found[0].before == ""
    assert found[-1].after == ""


def test_the_question_of_an_answer_stands_before_it():
    _, _, found = cut("DASH\nQ18 Has he ever tried to strangle you? YES - twice in March\n")
    answer = next(window for window in found if "twice" in window.target)
    assert "strangle" in answer.before


@given(st.text(max_size=300))
def test_every_window_is_text_of_its_segment(text):
    record, found, made = cut(text)
    for window in made:
        segment = found[window.segment]
        assert window.target == record.text[segment.start : segment.end]
        assert segment.kind not in ("system", "question")


def test_a_short_record_is_one_passage_in_order():
    record, found, made = cut("He took her phone. She asked for it back. He said no and locked the door.")
    (passage,) = passages_of(record, found)
    assert passage.parts == tuple(window.target for window in made)


def test_a_passage_begins_with_the_end_of_the_one_before():
    record, found, _ = cut(" ".join(f"Line number {number} says that nothing more was heard." for number in range(60)))
    made = passages_of(record, found)
    assert len(made) > 2
    for before, after in zip(made, made[1:], strict=False):
        assert before.segments[0] < after.segments[0] <= before.segments[-1] < after.segments[-1]


@given(st.lists(st.integers(1, 1500), max_size=12))
def test_every_window_stands_in_a_passage_however_long_the_lines(lengths):
    record, found, made = cut("\n".join(("word " * (length // 5 + 2)).strip() + "." for length in lengths))
    passages = passages_of(record, found)
    assert {number for one in passages for number in one.segments} == {window.segment for window in made}
    for one in passages:
        assert len(one.segments) == 1 or sum(map(len, one.parts)) <= PASSAGE_LETTERS
