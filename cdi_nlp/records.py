"""The frozen records, in the order they are made: read, cut, found, decided, reported.

Offsets count Python characters of `Record.text`, the record's text exactly as given (entries joined by a newline).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

RecordType = Literal[
    "incident",
    "secondary_incident",
    "vulnerable_child",
    "vulnerable_adult",
    "referral_email",
    "crime_enquiry_log",
    "n100",
    "custody_or_cancelled",
    "other",
]
Status = Literal["affirmed", "negated", "feared", "suspect_denied", "retracted", "question", "background", "figurative"]
Reporter = Literal["victim", "professional", "third_party", "officer", "witness"]
When = Literal["current", "historic"]
SegmentKind = Literal["statement", "answer", "question", "system"]
Reply = Literal["yes", "no"]
Sex = Literal["female", "male"]
Relation = Literal[
    "partner", "ex", "family", "neighbour", "friend", "colleague", "professional", "constable", "client", "stranger"
]

DISCLOSING: frozenset[Status] = frozenset({"affirmed", "suspect_denied", "retracted"})
"""The statuses that count towards P(disclosed): what a suspect denies or a victim takes back was still disclosed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log: characters `start` to `end` of the record's text, with what its header said."""

    start: int
    end: int
    at: datetime | None = None
    author: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedCrime:
    """One crime already recorded: the offence as the force wrote it, and what that means in the taxonomy.

    `family` is None where the offence could not be placed, "other_notifiable" where it lies outside the 28 families.
    """

    offence: str
    family: str | None = None
    ho_code: str | None = None
    offence_class: str | None = None
    crime_no: str | None = None
    record_id: str | None = None
    recorded_at: datetime | None = None
    status: str | None = None
    cancelled_code: str | None = None
    victim: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One police record as read. `problems` are faults of the row that did not stop it from being read.

    `entries` are those that the source gives; where it gives a text alone they are found when the text is read.
    """

    id: str
    text: str
    entries: tuple[Entry, ...]
    record_type: RecordType = "other"
    reported_at: datetime | None = None
    opening_code: str = ""
    closing_code: str = ""
    recorded_crimes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that could not become a Record: its id (or its place, where it has none) and one clear line."""

    id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, line or answer: characters `start` to `end` of the text, in entry number `entry`.

    An answer carries the span of its question and, where it is plain, whether it said yes or no.
    """

    start: int
    end: int
    entry: int
    kind: SegmentKind = "statement"
    question: tuple[int, int] | None = None
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One mention of one family by one detector, with its status in context and the chance that it is right."""

    family: str
    start: int
    end: int
    segment: int
    detector: str
    source: str
    precision: float
    status: Status = "affirmed"
    reported_by: Reporter = "victim"
    when: When = "current"
    cue: str | None = None
    ho_code: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Someone whom the text names as a victim or suspect, as far as it says so plainly.

    `named` is how the text names them; `relation` is how they stand to the other party; `told_apart` says that the
    words tell them from the others, by number or by "and".
    """

    named: str = "not stated"
    sex: Sex | None = None
    age: int | None = None
    child: bool = False
    relation: Relation | None = None
    told_apart: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the text says it: `quote == text[start:end]`, and which detector saw it."""

    start: int
    end: int
    quote: str
    detector: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One family that the record discloses, how sure that is, and where it says so."""

    family: str
    ho_code: str
    probability: float
    flagged: bool
    status: Status
    when: When
    reported_by: Reporter
    evidence: tuple[Evidence, ...]
    why: str
    victims: tuple[Person, ...] = ()
    suspects: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Crime:
    """One crime that should be recorded, under which rule and why. `recorded_as` is set where its class is wrong."""

    family: str
    ho_code: str
    victim: str
    suspect: str
    rule: str
    why: str
    recorded_as: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What should have been recorded against what was: missing crimes, and crimes under the wrong class."""

    unrecorded: tuple[Crime, ...]
    wrong_class: tuple[Crime, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Something a registrar should look at beside missing crimes: its name, the rule, and why."""

    name: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """Everything said of one record: one line of `results.jsonl`."""

    id: str
    disclosures: tuple[Disclosure, ...] = ()
    should_record: tuple[Crime, ...] = ()
    unrecorded: tuple[Crime, ...] = ()
    wrong_class: tuple[Crime, ...] = ()
    n100: bool = False
    domestic: bool = False
    child_victim: bool = False
    bad_reason: str | None = None
    priority: float = 0.0
    reasons: tuple[str, ...] = ()
    error: str | None = None
    checks: tuple[Check, ...] = ()
