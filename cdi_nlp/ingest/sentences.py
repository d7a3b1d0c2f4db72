"""Sentences: where one statement of a line ends and the next begins."""

import re

CAP = 1000
"""The longest segment in characters: a line of 5 MB is still read in linear time."""

_BREAK = re.compile(r"[.!?…;*/][.!?…*]*[\"'”’)\]]*\s*")
_ABBREVIATED = frozenset(
    "mr mrs ms dr st approx app e.g eg i.e ie no nos tel mob reg ref inc incl est v vs cf al dept ext rd ave"
    " sgt insp det cons prof rev re yr yrs hr hrs min mins poss prob aka d.o.b dob a.m p.m".split()
)
_RIGHT = re.compile(r"\s*(?:[^\s;*]+[ \t\r\n]+){2}[^\s;*]")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences in order, without the space around them, none longer than `CAP`."""
    spans: list[tuple[int, int]] = []
    last = start
    for found in _BREAK.finditer(text, start, end):
        after = found.end()
        if after < end and _breaks(text, found, last=last, end=end):
            spans += pieces(text, last, after)
            last = after
    spans += pieces(text, last, end)
    return spans


def _breaks(text: str, found: re.Match[str], *, last: int, end: int) -> bool:
    words = found.group()
    mark = words.rstrip()
    at = found.start()
    spaced = len(mark) < len(words)
    if mark == "." and spaced:
        return _stops(text, at, found.end())
    if mark[0] == "/":
        return mark == "/" and spaced and text[at - 1].isspace() and _soft(text, found, last, end)
    if mark[0] in ";*":
        return (mark[0] == ";" or mark.startswith("**")) and _soft(text, found, last, end)
    if mark.startswith(("..", "…")) and mark[-1] not in "!?":
        return spaced and not text[found.end()].islower() and _soft(text, found, last, end)
    return spaced


def _stops(text: str, at: int, after: int) -> bool:
    """Say whether a full stop ends a sentence: not in "Mr. Khan", "approx. 5" or "J. Smith"."""
    before = text[max(0, at - 9) : at].rpartition(" ")[2].lstrip("(\"'").lower()
    if before in ("a.m", "p.m"):
        return text[after].isupper()
    return before not in _ABBREVIATED and not (len(before) == 1 and before.isalpha())


def _soft(text: str, found: re.Match[str], last: int, end: int) -> bool:
    """Say whether three words stand on both sides: with fewer it is a list of alternatives."""
    left = text[last : found.start()]
    return len(left.split(None, 2)) == 3 and _RIGHT.match(text, found.end(), end) is not None


def pieces(text: str, start: int, end: int, *, cap: int = CAP) -> list[tuple[int, int]]:
    """Return the span without the space around it, cut at spaces where it is longer than `cap`."""
    if 0 < end - start <= cap and not (text[start].isspace() or text[end - 1].isspace()):
        return [(start, end)]
    spans: list[tuple[int, int]] = []
    while start < end:
        cut = end
        if end - start > cap:
            cut = max(text.rfind(mark, start + cap // 2, start + cap) for mark in " \n\t") + 1 or start + cap
        body = text[start:cut]
        size = len(body.strip())
        if size:
            begin = start + len(body) - len(body.lstrip())
            spans.append((begin, begin + size))
        start = cut
    return spans
