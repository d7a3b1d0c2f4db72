"""The steps of training: fit, evaluate, register. Each says what it reads and writes, and skips what is fresh."""

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cdi_nlp.detect.linear import LinearModel
from cdi_nlp.detect.models import Model, Registry, digest_of, models_folder, read_registry, write_registry
from cdi_nlp.detect.neutral import READING
from training.bags import Bag, bags_of
from training.config import RUNS, Config
from training.corpus import calibration, held_out, manifest, read_entries, read_records
from training.labelled import HELD, NONE, Own, parted, read_own, unread
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
    held_entries: tuple[Any, ...]
    test_entries: tuple[Any, ...]
    test_records: tuple[Told, ...]


def read_parts() -> Parts:
    """The corpus by the split of split.toml."""
    test, held = held_out(), calibration()
    entries, records = read_entries(), read_records()
    out = {kind: test[kind] | held[kind] for kind in test}
    held_entries = tuple(entry for entry in entries if entry.batch in held["entries"])
    held_records = tuple(of_record(row) for row in records if row["batch"] in held["records"])
    return Parts(
        entries=tuple(entry for entry in entries if entry.batch not in out["entries"]),
        records=tuple(of_record(row) for row in records if row["batch"] not in out["records"]),
        held_windows=(*all_windows(map(of_entry, held_entries)), *all_windows(held_records)),
        held_records=held_records,
        held_entries=held_entries,
        test_entries=tuple(entry for entry in entries if entry.batch in test["entries"]),
        test_records=tuple(of_record(row) for row in records if row["batch"] in test["records"]),
    )


def learned_manifest() -> dict[str, Any]:
    """The manifest of what training and calibration read: a change in what is tested makes no model stale."""
    return {name: row for name, row in manifest().items() if row["part"] != "test"}


def nothing() -> Parts:
    """No corpus: what a run reads that a force's own labels alone are to teach."""
    return Parts((), (), (), (), (), (), ())


def fit(config: Config, *, say: Say, own: Own = NONE) -> Path:
    """Fit linear model, encoder and weigher into the run's folder, each skipped where nothing it reads has changed.

    `own` are a force's own labels: a held part of their records, chosen by text, fits the weigher alone.
    """
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415  heavy: only when something is fitted
    from cdi_nlp.detect.linear import load_linear  # noqa: PLC0415
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415
    from training.fit_fusion import fit_fusion, save_weigher  # noqa: PLC0415
    from training.fit_linear import fit_linear, save_linear  # noqa: PLC0415

    parts, out = (nothing() if own.alone else read_parts()), config.folder
    held, fitted = parted(read_own(own), share=HELD, seed=config.encoder.seed)
    bags = bags_of(fitted)
    out.mkdir(parents=True, exist_ok=True)
    corpus = json.dumps(learned_manifest(), sort_keys=True) + own.digest + READING
    start = config.encoder.start_model()
    encoder = f"{corpus} {config.encoder} {start.files if start else ''}"
    say(f"reads {len(parts.entries)} entries and {len(parts.records)} records of the corpus; writes {out}")
    if own.files:
        say(f"reads {len(fitted)} records of {', '.join(map(str, own.files))}; {len(held)} more fit the weigher alone")
    if stale(out, "linear", corpus):
        windows = all_windows(map(of_entry, parts.entries)) + all_windows(parts.records)
        save_linear(fit_linear(windows, bags), out)
        fresh(out, "linear", corpus)
        say(f"linear: fitted to {len(windows) + sum(len(bag.windows) for bag in bags)} windows")
    if stale(out, "encoder", encoder):
        if bags:
            fit_to_own(config, parts, bags=bags, held=bags_of(held), linear=load_linear(out), say=say)
        else:
            fit_network(config, parts, key=_digest(encoder), say=say)
        fresh(out, "encoder", encoder)
    detector = load_pattern_detector()
    weighed = f"{encoder} {detector.version}"
    if stale(out, "fusion", weighed):
        calibrated = (*parts.held_records, *map(of_entry, parts.held_entries))
        save_weigher(fit_fusion(load_cascade(detector, out), calibrated, held), out)
        fresh(out, "fusion", weighed)
        say(f"fusion: fitted to {len(calibrated) + len(held)} texts that no model read")
    return out


