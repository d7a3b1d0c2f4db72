"""What the words around a mention make of it: its status, who reports it, and when it happened.

After the ConText method (Harkema et al. 2009: trigger, direction, scope, termination), with the statuses that recording
needs: what a suspect denies and what a victim takes back stay disclosures (HOCR 2026/27, the decision to record).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from cdi_nlp.detect.matching import Hit, Page, PhraseIndex, Tokens, hashed, hits
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

OPENING = 4
"""How near the start of a segment a cue must stand to speak of the segment before."""

REPORTERS: dict[RecordType, Reporter] = {
    "referral_email": "professional",
    "vulnerable_adult": "professional",
    "vulnerable_child": "professional",
}
"""Who is taken to be speaking where no word says so; the victim otherwise."""


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


CueHits = tuple[list[_CueHit], list[int]]


@dataclass(slots=True)
class Context:
    """Reads the cues of a segment once and judges the mentions in it."""

    cues: Cues
    index: PhraseIndex
    by_id: dict[str, Cue]
    wide: PhraseIndex
    previous: PhraseIndex

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
        return cls(cues, index, {cue.id: cue for cue in cues.cues}, wide, previous)

    def hits(self, page: Page) -> CueHits:
        """The cues that stand in a segment, and the tokens at which a clause ends."""
        standing = hits(self.index.possible(page.words), page.tokens())
        found = [
            _CueHit(cue, start, end)
            for name, cue in self.by_id.items()
            for start, end in standing.get(name, ())
            if not any(start < last and first < end for first, last in standing.get(f"unless {name}", ()))
        ]
        ends = [start for start, _ in standing.get("terminators", ())]
        norms = page.tokens().norms
        ends += [
            place
            for place, norm in enumerate(norms)
            if norm in CLAUSE_ENDS or (norm == COMMA and not CLAUSE_STARTS.isdisjoint(norms[place + 1 : place + 2]))
        ]
        return found, ends

    def over_record(self, page: Page) -> list[Cue]:
        """The cues about the whole record that a segment holds."""
        if not self.wide.matches(page):
            return []
        found, _ = self.hits(page)
        return [hit.cue for hit in found if hit.cue.scope == "record"]

    def over_previous(self, page: Page) -> list[Cue]:
        """The cues that open a segment and speak of the one before it ("... Charged, convicted.")."""
        if not self.previous.matches(page):
            return []
        found, _ = self.hits(page)
        return [hit.cue for hit in found if hit.cue.scope == "previous" and hit.start < OPENING]

    def read(
        self,
        mention: Hit,
        page: Page,
        *,
        cues: CueHits,
        ignores: frozenset[str],
    ) -> Meaning:
        """What the cues of the segment make of the mention at these tokens."""
        found, ends = cues
        near = [hit for hit in found if hit.cue.scope in ("clause", "segment")]
        reached = [hit for hit in near if reaches(hit, mention, tokens=page.tokens(), ends=ends)]
        statuses: dict[str, str] = {}
        for hit in reached:
            if hit.cue.kind == "status" and not _ignored(hit, mention, ignores):
                statuses.setdefault(hit.cue.value, hit.cue.id)
        if _asks(page.tokens()) and page.segment.kind != "answer" and "question" not in ignores:
            statuses.setdefault("question", "question mark")
        if page.segment.kind == "question":
            statuses["question"] = "unanswered question"
        status: Status = next((name for name in STATUS_ORDER if name in statuses), "affirmed")
        reporter = next((hit.cue.value for hit in reached if hit.cue.kind == "reporter"), None)
        when = "historic" if any(hit.cue.kind == "when" for hit in reached) else "current"
        return Meaning(status, statuses.get(status), cast("Reporter | None", reporter), cast("When", when))


def _ignored(hit: _CueHit, mention: Hit, ignores: frozenset[str]) -> bool:
    """Whether a pattern speaks for itself on this kind of cue.

    A negation that a pattern ignores is one of its own words ("would not let her leave"): only inside the mention.
    """
    if hit.cue.value not in ignores:
        return False
    return hit.cue.value != "negated" or (hit.start >= mention[0] and hit.end - hit.start == 1)


def _asks(tokens: Tokens) -> bool:
    return tokens.norms[-1:] == (QUESTION_MARK,)


def reaches(hit: _CueHit, mention: Hit, *, tokens: Tokens, ends: Sequence[int]) -> bool:
    """Whether a cue governs a mention: on its side, near enough, and with no end of clause between them."""
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
    return cue.scope != "clause" or not any(low <= place < high for place in ends)
