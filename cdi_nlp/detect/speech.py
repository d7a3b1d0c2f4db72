"""Who is speaking: the frames of reported speech in a segment ("SUSP states", "email from the GP", "her mum says").

The innermost frame before a mention says whose claim it is: a suspect's "he did not" is a denial, a victim's is none.
The outermost says who brings it to the police. A frame reaches to the end of its segment or to the next frame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from cdi_nlp.detect.matching import Hit, PhraseIndex, Tokens, hashed, hits
from cdi_nlp.records import Reporter
from cdi_nlp.taxonomy.cues import Source, Speech

LOOK_BACK = 10
"""Tokens before a verb of speaking in which its speaker stands."""
NESTED = 14
"""Tokens between two frames within which the second is told inside the first."""
SUBJECT = 12
"""Tokens before a mention in which the pronoun that does the act stands."""
HARD_ENDS = hashed(";.!?")
PRONOUNS = ("he", "she", "they", "i")
_HASH_TO_PRONOUN: Mapping[int, str] = {next(iter(hashed((word,)))): word for word in PRONOUNS}
_PARTNERS: Mapping[int, str] = {
    **dict.fromkeys(hashed(("husband", "boyfriend", "fiance", "exhusband")), "he"),
    **dict.fromkeys(hashed(("wife", "girlfriend", "fiancee", "exwife")), "she"),
}
"""Partners speak for themselves: as the pronoun that stands for them, for who is victim and who suspect is open."""
_BE_BY = hashed(("by",))
_COLON = hashed((":",))
HEADING = 5
"""Tokens within which a colon ends the name of a speaker."""
_JOINS = hashed(("but", "however", "whereas", "although", "though", "while"))

REPORTERS: Mapping[Source, Reporter] = {
    "professional": "professional",
    "third_party": "third_party",
    "officer": "officer",
    "witness": "witness",
    "victim": "victim",
}


class Frame(NamedTuple):
    """A speaker and the tokens of the words that make them one. `pronoun` is set where only a pronoun names them."""

    source: Source | Literal["pronoun"]
    start: int
    end: int
    pronoun: str | None = None


@dataclass(frozen=True, slots=True)
class SpeechReader:
    """Finds the frames of a segment. Build it once."""

    speech: Speech
    index: PhraseIndex
    verbs: frozenset[int]
    sees: frozenset[int]
    sources: Mapping[int, Source]

    @classmethod
    def build(cls, speech: Speech) -> "SpeechReader":
        """A reader over the speakers and verbs of cues.toml."""
        index = PhraseIndex()
        for source, phrases in speech.openers.items():
            index.add(source, phrases)
        sources: dict[int, Source] = {}
        for source, words in speech.sources.items():
            sources.update(dict.fromkeys(hashed(words), source))
        return cls(speech, index, hashed(speech.verbs), hashed(speech.sees), sources)

    def frames(self, tokens: Tokens, words: frozenset[str]) -> list[Frame]:
        """The frames of a segment in order."""
        found = [frame for at in range(len(tokens.norms)) if (frame := self._at_verb(tokens.norms, at))]
        for source, places in hits(self.index.possible(words), tokens).items():
            found += [Frame(cast("Source", source), start, end) for start, end in places]
        return sorted(found, key=lambda frame: frame.start)

    def _at_verb(self, norms: Sequence[int], at: int) -> Frame | None:
        """The speaker whom a verb of speaking, or a colon near the start ("GP: ..."), ends."""
        if norms[at] not in self.verbs and not (norms[at] in _COLON and at <= HEADING):
            return None
        if norms[at + 1 : at + 2] and norms[at + 1] in _BE_BY:
            return self._told_by(norms, at)
        for back in range(at - 1, max(-1, at - 1 - LOOK_BACK), -1):
            if norms[back] in HARD_ENDS:
                break
            if frame := self._speaker(norms, back, at):
                return frame
        return None

    def _speaker(self, norms: Sequence[int], back: int, at: int) -> Frame | None:
        """The frame of a speaker who stands at `back`, before a verb at `at`; None where no speaker does."""
        norm = norms[back]
        if norm in self.sources:
            source = self.sources[norm]
            # Whoever is no victim, officer or suspect and saw it is a witness, a friend or nurse too.
            seen = norms[at] in self.sees and source in ("third_party", "professional")
            return Frame("witness" if seen else source, back, at + 1)
        pronoun = _HASH_TO_PRONOUN.get(norm) or _PARTNERS.get(norm)
        return Frame("pronoun", back, at + 1, pronoun) if pronoun else None

    def _told_by(self, norms: Sequence[int], at: int) -> Frame | None:
        """The speaker of "told by her friend"."""
        for ahead in range(at + 2, min(len(norms), at + 2 + LOOK_BACK)):
            if norms[ahead] in self.sources:
                return Frame(self.sources[norms[ahead]], at, ahead + 1)
        return None


def claimant(frames: Sequence[Frame], mention: Hit) -> Frame | None:
    """The frame whose claim a mention is: the last before it, else one that closes the segment ("..., she says")."""
    before = [frame for frame in frames if frame.end <= mention[0] + 1]
    if before:
        return before[-1]
    return next((frame for frame in frames if frame.start >= mention[1] - 1), None)


def reporter(frames: Sequence[Frame], mention: Hit, tokens: Tokens) -> Reporter | None:
    """Who brings a mention to the police: the outermost speaker of the claim that it stands in."""
    claim = claimant(frames, mention)
    if claim is None:
        return None
    if claim.source == "witness":
        return "witness"
    outer = claim
    for frame in reversed(frames[: frames.index(claim)]):
        between = tokens.norms[frame.end : outer.start]
        if frame.source == "pronoun":
            continue
        if len(between) > NESTED or not _JOINS.isdisjoint(between) or not HARD_ENDS.isdisjoint(between):
            break
        outer = frame
    return REPORTERS.get(outer.source) if outer.source != "pronoun" else None


def says_suspect(frame: Frame | None, mention: Hit, tokens: Tokens) -> bool:
    """Whether a claim is the suspect's: named so, or told by the very one who is said to have done it ("he ... he")."""
    if frame is None:
        return False
    if frame.source == "suspect":
        return True
    return frame.pronoun is not None and frame.pronoun == subject(mention, tokens, after=frame.end)


def subject(mention: Hit, tokens: Tokens, *, after: int = 0) -> str | None:
    """The pronoun that does the act of a mention: the last one before its words, or the first of them."""
    low = max(after, mention[0] - SUBJECT)
    before = [norm for norm in tokens.norms[low : mention[0] + 1] if norm in _HASH_TO_PRONOUN]
    return _HASH_TO_PRONOUN[before[-1]] if before else None
