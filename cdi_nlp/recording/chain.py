"""Records that belong together, read as a chain: those that name each other's id or crime, directly or through a third.

A crime recorded under an earlier record of the chain answers for the same offence told again. What was recorded under
a later one was recorded late, and is said to be, since each report is recorded within 24 hours (HOCR 2026/27 p 10).
The index is made once, from the whole source, before the scan: so a result depends neither on the order of the records
nor on the process that reads them.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from cdi_nlp.detect import Reading
from cdi_nlp.recording.signs import Signs, sign_reader
from cdi_nlp.recording.timeliness import allowed
from cdi_nlp.records import Check, Crime, Disclosure, Gap, Record, RecordedCrime

MOST = 40
"""Records in a chain at most: a reference that more share is an operation's or a form's, and links nobody."""
STILL_ONE = timedelta(days=91)
"""A live course of conduct takes in what follows within three months (HOCR 2026/27 p 55)."""
CONDUCT = frozenset({"harassment", "stalking", "controlling_coercive"})
APART = timedelta(hours=36)
"""Between two entries, after which the later one may open a new report in a re-used log."""
RECORDED_LATE = "HOCR 2026/27 p 10, recorded within 24 hours of the first report"
FINISHED = "HOCR 2026/27 pp 12-13, finished incident: later offending is a new crime"
_REFERENCE = re.compile(r"[A-Za-z0-9]+(?:[/.-][A-Za-z0-9]+)*")
SHORTEST = 5
SHORTEST_NUMBER = 7
"""Characters of a reference, and digits of one that is a bare number: below that it may be a time or a collar."""


@dataclass(frozen=True, slots=True)
class Mate:
    """Another record of the chain: when it was reported and which crimes are recorded for it."""

    id: str
    reported_at: datetime | None
    crimes: tuple[RecordedCrime, ...]


@dataclass(frozen=True, slots=True)
class ChainIndex:
    """For each record that stands in a chain the others of it, oldest first."""

    by_record: Mapping[str, tuple[Mate, ...]] = field(default_factory=dict)

    def mates(self, record_id: str) -> tuple[Mate, ...]:
        """The other records of a record's chain; none where it stands alone."""
        return self.by_record.get(record_id, ())


def build_chains(records: Iterable[Record], *, recorded: Callable[[Record], Sequence[RecordedCrime]]) -> ChainIndex:
    """The chains of a source; `recorded` gives the crimes recorded for a record.

    Ids and references are held as 8-byte digests until it is known which belong together.
    """
    kept = _Kept()
    for record in records:
        kept.add(record, recorded(record))
    return ChainIndex(kept.chains())


@dataclass(slots=True)
class _Kept:
    """What is kept of each record while the source is read."""

    records: list[Mate] = field(default_factory=list)
    named: dict[int, int] = field(default_factory=dict)
    links: "array[int]" = field(default_factory=lambda: array("Q"))
    mentions: "array[int]" = field(default_factory=lambda: array("Q"))

    def add(self, record: Record, crimes: Sequence[RecordedCrime]) -> None:
        """Keep a record: its id, its links and crime numbers, and the words of its text that may name another."""
        place = len(self.records)
        self.records.append(Mate(record.id, record.reported_at, tuple(crimes)))
        self.named[_digest(record.id)] = place
        for name in (*record.links, *(crime.crime_no for crime in crimes if crime.crime_no)):
            self.links.extend((place, _digest(name)))
        for digest in {_digest(word) for word in references(record.text)}:
            self.mentions.extend((place, digest))

    def chains(self) -> dict[str, tuple[Mate, ...]]:
        """The mates of each record that has any.

        Two records that link one name belong together, known or not; a word of a text counts only where it is known.
        """
        root = list(range(len(self.records)))
        for place, name in _pairs(self.links):
            _join(root, place, self.named.setdefault(name, place))
        for place, name in _pairs(self.mentions):
            _join(root, place, self.named.get(name, place))
        groups: dict[int, list[int]] = {}
        for place in range(len(root)):
            groups.setdefault(_root(root, place), []).append(place)
        found = {}
        for group in groups.values():
            if 1 < len(group) <= MOST:
                chain = sorted((self.records[place] for place in group), key=_age)
                found.update({mate.id: tuple(other for other in chain if other.id != mate.id) for mate in chain})
        return found


def _pairs(flat: "array[int]") -> Iterator[tuple[int, int]]:
    return zip(flat[::2], flat[1::2], strict=True)


def references(text: str) -> Iterator[str]:
    """The words of a text that may be a record's id or a crime's number."""
    for match in _REFERENCE.finditer(text):
        word = match[0]
        digits = sum(letter.isdigit() for letter in word)
        if digits and len(word) >= (SHORTEST_NUMBER if digits == len(word) else SHORTEST):
            yield word


def _digest(name: str) -> int:
    plain = name.strip().casefold().encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(plain, digest_size=8).digest())


def _age(mate: Mate) -> tuple[bool, datetime, str]:
    at = mate.reported_at
    return at is None, (at or datetime.min).replace(tzinfo=None), mate.id


def _root(root: list[int], place: int) -> int:
    while root[place] != place:
        root[place] = root[root[place]]
        place = root[place]
    return place


def _join(root: list[int], one: int, other: int) -> None:
    low, high = sorted((_root(root, one), _root(root, other)))
    root[high] = low


