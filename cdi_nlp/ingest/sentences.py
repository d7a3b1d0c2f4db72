"""Sentences: where one statement of a line ends and the next begins."""

import re

CAP = 1000
"""The longest segment in characters: a line of 5 MB is still read in linear time."""

_BREAK = re.compile(r"[.!?…;*/][.!?…*]*[\"'”’)\]]*\s*")
_TITLES = frozenset("mr mrs ms dr st sgt insp det cons supt prof rev e.g eg i.e ie v vs cf".split())
"""Abbreviations that a capital goes on from; the others end a sentence where one follows."""
_ABBREVIATED = frozenset(
    "approx app nos tel mob reg ref inc incl est al dept ext rd ave etc re yr yrs hr hrs min mins poss prob"
    " aka d.o.b dob a.m p.m".split()
)
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]")
_RIGHT = re.compile(r"\s*(?:[^\s;*]+[ \t\r\n]+){2}[^\s;*]")


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the sentences in order, without the space around them, none longer than `CAP`."""
    spans: list[tuple[int, int]] = []
    last = start
    for found in _BREAK.finditer(text, start, end):
        after = found.end()
        if after < end and _breaks(text, found, last=last, end=end):
            stop = found.start() + len(found.group().rstrip())
            if stop - last <= CAP and not text[last].isspace():
                spans.append((last, stop))
            else:
                spans += pieces(text, last, stop)
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
    """Say whether a full stop ends a sentence: not in "Mr. Khan", "approx. 5", "No. 29" or "J. Smith"."""
    before = text[max(0, at - 12) : at].split()[-1:]
    word = before[0].lstrip("(\"'") if before else ""
    lowered = word.lower()
    if lowered in _TITLES or (len(word) == 1 and word.isupper()):
        return False
    if lowered == "no":
        return not text[after].isdigit()
    if lowered in _ABBREVIATED or _INITIALS.fullmatch(lowered):
        return text[after].isupper()
    return True


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
