"""What the words around a mention make of it: its status, who reports it, and when it happened.

After the ConText method (Harkema et al. 2009: trigger, direction, scope, termination), with the statuses that recording
needs: what a suspect denies and what a victim takes back stay disclosures (HOCR 2026/27, the decision to record).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from cdi_nlp.detect.matching import Hit, Loose, Page, PhraseIndex, Tokens, hashed, hits
from cdi_nlp.detect.speech import Frame, SpeechReader, claimant, reporter, says_suspect
from cdi_nlp.records import RecordType, Reporter, Status, When
from cdi_nlp.taxonomy.cues import Cue, Cues

STATUS_ORDER: tuple[Status, ...] = (
    "figurative",
    "background",
    "question",
    "retracted",
    "suspect_denied",
    "negated",
    "feared",
    "affirmed",
)
"""Which status wins where several cues reach one mention: the first of these."""

CLAUSE_ENDS = hashed(";.!:-")
CLAUSE_STARTS = hashed(
    frozenset(
        "he she they i it we you his her their my there this suspect victim caller male female both neither who".split()
    )
)
"""After a comma these begin a clause of their own, which a cue before the comma does not govern."""
(COMMA,) = hashed(",")
(QUESTION_MARK,) = hashed("?")

BE = frozenset("was were been being be is are got get isnt wasnt".split())
_YEAR = re.compile(r"(?:19[4-9]|20[0-4])\d")
LAST_YEAR = 2025
"""A year before this one is past where the record has no date of its own."""

REPORTERS: dict[RecordType, Reporter] = {
    "referral_email": "professional",
    "vulnerable_adult": "professional",
    "vulnerable_child": "professional",
}
"""Who is taken to be speaking where no word says so; the victim otherwise."""


class Asks(NamedTuple):
    """What is to be known of a mention: its family, the cues that its pattern ignores, and the year of the report."""

    family: str = ""
    ignores: frozenset[str] = frozenset()
    year: int | None = None


class Meaning(NamedTuple):
    """The status of a mention with the cue that gave it, who reports it, and when it happened."""

    status: Status
    cue: str | None
    reported_by: Reporter | None
    when: When


@dataclass(frozen=True, slots=True)
class _CueHit:
    cue: Cue
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What the words of a segment say around any mention: its cues, where its clauses end, and who is speaking."""

    cues: tuple[_CueHit, ...]
    ends: tuple[int, ...]
    turns: tuple[int, ...]
    frames: tuple[Frame, ...]


@dataclass(slots=True)
class Context:
    """Reads the cues of a segment once and judges the mentions in it."""

    cues: Cues
    index: PhraseIndex
    by_id: dict[str, Cue]
    wide: PhraseIndex
    previous: PhraseIndex
    speech: SpeechReader

    @classmethod
    def build(cls, cues: Cues) -> "Context":
        """A context over the cues, ready to read."""
        index, wide, previous = PhraseIndex(), PhraseIndex(), PhraseIndex()
        for cue in cues.cues:
            index.add(cue.id, cue.phrases)
            if cue.scope == "record":
                wide.add(cue.id, cue.phrases)
            if cue.scope == "previous":
                previous.add(cue.id, cue.phrases)
            if cue.unless:
                index.add(f"unless {cue.id}", cue.unless)
        index.add("terminators", cues.terminators)
        index.add("contrasts", cues.contrasts)
        by_id = {cue.id: cue for cue in cues.cues}
        return cls(cues, index, by_id, wide, previous, SpeechReader.build(cues.speech))

    def signs(self, page: Page) -> Signs:
        """The cues that stand in a segment, the tokens at which a clause ends, and the speakers."""
        tokens = page.tokens()
        standing = hits(self.index.possible(page.words), tokens)
        found = (
            _CueHit(cue, start, end)
            for name, cue in self.by_id.items()
            for start, end in standing.get(name, ())
            if not any(start < last and first < end for first, last in standing.get(f"unless {name}", ()))
        )
        ends = [start for start, _ in standing.get("terminators", ())]
        turns = tuple(start for start, _ in standing.get("contrasts", ()))
        norms = tokens.norms
        ends += [
            place
            for place, norm in enumerate(norms)
            if norm in CLAUSE_ENDS or (norm == COMMA and not CLAUSE_STARTS.isdisjoint(norms[place + 1 : place + 2]))
        ]
        return Signs(tuple(found), tuple(ends), turns, tuple(self.speech.frames(tokens, page.words)))

    def over_record(self, page: Page) -> list[Cue]:
        """The cues about the whole record that a segment holds."""
        if not self.wide.matches(page):
            return []
        return [hit.cue for hit in self.signs(page).cues if hit.cue.scope == "record"]

    def over_previous(self, page: Page) -> list[Cue]:
        """The cues that open a segment and speak of the one before it ("... Charged, convicted.")."""
        if not self.previous.matches(page):
            return []
        found = self.signs(page).cues
        return [hit.cue for hit in found if hit.cue.scope == "previous" and hit.start < hit.cue.reach]

    def read(self, mention: Hit, page: Page, *, signs: Signs, asks: Asks) -> Meaning:
        """What the signs of the segment make of the mention at these tokens."""
        tokens = page.tokens()
        reached = [
            hit
            for hit in signs.cues
            if hit.cue.scope in ("clause", "segment")
            and not (hit.cue.families and asks.family not in hit.cue.families)
            and reaches(hit, mention, tokens=tokens, signs=signs)
        ]
        statuses = self._statuses(mention, page, reached=reached, signs=signs, ignores=asks.ignores)
        status: Status = next((name for name in STATUS_ORDER if name in statuses), "affirmed")
        told_by = reporter(signs.frames, mention, tokens)
        if told_by in (None, "victim"):
            told_by = next((cast("Reporter", hit.cue.value) for hit in reached if hit.cue.kind == "reporter"), told_by)
        return Meaning(status, statuses.get(status), told_by, when_of(mention, tokens, reached=reached, year=asks.year))

    def _statuses(
        self, mention: Hit, page: Page, *, reached: Sequence[_CueHit], signs: Signs, ignores: frozenset[str]
    ) -> dict[str, str]:
        """Each status that the signs support, with the cue that gives it."""
        tokens = page.tokens()
        statuses: dict[str, str] = {}
        for hit in reached:
            if hit.cue.kind != "status" or _ignored(hit, mention, ignores):
                continue
            value = hit.cue.value
            if value == "negated" and not passive(mention, tokens):
                claim = claimant(signs.frames, (hit.start, hit.end))
                value = "suspect_denied" if says_suspect(claim, mention, tokens) else value
            statuses.setdefault(value, hit.cue.id)
        if _asks(tokens) and page.segment.kind != "answer" and "question" not in ignores:
            statuses.setdefault("question", "question mark")
        if page.segment.kind == "question":
            statuses["question"] = "unanswered question"
        return statuses


