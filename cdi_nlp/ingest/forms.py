"""Forms: the questions of a risk assessment or a question set, bound to their answers.

A YES to "has he tried to strangle you?" can be the only place a crime is told (inspection failure F14), and
a question on its own never discloses anything. So only what the layout shows to be a reply is taken as one.
"""

import re
from typing import Literal, NamedTuple

from cdi_nlp.records import Reply

Setting = Literal["narrative", "form", "questions"]
"""Where a line stands: among narrative, in an entry with other answers, in an entry marked as questions."""
Tone = Literal["yes", "no", "open", "free"]
"""What a reply says: plainly yes or no, nothing ("open": not asked, declined), or only free words."""
Label = Literal["", "weak", "strong"]
"""How a line is numbered: not, by a bare number ("18 Strangled"), by a question number ("Q18", "18.")."""
_SAID: dict[str, Reply] = {"yes": "yes", "no": "no"}

_YES = r"Y(?:ES|es|EP|ep)?|yes|y|T(?:ICK|ick)(?:ED|ed)?|\[ ?[xX✓✔] ?\]|[✓✔☑☒]"
_NO = (
    r"(?:NO|No|no)(?! ?(?i:one|body|idea|where|reply|response|answer)\b)|N(?:IL|il|ONE|one|EG(?:ATIVE)?)?"
    r"|nil|none|n"
)
_OPEN = (
    r"N/?[AaKk]|n/[ak]|U(?:NK(?:NOWN)?|/K|NSURE)|[Uu]n(?:known|sure)|[Nn]ot (?:asked|answered|known|sure)"
    r"|NOT (?:ASKED|ANSWERED|KNOWN|SURE)|[Dd]on['’]?t know|DON['’]?T KNOW"
    r"|(?:[Dd]eclin|[Rr]efus)e[ds](?: to (?:answer|say))?"
    r"|(?:DECLIN|REFUS)E[DS](?: TO (?:ANSWER|SAY))?"
)
_TOKEN = rf"(?=[YyNnTtUuDdRr\[✓✔☑☒])(?:(?P<open>{_OPEN})|(?P<yes>{_YES})|(?P<no>{_NO}))(?![\w'’/]|-\w)"
_REPLIER = r"IP|AP|AGG|VIC|Vic|VICTIM|Victim|V|INFT|Inft|CALLER|Caller|RP"
_MARKS = r"?:=.\t–—>-"
_ITEM = re.compile(
    rf"[{_MARKS}](?<![{_MARKS}][{_MARKS}])[\"'”’) {_MARKS}]{{0,40}}(?:\([^()]{{0,80}}\)[ {_MARKS}]{{0,12}})?"
    rf"(?:(?:A|Ans|ANS|Answer|ANSWER|{_REPLIER})[:.] {{0,4}})?{_TOKEN}"
)
_GAP_ITEM = re.compile(rf" {{3,60}}{_TOKEN}(?=[ ]{{2}}|[ ]*[-–,;]|[ ]*\Z)")
_SERIES = re.compile(rf"(?<!\w)(?:(?:DASH|Dash) )?(?:Q(?:uestion)? ?)\d{{1,2}}[.):]?[ :=–-]{{0,5}}{_TOKEN}")
_BARE_SERIES = re.compile(r"(?:\d{1,2}[ .:=)-]*(?:Y|N|YES|NO|Yes|No)\b[ ,;/]*){1,40}\.?")
_BARE = re.compile(rf"\d{{1,2}}[ .:=)-]*{_TOKEN}")
_BOXES = re.compile(
    r"(?i:(?:yes|y) ?\[(?P<y1>[ x✓✔]{0,3})\][ ,/]*(?:no|n) ?\[(?P<n1>[ x✓✔]{0,3})\]"
    r"|\[(?P<y2>[ x✓✔]{0,3})\] ?(?:yes|y)[ ,/]*\[(?P<n2>[ x✓✔]{0,3})\] ?(?:no|n)(?!\w))"
)
_BOX = re.compile(r"\[[ xX✓✔]{0,3}\]|[✓✔☑☒☐]")
_ALL_NO = re.compile(
    r"(?i:(?:all|rest|remaining|remainder|other|every)\b[\w /&]{0,40}?[ :–-]+)"
    r"(?P<no>(?i:no|n|negative|nil))\b[ .]*(?i:to all)?[ .]*\Z"
)
_NUMBERED = re.compile(
    r"(?P<strong>(?:DASH |Dash )?(?:(?:Q|Question|QUESTION) ?\.?(?:\d{1,2}[a-z]?[.):]?(?!\w)|[:.)-])"
    r"|\(?\d{1,2}[a-z]?[.):](?=[ \t]|\Z)))[ \t]*(?:[-–:][ \t]*)?|\(?\d{1,2}[a-z]?[ \t]+(?:[-–:][ \t]*)?"
)
_ASKING = re.compile(
    r"(?i:has|have|had|is|are|was|were|do|does|did|can|could|will|would|should|any|anyone|anything|who|what"
    r"|when|where|why|how|which)\b"
)
_TOLD = re.compile(
    r"(?i)\b(?:said|says|saying|stat(?:ed|es|ing)|ask(?:ed|s|ing)|shout(?:ed|s|ing)|told|telling|replied"
    r"|texted|messaged|scream(?:ed|s|ing)|yell(?:ed|s|ing)|wrote)\b|[\"“”]"
)
_SPEAKER = re.compile(
    r"(?i)\b(?:caller|informant|inft?|info|rp|ip|ap|agg|vic(?:tim)?|comp(?:lainant)?|sus(?:p(?:ect)?)?"
    r"|off(?:ender)?|male|female|wit(?:ness)?|mother|father|mum|dad|son|daughter|child|pc ?\d*|ps ?\d*"
    r"|officer|op(?:erator)?|ct|he|she|they|states?|stated|says|said|replied|asked|adv(?:ises?|ised)?"
    r"|reports?|me|him|her|update|result)\s*\Z"
)
_TOPIC = re.compile(
    r"(?i)\b(?:injur\w*|weapons?|knife|knives|firearms?|drugs?|alcohol|drink\w*|drunk|children|child|kids"
    r"|pregnan\w*|strangl\w*|chok\w*|frightened|afraid|scared|isolat\w*|depress\w*|suicid\w*|separat\w*"
    r"|stalk\w*|harass\w*|threat\w*|kill|hurt|sexual\w*|control\w*|jealous\w*|money|financ\w*|pets?"
    r"|animals?|mental|bail|convictions?|markers?|hate|repeat|vulnerab\w*|concerns?|medical|ambulance"
    r"|intoxicated|violen\w*|abus\w*|contact|escalat\w*|worse|often|hbv|fgm)\b"
)
_EDGE = re.compile(r"[.!?;|…][\"'”’)]*\s+|\*\*\s*| {3,}|\t|\n|\s-\s(?=" + _ASKING.pattern + ")")
_LIST_EDGE = re.compile(r",\s+|\s/\s")
_END = re.compile(r"[ \t]*(?:\Z|[\r\n.,;:!(/|\"'“\[–—-])")
_LAST = re.compile(rf"(?<=[ \t]){_TOKEN}[ .]*\Z")
_FIRST = re.compile(_TOKEN)
_LEADING = re.compile(
    rf"(?P<said>(?:A|Ans|ANS|Answer|ANSWER|{_REPLIER})[ \t]*[:.)-][ \t]*)?(?:{_TOKEN}(?=\s*\Z|[ \t]*[-–—,.:;(!]"
    r"|(?<=[Ee][Ss]|[Nn][Oo])[ \t](?!(?i:one|idea|where|body|reply|response|answer|doubt|way)\b)))?"
)
_AFTER_MARK = re.compile(r"[\"'”’)]*\s*(?:\([^()]{0,80}\)\s*)?(?:[-–—:=]+\s*)?")
_ANSWER_MARK = re.compile(r"\s[-–—>]+\s+|:\s+|[\"“]")
_ASKED_LAST = re.compile(r"\?[\"'”’)]*(?:\s*\([^()]*\))?\s*[-–:]?\Z")


