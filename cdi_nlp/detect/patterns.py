"""Detection by patterns: the readable detector that a registrar can correct, and the net under the learned ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from cdi_nlp.detect import Reading
from cdi_nlp.detect.context import REPORTERS, Asks, Context, Meaning, Signs
from cdi_nlp.detect.matching import Hit, Page, PhraseIndex, Tokenizer, Tokens, hashed, origins, seen_through
from cdi_nlp.records import DISCLOSING, Finding, Record, Status
from cdi_nlp.taxonomy import load_taxonomy
from cdi_nlp.taxonomy.cues import Cue, Cues, load_cues
from cdi_nlp.taxonomy.patterns import Pattern, load_patterns
from cdi_nlp.taxonomy.phrases import Lexicon

ANSWER_LIMIT = 160
"""Longest evidence taken from an answer that says yes, in characters."""
TOLD = Meaning("affirmed", None, None, "current")
"""What a bare yes to a question means: the question's words, affirmed."""


@dataclass(slots=True)
class _Sheet:
    """A page with what is worked out for it once: which groups of phrases it holds, and its cues."""

    page: Page
    holds: dict[str, bool] = field(default_factory=dict)
    signs: Signs | None = None


@dataclass(slots=True, repr=False)
class PatternDetector:
    """Patterns and context over segments. Build it once; it holds no state between records."""

    patterns: tuple[Pattern, ...]
    lexicon: Lexicon
    cues: Cues
    version: str
    name: str = "patterns"
    tokenizer: Tokenizer = field(init=False)
    context: Context = field(init=False)
    by_id: dict[str, Pattern] = field(init=False)
    order: dict[str, int] = field(init=False)
    stated: PhraseIndex = field(default_factory=lambda: PhraseIndex(through=hashed(seen_through())))
    asked: PhraseIndex = field(default_factory=PhraseIndex)
    parts: PhraseIndex = field(default_factory=lambda: PhraseIndex(through=hashed(origins())))
    barred: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compile every phrase."""
        self.tokenizer = Tokenizer(self.lexicon)
        self.context = Context.build(self.cues)
        self.by_id = {pattern.id: pattern for pattern in self.patterns}
        self.order = {pattern.id: number for number, pattern in enumerate(self.patterns)}
        for pattern in self.patterns:
            index = self.asked if pattern.on == "question" else self.stated
            index.add(pattern.id, pattern.phrases, besides=_besides(pattern))
            for number, group in enumerate(pattern.needs):
                self.parts.add(_part(pattern, number), group)
            if pattern.without:
                self.parts.add(_part(pattern, "without"), pattern.without)
            if pattern.not_after or pattern.not_before:
                self.barred[pattern.id] = (hashed(pattern.not_after), hashed(pattern.not_before))

    def detect(self, readings: Iterable[Reading]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each reading, in the order of the readings."""
        for reading in readings:
            self.tokenizer.refresh()
            yield self._read(reading)

    def _read(self, reading: Reading) -> tuple[Finding, ...]:
        record = reading.record
        sheets = [_Sheet(page) for page in reading.pages]
        found: list[Finding] = []
        for number, segment in enumerate(reading.segments):
            if segment.kind != "system":
                found += self._stated(number, sheets, record=record)
            if segment.question and segment.reply == "yes":
                found += self._answered(number, sheets, record=record)
        found = self._under_next_segment(found, reading.pages)
        found = self._under_record_cues(found, reading.pages)
        return tuple(finding for finding in found if self._often_enough(finding, found))

    def _stated(self, number: int, sheets: Sequence[_Sheet], *, record: Record) -> Iterator[Finding]:
        """The mentions in a segment's own words."""
        sheet = sheets[number]
        for pattern, matched in self._matches(self.stated, sheet.page):
            if not self._allowed(pattern, number, sheets):
                continue
            if sheet.signs is None:
                sheet.signs = self.context.signs(sheet.page)
            asks = Asks(pattern.family, pattern.ignores, _year(record))
            for hit in matched:
                meaning = self.context.read(hit, sheet.page, signs=sheet.signs, asks=asks)
                low, high = sheet.page.tokens().span(*hit)
                start = sheet.page.segment.start
                yield self._finding(pattern, meaning, number=number, span=(start + low, start + high), record=record)

    def _answered(self, number: int, sheets: Sequence[_Sheet], *, record: Record) -> Iterator[Finding]:
        """The mentions in the question of an answer that says yes; the answer is the evidence."""
        segment = sheets[number].page.segment
        asked = replace(segment, start=segment.question[0], end=segment.question[1]) if segment.question else segment
        (page,) = self.tokenizer.pages(record, [asked])
        span = (segment.start, min(segment.end, segment.start + ANSWER_LIMIT))
        around = [*sheets[:number], _Sheet(page), *sheets[number + 1 :]]
        for pattern, _ in self._matches(self.asked, page):
            if self._allowed(pattern, number, around):
                yield self._finding(
                    pattern, self._answer(sheets[number], record), number=number, span=span, record=record
                )

    def _answer(self, sheet: _Sheet, record: Record) -> Meaning:
        """What a yes to a question means: the question's words, affirmed, at the time that the answer names."""
        if not sheet.page.tokens().norms:
            return TOLD
        if sheet.signs is None:
            sheet.signs = self.context.signs(sheet.page)
        told = self.context.read((0, 1), sheet.page, signs=sheet.signs, asks=Asks(year=_year(record)))
        return TOLD._replace(when=told.when)

    def _matches(self, index: PhraseIndex, page: Page) -> Iterator[tuple[Pattern, list[Hit]]]:
        """The patterns that match a page, in their own order, each with its matches."""
        found = index.matches(page)
        for name in sorted(found, key=self.order.__getitem__):
            standing = [hit for hit in found[name] if self._neighbours_allow(name, hit, page.tokens())]
            if standing:
                yield self.by_id[name], standing

    def _finding(
        self, pattern: Pattern, meaning: Meaning, *, number: int, span: tuple[int, int], record: Record
    ) -> Finding:
        return Finding(
            family=pattern.family,
            start=span[0],
            end=span[1],
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

    def _neighbours_allow(self, name: str, hit: Hit, tokens: Tokens) -> bool:
        """Whether the words next to a match are none that the pattern forbids there."""
        if name not in self.barred:
            return True
        not_after, not_before = self.barred[name]
        start, end = hit
        if start and tokens.norms[start - 1] in not_after:
            return False
        return not (end < len(tokens.norms) and tokens.norms[end] in not_before)

    def _allowed(self, pattern: Pattern, number: int, sheets: Sequence[_Sheet]) -> bool:
        """Whether nothing stops a pattern in its segment, and what it needs stands near enough."""
        if pattern.without and self._holds(_part(pattern, "without"), sheets[number]):
            return False
        near = _near(pattern, number, sheets)
        needed = (_part(pattern, group) for group in range(len(pattern.needs)))
        return all(any(self._holds(part, sheet) for sheet in near) for part in needed)

    def _holds(self, name: str, sheet: _Sheet) -> bool:
        if name not in sheet.holds:
            sheet.holds[name] = self.parts.holds(name, sheet.page)
        return sheet.holds[name]

    def _under_next_segment(self, found: list[Finding], pages: Sequence[Page]) -> list[Finding]:
        """Findings with the status that the opening words of the next segment of the same entry give them."""
        judged = []
        for finding in found:
            for page in pages[finding.segment + 1 : finding.segment + 2]:
                if page.segment.entry == pages[finding.segment].segment.entry:
                    for cue in self.context.over_previous(page):
                        finding = _with_status(finding, cue)  # noqa: PLW2901  judged step by step
            judged.append(finding)
        return judged

    def _under_record_cues(self, found: list[Finding], pages: Sequence[Page]) -> list[Finding]:
        """Findings with the status that a cue about the whole record gives them, such as training text."""
        if not found:
            return found
        for page in pages:
            for cue in self.context.over_record(page):
                found = [_with_status(finding, cue) for finding in found]
        return found

    def _often_enough(self, finding: Finding, found: Sequence[Finding]) -> bool:
        needed = self.by_id[finding.source].at_least
        if needed == 1:
            return True
        same = (other for other in found if other.source == finding.source and other.status in DISCLOSING)
        return len({other.segment for other in same}) >= needed


def load_pattern_detector() -> PatternDetector:
    """The detector over the patterns and cues that the package carries."""
    lexicon, patterns = load_patterns()
    version = load_taxonomy().version
    return PatternDetector(patterns=patterns, lexicon=lexicon, cues=load_cues(lexicon), version=version)


def _year(record: Record) -> int | None:
    return record.reported_at.year if record.reported_at else None


def _part(pattern: Pattern, which: int | str) -> str:
    return f"{pattern.id} {which}"


def _besides(pattern: Pattern) -> tuple[frozenset[str], ...]:
    """For each thing that a pattern needs in the same segment, the words of which one must be there."""
    if pattern.within != 0:
        return ()
    return tuple(frozenset().union(*(phrase.anchor for phrase in group)) for group in pattern.needs)


def _with_status(finding: Finding, cue: Cue) -> Finding:
    if finding.status not in DISCLOSING or (cue.families and finding.family not in cue.families):
        return finding
    return replace(finding, status=cast("Status", cue.value), cue=cue.id)


def _near(pattern: Pattern, number: int, sheets: Sequence[_Sheet]) -> Sequence[_Sheet]:
    if pattern.within == "record":
        return sheets
    return sheets[max(0, number - pattern.within) : number + pattern.within + 1]
