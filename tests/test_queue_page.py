"""The queue page: ranked, readable, and harmless whatever the narrative holds."""

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_nlp.records import Crime, Disclosure, Entry, Evidence, Record, Result
from cdi_nlp.scan.queue_page import AROUND, SHOWN, Queue, pieces_of, render

SUMMARY = {
    "counts": {
        "records": 1,
        "disclosing": 1,
        "unrecorded_crimes": 1,
        "wrong_class_crimes": 0,
        "with_error": 0,
        "with_unrecorded_or_wrong_class": 1,
    },
    "versions": {"cdi_nlp": "0", "taxonomy": "t"},
    "digests": {"results": "r" * 64, "source": None},
}


def pair(text, *, start=0, end=5, priority=1.0, name="r"):
    span = Evidence(start, end, text[start:end], "patterns")
    told = Disclosure("rape", "019/08", 0.9, True, "affirmed", "current", "victim", (span,), "why")
    crime = Crime("rape", "019/08", "", "", "rule", "why")
    record = Record(id=name, text=text, entries=(Entry(0, len(text)),), opening_code=text[:20])
    return record, Result(name, (told,), (crime,), (crime,), priority=priority, reasons=(text[:10],))


def page(*pairs, size=10):
    queue = Queue(size, lambda record: (record.text[:15],))
    for record, result in pairs:
        queue.add(record, result)
    return render(queue.ranked(), SUMMARY)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []
        self.attributes = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


def parsed(html):
    tags = Tags()
    tags.feed(html)
    return tags


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>{{7*7}}&lt;b&gt;"


def test_html_in_a_narrative_is_shown_and_never_run():
    text = HOSTILE + " she said"
    html = page(pair(text, start=len(text) - 8, end=len(text)))
    tags = parsed(html)
    assert "script" not in tags.seen
    assert "img" not in tags.seen
    assert "svg" not in tags.seen
    assert not any(name.startswith("on") for name, _ in tags.attributes)
    assert "<script>alert(1)</script>" in "".join(tags.words)
    assert "49" not in "".join(tags.words)
    assert "default-src 'none'" in html


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=6, max_size=400))
def test_no_text_adds_a_tag(text):
    plain = sorted(set(parsed(page(pair("plain words"))).seen))
    assert sorted(set(parsed(page(pair(text, name=text))).seen)) == plain


@given(st.text(min_size=20, max_size=200))
def test_the_pieces_of_a_short_record_are_its_text(text):
    record, result = pair(text, start=3, end=9)
    shown = "".join(piece.text for piece in pieces_of(record, result))
    assert len(shown) == len(text)


def test_a_long_record_is_cut_around_its_evidence():
    text = "x" * 50_000 + "EVIDENCE" + "y" * 50_000
    pieces = pieces_of(*pair(text, start=50_000, end=50_008))
    assert [piece.text for piece in pieces if piece.family] == ["EVIDENCE"]
    assert sum(len(piece.text) for piece in pieces) < SHOWN
    assert sum(piece.cut for piece in pieces) == 2
    assert any(len(piece.text) == AROUND for piece in pieces)


def test_worst_first_and_no_more_than_fit():
    html = page(*(pair("some text", name=f"r{n}", priority=float(n)) for n in range(5)), size=3)
    assert html.index("r4") < html.index("r3") < html.index("r2")
    assert "r1<" not in html


def test_a_record_without_a_gap_is_not_queued():
    record, result = pair("some text")
    queue = Queue(5, lambda record: ())
    queue.add(record, Result(result.id, result.disclosures))
    assert queue.ranked() == []
    assert "Nothing is waiting" in render([], SUMMARY)
