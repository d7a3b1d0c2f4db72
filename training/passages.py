"""Passages with their answers: from whole records, and from entries set among the quiet lines of records.

A thousand records are few to learn from, and entries are short. An entry between lines of a quiet record is a passage
whose answer is known to the character; what goes together in a real log is learned from the records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cdi_nlp.detect.windows import Passage, passages_of
from cdi_nlp.ingest.logs import segments, with_entries
from cdi_nlp.records import Record
from training.marks import Span
from training.windows import Told

MOST_LINES = 6
"""Lines of a quiet record on either side of an entry."""
SECOND = 0.3
"""Chance that a second entry stands in the same passage."""
ENOUGH = 0.5
"""Share of a quote that must stand in a passage for the passage to tell it."""


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage and its answer: spans as (part, start, end, family), and the families of which nothing is known here.

    `unsure` are the families that the record tells elsewhere, or of which only a piece of the quote is here; `told`
    those that it tells in words that nobody marked.
    """

    passage: Passage
    spans: tuple[tuple[int, int, int, str], ...] = ()
    unsure: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    @property
    def families(self) -> frozenset[str]:
        """The families that the passage discloses."""
        return frozenset(family for *_, family in self.spans) - self.unsure | self.told


def labelled_passages(told: Told) -> list[LabelledPassage]:
    """The passages of a marked text, with what is disclosed in each."""
    record = with_entries(told.record)
    cut = segments(record)
    disclosing = [span for span in told.spans if span.discloses]
    found = []
    for passage in passages_of(record, cut):
        spans, letters = [], dict.fromkeys(disclosing, 0)
        for part, number in enumerate(passage.segments):
            for span in disclosing:
                start, end = max(span.start, cut[number].start), min(span.end, cut[number].end)
                if start < end:
                    spans.append((part, start - cut[number].start, end - cut[number].start, span.family))
                    letters[span] += end - start
        here = {span.family for span, count in letters.items() if count >= ENOUGH * (span.end - span.start)}
        found.append(LabelledPassage(passage, tuple(spans), told.families - here))
    return found


def among_lines(entries: Sequence[Told], lines: Sequence[str], *, rng: np.random.Generator) -> Told:
    """One text of quiet lines with the entries among them, each on lines of its own, in order."""
    parts: list[str] = []
    spans: list[Span] = []
    families: set[str] = set()
    places = sorted(int(at) for at in rng.integers(0, len(lines) + 1, size=len(entries)))
    for number, entry in enumerate(entries):
        parts += lines[places[number - 1] if number else 0 : places[number]]
        start = sum(len(part) + 1 for part in parts)
        spans += [replace(span, start=span.start + start, end=span.end + start) for span in entry.spans]
        parts.append(entry.record.text)
        families |= entry.families
    parts += lines[places[-1] :]
    return Told(Record("made", "\n".join(parts), ()), tuple(spans), frozenset(families))


def quiet_lines(told: Told, *, rng: np.random.Generator) -> list[str]:
    """A few lines in a row of a record that discloses nothing."""
    record = with_entries(told.record)
    lines = [record.text[one.start : one.end] for one in segments(record) if one.kind != "question"]
    count = int(rng.integers(0, 2 * MOST_LINES + 1))
    first = int(rng.integers(0, max(1, len(lines) - count)))
    return [" ".join(line.split()) for line in lines[first : first + count]]


def composed(
    entries: Sequence[Told], quiet: Sequence[Told], *, count: int, rng: np.random.Generator
) -> list[LabelledPassage]:
    """`count` texts of entries among quiet lines, as passages."""
    found: list[LabelledPassage] = []
    order = rng.permutation(len(entries))
    for number in range(count):
        chosen = [entries[order[number % len(order)]]]
        if rng.random() < SECOND:
            chosen.append(entries[int(rng.integers(len(entries)))])
        lines = quiet_lines(quiet[int(rng.integers(len(quiet)))], rng=rng)
        found += labelled_passages(among_lines(chosen, lines, rng=rng))
    return found
