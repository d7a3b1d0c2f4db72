"""One scan from source to folder: read, scan, write, and say what made it."""

import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from cdi_nlp.ingest.crimes import CrimeIndex, crimes_of, load_crimes, read_offence
from cdi_nlp.ingest.mapping import Mapping, load_mapping
from cdi_nlp.ingest.sources import open_source
from cdi_nlp.recording.chain import ChainIndex, build_chains
from cdi_nlp.records import Record, Result
from cdi_nlp.scan.local import Job, Row, distinct, run
from cdi_nlp.scan.output import Written, make_folder, write_queue, write_results, write_summary
from cdi_nlp.scan.queue_page import Queue
from cdi_nlp.settings import Settings
from cdi_nlp.taxonomy import Taxonomy, load_taxonomy

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to scan, with what, and where the results go."""

    source: str
    out: Path
    crimes: Path | None = None
    mapping: Path | None = None
    query: str | None = None
    settings: Settings = field(default_factory=Settings)
    as_of: datetime | None = None
    quotes: bool = True


def scan_source(request: Request, *, progress: Progress | None = None) -> dict[str, object]:
    """Scan a source into a folder and return the summary that was written there."""
    began = time.perf_counter()
    taxonomy = load_taxonomy()
    mapping = load_mapping(request.mapping) if request.mapping else None
    crimes = load_crimes(request.crimes, taxonomy) if request.crimes else None
    chains = chains_of(open_source(request.source, mapping=mapping, query=request.query), crimes, taxonomy)
    rows = open_source(request.source, mapping=mapping, query=request.query)
    make_folder(request.out)
    job = Job(request.settings, crimes, request.as_of, chains)
    queue = Queue(request.settings.queue.size, lambda record: recorded_titles(record, crimes, taxonomy))
    written = write_results(_watched(run(rows, job), progress), request.out, queue=queue, quotes=request.quotes)
    summary = summarise(request, written, crimes=crimes, mapping=mapping, taxonomy=taxonomy)
    seconds = time.perf_counter() - began
    summary["timings"] = {
        "seconds": round(seconds, 2),
        "records_per_second": round(written.tally.records / seconds, 1),
    }
    write_summary(request.out, summary)
    write_queue(request.out, written, summary=summary, quotes=request.quotes)
    return summary


def _watched(pairs: Iterable[tuple[Row, Result]], progress: Progress | None) -> Iterator[tuple[Row, Result]]:
    for count, pair in enumerate(pairs, 1):
        yield pair
        if progress:
            progress(count)


def chains_of(rows: Iterable[Row], crimes: CrimeIndex | None, taxonomy: Taxonomy) -> ChainIndex:
    """The chains of a source, under the same distinct ids as the scan gives its records."""
    records = (row for row in distinct(rows) if isinstance(row, Record))
    return build_chains(records, recorded=lambda record: crimes_of(record, crimes, taxonomy=taxonomy))


def recorded_titles(record: Record, crimes: CrimeIndex | None, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What is recorded for a record, as the force wrote it."""
    own = [read_offence(offence, taxonomy).offence for offence in record.recorded_crimes]
    filed = crimes.by_record.get(record.id, ()) if crimes else ()
    return (*own, *(f"{crime.offence} [{crime.crime_no}]" if crime.crime_no else crime.offence for crime in filed))


def summarise(
    request: Request,
    written: Written,
    *,
    crimes: CrimeIndex | None,
    mapping: Mapping | None,
    taxonomy: Taxonomy,
) -> dict[str, object]:
    """The counts of a scan with the versions, settings and digests that made it."""
    return {
        "source": request.source if "://" not in request.source else "database",
        "crimes": str(request.crimes) if request.crimes else None,
        "mapping": str(request.mapping) if mapping else None,
        "as_of": request.as_of.isoformat() if request.as_of else None,
        "quotes": request.quotes,
        "counts": written.tally.as_table(),
        "crime_file_problems": list(crimes.problems) if crimes else [],
        "settings": _plain(request.settings),
        "versions": {
            "cdi_nlp": version("cdi_nlp"),
            "taxonomy": taxonomy.version,
            "spacy": version("spacy"),
            "python": platform.python_version(),
        },
        "digests": {"results": written.digest, "source": file_digest(request.source)},
    }


def _plain(settings: Settings) -> dict[str, object]:
    return {
        "flag": {"default": settings.flag.default, "families": dict(settings.flag.families)},
        "scan": asdict(settings.scan),
        "queue": asdict(settings.queue),
    }


def file_digest(source: str) -> str | None:
    """The sha256 of a source that is one file; None for a folder or a database."""
    path = Path(source)
    if "://" in source or not path.is_file():
        return None
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
