"""Windows hold a segment's own words between its neighbours', and what a system wrote is left out."""

from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.windows import windows_of
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
