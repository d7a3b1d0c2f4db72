"""Neutral text: who people are is not read, what was done is, and every character knows its place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.linear import features
from cdi_nlp.detect.neutral import neutral
from cdi_nlp.detect.windows import Window
from cdi_nlp.taxonomy.neutral import neutral_words
from cdi_nlp.taxonomy.patterns import load_patterns
from training.corpus import held_out, read_entries
from training.evaluate.swaps import SWAPS

READ_AS = [
    ("Her ex Daniel punched Mrs Ozolina in the face.", "him ex punched alex in the face."),
    ("Daniel's mum rang. Daniel has gone.", "alex's parent rang. alex has gone."),
    ("IC3 MALE HIT MOHAMMED KHAN WITH A HAMMER", "MALE HIT alex WITH A HAMMER"),
    ("an Asian woman in a black BMW", "a man in a black BMW"),
    ("a black lad and a white British woman", "a lad and a man"),
    ("I saw Will and Mark hit her. She said will he stop.", "I saw alex and alex hit him. he said will he stop."),
    ("mohammed kicked me", "alex kicked me"),
    ("she's sure he'll come", "he's sure he'll come"),
    ("PC Price spoke to F34 and her son, m12", "PC alex spoke to m34 and him son, m12"),
    ("Grabbed by Rosie Black on Tuesday", "Grabbed by alex on Tuesday"),
    ("Strangled her. Threatnd her too.", "Strangled him. Threatnd him too."),
    ("her ex-wife and my brother-in-law", "him ex-partner and my brother-in-law"),
    ("her sister-in-law", "him brother-in-law"),
    ("I saw Mr. Khan and Mrs Brown.", "I saw alex and alex."),
    ("I MISS HER. F**K OFF", "I MISS him. F**K OFF"),
    ("hit in the temple by the chapel", "hit in the temple by the church"),
    ("his German Shepherd bit Guy", "him German Shepherd bit alex"),
    ("Miss you. Don't miss it.", "Miss you. Don't miss it."),
]


@pytest.mark.parametrize(("text", "expected"), READ_AS)
def test_names_sexes_and_origins_are_not_read(text, expected):
    assert neutral(text).text.strip() == expected


@given(st.text(alphabet=st.sampled_from(" .,'\nabehismrDMPS-é3ß"), max_size=60) | st.text(max_size=40))
def test_every_character_stands_for_characters_of_the_text(text):
    found = neutral(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert list(found.starts) == sorted(found.starts)


@given(st.sampled_from([entry.text for entry in read_entries()]))
def test_words_that_are_kept_stand_where_they_stood(text):
    found = neutral(text)
    kept = [at for at, (start, end) in enumerate(zip(found.starts, found.ends, strict=True)) if end - start == 1]
    assert all(found.text[at] in (text[found.starts[at]], "m") for at in kept)


def test_what_is_found_points_into_the_text():
    text = "Then Mrs. Khan, an Asian lady, punched her brother Daniel."
    found = neutral(text)
    start = found.text.index("punched him")
    first, last = found.place(start, start + len("punched him"))
    assert text[first:last] == "punched her"


def test_other_people_read_the_same():
    """A swap of names, sexes or origins leaves what the models read alone in nearly every test entry."""
    split = held_out()["entries"]
    texts = [entry.text for entry in read_entries() if entry.batch in split]
    for name, least in (("names", 0.97), ("sex", 0.985), ("ethnicity", 0.985)):
        change, rng = SWAPS[name][0], np.random.default_rng(1)
        swapped = [(text, change((text, ()), rng)[0]) for text in texts]
        moved = [(one, other) for one, other in swapped if one != other]
        same = sum(neutral(one).text.lower() == neutral(other).text.lower() for one, other in moved)
        assert same / len(moved) >= least, (name, same, len(moved))


def test_the_linear_model_reads_neutral_windows():
    one, other = (Window(0, f"{name} rang.", f"{name} hit her.", "") for name in ("Daniel", "Tariq"))
    assert (features([one]) != features([other])).nnz == 0
    assert (features([one]) != features([Window(0, "Daniel rang.", "Daniel rang her.", "")])).nnz


def test_a_phrase_for_one_sex_stands_for_both():
    lexicon = load_patterns()[0].of_either_sex(neutral_words().alike())
    assert lexicon.slot("her", where="here").words == {"her", "him", "his"}
    assert lexicon.slot("his", where="here").words == {"her", "his"}
    assert {"he", "she"} <= lexicon.slot("she", where="here").words
    assert {"husband", "wife"} <= lexicon.slot("=husband", where="here").words
    assert "parent" not in lexicon.slot("=mum", where="here").words


def test_no_word_is_both_a_name_and_another_word():
    words = neutral_words()
    said = words.origins | words.titles | words.ranks | words.kept | words.reads_as.keys()
    assert not words.names & (words.words | words.either | said)
    assert not words.either & (said - words.reads_as.keys())
