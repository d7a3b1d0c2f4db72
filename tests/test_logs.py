"""Entries and segments: every layout by example, and what must hold for any text at all."""

import re
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdi_nlp.ingest.logs import parse_entries, segments
from cdi_nlp.ingest.system_lines import SystemLine, is_system, system_lines
from cdi_nlp.records import Entry, Record, Segment

REPORTED = datetime(2026, 10, 3, 1, 0)


def read(text: str) -> list[Segment]:
    return list(segments(Record("1", text, parse_entries(text, reported_at=REPORTED))))


def lines(text: str) -> list[tuple[str, str]]:
    """Kind and words of each segment that is not a header or another system line."""
    return [(s.kind, text[s.start : s.end]) for s in read(text) if s.kind != "system"]


def answers(text: str) -> list[tuple[str, str | None, str]]:
    """Question, reply and words of each answer."""
    return [
        (text[slice(*s.question)] if s.question else "", s.reply, text[s.start : s.end])
        for s in read(text)
        if s.kind == "answer"
    ]


HEADERS = [
    ("1121 NP17 on scene", datetime(2026, 10, 3, 11, 21), "NP17", None, "on scene"),
    ("0244 XD30: he left", datetime(2026, 10, 3, 2, 44), "XD30", None, "he left"),
    (
        "14/06/2025\t22:03:11\the hit her\t7713\t1",
        datetime(2025, 6, 14, 22, 3, 11),
        "7713",
        None,
        "he hit her",
    ),
    ("[21:04] PC 1234: he left", datetime(2026, 10, 3, 21, 4), "PC 1234", None, "he left"),
    ("12:58 CALL RECD", datetime(2026, 10, 3, 12, 58), None, None, "CALL RECD"),
    ("0705 jogger saw him", datetime(2026, 10, 3, 7, 5), None, None, "jogger saw him"),
    ("28/12 0910 - she rang", datetime(2026, 12, 28, 9, 10), None, None, "she rang"),
    ("14/03 15:50 admin: filed", datetime(2027, 3, 14, 15, 50), "admin", None, "filed"),
    (
        "2026-10-03 14:02:11 DISP4 : he ran",
        datetime(2026, 10, 3, 14, 2, 11),
        "DISP4",
        None,
        "he ran",
    ),
    ("2026-10-03T14:02:11 SYS Unit assigned", datetime(2026, 10, 3, 14, 2, 11), "SYS", None, None),
    ("** 03/10/26 21:14 OPS ** he ran", datetime(2026, 10, 3, 21, 14), "OPS", None, "he ran"),
    ("21:04 [7713] REMARKS: he ran", datetime(2026, 10, 3, 21, 4), "7713", "REMARKS", "he ran"),
    ("21:04 SUPERVISOR PS 221: ok", datetime(2026, 10, 3, 21, 4), "PS 221", "SUPERVISOR", "ok"),
    ("03-Oct-2026 14:02 PS Khan - seen", datetime(2026, 10, 3, 14, 2), "PS Khan", None, "seen"),
    ("3rd Oct 2026 at 14:02 Sgt Lee: seen", datetime(2026, 10, 3, 14, 2), "Sgt Lee", None, "seen"),
    ("2114hrs he rang", datetime(2026, 10, 3, 21, 14), None, None, "he rang"),
    ("9:15pm he rang", datetime(2026, 10, 3, 21, 15), None, None, "he rang"),
    ("001 21:04 he rang", datetime(2026, 10, 3, 21, 4), None, None, "he rang"),
    ("14/03/2026: he hit her", datetime(2026, 3, 14), None, None, "he hit her"),
    ("21:14 CALLER: he hit me", datetime(2026, 10, 3, 21, 14), None, None, "CALLER: he hit me"),
    ("31/02/2026 21:14 he hit me", None, None, None, "he hit me"),
]


@pytest.mark.parametrize(("line", "at", "author", "category", "words"), HEADERS)
def test_header_layouts(
    line: str, at: datetime | None, author: str | None, category: str | None, words: str | None
) -> None:
    text = "Opened by telephone.\n" + line
    entries = parse_entries(text, reported_at=REPORTED)
    assert len(entries) == 2
    entry = entries[1]
    assert (entry.at, entry.author) == (at, author)
    if category is not None:
        assert entry.category == category
    found = [s for s in read(text) if s.entry == 1]
    assert any(s.kind == "system" for s in found)
    if words is not None:
        assert words in [text[s.start : s.end] for s in found]