class Item(NamedTuple):
    """One question with its reply: where its words start, where the reply starts, where its one word ends."""

    question: int
    reply: int
    word: int
    tone: Tone

    @property
    def said(self) -> Reply | None:
        """What the reply says, where it says anything."""
        return _SAID.get(self.tone)


class _Line(NamedTuple):
    text: str
    start: int
    end: int
    label: Label


def items(text: str, start: int, end: int) -> list[Item]:
    """Return the questions of a line that have a reply, in order; none where the line is narrative."""
    if start >= end or (text[start] in "[✓✔☑☒☐" and _BOX.match(text, start, end)):
        return []
    if whole := _whole_line(text, start, end):
        return whole
    line = _Line(text, start, end, _label(text, start, end))
    found: list[Item] = []
    place = start
    for match in _matches(text, start, end):
        if match.start() >= place and (item := _item(line, match, place, others=bool(found))):
            found.append(item)
            place = item.word
    if not found and line.label and (labelled := _labelled(line)):
        return [labelled]
    return found


def _label(text: str, start: int, end: int) -> Label:
    found = _NUMBERED.match(text, start, end)
    return "" if found is None else "strong" if found["strong"] else "weak"


def _tone(match: re.Match[str]) -> Tone:
    return "open" if match["open"] else "yes" if match["yes"] else "no"


