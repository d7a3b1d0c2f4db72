"""Every sign of a recording rule keeps its examples, and a wrong file is named in one line."""

import pytest

from cdi_nlp.detect import Reading
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.recording import signs as module
from cdi_nlp.recording.signs import sign_reader
from cdi_nlp.records import Entry, Record

FILES = ("n100", "cancellation", "chain")
SIGNS = [(name, sign) for name in FILES for sign in sign_reader(name).signs.values()]


@pytest.mark.parametrize(("file", "sign"), SIGNS, ids=lambda item: getattr(item, "name", item))
def test_a_sign_keeps_its_examples(file, sign):
    reader = sign_reader(file)
    assert sign.why and sign.finds and sign.misses
    assert [text for text in sign.finds if not reader.in_text(text)[sign.name]] == []
    assert [text for text in sign.misses if reader.in_text(text)[sign.name]] == []


def test_a_place_points_into_the_record():
    first, second = "Log opened.\n", "Her housemate is ringing without her knowing."
    entries = (Entry(0, len(first)), Entry(len(first), len(first + second)))
    found = sign_reader("n100").read(Reading(Record("r", first + second, entries), (), ()))
    place = found.first("companion")
    assert place.entry == 1
    assert (first + second)[place.start : place.end] == "without her knowing"
    assert not found["no such sign"]


def test_a_key_that_is_none_is_named(tmp_path, monkeypatch):
    (tmp_path / "wrong.toml").write_text('[[sign]]\nname = "x"\nany = ["word"]\nfinding = []\n', encoding="utf-8")
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(TaxonomyError, match=r"wrong.toml: x: unknown key 'finding'"):
        sign_reader("wrong")
