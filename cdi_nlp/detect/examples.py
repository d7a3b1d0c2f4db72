"""The examples of patterns and cues, run as the tests they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cdi_nlp.detect import Reading
from cdi_nlp.detect.patterns import PatternDetector
from cdi_nlp.ingest.logs import segments
from cdi_nlp.records import DISCLOSING, Entry, Finding, Record
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
    (found,) = detector.detect([Reading(record, segments(record))])
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
    """The examples of cues that fail: a find that the cue does not change, or a miss that it does."""
    for cue in detector.cues.cues:
        for example in (*cue.finds, *cue.misses):
            text, span = marked(example)
            values = {
                getattr(finding, cue.kind if cue.kind != "reporter" else "reported_by")
                for finding in findings(detector, text)
                if span and finding.start < span[1] and span[0] < finding.end
            }
            wanted = example in cue.finds
            if wanted != (cue.value in values):
                yield Failure(cue.id, example, f"read as {', '.join(sorted(values)) or 'nothing'}")