@pytest.mark.parametrize(
    "text",
    [
        "2019 he was convicted of assault",
        "1200 pounds in cash was taken",
        "18 Attempted to strangle? Y",
        "10-14 N",
        "14/03/2026 he hit her",
        "3 times he hit her",
        "20% of the time",
        "He came at about\n2130 hrs and hit her",
        "",
        "plain words",
        "From: the neighbours\nhe hits her",
    ],
)
def test_no_header(text: str) -> None:
    assert parse_entries(text, reported_at=REPORTED) == (Entry(0, len(text)),)


def test_a_clock_without_a_date_stays_without_one() -> None:
    assert [entry.at for entry in parse_entries("2104 he rang\n2105 he left")] == [None, None]


def test_entries_past_midnight_move_on_a_day() -> None:
    found = parse_entries("2350 he rang\n0010 he left\n0005 late line", reported_at=REPORTED)
    assert [entry.at for entry in found] == [
        datetime(2026, 10, 3, 23, 50),
        datetime(2026, 10, 4, 0, 10),
        datetime(2026, 10, 4, 0, 5),
    ]


def test_a_date_is_carried_to_the_clock_lines_after_it() -> None:
    found = parse_entries("01/02/2026 2104 he rang\n2110 he left", reported_at=REPORTED)
    assert found[1].at == datetime(2026, 2, 1, 21, 10)


def test_a_year_is_a_time_where_other_lines_are_times() -> None:
    assert len(parse_entries("1955 call\n2010 unit sent\n2119 closed")) == 3


EMAIL = """From: Jo Lee <jo.lee@school.example>
Sent: Monday, 14 March 2026 10:02
To: referrals@council.example
Subject: mark on neck

Dear all,
He squeezed her neck.
Kind regards
-----Original Message-----
From: desk@school.example
Date: 3 Mar 2026 09:00
Subject: attendance

Off since Monday.
"""


def test_emails_of_a_chain_are_entries() -> None:
    first, second = parse_entries(EMAIL)
    assert first.at == datetime(2026, 3, 14, 10, 2)
    assert first.author == "Jo Lee <jo.lee@school.example>"
    assert second.at == datetime(2026, 3, 3, 9, 0)
    assert lines(EMAIL) == [
        ("statement", "mark on neck"),
        ("statement", "He squeezed her neck."),
        ("statement", "attendance"),
        ("statement", "Off since Monday."),
    ]


DUMP = """Event
  Id = 2025-0001
  Reported Time = 2025-06-14T22:03:11
  Summary = MALE HAS HIT HER

Narrative
  Text = HE HAS KICKED HER. SHE IS IN THE YARD WITH HER
  BABY AND BLEEDING
  Timestamp = 2025-06-14T22:04:00
  User = 7713
  Category = REMARKS
  Text = Unit NP17 assigned to the incident
  Timestamp = 2025-06-14T22:05:00
  User = SYS
  Category = SYSTEM
Narratives[2].Text = SHE HAS GONE
Narratives[2].User = 99
"""


