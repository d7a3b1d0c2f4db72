"""Speed, memory and start-up of a scan, as ratios to a bare spaCy tokenizer run beside it on the same machine."""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import perfect
import spacy

from cdi_nlp.detect import Reading, read
from cdi_nlp.detect.encoder import Encoder
from cdi_nlp.detect.models import promoted_folder, read_registry
from cdi_nlp.detect.windows import passages_of, windows
from cdi_nlp.ingest.crimes import read_offence
from cdi_nlp.ingest.logs import parse_entries, segments
from cdi_nlp.recording.checks import look
from cdi_nlp.recording.decide import decide
from cdi_nlp.recording.reconcile import reconcile
from cdi_nlp.records import Record
from cdi_nlp.taxonomy import load_taxonomy

WORDS = 200
SEED = 20260401


def sentences(root: Path) -> list[str]:
    """Every segment of the written records: the stuff that varied records are made of."""
    found = []
    for path in [root / "data/sample/incidents.jsonl", *sorted((root / "data/corpus/records").glob("*.jsonl"))]:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = row["text"] if "text" in row else "\n".join(entry["text"] for entry in row["entries"])
            record = Record(id="x", text=text, entries=parse_entries(text))
            found += [text[segment.start : segment.end] for segment in segments(record)]
    return found


def write_records(path: Path, pool: list[str], *, count: int) -> None:
    """Varied records of about 200 words: random segments, each with some of its words and figures changed.

    Every twentieth word is given a new spelling, so that no cache of whole sentences or of the vocabulary helps.
    """
    rng = random.Random(SEED)  # noqa: S311  a fixed sequence, not a secret
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            lines: list[str] = []
            while sum(len(line.split()) for line in lines) < WORDS:
                words = rng.choice(pool).split()
                lines.append(" ".join(_changed(word, rng) if rng.random() < 1 / 20 else word for word in words))
            row = {"id": f"b{number}", "record_type": "incident", "text": "\n".join(lines)}
            file.write(json.dumps(row) + "\n")


def _changed(word: str, rng: random.Random) -> str:
    return word + str(rng.randrange(1000)) if word.isdigit() else word[:3] + "".join(rng.choices("aeioulnrst", k=4))


def scan(path: Path, out: Path, *, workers: int, detectors: str) -> tuple[float, int, float]:
    """Seconds of a whole `cdi scan`, records written, and the most memory that one process held (megabytes)."""
    command = [sys.executable, "-m", "cdi_nlp", "scan", str(path), "--out", str(out)]
    command += ["--workers", str(workers), "--detectors", detectors]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    process.wait()
    watcher.join()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"cdi scan ended with {process.returncode}")
    return seconds, sum(1 for _ in (out / "results.jsonl").open(encoding="utf-8")), peak[0]


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            peak[0] = max(peak[0], _megabytes(pid))
        time.sleep(0.1)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _megabytes(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    sizes = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")]
    return sizes[0] / 1024 if sizes else 0.0


def tokenizer_rate(path: Path) -> float:
    """Records a second of a bare spaCy tokenizer in one process."""
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()[:3000]]
    nlp = spacy.blank("en")
    began = time.perf_counter()
    for text in texts:
        nlp.make_doc(text)
    return len(texts) / (time.perf_counter() - began)


