"""Detection by patterns: the readable detector that a registrar can correct, and the net under the learned ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import cast

from cdi_nlp.detect import Reading
from cdi_nlp.detect.context import REPORTERS, Context, Meaning, _CueHit
from cdi_nlp.detect.matching import Hit, PhraseIndex, Tokenizer, Tokens, flatten, hashed, hits
from cdi_nlp.records import DISCLOSING, Finding, Record, Segment, Status
from cdi_nlp.taxonomy.cues import Cue, Cues
from cdi_nlp.taxonomy.patterns import Pattern
from cdi_nlp.taxonomy.phrases import Lexicon

ANSWER_LIMIT = 160
"""Longest evidence taken from an answer that says yes, in characters."""


@dataclass(slots=True)
class _Page:
    """One segment as the matcher sees it; tokens are made when first needed."""

    segment: Segment
    flat: str
    words: frozenset[str]
    question: bool = False
    tokens: Tokens | None = None
    holds: dict[str, bool] = field(default_factory=dict)
    cues: tuple[list[_CueHit], list[int]] | None = None


@dataclass(slots=True)
class PatternDetector:
    """Patterns and context over segments. Build it once; it holds no state between records."""

    patterns: tuple[Pattern, ...]
    lexicon: Lexicon
    cues: Cues
    version: str
    name: str = "patterns"
    tokenizer: Tokenizer = field(init=False)
    index: PhraseIndex = field(init=False)
    asked: PhraseIndex = field(init=False)
    parts: PhraseIndex = field(init=False)
    context: Context = field(init=False)
    by_id: dict[str, Pattern] = field(init=False)
    order: dict[str, int] = field(init=False)
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    barred: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compile every phrase."""
        self.tokenizer = Tokenizer(self.lexicon)
        self.index, self.asked, self.parts = PhraseIndex(), PhraseIndex(), PhraseIndex()
        self.by_id = {pattern.id: pattern for pattern in self.patterns}
        self.order = {pattern.id: number for number, pattern in enumerate(self.patterns)}
        for pattern in self.patterns:
            index = self.asked if pattern.on == "question" else self.index
            index.add(pattern.id, pattern.phrases)
            self.needs[pattern.id] = tuple(f"{pattern.id} needs {number}" for number in range(len(pattern.needs)))
            for part, group in zip(self.needs[pattern.id], pattern.needs, strict=True):
                self.parts.add(part, group)
            if pattern.not_after or pattern.not_before:
                self.barred[pattern.id] = (hashed(pattern.not_after), hashed(pattern.not_before))
            if pattern.without:
                self.parts.add(f"{pattern.id} without", pattern.without)
        self.context = Context.build(self.cues)

    def detect(self, readings: Iterable[Reading]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each reading, in the order of the readings."""
        for reading in readings:
            self.tokenizer.refresh()
            yield self._read(reading)

    def _read(self, reading: Reading) -> tuple[Finding, ...]:
        text = reading.record.text
        pages = [self._page(segment, text[segment.start : segment.end]) for segment in reading.segments]
        asked = {
            number: self._page(segment, text[slice(*segment.question)], question=True)
            for number, segment in enumerate(reading.segments)
            if segment.question and segment.reply == "yes"
        }
        found: list[Finding] = []
        for number, page in enumerate(pages):
            if page.segment.kind != "system":
                found += self._mentions(number, page, pages=pages, record=reading.record)
            if number in asked:
                found += self._mentions(number, asked[number], pages=pages, record=reading.record)
        found = self._under_record_cues(found, pages)
        return tuple(finding for finding in found if self._often_enough(finding, found))

    def _mentions(self, number: int, page: _Page, *, pages: Sequence[_Page], record: Record) -> Iterator[Finding]:
        possible = (self.asked if page.question else self.index).possible(page.words)
        if not possible:
            return
        found = hits(possible, self._tokens(page))
        for name in sorted(found, key=self.order.__getitem__):
            pattern = self.by_id[name]
            standing = [hit for hit in found[name] if self._neighbours_allow(name, hit, self._tokens(page))]
            if standing and self._allowed(pattern, number, page=page, pages=pages):
                for hit in standing:
                    yield self._finding(pattern, hit, page=page, number=number, record=record)

    def _finding(self, pattern: Pattern, hit: Hit, *, page: _Page, number: int, record: Record) -> Finding:
        tokens, segment = self._tokens(page), page.segment
        if page.question:
            meaning = Meaning("affirmed", None, None, "current")
            start, end = segment.start, min(segment.end, segment.start + ANSWER_LIMIT)
        else:
            if page.cues is None:
                page.cues = self.context.hits(tokens, page.words)
            meaning = self.context.read(hit, tokens, segment=segment, cues=page.cues, ignores=pattern.ignores)
            low, high = tokens.span(*hit)
            start, end = segment.start + low, segment.start + high
        return Finding(
            family=pattern.family,
            start=start,
            end=end,
            segment=number,
            detector=self.name,
            source=pattern.id,
            precision=pattern.precision,
            status=meaning.status,
            reported_by=meaning.reported_by or REPORTERS.get(record.record_type, "victim"),
            when=meaning.when,
            cue=meaning.cue,
            ho_code=pattern.code,
        )

    def _page(self, segment: Segment, text: str, *, question: bool = False) -> _Page:
        flat = flatten(text)
        return _Page(segment, flat, self.tokenizer.words(flat), question=question)

    def _tokens(self, page: _Page) -> Tokens:
        if page.tokens is None:
            page.tokens = self.tokenizer.read(page.flat)
        return page.tokens

    def _neighbours_allow(self, name: str, hit: Hit, tokens: Tokens) -> bool:
        """Whether the words next to a match are none that the pattern forbids there."""
        if name not in self.barred:
            return True
        not_after, not_before = self.barred[name]
        start, end = hit
        if start and tokens.norms[start - 1] in not_after:
            return False
        return not (end < len(tokens.norms) and tokens.norms[end] in not_before)

    def _allowed(self, pattern: Pattern, number: int, *, page: _Page, pages: Sequence[_Page]) -> bool:
        if pattern.without and self._holds(f"{pattern.id} without", page):
            return False
        if not pattern.needs:
            return True
        near = _near(pattern, number, pages)
        return all(any(self._holds(part, other) for other in near) for part in self.needs[pattern.id])

    def _holds(self, name: str, page: _Page) -> bool:
        if name not in page.holds:
            page.holds[name] = self.parts.holds(name, page.words, partial(self._tokens, page))
        return page.holds[name]

    def _under_record_cues(self, found: list[Finding], pages: Sequence[_Page]) -> list[Finding]:
        """Findings with the status that a cue about the whole record gives them, such as training text."""
        if not found:
            return found
        for page in pages:
            for cue in self.context.over_record(page.words, partial(self._tokens, page)):
                found = [
                    _with_status(finding, cue) if not cue.families or finding.family in cue.families else finding
                    for finding in found
                ]
        return found

    def _often_enough(self, finding: Finding, found: Sequence[Finding]) -> bool:
        needed = self.by_id[finding.source].at_least
        if needed == 1:
            return True
        same = (other for other in found if other.source == finding.source and other.status in DISCLOSING)
        return len({other.segment for other in same}) >= needed


def _with_status(finding: Finding, cue: Cue) -> Finding:
    if finding.status not in DISCLOSING:
        return finding
    return replace(finding, status=cast("Status", cue.value), cue=cue.id)


def _near(pattern: Pattern, number: int, pages: Sequence[_Page]) -> Sequence[_Page]:
    if pattern.within == "record":
        return pages
    return pages[max(0, number - pattern.within) : number + pattern.within + 1]