def test_key_value_dump() -> None:
    entries = parse_entries(DUMP)
    assert [(e.at, e.author, e.category) for e in entries] == [
        (datetime(2025, 6, 14, 22, 3, 11), None, None),
        (datetime(2025, 6, 14, 22, 4), "7713", "REMARKS"),
        (datetime(2025, 6, 14, 22, 5), "SYS", "SYSTEM"),
        (None, "99", None),
    ]
    assert lines(DUMP) == [
        ("statement", "MALE HAS HIT HER"),
        ("statement", "HE HAS KICKED HER."),
        ("statement", "SHE IS IN THE YARD WITH HER\n  BABY AND BLEEDING"),
        ("statement", "SHE HAS GONE"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("He hit her. She fell! Why? Nobody knows", ["He hit her.", "She fell!", "Why?", "Nobody knows"]),
        (
            "Mr. Khan is approx. 5 ft. Dr. Lee saw J. Smith",
            ["Mr. Khan is approx. 5 ft.", "Dr. Lee saw J. Smith"],
        ),
        (
            "At 10 p.m. he left. At 11 p.m. He came back",
            ["At 10 p.m. he left.", "At 11 p.m.", "He came back"],
        ),
        ("Paid 3.50 at 22.15 to him", ["Paid 3.50 at 22.15 to him"]),
        ('He said "get out." She left', ['He said "get out."', "She left"]),
        ("he was... on top of me", ["he was... on top of me"]),
        ("HE HAS HIT HER... LINE HAS CLEARED", ["HE HAS HIT HER...", "LINE HAS CLEARED"]),
        ("HE HIT HER ** SHE IS OUT NOW", ["HE HIT HER **", "SHE IS OUT NOW"]),
        ("** UPDATE ** HE HIT HER", ["** UPDATE ** HE HIT HER"]),
        ("he hit her twice / she fell down stairs", ["he hit her twice /", "she fell down stairs"]),
        ("his wife / ex partner hit him", ["his wife / ex partner hit him"]),
        ("he hit her face; she then fell over", ["he hit her face;", "she then fell over"]),
        ("cuts; bruises; a burn", ["cuts; bruises; a burn"]),
        ("HE CAME IN - SHOUTED - LEFT", ["HE CAME IN - SHOUTED - LEFT"]),
        ("and/or choke/strangle", ["and/or choke/strangle"]),
        ("No. 29 saw K.D. pull him by the wrist", ["No. 29 saw K.D. pull him by the wrist"]),
        (
            "Told no. He hit her. Seen on the app. He ran",
            ["Told no.", "He hit her.", "Seen on the app.", "He ran"],
        ),
        ("At 0930 hrs. he left Teasel Rd. Nil taken", ["At 0930 hrs. he left Teasel Rd.", "Nil taken"]),
    ],
)
def test_sentences(text: str, words: list[str]) -> None:
    assert [found for _, found in lines(text)] == words


WRAPPED = """2104 CALLER STATES HER PARTNER HAS COME HOME DRUNK AND HAS PUSHED HER OVER THE
SOFA AND THEN PUT BOTH HANDS ROUND HER NECK AND SHE COULD NOT BREATHE FOR SOME
SECONDS AND THEN LEFT THE HOUSE BY THE BACK DOOR WEARING A GREY TOP. SHE IS
IN THE BATHROOM
NO INJURIES
2110 NP17 on scene"""


def test_wrapped_lines_are_one_sentence() -> None:
    found = [words.replace("\n", " ") for _, words in lines(WRAPPED)]
    assert found == [
        "CALLER STATES HER PARTNER HAS COME HOME DRUNK AND HAS PUSHED HER OVER THE SOFA AND THEN PUT BOTH"
        " HANDS ROUND HER NECK AND SHE COULD NOT BREATHE FOR SOME SECONDS AND THEN LEFT THE HOUSE BY THE"
        " BACK DOOR WEARING A GREY TOP.",
        "SHE IS IN THE BATHROOM",
        "NO INJURIES",
    ]


def test_wrapped_rows_of_an_export_are_one_sentence() -> None:
    text = (
        "14/06/2025\t22:03:11\tCALLER STATES HER PARTNER HAS PUNCHED HER IN HER OWN\t7713\t1\n"
        "14/06/2025\t22:03:11\tHOUSE AND SHE IS BLEEDING\t7713\t2\n"
        "14/06/2025\t22:05:11\tMALE HAS LEFT\t7713\t3"
    )
    found = lines(text)
    assert len(found) == 2
    assert found[0][1].startswith("CALLER STATES")
    assert found[0][1].endswith("HOUSE AND SHE IS BLEEDING")