def _reply_start(match: re.Match[str]) -> int:
    return max(match.start("open"), match.start("yes"), match.start("no"))


def _matches(text: str, start: int, end: int) -> list[re.Match[str]]:
    found = list(_ITEM.finditer(text, start, end))
    gaps = text.find("   ", start, end) >= 0
    numbers = text.find("Q", start, end) >= 0
    if gaps:
        found += _GAP_ITEM.finditer(text, start, end)
    if numbers:
        found += _SERIES.finditer(text, start, end)
    if gaps or numbers:
        found.sort(key=lambda match: (_reply_start(match), match.start()))
    return found


def _whole_line(text: str, start: int, end: int) -> list[Item]:
    """Return the items of a layout known by its whole line: boxes, "1 Y 2 N", "all answers no"."""
    box = text.find("[", start, end)
    if box >= 0 and (boxes := _BOXES.search(text, start, end)) and boxes.start() > start:
        yes, no = (boxes["y1"] or boxes["y2"] or "").strip(), (boxes["n1"] or boxes["n2"] or "").strip()
        tone: Tone = "open" if bool(yes) == bool(no) else "yes" if yes else "no"
        return [Item(start, boxes.start(), boxes.end(), tone)]
    if text[start].isdigit() and _BARE_SERIES.fullmatch(text, start, end):
        bare = _BARE.finditer(text, start, end)
        return [Item(match.start(), _reply_start(match), match.end(), _tone(match)) for match in bare]
    if text[start] in "AaRrOoEe" and end - start <= 90 and (none := _ALL_NO.match(text, start, end)):
        return [Item(start, none.start("no"), none.end("no"), "no")]
    return []


def _item(line: _Line, match: re.Match[str], place: int, *, others: bool) -> Item | None:
    text, start, reply = line.text, match.start(), _reply_start(match)
    if match.re is _SERIES:
        return Item(start, reply, match.end(), _tone(match))
    mark = text[start:reply]
    stop_only = mark[0] == "." and mark[:3] != "..."
    if stop_only and start - line.start > 12:
        return None
    if mark[0] in "-–—" and not (mark[-1] == " " or text[start - 1].isspace()):
        return None
    place = max(place, reply - 400)
    question = _question_start(line, place, start, others=others)
    words = text[question:start]
    if not words.strip():
        return None
    label = line.label if question == line.start else ""
    if stop_only:
        good = label == "strong" and "." not in words and len(words.split()) == 1
    else:
        good = _is_asked(line, match, words, label=label, others=others)
    return Item(question, reply, match.end(), _tone(match)) if good else None


def _is_asked(line: _Line, match: re.Match[str], words: str, *, label: Label, others: bool) -> bool:
    """Say whether the words before a reply are a question, and not narrative that happens to hold a "no"."""
    mark, end = match.group()[0], match.end()
    size = len(words.split())
    token = match["open"] or match["yes"] or match["no"]
    ended = _END.match(line.text, end) is not None
    if size > 45:
        return False
    if label == "strong":
        return mark in "?:=" or ended
    asking = _ASKING.match(words) is not None
    if mark == "?" or asking:
        return (size <= 8 or asking or label == "weak") and (mark in "?:=" or ended) and not _TOLD.search(words)
    plain = len(token) == 1 or not token[0].isalpha()
    if size > 12 or not (ended or plain or token.lower() in ("nil", "none")) or _SPEAKER.search(words[-24:]):
        return False
    if mark in ":=":
        return True
    return ended and size <= 10 and (plain or others or _TOPIC.search(words) is not None)


def _question_start(line: _Line, place: int, mark: int, *, others: bool) -> int:
    """Return where the question before `mark` begins: after the sentence or the answer before it."""
    text, start = line.text, place
    for edge in _EDGE.finditer(text, place, mark):
        if not (place == line.start and line.label and edge.end() - place <= 12 and edge.group()[0] == "."):
            start = edge.end()
    if start == place and others:
        for edge in _LIST_EDGE.finditer(text, place, mark):
            start = edge.end()
        if start == place:
            start = _last_words(text, place, mark)
    while start < mark and text[start] in " \t\r\n.,;:/|-–\"'”’)":
        start += 1
    return start


