"""A force's own labels: records with the families that they disclose, or verdicts on one family of a record each.

A label says what it was asked. A file that never names a family says nothing of it, so a record without that family
is no example of its absence; only `labelled_for` makes it one. Else a force that labels five families would teach a
model to forget the rest.
"""

import difflib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.jsonl import jsonl_rows
from cdi_nlp.ingest.mapping import FIELDS
from cdi_nlp.ingest.mapping import Mapping as Columns
from cdi_nlp.ingest.rows import Row, to_record
from cdi_nlp.ingest.sources import open_source
from cdi_nlp.records import Record, Reporter, Status, Unreadable, When
from cdi_nlp.taxonomy import DETECTED, OTHER
from training.marks import Span
from training.windows import Told

DECISIONS = {"disclosed": True, "not disclosed": False}
"""What a verdict may say, and whether the record then discloses its family."""
HELD = 0.2
"""Share of the records that fit the weigher and the thresholds, and no model."""
ALL = "all"
"""What `labelled_for` says where every family was looked for."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A record as a force labelled it: what it tells, and the families it was `asked` for.

    Of a family that was not asked for nothing is known. A told family without a span is weakly labelled: some part of
    the record tells it, and no one said which.
    """

    told: Told
    asked: frozenset[str]

    @property
    def weak(self) -> frozenset[str]:
        """The told families of which no words are marked."""
        return self.told.families - {span.family for span in self.told.spans if span.discloses}


@dataclass(frozen=True, slots=True)
class Own:
    """The force's own labels as a run is given them.

    `families_from` is the dotted path of the list of families, with `disclosed` beside it; `labelled_for` holds for
    every line that does not say so itself; `records` is a source that `cdi scan` reads, for verdicts without a text.
    `alone` leaves the written corpus out.
    """

    files: tuple[Path, ...] = ()
    tested: tuple[Path, ...] = ()
    records: str | None = None
    families_from: str = "families"
    labelled_for: frozenset[str] = frozenset()
    alone: bool = False

    @property
    def digest(self) -> str:
        """A digest of everything that a fit reads of them; nothing where there is no file."""
        if not self.files:
            return ""
        read = [hashlib.sha256(file.read_bytes()).hexdigest() for file in self.files]
        if self.records and Path(self.records).is_file():
            read.append(hashlib.sha256(Path(self.records).read_bytes()).hexdigest())
        return " ".join([*read, str(self.records), self.families_from, *sorted(self.labelled_for), str(self.alone)])


NONE = Own()
"""No labels but the corpus's."""


@dataclass(slots=True)
class _Gathered:
    """A record while its lines are read: which families are told, which asked for, and the words."""

    record: Record
    spans: list[Span] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    asked: set[str] | None = field(default_factory=set)


def read_own(own: Own) -> list[Sample]:
    """The samples that a fit reads, file by file."""
    return [sample for file in own.files for sample in read_labelled(file, own=own)]


def read_labelled(file: Path, *, own: Own | None = None) -> list[Sample]:
    """The samples of a labelled file in the order in which its records first stand there.

    A line is a record with `families`, a verdict (`record_id`, `family`, `decision`), or the heading
    {"labelled_for": [...]}. A fault is a SourceError that names file, line, value and what to write.
    """
    own = own or Own()
    if not file.is_file():
        raise SourceError(f"{file}: no such file; check the path given to --labelled")
    gathered: dict[str, _Gathered] = {}
    texts: dict[str, Record] = {}
    heading = set(own.labelled_for)
    for row in jsonl_rows(file):
        if isinstance(row, Unreadable):
            raise SourceError(row.problem)
        if set(row.values) == {"labelled_for"}:
            heading |= _asked_for(row)
        elif "decision" in row.values:
            texts = texts or _texts(own)
            _verdict(row, gathered, texts)
        else:
            _labels(row, gathered, own)
    if not gathered:
        raise SourceError(f"{file.name} holds no labelled record; write one JSON object with `families` a line")
    named = heading or {name for one in gathered.values() for name in one.told}
    return [
        Sample(
            Told(one.record, tuple(sorted(one.spans, key=lambda span: span.start)), frozenset(one.told)),
            frozenset((named if one.asked is None else one.asked) | one.told),
        )
        for one in gathered.values()
    ]