def test_entries_of_one_voice_and_time_are_rejoined() -> None:
    first, second = "CALLER STATES HER HUSBAND HAS PUNCHED HER IN THE", "FACE AND LEFT"
    text = f"{first}\n{second}"
    at = datetime(2026, 10, 3, 21, 4)
    same = (
        Entry(0, len(first), at, "7713", "REMARKS"),
        Entry(len(first) + 1, len(text), at, "7713", "REMARKS"),
    )
    assert [(s.start, s.end, s.entry) for s in segments(Record("1", text, same))] == [(0, len(text), 0)]
    other = (same[0], Entry(len(first) + 1, len(text), at, "9001", "REMARKS"))
    assert len(segments(Record("1", text, other))) == 2


@pytest.mark.parametrize(
    "text",
    [
        "HE PUNCHED HER\nNO INJURIES\nSHE LEFT",
        "- he pulled her hair and dragged her across the whole kitchen floor\n- he broke the phone",
        "He pulled her hair and dragged her across the whole kitchen floor\n\nand then",
        "He pulled her hair and dragged her across the whole kitchen floor:\nbruising",
        "He pulled her hair and dragged her across the whole kitchen floor\nInjuries: cut lip",
        "He pulled her hair and dragged her across the whole kitchen floor\n2. broke the phone",
        "He pulled her hair and dragged her across the whole kitchen floor.\nand then he left",
        "18 Does he drink or take drugs or have a mental illness? N\n19 Has he hurt the pets? N",
    ],
)
def test_lines_that_stay_apart(text: str) -> None:
    for segment in read(text):
        assert "\n" not in text[segment.start : segment.end]


FORMS = [
    (
        "18 Attempted to strangle/choke/suffocate/drown? Y - at Christmas, his forearm was on my throat",
        [
            (
                "18 Attempted to strangle/choke/suffocate/drown?",
                "yes",
                "Y - at Christmas, his forearm was on my throat",
            )
        ],
    ),
    ("Q7. Isolated? NO", [("Q7. Isolated?", "no", "NO")]),
    (
        'Injured? NO. Frightened? NO "not of him hitting me". Isolated? YES - he says Amanda is poison',
        [
            ("Injured?", "no", "NO."),
            ("Frightened?", "no", 'NO "not of him hitting me".'),
            ("Isolated?", "yes", "YES - he says Amanda is poison"),
        ],
    ),
    (
        "Is there conflict over child contact : No",
        [("Is there conflict over child contact :", "no", "No")],
    ),
    ("Weapons used: N", [("Weapons used:", "no", "N")]),
    (
        "Q: has he ever hurt you\nA: he punched me once",
        [("Q: has he ever hurt you", None, "A: he punched me once")],
    ),
    (
        "Has he ever used weapons?\nYES\na kitchen knife in March",
        [("Has he ever used weapons?", "yes", "YES\na kitchen knife in March")],
    ),
    (
        "Q18 Has he ever tried to strangle you?\nNo - never",
        [("Q18 Has he ever tried to strangle you?", "no", "No - never")],
    ),
    (
        "1. Has the current incident resulted in injury? (please state what) - Yes, bruise to arm",
        [
            (
                "1. Has the current incident resulted in injury? (please state what) -",
                "yes",
                "Yes, bruise to arm",
            )
        ],
    ),
    (
        "Was anything taken?\nNo just the door put in",
        [("Was anything taken?", "no", "No just the door put in")],
    ),
    ("5. Depressed / suicidal thoughts? NO", [("5. Depressed / suicidal thoughts?", "no", "NO")]),
    ("Age: 91        Lacks capacity: Yes", [("Lacks capacity:", "yes", "Yes")]),
    ("ASKED - ANY THREATS? NO HE IS POLITE", [("ANY THREATS?", "no", "NO HE IS POLITE")]),
    ("all answers no", [("all answers", "no", "no")]),
    ("ALL OTHER QUESTIONS ANSWERED NO", [("ALL OTHER QUESTIONS ANSWERED", "no", "NO")]),
    ("INJURIES: NO, WEAPONS: NO", [("INJURIES:", "no", "NO,"), ("WEAPONS:", "no", "NO")]),
    ("MH: N / Drink: Y / Drugs: N", [("MH:", "no", "N /"), ("Drink:", "yes", "Y /"), ("Drugs:", "no", "N")]),
    (
        "Q1 Y Q2 N Q3 YES he hits her",
        [("Q1", "yes", "Y"), ("Q2", "no", "N"), ("Q3", "yes", "YES he hits her")],
    ),
    ("1 Y 2 N 3 N", [("1", "yes", "Y"), ("2", "no", "N"), ("3", "no", "N")]),
    ("DASH Q18 YES arm across throat", [("DASH Q18", "yes", "YES arm across throat")]),
    ("3 Frightened Y", [("3 Frightened", "yes", "Y")]),
    ("Q2 frightened - not now, she moved", [("Q2 frightened -", None, "not now, she moved")]),
    (
        "Q16 sexual - long silence. Then: \"he'd carry on whether I'd said no or not\"",
        [("Q16 sexual -", None, "long silence. Then: \"he'd carry on whether I'd said no or not\"")],
    ),
    ("[x] injury [ ] isolated [x] choked", [("injury", "yes", "[x]"), ("choked", "yes", "[x]")]),
    ("Weapons.........N", [("Weapons.........", "no", "N")]),
    ("Weapons used\tN", [("Weapons used", "no", "N")]),
    ("Weapons used        No", [("Weapons used", "no", "No")]),
    ("[x] Strangled", [("Strangled", "yes", "[x]")]),
    ("Strangled? Yes [x] No [ ]", [("Strangled?", "yes", "Yes [x] No [ ]")]),
    ("Strangled? Yes [ ] No [X]", [("Strangled?", "no", "Yes [ ] No [X]")]),
    ("Strangled? ✓", [("Strangled?", "yes", "✓")]),
    ("Strangled? TICK", [("Strangled?", "yes", "TICK")]),
    ("Injuries - nil", [("Injuries -", "no", "nil")]),
    ("Injuries: none seen", [("Injuries:", "no", "none seen")]),
    ("Has he, or anyone else, hurt you? no", [("Has he, or anyone else, hurt you?", "no", "no")]),
    (
        "Q18 Strangled? at Christmas, his arm was on my throat",
        [("Q18 Strangled?", None, "at Christmas, his arm was on my throat")],
    ),
]