@dataclass(frozen=True, slots=True)
class Chained:
    """A gap less what the chain answers for, and for each such crime where it is recorded."""

    gap: Gap
    reasons: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


def read_chain(
    reading: Reading, gap: Gap, *, disclosures: Sequence[Disclosure], mates: Sequence[Mate], retelling: bool = True
) -> Chained:
    """The gap of a record against the crimes of its chain.

    `retelling` is False for a record that is about the removal of the crime itself, for which no other answers.
    """
    record = reading.record
    if not mates or record.reported_at is None or not gap.unrecorded:
        return Chained(gap)
    signs = sign_reader("chain").read(reading)
    left = [(mate, crime) for mate in mates for crime in mate.crimes if crime.family and crime.cancelled_code is None]
    told = {disclosure.family: disclosure for disclosure in disclosures}
    missing, reasons, checks = [], [], []
    for crime in gap.unrecorded:
        held = [(mate, other) for mate, other in left if other.family == crime.family and mate.reported_at]
        timed = [pair for pair in held if _in_time(record.reported_at, pair)]
        pair = next((one for one in timed if retelling and _same(reading, told[crime.family], one, signs=signs)), None)
        if pair is not None:
            left.remove(pair)
            reasons.append(f"{crime.family} is recorded under {pair[0].id} of the same chain")
            continue
        missing.append(crime)
        late = next((one for one in held if one not in timed), None)
        if late is not None and retelling:
            left.remove(late)
            checks.append(_recorded_late(crime, late[0]))
    return Chained(Gap(tuple(missing), gap.wrong_class), tuple(reasons), tuple(checks))


Pair = tuple[Mate, RecordedCrime]


def _in_time(reported_at: datetime, pair: Pair) -> bool:
    """Whether a crime of the chain was recorded before this report, or within the time allowed after it."""
    mate, crime = pair
    at = crime.recorded_at or mate.reported_at
    due = reported_at.replace(tzinfo=None) + allowed(reported_at)
    return at is not None and at.replace(tzinfo=None) <= due


def _same(reading: Reading, told: Disclosure, pair: Pair, *, signs: Signs) -> bool:
    """Whether what is told is what the other record's crime holds, and no fresh event.

    It is the same where it is told as past, where the entry that tells it says that it was recorded, or where a live
    course of conduct goes on within three months and the offender was not dealt with.
    """
    record = reading.record
    then, now = pair[0].reported_at, record.reported_at
    if then is None or now is None:
        return False
    if abs(now.replace(tzinfo=None) - then.replace(tzinfo=None)) <= allowed(now):
        return True
    if told.family in CONDUCT:
        return now.replace(tzinfo=None) - then.replace(tzinfo=None) <= STILL_ONE and not signs["dealt_with"]
    if told.when == "historic":
        return True
    spans = [(span.start, span.end) for span in told.evidence]
    entries = {entry_of(record, start) for start, _ in spans}
    return any(place.entry in entries for place in signs["retold"]) and not any(
        place.entry in entries for place in signs["fresh"]
    )


def entry_of(record: Record, at: int) -> int:
    """The number of the entry that holds a character."""
    return next((number for number, entry in enumerate(record.entries) if entry.start <= at < entry.end), 0)


def _recorded_late(crime: Crime, mate: Mate) -> Check:
    when = f"{mate.reported_at:%d/%m/%Y}" if mate.reported_at else "no date"
    words = f"{crime.family} was told here first and is recorded under {mate.id} ({when}) of the same chain"
    return Check("chain.recorded_late", RECORDED_LATE, words)


def fresh_reports(reading: Reading) -> tuple[int, ...]:
    """The numbers of the entries at which a re-used log begins a new report.

    Such an entry stands days after the one before it and tells of a fresh event: a new incident after the first
    finished, whose crimes are counted apart.
    """
    entries = reading.record.entries
    apart = [
        number
        for number in range(1, len(entries))
        if _days_between(entries[number - 1].at, entries[number].at) >= APART
    ]
    if not apart:
        return ()
    signs = sign_reader("chain").read(reading)
    fresh = {place.entry for place in signs["fresh"]}
    return tuple(number for number in apart if number in fresh)


def _days_between(one: datetime | None, other: datetime | None) -> timedelta:
    if one is None or other is None:
        return timedelta(0)
    return other.replace(tzinfo=None) - one.replace(tzinfo=None)


def check_fresh_reports(reading: Reading, disclosures: Sequence[Disclosure]) -> tuple[Check, ...]:
    """A check for each new report in a re-used log that tells of an offence (failure F03 of the inspections)."""
    record = reading.record
    if not any(disclosure.flagged for disclosure in disclosures):
        return ()
    found = []
    for number in fresh_reports(reading):
        entry = record.entries[number]
        told = sorted(
            {
                disclosure.family
                for disclosure in disclosures
                if disclosure.flagged and any(entry.start <= span.start < entry.end for span in disclosure.evidence)
            }
        )
        if told and entry.at is not None:
            words = f"the entry of {entry.at:%d/%m/%Y} tells of a fresh event ({', '.join(told)})"
            found.append(Check("chain.fresh_report", FINISHED, f"{words}: a record and a crime of its own are due"))
    return tuple(found)