def _last_words(text: str, place: int, mark: int) -> int:
    """Return where the question starts that an answer runs into unmarked: at its last three words."""
    words = [found.start() for found in re.finditer(r"\S+", text[place:mark])]
    return place + words[-3] if len(words) > 6 else place


def _labelled(line: _Line) -> Item | None:
    """Return a numbered question with its reply at the end or right after the number: "3 Frightened Y"."""
    text, start, end, label = line
    number = _NUMBERED.match(text, start, end)
    at = number.end() if number else start
    token = _LAST.search(text, max(at, end - 30), end)
    if token and token.start() > at and end - start < 200:
        words = text[at : token.start()]
        short = len(words.split()) <= 14 and not _TOLD.search(words) and not _EDGE.search(words)
        plain = token.group().strip(" .") in ("Y", "N", "YES", "NO", "Yes", "No")
        if short and (plain or text[start] in "QD"):
            return Item(start, _reply_start(token), token.end(), _tone(token))
    token = _FIRST.match(text, at, end)
    if token and label == "strong" and (_END.match(text, token.end(), end) or text[start] in "QD"):
        return Item(start, _reply_start(token), token.end(), _tone(token))
    return None


def leading_reply(text: str, start: int, end: int) -> Item | None:
    """Return the reply a line starts with, on the line after its question: "A: ...", "YES", "No - never"."""
    found = _LEADING.match(text, start, end)
    if found is None or found.end() == start:
        return None
    tone = "free" if found.end("said") == found.end() else _tone(found)
    return Item(start, start, found.end(), tone)


def is_question(text: str, start: int, end: int, *, setting: Setting) -> bool:
    """Say whether the line is a question on its own: a form's, or one that asks ("ANY WEAPONS SEEN?")."""
    asked = text.find("?", start, end) >= 0
    if end - start > 400 or not (asked or setting == "questions" or text[start] in "QD[☐"):
        return False
    words = text[start:end]
    label = _label(text, start, end)
    if _EDGE.search(words, 12) or words.count("?") > 1:
        return False
    if not asked:
        # A numbered line with words after a dash or a colon holds its answer.
        named = label == "strong" and words[0] in "QD" and len(words) <= 120
        return (named and not _ANSWER_MARK.search(words, 4)) or (
            setting == "questions" and _ASKING.match(words) is not None
        )
    if not _ASKED_LAST.search(words):
        return False
    if label == "strong" or setting == "questions":
        return True
    asking = (_ASKING.match(words) is not None and len(words.split()) <= 25) or setting == "form" or label == "weak"
    return asking and not _TOLD.search(words)


def free_answer(text: str, start: int, end: int, *, setting: Setting) -> Item | None:
    """Return the question that a line answers in free words: "Q18 Strangled? at Christmas"."""
    mark = text.find("?", start, min(end, start + 300))
    if mark < 0 and text[start] in "QD" and _label(text, start, end) == "strong":
        return _dashed_answer(text, start, end)
    if mark < 0 or not (setting != "narrative" or _label(text, start, end)):
        return None
    if _TOLD.search(text, start, mark) or _EDGE.search(text, min(start + 12, mark), mark):
        return None
    reply = _AFTER_MARK.match(text, mark + 1, end)
    return Item(start, reply.end(), reply.end(), "free") if reply and reply.end() < end else None


def _dashed_answer(text: str, start: int, end: int) -> Item | None:
    """Return the question of a line such as "Q2 frightened - not now, she has moved"."""
    mark = _ANSWER_MARK.search(text, start + 4, min(end, start + 120))
    if mark is None or mark.end() >= end or _EDGE.search(text, min(start + 12, mark.start()), mark.start()):
        return None
    return Item(start, mark.end(), mark.end(), "free")


def tick_boxes(text: str, start: int, end: int) -> list[tuple[int, int, int, bool]]:
    """Return the boxes of a line that starts with one: start, end, end of its label, whether it is ticked."""
    if text[start] not in "[✓✔☑☒☐" or not _BOX.match(text, start, end):
        return []
    boxes = [found.span() for found in _BOX.finditer(text, start, end)]
    stops = [*(box[0] for box in boxes[1:]), end]
    return [
        (opened, closed, stop, bool(text[opened:closed].strip("[] ☐")))
        for (opened, closed), stop in zip(boxes, stops, strict=True)
    ]
