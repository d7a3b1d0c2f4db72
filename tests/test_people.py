"""Who is victim and who is suspect, how many, of which sex and age, and how they stand to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect import read
from cdi_nlp.detect.people import Cast, cast_of
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.pipeline import build_scanner
from cdi_nlp.records import Entry, Record
from cdi_nlp.settings import PATTERNS_ONLY
from cdi_nlp.taxonomy.people import person_words

VICTIMS = [
    ("He punched her in the face.", [("female", None, None)], ["male"]),
    ("She punched him in the face.", [("male", None, None)], ["female"]),
    ("Her sister was punched by the same male last year.", [("female", None, "family")], ["male"]),
    ("He punched his wife in the kitchen.", [("female", None, "partner")], ["male"]),
    ("Her ex husband punched her.", [("female", None, "ex")], ["male"]),
    ("He punched the boy, 12, outside school.", [("male", 12, None)], ["male"]),
    ("He punched both girls on the bus.", [("female", None, None)] * 2, ["male"]),
    ("He punched her and her brother.", [("female", None, "family"), ("male", None, "family")], ["male"]),
    ("Two males punched him.", [("male", None, None)], ["male", "male"]),
    ("He punched PC Ward as she stepped in.", [(None, None, "constable")], ["male"]),
    ("My mum punched me.", [(None, None, "family")], ["female"]),
]


@pytest.fixture(scope="module")
def scanner():
    return build_scanner(PATTERNS_ONLY)


def people(scanner, text: str, family: str = "common_assault") -> Cast:
    reading = read(Record("one", text, (Entry(0, len(text)),)), scanner.detector.tokenizer)
    (found,) = scanner.detector.detect([reading])
    return cast_of(reading, [finding for finding in found if finding.family == family])


@pytest.mark.parametrize(("text", "victims", "suspects"), VICTIMS, ids=[row[0] for row in VICTIMS])
def test_those_before_the_verb_do_it_and_those_after_suffer_it(scanner, text, victims, suspects):
    found = people(scanner, text)
    told = sorted(((p.sex, p.age, p.relation) for p in found.victims), key=str)
    assert told == sorted(victims, key=str)
    assert [person.sex for person in found.suspects] == suspects


def test_one_person_told_of_twice_is_one(scanner):
    text = "He punched her in the hall. He then slapped her. The victim was punched again in the car."
    assert len(people(scanner, text).victims) == 1


def test_a_child_is_known_by_word_or_age(scanner):
    assert people(scanner, "He slapped the boy in the face.").victims[0].child
    assert people(scanner, "He slapped his daughter, 9, in the face.").victims[0].child
    assert not people(scanner, "He slapped his daughter, 29, in the face.").victims[0].child


@given(
    text=st.lists(st.sampled_from("he she punched her son boys 12 . , and by was".split()), max_size=12).map(" ".join)
)
def test_any_text_gives_people_without_a_fault(scanner, text):
    found = people(scanner, text)
    assert all(person.age is None or 0 < person.age < 110 for person in found.victims)


def test_a_wrong_word_table_names_the_word(tmp_path):
    (tmp_path / "people.toml").write_text('[[people]]\nwords = ["he"]\nsex = "man"\n', encoding="utf-8")
    with pytest.raises(TaxonomyError, match="'man' is no sex"):
        person_words(tmp_path)
