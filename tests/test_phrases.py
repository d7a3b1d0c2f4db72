import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_nlp.detect.matching import PhraseIndex, Tokenizer, flatten, hits
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.taxonomy.phrases import build_lexicon, compile_phrases, inflect, plural

LEXICON = build_lexicon(
    [
        (
            "test",
            {
                "plain": {"ip": "victim", "susp": "suspect"},
                "verbs": {"slap": "", "hit": "hits hitting"},
                "nouns": ["window"],
                "lists": {"who": ["he", "suspect"]},
                "phrases": {"blow": ["@who slap her", "@who ..2 hit her"]},
            },
        )
    ],
    frequency={"he": 900, "her": 900, "the": 900, "not": 90, "window": 20, "windows": 20},
)
TOKENIZER = Tokenizer(LEXICON)


def matches(phrase, text):
    index = PhraseIndex()
    index.add("it", compile_phrases(phrase, LEXICON, where="test"))
    flat = flatten(text)
    tokens = TOKENIZER.read(flat)
    return [
        text[slice(*tokens.span(*hit))] for hit in hits(index.possible(TOKENIZER.words(flat)), tokens).get("it", [])
    ]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("he slap her", "Then HE SLAPPED HER twice", ["HE SLAPPED HER"]),
        ("=slap her", "he slapped her", []),
        ("@who ..2 hit her", "SUSP then suddenly hit her", ["SUSP then suddenly hit her"]),
        ("@who ..2 hit her", "he then very suddenly hit her", []),
        ("smash the? window", "smash windows", ["smash windows"]),
        ("slap !her", "slapped him", ["slapped him"]),
        ("slap !her", "slapped her", []),
        ("# window", "broke 3 windows and two windows", ["3 windows", "two windows"]),
        ("victim", "the IP's phone", ["IP"]),
        ("<blow>", "he slapped her, then he hit her", ["he slapped her", "he hit her"]),
        ("not slap", "he didnt slap", ["nt slap"]),
        ("ex partner", "her ex-partner", ["ex-partner"]),
        ("he hit her", "he   hit\n her", ["he   hit\n her"]),
    ],
)
def test_phrases_match(phrase, text, found):
    assert matches(phrase, text) == found


@pytest.mark.parametrize(
    ("phrase", "problem"),
    [
        ("he @nobody her", "no word list @nobody"),
        ("<nothing>", "no phrase set <nothing>"),
        ("he ..40 her", "not between ..1 and"),
        ("..2 slap", "begins or ends"),
        ("slap her?", "begins or ends"),
        ("Slap", "not one lower-case word"),
        ("!her # !him", "no word that must be there"),
    ],
)
def test_a_wrong_phrase_is_refused_with_its_place(phrase, problem):
    with pytest.raises(TaxonomyError, match=r"^here: ") as raised:
        compile_phrases(phrase, LEXICON, where="here")
    assert problem in str(raised.value)


def test_one_name_cannot_mean_two_things():
    tables = [("one.toml", {"lists": {"who": ["he"]}}), ("two.toml", {"lists": {"who": ["she"]}})]
    with pytest.raises(TaxonomyError, match=r"two\.toml: \[lists\] who is already defined"):
        build_lexicon(tables)


def test_the_anchor_is_the_rarest_certain_word():
    (phrase,) = compile_phrases("he ..2 slap the window?  her", LEXICON, where="test")
    assert phrase.anchor == inflect("slap")


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("grab", {"grab", "grabs", "grabbed", "grabbing"}),
        ("harass", {"harass", "harasses", "harassed", "harassing"}),
        ("carry", {"carry", "carries", "carried", "carrying"}),
        ("smoke", {"smoke", "smokes", "smoked", "smoking"}),
        ("follow", {"follow", "follows", "followed", "following"}),
        ("shout", {"shout", "shouts", "shouted", "shouting"}),
    ],
)
def test_regular_verbs(verb, forms):
    assert inflect(verb) == forms


def test_plurals():
    assert plural("lorry") == {"lorry", "lorries"}
    assert plural("bus") == {"bus", "buses"}


@given(st.text())
def test_flattening_moves_no_character(text):
    assert len(flatten(text)) == len(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_every_token_lies_where_the_text_has_it(text):
    flat = flatten(text)
    if not flat.strip():
        return
    tokens = TOKENIZER.read(flat)
    place = 0
    for number, token in enumerate(tokens.doc):
        start, end = tokens.span(number, number + 1)
        assert place <= start < end <= len(text)
        assert flat[start:end].split() == token.text.split()
        place = start