def start_up(*arguments: str, runs: int = 5) -> float:
    """The median time of a command, in seconds."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "cdi_nlp", *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return sorted(times)[runs // 2]


PARTS_OF = 2_000
"""Records on which the parts of the model are timed."""
CHUNK = 200
"""Records that a part is given at a time, as a scan gives them."""


def parts(path: Path) -> dict[str, float]:
    """Records a second of each part of the promoted model alone and of the whole cascade, in one process.

    Each reads the same records from their text on, and starts with nothing remembered. The encoder alone reads every
    window; in the cascade it reads those that the gate lets through.
    """
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415  loads torch
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415

    folder = promoted_folder()
    if folder is None:
        return {}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    records = [Record(row["id"], row["text"], (), "incident") for row in rows]

    def rate(detect: Callable[[Sequence[Reading]], object]) -> float:
        began = time.perf_counter()
        for at in range(0, len(records), CHUNK):
            detect([read(record, patterns.tokenizer) for record in records[at : at + CHUNK]])
        return len(records) / (time.perf_counter() - began)

    found = {}
    for name in ("patterns", "linear", "encoder", "cascade"):
        patterns = load_pattern_detector()
        cascade = load_cascade(patterns, folder)
        detectors: dict[str, Callable[[Sequence[Reading]], object]] = {
            "patterns": lambda own, it=patterns: list(it.detect(own)),
            "linear": lambda own, it=cascade: it.linear.logits([w for reading in own for w in windows(reading)]),
            "encoder": lambda own, it=cascade: everything(it.encoder, own),
            "cascade": lambda own, it=cascade: list(it.detect(own)),
        }
        found[name] = rate(detectors[name])
    return found


def everything(encoder: Encoder, readings: Sequence[Reading]) -> None:
    """Have the encoder read every window and every passage."""
    encoder.read([window for reading in readings for window in windows(reading)])
    encoder.read_passages([one for reading in readings for one in passages_of(reading.record, reading.segments)])


def recall_loss() -> dict[str, float]:
    """What the promoted cascade loses of recall to the encoder on every window, on records no model was fitted to."""
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415
    from cdi_nlp.detect.weigh import load_weigher  # noqa: PLC0415
    from training.evaluate.cases import of_whole  # noqa: PLC0415  only this measurement reads the corpus
    from training.evaluate.gate import gate_loss  # noqa: PLC0415
    from training.evaluate.seen import Judge  # noqa: PLC0415
    from training.steps import read_parts  # noqa: PLC0415

    folder = promoted_folder()
    if folder is None:
        return {}
    corpus = read_parts()
    cases = [of_whole(told, ()) for told in (*corpus.test_records, *corpus.held_records)]
    judge = Judge.build(load_cascade(load_pattern_detector(), folder), load_weigher(folder))
    seen = judge.see(case.told.record for case in cases)
    return gate_loss(cases, gated=seen.fused, whole=seen.open_gate, rng=np.random.default_rng(SEED))


def measure_parts(path: Path) -> None:
    """Print the speed of the model's parts, and what its gate costs."""
    print(f"the parts of the model on the same {sum(1 for _ in path.open(encoding='utf-8')):,} records, one process")
    for name, rate in parts(path).items():
        print(f"  {name:<23}{rate:8.1f} records/s")
    loss = recall_loss()
    print(f"  recall lost to the gate {100 * loss['loss']:7.2f} points of {100 * loss['recall_open']:.1f}", end=" ")
    print(f"(n {loss['n']}; {100 * loss['interval'][0]:.2f} to {100 * loss['interval'][1]:.2f})")


def rules_rate(root: Path, *, rounds: int = 3) -> float:
    """Records a second through deciding, reconciling and the checks in one process, over the written records."""
    taxonomy = load_taxonomy()
    ready = [
        (reading, told, [read_offence(offence, taxonomy) for offence in reading.record.recorded_crimes])
        for reading, told in perfect.fed(sorted((root / "data/corpus/records").glob("*.jsonl")))
    ]
    began = 0.0
    for number in range(rounds + 1):
        if number == 1:  # the first round loads the words of the rules
            began = time.process_time()
        for reading, told, held in ready:
            decision = decide(reading, told)
            gap = reconcile(decision.crimes, held, taxonomy=taxonomy)
            look(reading, told, crimes=decision.crimes, gap=gap, recorded=held, decided=decision.n100)
    return rounds * len(ready) / (time.process_time() - began)


MODEL_SHARE = 5
"""The whole cascade is measured on this part of the records: a fifth says as much."""


def measure(root: Path, *, records: int, workers: int) -> None:
    """Print every figure."""
    pool = sentences(root)
    print(f"cores {os.cpu_count()}; {records:,} records of about {WORDS} words; {workers} processes")
    with tempfile.TemporaryDirectory() as folder:
        small, large, out = Path(folder) / "small.jsonl", Path(folder) / "large.jsonl", Path(folder) / "out"
        write_records(small, pool, count=max(records // 10, 1))
        write_records(large, pool, count=records)
        bare = tokenizer_rate(large)
        print(f"bare spaCy tokenizer     {bare:8.0f} records/s in one process")
        _, _, held = scan(small, out, workers=workers, detectors="patterns")
        seconds, written, peak = scan(large, out, workers=workers, detectors="patterns")
        print(
            f"patterns                 {written / seconds:8.0f} records/s ({seconds:.1f} s in all, start-up included)"
        )
        print(f"ratio                    {written / seconds / bare:8.2f} ({workers} processes to one tokenizer)")
        print(f"most memory, one process {peak:8.0f} MB ({held:.0f} MB on a tenth of the records)")
        if read_registry().promoted:
            write_records(small, pool, count=max(records // MODEL_SHARE, 1))
            seconds, written, peak = scan(small, out, workers=workers, detectors="all")
            print(
                f"with the model           {written / seconds:8.0f} records/s of {written:,} ({seconds:.1f} s in all)"
            )
            print(f"most memory, one process {peak:8.0f} MB")
            write_records(small, pool, count=min(PARTS_OF, records))
            measure_parts(small)

    print(f"decide, reconcile, look  {rules_rate(root):8.0f} records/s in one process, every disclosure given")
    print(f"cdi --help               {start_up('--help'):8.2f} s")
