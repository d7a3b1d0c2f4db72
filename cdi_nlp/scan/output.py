"""The folder that a scan leaves: written beside itself under another name and moved into place when whole.

The files hold narrative text, so they are readable by their owner alone (0600; on Windows the folder rules).
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from cdi_nlp.errors import OutputError
from cdi_nlp.records import Record, Result, Unreadable
from cdi_nlp.scan.queue_page import Queue, render
from cdi_nlp.scan.results import line_of

OWNER_ONLY = 0o600
_BINARY = getattr(os, "O_BINARY", 0)  # on Windows a descriptor is for text unless it is said


@dataclass(slots=True)
class Tally:
    """What a scan counts as it goes."""

    records: int = 0
    errors: int = 0
    unreadable: int = 0
    disclosing: int = 0
    with_gap: int = 0
    n100: int = 0
    flagged: Counter[str] = field(default_factory=Counter)
    unrecorded: Counter[str] = field(default_factory=Counter)
    wrong_class: Counter[str] = field(default_factory=Counter)
    bad_reasons: Counter[str] = field(default_factory=Counter)

    def add(self, result: Result, *, unreadable: bool) -> None:
        """Count one result."""
        self.records += 1
        self.unreadable += unreadable
        self.errors += result.error is not None
        families = [disclosure.family for disclosure in result.disclosures if disclosure.flagged]
        self.disclosing += bool(families)
        self.with_gap += bool(result.unrecorded or result.wrong_class)
        self.n100 += result.n100
        self.flagged.update(families)
        self.unrecorded.update(crime.family for crime in result.unrecorded)
        self.wrong_class.update(crime.family for crime in result.wrong_class)
        if result.bad_reason:
            self.bad_reasons[result.bad_reason] += 1

    def as_table(self) -> dict[str, object]:
        """The counts for `summary.json`, most frequent first."""
        return {
            "records": self.records,
            "with_error": self.errors,
            "unreadable": self.unreadable,
            "disclosing": self.disclosing,
            "with_unrecorded_or_wrong_class": self.with_gap,
            "n100": self.n100,
            "unrecorded_crimes": sum(self.unrecorded.values()),
            "wrong_class_crimes": sum(self.wrong_class.values()),
            "flagged_by_family": _ordered(self.flagged),
            "unrecorded_by_family": _ordered(self.unrecorded),
            "wrong_class_by_family": _ordered(self.wrong_class),
            "bad_reasons": _ordered(self.bad_reasons),
        }


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the counts, the digest of `results.jsonl`, and the ranked queue."""

    tally: Tally
    digest: str
    queue: Queue


def write_results(
    pairs: Iterable[tuple[Record | Unreadable, Result]], folder: Path, *, queue: Queue, quotes: bool = True
) -> Written:
    """Write `results.jsonl` as the results come, and keep what the summary and the queue page need."""
    tally, digest = Tally(), sha256()
    with whole_file(folder / "results.jsonl") as file:
        for row, result in pairs:
            line = line_of(result, quotes=quotes)
            digest.update(line.encode("ascii"))
            file.write(line)
            tally.add(result, unreadable=isinstance(row, Unreadable))
            if isinstance(row, Record):
                queue.add(row, result)
    return Written(tally, digest.hexdigest(), queue)


def write_summary(folder: Path, summary: dict[str, object]) -> None:
    """Write `summary.json`."""
    with whole_file(folder / "summary.json") as file:
        file.write(json.dumps(summary, indent=2) + "\n")


def write_queue(folder: Path, written: Written, *, summary: dict[str, object], quotes: bool = True) -> None:
    """Write `queue.html`."""
    with whole_file(folder / "queue.html") as file:
        file.write(render(written.queue.ranked(quotes=quotes), summary))


def make_folder(folder: Path) -> None:
    """The output folder, made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); choose another --out") from error


@dataclass(frozen=True, slots=True)
class _Writer:
    """A text file whose own faults, and no others, become one clear line."""

    file: TextIO
    path: Path

    def write(self, text: str) -> None:
        try:
            self.file.write(text)
        except OSError as error:
            raise _unwritable(self.path, error) from error


@contextmanager
def whole_file(path: Path) -> Iterator[_Writer]:
    """A file that appears under its name only when it is whole; a fault on the way leaves what was there before."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    except OSError as error:
        raise _unwritable(path, error) from error
    file = open(descriptor, "w", encoding="utf-8", newline="\n")  # noqa: SIM115  closed below, where its fault is told
    try:
        yield _Writer(file, path)
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            partial.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):
            file.close()
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file's bytes so that it appears under its name only when it is whole, for its owner alone."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, OWNER_ONLY), "wb") as file:
            file.write(content)
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written ({error.strerror}); make room or choose another --out")