def family_of(value: object, *, where: str) -> str:
    """A family's name, or a SourceError with the nearest one."""
    if value in DETECTED or value == OTHER:
        return str(value)
    nearest = difflib.get_close_matches(str(value), DETECTED, n=1, cutoff=0)[0]
    raise SourceError(f"{where}: no family {value!r}; did you mean {nearest!r}?")


def asked_families(value: object, *, where: str) -> frozenset[str]:
    """The families that `labelled_for` names; "all" is every one that is detected."""
    if value == ALL:
        return frozenset(DETECTED)
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise SourceError(f'{where}: labelled_for is {value!r}; write a list of families, or "all"')
    return frozenset(family_of(name, where=where) for name in names) - {OTHER}


def _asked_for(row: Row) -> frozenset[str]:
    return asked_families(row.values["labelled_for"], where=row.place)


def _record(row: Row) -> Record:
    record = to_record(row, Columns(), columns={ours: (ours,) for ours in FIELDS})
    if isinstance(record, Unreadable):
        raise SourceError(record.problem)
    return record


def _labels(row: Row, gathered: dict[str, _Gathered], own: Own) -> None:
    """Take in a record with its families."""
    *path, last = own.families_from.split(".")
    held = _inner(dict(row.values), path)
    families = held.get(last)
    if not isinstance(families, list):
        raise SourceError(
            f'{row.place}: {own.families_from} is {families!r}, not a list; write "families": [...] (empty where the'
            " record discloses nothing), or say where it stands with --families-from"
        )
    record = _record(row)
    if record.id in gathered:
        raise SourceError(f"{row.place}: id {record.id!r} stands on two lines; keep one line a record")
    spans = [_span(told, record.text, where=row.place) for told in held.get("disclosed") or ()]
    told = {family_of(name, where=row.place) for name in families} - {OTHER}
    told |= {span.family for span in spans if span.discloses}
    asked = set(_asked_for(row)) if "labelled_for" in row.values else None
    gathered[record.id] = _Gathered(record, spans, told, asked)


def _span(told: Mapping[str, Any], text: str, *, where: str) -> Span:
    """The span of a quote; a quote that the text lacks is a SourceError."""
    if not isinstance(told, dict) or not isinstance(told.get("quote"), str) or not told["quote"]:
        raise SourceError(f"{where}: an element of disclosed has no quote; write {{family, quote}}")
    family = family_of(told.get("family"), where=where)
    start = text.find(told["quote"])
    if family == OTHER or start < 0:
        raise SourceError(f"{where}: the quote of {family} is not in the text; copy it character for character")
    said = [str(told.get(name, usual)) for name, usual in _USUAL.items()]
    for value, allowed in zip(said, (Status, Reporter, When), strict=True):
        if value not in get_args(allowed):
            raise SourceError(f"{where}: {value!r} is none of {', '.join(get_args(allowed))}; correct it")
    status, reporter, when = cast("tuple[Status, Reporter, When]", tuple(said))
    return Span(start, start + len(told["quote"]), family, status, reporter, when)


_USUAL = {"status": "affirmed", "reported_by": "victim", "when": "current"}
"""What a quote is taken to be where its line does not say."""


def _verdict(row: Row, gathered: dict[str, _Gathered], texts: Mapping[str, Record]) -> None:
    """Take in a verdict: it labels its record for its family alone, and a later verdict on the same stands."""
    decision = row.values["decision"]
    if decision not in DECISIONS:
        raise SourceError(f"{row.place}: decision is {decision!r}; write {' or '.join(map(repr, DECISIONS))}")
    family = family_of(row.values.get("family"), where=row.place)
    name = str(row.values.get("record_id") or "")
    if not name:
        raise SourceError(f"{row.place}: it has no record_id; write the id of the record that was judged")
    if name not in gathered:
        if row.values.get("text") or row.values.get("entries"):
            record = _record(Row(row.number, row.place, {**row.values, "id": name}))
        elif name in texts:
            record = texts[name]
        else:
            raise SourceError(
                f"{row.place}: record {name!r} has no text here and stands in no file of --records; add its text, or"
                " name the file that was scanned with --records"
            )
        gathered[name] = _Gathered(record)
    one = gathered[name]
    if family == OTHER or one.asked is None:
        return
    one.asked.add(family)
    (one.told.add if DECISIONS[str(decision)] else one.told.discard)(family)