@pytest.mark.parametrize(("text", "found"), FORMS)
def test_questions_are_bound_to_answers(text: str, found: list[tuple[str, str | None, str]]) -> None:
    assert answers(text) == found


def test_a_new_sentence_after_no_is_a_statement() -> None:
    text = "Weapons used? NO, she says. He then put a cushion over her face."
    assert lines(text) == [
        ("answer", "NO, she says."),
        ("statement", "He then put a cushion over her face."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Q18 Has he ever tried to strangle you?",
        "ANY WEAPONS SEEN?",
        "19. Children? N/A",
        "20 Has he hurt the pets? not asked",
        "Has he raped you? declined to answer",
        "Has he raped you? - refused",
        "[ ] Isolated",
        "Q18 Hurt anyone else? DON'T KNOW",
        "Weapons: not known",
        "11. Is the abuse getting worse? Not sure",
    ],
)
def test_questions_that_nobody_answered(text: str) -> None:
    assert lines(text) == [("question", text)]


def test_an_open_question_lets_the_words_after_it_be_read() -> None:
    text = "Has he raped you? declined to answer but cried when asked"
    assert lines(text) == [
        ("question", "Has he raped you? declined to answer"),
        ("statement", "but cried when asked"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2 kids in the house. He hit her and she said no",
        "3 males outside: no weapons seen",
        "12 year old girl told the school he hurts her, why?",
        "1. He punched me in the face and I said no",
        "HAS PUNCHED HER AND ASKED ARE YOU HAPPY NOW? NO",
        "Tag recovered and bagged by PC. Harassment crime to be recorded. Words of advice?",
        "Any witnesses? No one came forward",
        "he said what are you looking at? then punched me",
        "he said what are you looking at?",
        "CALLER: NO HE HASNT HIT ME",
        "IP STATES: NO INJURIES",
        "HE PUNCHED HER - NO INJURIES",
        "HE PUNCHED HER TWICE - NO",
        "He hit her. No injuries.",
        "NO INJURIES",
        "No.",
        "she said did he hit you and I said no",
    ],
)
def test_narrative_is_no_form(text: str) -> None:
    assert {kind for kind, _ in lines(text)} == {"statement"}


