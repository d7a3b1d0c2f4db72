"""The anchored phrase index finds what spaCy's Matcher finds."""

from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.matcher import Matcher

from cdi_nlp.detect.matching import PhraseIndex, Tokenizer, hits
from cdi_nlp.taxonomy.phrases import Phrase, Slot, build_lexicon

WORDS = ["he", "hit", "her", "not", "door", "3", "and"]
LEXICON = build_lexicon([("test", {})])
TOKENIZER = Tokenizer(LEXICON)

slots = st.one_of(
    st.builds(Slot, words=st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=3), low=st.sampled_from([0, 1])),
    st.builds(
        Slot,
        words=st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=3),
        negated=st.just(True),
        low=st.sampled_from([0, 1]),
    ),
    st.builds(Slot, low=st.just(0), high=st.integers(1, 3)),
    st.just(Slot(number=True)),
)
certain = st.builds(Slot, words=st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=3))


def spec(slot):
    """A slot in spaCy's own notation."""
    if slot.number:
        token = {"LIKE_NUM": True}
    elif slot.words:
        token = {"NORM": {"NOT_IN" if slot.negated else "IN": sorted(slot.words)}}
    else:
        token = {}
    return {**token, "OP": f"{{{slot.low},{slot.high}}}"} if slot.low == 0 else token


@settings(max_examples=300)
@given(
    certain,
    st.lists(slots, max_size=4),
    certain,
    st.booleans(),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=12),
)
def test_the_index_and_spacys_matcher_agree(first, middle, last, anchored_last, words):
    anchor = last if anchored_last else first
    phrase = Phrase("it", (first, *middle, last), anchor.words)
    tokens = TOKENIZER.read(" ".join(words))
    matcher = Matcher(TOKENIZER.nlp.vocab)
    matcher.add("it", [[spec(slot) for slot in phrase.slots]])
    reference = {(start, end) for _, start, end in matcher(tokens.doc)}
    index = PhraseIndex()
    index.add("it", [phrase])
    found = hits(index.possible(TOKENIZER.words(" ".join(words))), tokens).get("it", [])
    assert set(found) <= reference
    assert bool(found) == bool(reference)
    if reference:
        assert max(end - start for start, end in found) == max(end - start for start, end in reference)


def test_the_vocabulary_is_started_anew_when_it_has_grown(monkeypatch):
    monkeypatch.setattr("cdi_nlp.detect.matching.MOST_WORDS", 2_000)
    tokenizer = Tokenizer(LEXICON)
    first = tokenizer.nlp
    for number in range(3_000):
        tokenizer.read(f"word{number}")
    tokenizer.refresh()
    assert tokenizer.nlp is not first
    assert len(tokenizer.nlp.vocab) < 2_000