def _texts(own: Own) -> dict[str, Record]:
    """The records that verdicts may name, by id."""
    if own.records is None:
        return {}
    return {record.id: record for record in open_source(own.records) if isinstance(record, Record)}


def unread(own: Own, *, say: Callable[[str], None]) -> Iterator[list[Sample]]:
    """The records of each tested file; those whose text a fit read are left out, and said."""
    read = {_plain(sample.told.record.text) for sample in read_own(own)}
    for file in own.tested:
        samples = read_labelled(file, own=own)
        fresh = [sample for sample in samples if _plain(sample.told.record.text) not in read]
        if len(fresh) < len(samples):
            say(f"{file}: {len(samples) - len(fresh)} records left out, for the fit read their text")
        if fresh:
            yield fresh
    if own.files and not own.tested:
        say("no record of your own is measured: python -m training split, and name the second part with --tested")


def _plain(text: str) -> str:
    """A text by which equal ones are known whatever their spaces and capitals."""
    return " ".join(text.casefold().split())


def parted(samples: Sequence[Sample], *, share: float, seed: int) -> tuple[list[Sample], list[Sample]]:
    """The samples in two, the first of about `share` of them; equal texts stay together, whatever their ids.

    Where a record goes depends on its text and the seed, so a file that grows keeps nearly all of its parts.
    """
    first = chosen([sample.told.record.text for sample in samples], share=share, seed=seed)
    return (
        [sample for sample, own in zip(samples, first, strict=True) if own],
        [sample for sample, own in zip(samples, first, strict=True) if not own],
    )


def chosen(texts: Sequence[str], *, share: float, seed: int) -> list[bool]:
    """Which of the texts fall into a part of about `share` of all, equal texts together."""
    keys = [hashlib.sha256(f"{seed} {_plain(text)}".encode()).hexdigest() for text in texts]
    last = sorted(keys)[: round(share * len(keys))]
    return [bool(last) and key <= last[-1] for key in keys]


def split_lines(file: Path, *, share: float, seed: int, families_from: str = "families") -> tuple[list[str], list[str]]:
    """The lines of a labelled file in two: by the text of their record, or its id where they lack one.

    A heading goes with both parts. Families that stand deeper in a line are copied to where a fit looks for them.
    """
    rows = list(_lines(file))
    heads = [json.dumps(row, ensure_ascii=False) for row in rows if set(row) == {"labelled_for"}]
    body = [row for row in rows if set(row) != {"labelled_for"}]
    if not body:
        raise SourceError(f"{file.name} holds no labelled record; check that it is the right file")
    first = chosen([_key(row) for row in body], share=share, seed=seed)
    *path, last = families_from.split(".")
    parts: tuple[list[str], list[str]] = ([*heads], [*heads])
    for row, own in zip(body, first, strict=True):
        held = _inner(row, path)
        lifted = {new: held[old] for new, old in (("families", last), ("disclosed", "disclosed")) if old in held}
        parts[not own].append(json.dumps({**row, **lifted}, ensure_ascii=False))
    return parts


def _inner(row: Mapping[str, Any], path: Sequence[str]) -> Mapping[str, Any]:
    """The object that stands at a path in a line; an empty one where there is none."""
    held: Any = row
    for name in path:
        held = held.get(name) if isinstance(held, dict) else None
    return held if isinstance(held, dict) else {}


def _key(row: Mapping[str, Any]) -> str:
    if "decision" in row:
        return str(row.get("record_id"))
    return str(row.get("text") or json.dumps(row.get("entries")))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    if not file.is_file():
        raise SourceError(f"{file}: no such file; check the path")
    for row in jsonl_rows(file):
        if isinstance(row, Unreadable):
            raise SourceError(row.problem)
        yield dict(row.values)