def passive(mention: Hit, tokens: Tokens) -> bool:
    """Whether a mention is told in the passive, so that the one before it suffers the act ("he was not hit")."""
    words = [token.text for token in tokens.doc]
    low, high = max(0, mention[0] - 3), min(len(words), mention[0] + 2)
    return any(
        words[at] in BE and not any(word.endswith("ing") and word != "being" for word in words[at + 1 : at + 3])
        for at in range(low, high)
    )


def when_of(mention: Hit, tokens: Tokens, *, reached: Sequence[_CueHit], year: int | None) -> When:
    """Whether a mention is told as of now or as of a time before: by the nearest word or year that says when."""
    dated = [(distance(mention, hit.start, hit.end), hit.cue.value) for hit in reached if hit.cue.kind == "when"]
    latest = LAST_YEAR if year is None else year
    for at, token in enumerate(tokens.doc):
        if _YEAR.fullmatch(token.text):
            dated.append((distance(mention, at, at + 1), "historic" if int(token.text) < latest else "current"))
    return cast("When", min(dated)[1]) if dated else "current"


def distance(mention: Hit, start: int, end: int) -> int:
    """Tokens between a mention and another place; 0 where they touch or overlap."""
    return max(0, mention[0] - end, start - mention[1])


def _ignored(hit: _CueHit, mention: Hit, ignores: frozenset[str]) -> bool:
    """Whether a pattern speaks for itself on this kind of cue.

    A negation that a pattern ignores is one of its own words ("would not let her leave"): only inside the mention, and
    not where the pattern reads over it.
    """
    if hit.cue.value not in ignores:
        return False
    if hit.cue.value == "negated" and isinstance(mention, Loose):
        return False
    return hit.cue.value != "negated" or (hit.start >= mention[0] and hit.end - hit.start == 1)


def _asks(tokens: Tokens) -> bool:
    return tokens.norms[-1:] == (QUESTION_MARK,)


def reaches(hit: _CueHit, mention: Hit, *, tokens: Tokens, signs: Signs) -> bool:
    """Whether a cue governs a mention: on its side, near enough, and with nothing between that ends its scope."""
    start, end = mention
    cue = hit.cue
    if cue.direction != "after" and hit.start < end - 1:
        low, high = hit.end, start
    elif cue.direction != "before" and hit.end > start:
        low, high = end, hit.start
    else:
        return False
    if high - low > cue.reach:
        return False
    if cue.comma and COMMA in tokens.norms[low:high]:
        return False
    if cue.scope == "clause":
        return not any(low <= place < high for place in signs.ends)
    return not (cue.kind == "status" and hit.end <= start and any(low <= place < high for place in signs.turns))
