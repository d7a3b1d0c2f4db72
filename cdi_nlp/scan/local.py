"""The local engine: batches of records over spawned processes, results in input order, memory bounded."""

import gc
import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from cdi_nlp.errors import CdiError
from cdi_nlp.ingest.crimes import CrimeIndex
from cdi_nlp.pipeline import FAULTS, Scanner, build_scanner, scan
from cdi_nlp.recording.chain import ChainIndex
from cdi_nlp.records import Record, Result, Unreadable
from cdi_nlp.settings import Settings

SPAWN_FROM = 400
"""Records below which starting processes costs more than it saves."""
IN_FLIGHT = 3
"""Batches handed to each process beyond the one it works on."""

Row = Record | Unreadable


@dataclass(frozen=True, slots=True)
class Job:
    """What every process of a scan is given at its start."""

    settings: Settings
    crimes: CrimeIndex | None = None
    as_of: datetime | None = None
    chains: ChainIndex = field(default_factory=ChainIndex)

    def scanner(self) -> Scanner:
        """A scanner for this process."""
        return build_scanner(self.settings, crimes=self.crimes, as_of=self.as_of, chains=self.chains)


def run(rows: Iterable[Row], job: Job) -> Iterator[tuple[Row, Result]]:
    """Each row with its result, in the order of the rows, whatever the number of processes."""
    workers = job.settings.scan.workers or os.cpu_count() or 1
    stream = iter(distinct(rows))
    head = list(itertools.islice(stream, SPAWN_FROM))
    batches = batched(itertools.chain(head, stream), job.settings.scan.batch)
    if workers == 1 or len(head) < SPAWN_FROM:
        scanner = job.scanner()
        for batch in batches:
            yield from zip(batch, scan_safely(batch, scanner), strict=True)
        return
    yield from _over_processes(batches, job, workers=workers)


def _over_processes(batches: Iterator[list[Row]], job: Job, *, workers: int) -> Iterator[tuple[Row, Result]]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(job,)) as pool:
        waiting: deque[tuple[list[Row], Future[list[Result]]]] = deque()
        try:
            for batch in batches:
                waiting.append((batch, pool.submit(_work, batch)))
                if len(waiting) > workers * (IN_FLIGHT + 1):
                    yield from _next(waiting)
            while waiting:
                yield from _next(waiting)
        except BrokenProcessPool as fault:
            raise CdiError(
                "a scan process was ended by the system, most likely for want of memory; run again with --workers 1"
            ) from fault
        finally:
            for _, future in waiting:
                future.cancel()


def _next(waiting: deque[tuple[list[Row], Future[list[Result]]]]) -> Iterator[tuple[Row, Result]]:
    batch, future = waiting.popleft()
    yield from zip(batch, future.result(), strict=True)


_scanner: Scanner | None = None


def _start(job: Job) -> None:
    global _scanner  # noqa: PLW0603  one scanner a process: the pool gives its tasks no other place to keep it
    _scanner = job.scanner()
    gc.collect()
    gc.freeze()  # the taxonomy stays for the life of the process: let no collection walk it again


def _work(batch: list[Row]) -> list[Result]:
    if _scanner is None:
        raise RuntimeError("a scan process was used before it was started")
    return scan_safely(batch, _scanner)


def scan_safely(batch: Sequence[Row], scanner: Scanner) -> list[Result]:
    """The results of the rows; where the batch fails, each row alone, so that a fault costs one record only."""
    try:
        return scan(batch, scanner)
    except FAULTS as fault:
        if len(batch) > 1:
            return [result for row in batch for result in scan_safely([row], scanner)]
        problem = f"record {batch[0].id}: could not be read ({type(fault).__name__}); please report it with its layout"
        return [Result(batch[0].id, error=problem)]


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of `size`, the last one shorter."""
    stream = iter(rows)
    while batch := list(itertools.islice(stream, size)):
        yield batch


def distinct(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with ids made distinct: a second `X` becomes `X#2` and says so, since dropping it could lose a victim.

    Ids are remembered as 8-byte digests, so that memory hardly grows with the source.
    """
    seen: dict[bytes, int] = {}
    for row in rows:
        count = seen.get(_digest(row.id), 0) + 1
        seen[_digest(row.id)] = count
        if count == 1:
            yield row
            continue
        name = f"{row.id}#{count}"
        while _digest(name) in seen:
            name += "#"
        seen[_digest(name)] = 1
        problem = f"id {row.id!r} is used {count} times; this one was read as {name!r}; give each record its own id"
        if isinstance(row, Record):
            yield replace(row, id=name, problems=(*row.problems, problem))
        else:
            yield Unreadable(name, f"{row.problem}; {problem}")


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