def test_question_and_answer_entries() -> None:
    text = "Has he ever choked you\nonce at Christmas"
    entries = (Entry(0, 22, None, None, "QUESTION SET"), Entry(23, len(text), None, None, "ANSWER"))
    (first,) = segments(Record("1", text, entries))
    assert (first.kind, first.question, first.reply) == ("answer", (0, 22), None)


def test_system_entries_are_system() -> None:
    text = "Units informed of new risk on address\nHE HIT HER"
    entries = (Entry(0, 37, None, "SYS", "SYSTEM"), Entry(38, len(text), None, "7713", "REMARKS"))
    assert [s.kind for s in segments(Record("1", text, entries))] == ["system", "statement"]


@pytest.mark.parametrize("line", system_lines(), ids=lambda line: line.id)
def test_system_line_examples(line: SystemLine) -> None:
    pattern = re.compile(rf"(?:{line.pattern})[\s.*!]*\Z")
    for words in line.finds:
        assert is_system(words), words
        assert pattern.search(words.lower()), words
    for words in line.misses:
        assert not is_system(words), words


FRAGMENTS = st.sampled_from(
    "YES|NO|Y|N|?|:| - |\n|\n\n| |   |\t|Q7.|18 |he hit me|her|THE|...|;|**| / |[x]|[ ]|N/A|not asked|A:|Q:"
    "|1121 |14/06/2025 22:03 |[21:04] PC 1234: |NP17 on scene|\r\n|\x00|\x85|'|\"|(|)|p.m.|Mr.|all answers no"
    "|From: a@b\nSent: 3 May 2026 10:00\n|Text = he hit me\n|Category = REMARKS\n|\t7713\t1\n|é😀|SYS ".split("|")
    + ["x" * 70, "word " * 300]
)
TEXTS = st.one_of(
    st.text(),
    st.lists(FRAGMENTS, max_size=40).map("".join),
    st.lists(FRAGMENTS, max_size=80).map(" ".join),
)


def check(text: str, entries: tuple[Entry, ...]) -> None:
    covered = bytearray(len(text))
    last = 0
    found = segments(Record("1", text, entries))
    for segment in found:
        assert last <= segment.start < segment.end <= len(text)
        assert segment.end - segment.start <= 1000
        assert entries[segment.entry].start <= segment.start
        last = segment.end
        covered[segment.start : segment.end] = b"s" * (segment.end - segment.start)
    for start, end in {segment.question for segment in found if segment.question}:
        assert 0 <= start < end <= len(text)
        assert not any(covered[start:end])
        covered[start:end] = b"q" * (end - start)
    assert all(covered[at] or text[at].isspace() for at in range(len(text)))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(TEXTS, st.one_of(st.none(), st.datetimes()))
def test_no_character_is_lost(text: str, reported_at: datetime | None) -> None:
    entries = parse_entries(text, reported_at=reported_at)
    assert "".join(text[entry.start : entry.end] for entry in entries) == text
    assert all(a.end == b.start for a, b in zip(entries, entries[1:], strict=False))
    check(text, entries)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from([None, "SYS", "7713"])), min_size=1, max_size=5))
def test_no_character_of_given_entries_is_lost(parts: list[tuple[str, str | None]]) -> None:
    entries, at = [], 0
    for words, author in parts:
        entries.append(Entry(at, at + len(words), datetime(2026, 1, 1), author, "ANSWER"))
        at += len(words) + 1
    check("\n".join(words for words, _ in parts), tuple(entries))


@pytest.mark.parametrize(
    "part",
    [
        "he hit her ",
        "a",
        "? Y ",
        "NO: ",
        "; a b c",
        "- ",
        " = ",
        "\n",
        "1121 \n",
        "(",
        "[x]",
        "\t",
        " ",
        "**",
    ],
)
def test_very_long_texts(part: str) -> None:
    text = part * (200_000 // len(part))
    check(text, parse_entries(text))


def test_a_mail_header_that_fills_its_line_is_read():
    text = (
        "From: lead, nursing home\nTo: adults desk; vulnerability desk of the police\nNotice of an event on 3 December"
    )
    assert lines(text)[-1][1] == "Notice of an event on 3 December"