def evaluate(config: Config, *, say: Say, own: Own = NONE, folder: Path | None = None) -> dict[str, Any]:
    """Measure the run on the test part, and on a force's own tested records, and write its metrics, plots and card.

    `folder` is a model to measure in the run's place.
    """
    from cdi_nlp.detect.cascade import load_cascade  # noqa: PLC0415
    from cdi_nlp.detect.patterns import load_pattern_detector  # noqa: PLC0415
    from cdi_nlp.detect.weigh import load_weigher  # noqa: PLC0415
    from training.evaluate.card import summary, write_card  # noqa: PLC0415
    from training.evaluate.cases import sets_of  # noqa: PLC0415
    from training.evaluate.everything import evaluate as measured  # noqa: PLC0415
    from training.evaluate.own import own_figures  # noqa: PLC0415
    from training.evaluate.plots import draw  # noqa: PLC0415

    parts, out = read_parts(), folder or config.folder
    sets = sets_of(
        parts.entries,
        parts.records,
        held_records=parts.held_records,
        held_entries=parts.held_entries,
        test_entries=parts.test_entries,
        test_records=parts.test_records,
    )
    cascade = load_cascade(load_pattern_detector(), out)
    seed, store, weigher = config.encoder.seed, RUNS / "baselines", load_weigher(out)
    metrics = measured(cascade, weigher, sets, seed=seed, store=store, say=say)
    metrics["own"] = {
        f"own records {number}": own_figures(cascade, weigher, samples, rng=np.random.default_rng(seed))
        for number, samples in enumerate(unread(own, say=say), start=1)
    }
    corpus = learned_from(config, parts, own)
    draw(metrics, out)
    write_card(config.name if folder is None else out.name, metrics, corpus=corpus, out=out)
    for line in summary(metrics):
        say(line)
    say(f"writes metrics.json, card.md and {', '.join(PLOTS)} into {out}")
    return metrics


def fit_to_own(
    config: Config, parts: Parts, *, bags: Sequence[Bag], held: Sequence[Bag], linear: LinearModel, say: Say
) -> None:
    """Fine-tune the encoder to a force's own records, beside the corpus, into the run's folder."""
    from training.fit_own import Material, fit_own  # noqa: PLC0415  loads torch

    material = Material(bags, held, linear, parts.entries, parts.records)
    fit_own(material, fit=config.encoder, out=config.folder, say=say)


def fit_network(config: Config, parts: Parts, *, key: str, say: Say) -> None:
    """Fine-tune the encoder into the run's folder; `key` is the digest of all that it reads."""
    from training.fit_encoder import fit_encoder  # noqa: PLC0415  loads torch
    from training.resume import Run  # noqa: PLC0415

    held = parts.held_windows
    run = Run(config.folder, key)
    fit_encoder(parts.entries, parts.records, held=held, fit=config.encoder, run=run, say=say)


def learned_from(config: Config, parts: Parts, own: Own) -> str:
    """What a run learned from, as its card says it: counts and digests, and no name of a force's file."""
    learned = []
    if not own.alone:
        corpus = f"{len(parts.entries)} entries and {len(parts.records)} records, digest "
        corpus += _digest(json.dumps(learned_manifest(), sort_keys=True))[:12]
        learned.append(f"the project's written corpus ({corpus}): invented text, no real record")
    if own.files:
        learned.append(f"{len(read_own(own))} records with a force's own labels, digest {_digest(own.digest)[:12]}")
    if config.encoder.start_from:
        learned.append(f"the encoder began from the {config.encoder.start_from} model")
    return "; ".join(learned)


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
