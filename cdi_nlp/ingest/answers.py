"""Answers: the lines of a record turned into segments, with each answer bound to the question it answers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from cdi_nlp.ingest.forms import Item, Setting, free_answer, is_question, leading_reply, tick_boxes
from cdi_nlp.ingest.lines import Line
from cdi_nlp.ingest.sentences import pieces, sentences
from cdi_nlp.ingest.system_lines import is_boilerplate, is_system
from cdi_nlp.records import Entry, Segment, SegmentKind

_MACHINES = frozenset({"SYS", "SYSTEM", "AUTO"})
_MACHINE_WORDS = 25
_WORD = re.compile(r"\w")


class Reader:
    """Reads the lines of one record in order and keeps the segments found so far.

    It remembers the last question that stood alone, because its answer may be the next line or entry.
    """

    __slots__ = ("_asked", "_text", "_yes", "found")

    def __init__(self, text: str) -> None:
        """Start with no segments."""
        self._text = text
        self._asked: int | None = None
        self._yes: int | None = None
        self.found: list[Segment] = []

    def read(self, group: Sequence[Line], entry: Entry, *, items: list[Item], setting: Setting) -> None:
        """Add the segments of one line, or of the lines that one sentence was broken into."""
        first, last = group[0], group[-1]
        if first.body > first.start:
            self._add(first.start, first.body, first.entry, "system")
            self._yes = None
        if first.body < last.end:
            self._body(first, last.end, entry, items=items, setting=setting)
        if last.end < last.stop:
            self._add(last.end, last.stop, first.entry, "system")

    def _body(self, line: Line, end: int, entry: Entry, *, items: list[Item], setting: Setting) -> None:
        text, start, number = self._text, line.body, line.entry
        if is_system(text[start:end]) or self._by_machine(entry, start, end):
            self._add(start, end, number, "system")
            return
        asked, yes = self._asked, self._yes
        self._asked = self._yes = None
        if asked is not None and (reply := leading_reply(text, start, end)):
            self._reply(reply, end, number, asked=asked)
        elif items:
            self._items(items, start, end, number)
        elif is_question(text, start, end, setting=setting):
            self._asked = len(self.found)
            self._add(start, end, number, "question")
        elif yes is not None and text.count("\n", self.found[yes].end, start) < 2:
            self._comment(start, end, number, yes=yes)
        elif asked is not None and (entry.category or "").upper() == "ANSWER":
            self._reply(Item(start, start, start, "free"), end, number, asked=asked)
        elif boxes := tick_boxes(text, start, end):
            self._boxes(boxes, number)
        elif free := free_answer(text, start, end, setting=setting):
            self._answer(free, (start, free.reply), end, number)
        else:
            self._statements(start, end, number)

    def _by_machine(self, entry: Entry, start: int, end: int) -> bool:
        author, category = (entry.author or "").upper(), (entry.category or "").upper()
        return (author in _MACHINES or category == "SYSTEM") and len(
            self._text[start:end].split(None, _MACHINE_WORDS)
        ) <= _MACHINE_WORDS

    def _reply(self, item: Item, end: int, entry: int, *, asked: int) -> None:
        """Bind the answer on the line after its question: the question's own segment gives way to it."""
        if item.tone == "open":
            self._add(item.reply, end, entry, "question")
            return
        question = self.found.pop(asked)
        place = len(self.found)
        self._bound(item, (question.start, question.end), end, entry)
        if item.tone == "yes" and not _WORD.search(self._text, item.word, end):
            self._yes = place

    def _comment(self, start: int, end: int, entry: int, *, yes: int) -> None:
        """Add the line that says more after a bare YES to that answer, where both fit in one segment."""
        answer = self.found[yes]
        joined = pieces(self._text, answer.start, end)
        if len(joined) == 1:
            self.found[yes] = replace(answer, end=end)
        else:
            self._statements(start, end, entry)

    def _items(self, items: list[Item], start: int, end: int, entry: int) -> None:
        """Add each question's answer, with the words before the first question as statements."""
        for number, item in enumerate(items):
            stop = items[number + 1].question if number + 1 < len(items) else end
            opened = item.question
            if number == 0:
                if _WORD.search(self._text, start, opened):
                    self._statements(start, opened, entry)
                else:
                    opened = start
            if item.tone == "open":
                self._open(item, opened, stop, entry)
            else:
                self._bound(item, (opened, item.reply), stop, entry)

    def _boxes(self, boxes: list[tuple[int, int, int, bool]], entry: int) -> None:
        """Add a ticked box as the answer yes to its label; a box that is not ticked answers nothing."""
        for opened, closed, stop, ticked in boxes:
            if ticked:
                self._answer(Item(closed, opened, closed, "yes"), (closed, stop), closed, entry)
            else:
                self._add(opened, stop, entry, "question")

    def _open(self, item: Item, start: int, end: int, entry: int) -> None:
        """Add a question that got no answer; more than three words after that are a statement."""
        long = len(self._text[item.word : end].split(None, 3)) > 3
        cut = item.word if long else end
        self._add(start, cut, entry, "question")
        self._statements(cut, end, entry)

    def _bound(self, item: Item, question: tuple[int, int], end: int, entry: int) -> None:
        """Add an answer and its free words; after a no, each further sentence is a statement of its own.

        "NO. He then put a cushion over her face" must not be read as part of what was denied.
        """
        cut = end
        if item.tone == "no":
            cut = next((stop for _, stop in sentences(self._text, item.reply, end)), end)
        self._answer(item, question, cut, entry)
        self._statements(cut, end, entry)

    def _answer(self, item: Item, question: tuple[int, int], end: int, entry: int) -> None:
        asked = next(iter(pieces(self._text, *question, cap=len(self._text))), None)
        for start, stop in pieces(self._text, item.reply, end):
            self.found.append(Segment(start, stop, entry, "answer", asked, item.said))

    def _statements(self, start: int, end: int, entry: int) -> None:
        spans = sentences(self._text, start, end)
        for begin, stop in spans:
            known = len(spans) > 1 and is_boilerplate(self._text[begin:stop])
            self.found.append(Segment(begin, stop, entry, "system" if known else "statement"))

    def _add(self, start: int, end: int, entry: int, kind: SegmentKind) -> None:
        for begin, stop in pieces(self._text, start, end):
            self.found.append(Segment(begin, stop, entry, kind))
