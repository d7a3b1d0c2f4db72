"""The steps of training: fit, evaluate, register. Each says what it reads and writes, and skips what is fresh."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdi_nlp.detect.models import Model, Registry, digest_of, models_folder, read_registry, write_registry
from training.config import RUNS, Config
from training.corpus import calibration, held_out, manifest, read_entries, read_records
from training.windows import Labelled, Told, all_windows, of_entry, of_record

Say = Callable[[str], None]
FILES = ("config.json", "tokenizer.json", "weights.safetensors", "linear.json", "linear.safetensors", "fusion.json")
"""What makes a model; metrics, card and plots are added when it is registered."""
PLOTS = ("reliability.png", "cost.png", "families.png", "slices.png")
PAGES = ("metrics.json", "card.md", *PLOTS)
"""What an evaluation writes and a registered model carries."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The corpus as training reads it: what is fitted, what is held to choose and calibrate, what is tested."""

    entries: tuple[Any, ...]
    records: tuple[Told, ...]
    held_windows: tuple[Labelled, ...]
    held_records: tuple[Told, ...]
    test_entries: tuple[Any, ...]
    test_records: tuple[Told, ...]


def read_parts() -> Parts:
    """The corpus by the split of split.toml."""
    test, held = held_out(), calibration()
    entries, records = read_entries(), read_records()
    out = {kind: test[kind] | held[kind] for kind in test}
    held_entries = [of_entry(entry) for entry in entries if entry.batch in held["entries"]]
    held_records = tuple(of_record(row) for row in records if row["batch"] in held["records"])
    return Parts(
        entries=tuple(entry for entry in entries if entry.batch not in out["entries"]),
        records=tuple(of_record(row) for row in records if row["batch"] not in out["records"]),
        held_windows=(*all_windows(held_entries, whole=False), *all_windows(held_records, whole=True)),
        held_records=held_records,
        test_entries=tuple(entry for entry in entries if entry.batch in test["entries"]),
        test_records=tuple(of_record(row) for row in records if row["batch"] in test["records"]),
    )


def fit(config: Config, *, say: Say) -> Path:
    """Fit linear model, encoder and weigher into the run's folder, each skipped where nothing it reads has changed."""
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415  heavy: only when something is fitted
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415
    from training.fit_fusion import fit_fusion, save_weigher  # noqa: PLC0415
    from training.fit_linear import fit_linear, save_linear  # noqa: PLC0415

    parts, out = read_parts(), config.folder
    out.mkdir(parents=True, exist_ok=True)
    corpus = json.dumps(manifest(), sort_keys=True)
    say(f"reads {len(parts.entries)} entries and {len(parts.records)} records; writes {out}")
    if stale(out, "linear", corpus):
        windows = all_windows(map(of_entry, parts.entries), whole=False) + all_windows(parts.records, whole=True)
        save_linear(fit_linear(windows), out)
        fresh(out, "linear", corpus)
        say(f"linear: fitted to {len(windows)} windows")
    if stale(out, "encoder", f"{corpus} {config.encoder}"):
        fit_network(config, parts, say=say)
        fresh(out, "encoder", f"{corpus} {config.encoder}")
    detector = load_pattern_detector()
    weighed = f"{corpus} {config.encoder} {detector.version}"
    if stale(out, "fusion", weighed):
        save_weigher(fit_fusion(load_cascade(detector, out), parts.held_records), out)
        fresh(out, "fusion", weighed)
        say(f"fusion: fitted to {len(parts.held_records)} records that no model read")
    return out


def evaluate(config: Config, *, say: Say, folder: Path | None = None) -> dict[str, Any]:
    """Measure a run on the test part, and write its metrics, plots and card; `folder` is another than the run's."""
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415
    from cdi_nlp.detect.weigh import load_weigher  # noqa: PLC0415
    from training.evaluate.card import summary, write_card  # noqa: PLC0415
    from training.evaluate.cases import sets_of  # noqa: PLC0415
    from training.evaluate.everything import evaluate as measured  # noqa: PLC0415
    from training.evaluate.plots import draw  # noqa: PLC0415

    parts, out = read_parts(), folder or config.folder
    sets = sets_of(
        parts.entries,
        parts.records,
        held_records=parts.held_records,
        test_entries=parts.test_entries,
        test_records=parts.test_records,
    )
    cascade = load_cascade(load_pattern_detector(), out)
    seed, store = config.encoder.seed, RUNS / "baselines"
    metrics = measured(cascade, load_weigher(out), sets, seed=seed, store=store, say=say)
    corpus = f"{len(parts.entries)} entries and {len(parts.records)} records, digest "
    corpus += _digest(json.dumps(manifest(), sort_keys=True))[:12]
    draw(metrics, out)
    write_card(config.name if folder is None else out.name, metrics, corpus=corpus, out=out)
    for line in summary(metrics):
        say(line)
    say(f"writes metrics.json, card.md and {', '.join(PLOTS)} into {out}")
    return metrics


def fit_network(config: Config, parts: Parts, *, say: Say) -> None:
    """Fine-tune the encoder into the run's folder."""
    from training.fit_encoder import fit_encoder  # noqa: PLC0415  loads torch

    held = parts.held_windows
    fit_encoder(parts.entries, parts.records, held=held, fit=config.encoder, out=config.folder, say=say)


def stale(out: Path, step: str, inputs: str) -> bool:
    """Whether a step's inputs differ from those that it last ran on."""
    stamp = out / f"{step}.stamp"
    return not stamp.is_file() or stamp.read_text(encoding="utf-8") != _digest(inputs)


def fresh(out: Path, step: str, inputs: str) -> None:
    """Note that a step ran on these inputs."""
    (out / f"{step}.stamp").write_text(_digest(inputs), encoding="utf-8")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def register(config: Config, *, say: Say, folder: Path | None = None) -> Model:
    """Copy an evaluated run into the models folder with its card, and write its digests; promotion is a person's."""
    folder = folder or models_folder()
    target, run = folder / config.name, config.folder
    for name in PAGES:
        if not (run / name).is_file():
            raise FileNotFoundError(f"{run / name} is missing; run: python -m training evaluate first")
    target.mkdir(parents=True, exist_ok=True)
    digests = {}
    for name in (*FILES, *PAGES):
        shutil.copyfile(run / name, target / name)
        digests[name] = digest_of(target / name)
    model = Model(config.name, target, digests)
    held = read_registry(folder)
    write_registry(Registry({**held.models, config.name: model}, held.promoted), folder)
    say(f"registered {config.name} in {folder}; promote it with: cdi models promote {config.name}")
    return model
