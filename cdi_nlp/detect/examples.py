"""The examples of patterns and cues, run as the tests they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cdi_nlp.detect import read
from cdi_nlp.detect.context import Asks
from cdi_nlp.detect.matching import Page, flatten
from cdi_nlp.detect.patterns import PatternDetector
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.records import DISCLOSING, Entry, Finding, Record, Segment
from cdi_nlp.taxonomy.cues import Cue
from cdi_nlp.taxonomy.patterns import Pattern

_BRACKET = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not hold: whose it is, the sentence, and what happened instead."""

    owner: str
    example: str
    problem: str


def findings(detector: PatternDetector, text: str) -> tuple[Finding, ...]:
    """The findings in a piece of text read as a record of its own."""
    record = Record(id="example", text=text, entries=(Entry(0, len(text)),))
    (found,) = detector.detect([read(record, detector.tokenizer)])
    return found


def marked(example: str) -> tuple[str, tuple[int, int] | None]:
    """An example without its brackets, and the span that they marked."""
    match = _BRACKET.search(example)
    if not match:
        return example, None
    return example[: match.start()] + match[1] + example[match.end() :], (match.start(), match.end() - 2)


def check_pattern(detector: PatternDetector, pattern: Pattern) -> Iterator[Failure]:
    """The examples of a pattern that fail: a find without its words, or a miss that discloses."""
    for example in pattern.finds:
        text, span = marked(example)
        own = [finding for finding in findings(detector, text) if finding.source == pattern.id]
        if not own:
            yield Failure(pattern.id, example, "not found")
        elif all(finding.status not in DISCLOSING for finding in own):
            yield Failure(pattern.id, example, f"read as {own[0].status} by {own[0].cue}")
        elif span and not any(finding.start < span[1] and span[0] < finding.end for finding in own):
            yield Failure(pattern.id, example, "found elsewhere")
    for example in pattern.misses:
        own = [finding for finding in findings(detector, marked(example)[0]) if finding.source == pattern.id]
        if any(finding.status in DISCLOSING for finding in own):
            yield Failure(pattern.id, example, "found, and should not be")


def check_cues(detector: PatternDetector) -> Iterator[Failure]:
    """The examples of cues that fail: a mention that the cue does not change, or one that it does and should not.

    The mention is the bracketed words themselves, so that the example tests the cue and no pattern.
    """
    for cue in detector.cues.cues:
        for example in (*cue.finds, *cue.misses):
            value = _read_marked(detector, example, cue=cue)
            if (value == cue.value) != (example in cue.finds):
                yield Failure(cue.id, example, f"read as {value}")


def _read_marked(detector: PatternDetector, example: str, *, cue: Cue) -> str:
    """What the context makes of the bracketed words, in the cue's own terms."""
    text, span = marked(example)
    if span is None:
        raise TaxonomyError(f"cues.toml: {cue.id}: {example!r} marks no mention; put it in [brackets]")
    page = Page(Segment(0, len(text), 0), flatten(text), detector.tokenizer)
    tokens = page.tokens()
    inside = [at for at in range(len(tokens.norms)) if span[0] <= tokens.span(at, at + 1)[0] < span[1]]
    if cue.scope in ("record", "previous"):
        spoken = detector.context.over_record if cue.scope == "record" else detector.context.over_previous
        return cue.value if cue in spoken(page) else "affirmed"
    meaning = detector.context.read(
        (inside[0], inside[-1] + 1),
        page,
        signs=detector.context.signs(page),
        asks=Asks(family=min(cue.families, default="")),
    )
    values = {"status": meaning.status, "when": meaning.when, "reporter": str(meaning.reported_by)}
    return values[cue.kind]
