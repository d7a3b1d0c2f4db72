"""What is measured: the corpus's texts with their answers, and the slices that each text belongs to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.corpus import Entry, read_records
from training.evaluate.measures import Found
from training.windows import Told, of_entry

LENGTHS = ((25, "up to 25 words"), (50, "26 to 50 words"), (100, "51 to 100 words"), (200, "101 to 200 words"))
LONG = "over 200 words"
SEXES = {"f": "female", "m": "male", "fm": "both", "u": "not said"}


@dataclass(frozen=True, slots=True)
class Case:
    """A text with its answer, the values it has in each facet that is sliced by, and its twins' group."""

    told: Told
    slices: Mapping[str, tuple[str, ...]]
    twin: str | None = None
    splits_on: str | None = None

    @property
    def text(self) -> str:
        """The text as given."""
        return self.told.record.text


@dataclass(frozen=True, slots=True)
class Sets:
    """The texts of the corpus by what they are for; `held` and `test` are by kind of text, records and entries."""

    train: tuple[Told, ...]
    held: Mapping[str, tuple[Case, ...]]
    test: Mapping[str, tuple[Case, ...]]


def of_written(entry: Entry) -> Case:
    """An entry as a case."""
    told = of_entry(entry)
    slices = {
        "record type": (told.record.record_type,),
        "register": (entry.register,),
        "length": (length(told.record.text),),
        "victim": (sex(entry.victim),),
        "suspect": (sex(entry.suspect),),
    }
    group = f"{entry.batch}/{entry.twin}" if entry.twin else None
    return Case(told, slices, group, entry.splits_on)


def of_whole(told: Told, tags: Sequence[str]) -> Case:
    """A whole record as a case; its failure modes are the tags F01 to F30 of its gold."""
    modes = tuple(tag for tag in tags if tag.startswith("F"))
    slices = {"record type": (told.record.record_type,), "length": (length(told.record.text),), "failure mode": modes}
    return Case(told, slices)


def length(text: str) -> str:
    """The band of lengths that a text falls into."""
    words = len(text.split())
    return next((name for most, name in LENGTHS if words <= most), LONG)


def sex(said: str) -> str:
    """The sex that an entry's `victim` or `suspect` says, its age left out."""
    return SEXES.get(said.rstrip("0123456789"), SEXES["u"])


def sets_of(
    entries: Iterable[Entry],
    records: Iterable[Told],
    *,
    held_records: Iterable[Told],
    held_entries: Iterable[Entry],
    test_entries: Iterable[Entry],
    test_records: Iterable[Told],
) -> Sets:
    """The parts of the corpus as cases; a kind of which there is no text is left out."""
    tags = {str(row["id"]): tuple(row["gold"].get("tags", ())) for row in read_records()}
    held = {
        "records": tuple(of_whole(told, tags.get(told.record.id, ())) for told in held_records),
        "entries": tuple(map(of_written, held_entries)),
    }
    test = {
        "records": tuple(of_whole(told, tags.get(told.record.id, ())) for told in test_records),
        "entries": tuple(map(of_written, test_entries)),
    }
    train = (*map(of_entry, entries), *records)
    return Sets(train, {k: v for k, v in held.items() if v}, {k: v for k, v in test.items() if v})


def gold_of(cases: Sequence[Case]) -> Found:
    """The families that each text tells."""
    return [case.told.families for case in cases]
