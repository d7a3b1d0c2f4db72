"""Fitting the encoder to a force's own records: bags of windows, beside a share of the written corpus or alone.

The loss of a told family without marked words is that of the surest window of its record; all else is as for the
corpus. Beginning from a model that is already fitted, a few epochs do.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from cdi_nlp.detect.linear import LinearModel
from cdi_nlp.detect.network import Network, length_of, stack
from cdi_nlp.errors import SourceError
from training.bags import LABELS, Bag, drawn, groups
from training.config import Fit
from training.corpus import Entry
from training.examples import LOUD, example, loss_of, passage_example
from training.fit_encoder import (
    AnyExample,
    Reader,
    batch_loss,
    batches,
    begun,
    epoch_of,
    optimizer_of,
    reader_of,
    save,
    start_folder,
)
from training.windows import Told


@dataclass(frozen=True, slots=True)
class Material:
    """What is read: the force's bags, those held to watch the fit, and of the corpus nothing where it is left out.

    The linear model says which windows of a long record are worth reading.
    """

    bags: Sequence[Bag]
    held: Sequence[Bag]
    linear: LinearModel
    entries: Sequence[Entry] = ()
    records: Sequence[Told] = ()


def family_loss(logits: Tensor, bags: Sequence[Bag]) -> Tensor:
    """The loss of a batch of bags, whose windows stand one bag after another in `logits`.

    Each known cell counts for itself; each weak family counts once a record, by its surest window.
    """
    told = torch.from_numpy(np.concatenate([bag.told for bag in bags])).float()
    known = torch.from_numpy(np.concatenate([bag.known for bag in bags])).float()
    cross = nn.functional.binary_cross_entropy_with_logits
    weight = torch.tensor(LOUD)
    loss = (cross(logits, told, pos_weight=weight, reduction="none") * known).sum()
    parts = torch.split(logits, [len(bag.windows) for bag in bags])
    for bag, part in zip(bags, parts, strict=True):
        surest = part.max(dim=0).values[torch.from_numpy(bag.weak)]
        loss = loss + LOUD * nn.functional.softplus(-surest).sum()
    return loss / logits.numel()


def loss_of_bags(network: Network, bags: Sequence[Bag], *, tokenizer: Tokenizer) -> Tensor:
    """The loss over a batch of bags; what is marked in them teaches status and evidence as in the corpus."""
    rows = [example(window, tokenizer) for bag in bags for window in bag.windows]
    return loss_of(network, rows, weight=torch.tensor(LOUD), of_families=lambda logits: family_loss(logits, bags))


def fit_own(material: Material, *, fit: Fit, out: Path, say: Callable[[str], None]) -> None:
    """Fit the encoder to a force's own records and write its last epoch into `out`.

    The rate falls to nothing, so the last epoch is the one to keep and the held records choose nothing here.
    """
    bags = material.bags
    if not (fit.start_from or material.entries or any(window.mentions for bag in bags for window in bag.windows)):
        raise SourceError(
            "--alone, and no line marks its words with disclosed: nothing shows the encoder what evidence is; set"
            ' start_from = "shipped" in the configuration, or leave out --alone'
        )
    torch.manual_seed(fit.seed)
    rng = np.random.default_rng(fit.seed)
    network, tokenizer, config = begun(start_folder(fit))
    reading = _Reading.of(material, fit, tokenizer)
    epoch = list(reading.units(rng))
    faster = 1 if fit.start_from else 8
    optimizer, schedule = optimizer_of(network, rate=fit.rate, steps=len(epoch) * fit.epochs, faster=faster)
    say(f"encoder: from {fit.start_from or 'the published base'}; {len(epoch)} batches an epoch, {len(bags)} records")
    weight = torch.full((len(LABELS),), LOUD)
    for number in range(fit.epochs):
        start, total = time.monotonic(), 0.0
        network.train()
        for own, rows in epoch if number == 0 else reading.units(rng):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                if own:
                    loss = loss_of_bags(network, own, tokenizer=tokenizer)
                else:
                    loss = batch_loss(network, rows, weight=weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        score, spent = micro_of_bags(network, material.held, tokenizer=tokenizer), time.monotonic() - start
        say(f"epoch {number + 1}: loss {total / len(epoch):.4f}, held records micro-F1 {score:.3f}, {spent:.0f} s")
    if not (fit.start_from or material.entries):
        silence(network, bags)
    save(network, tokenizer, config, out)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an epoch draws from."""

    bags: Sequence[Bag]
    logits: Sequence[np.ndarray]
    corpus: Reader
    fit: Fit

    @classmethod
    def of(cls, material: Material, fit: Fit, tokenizer: Tokenizer) -> "_Reading":
        """The material with its windows cut and looked through by the linear model."""
        linear = material.linear
        logits = [linear.logits([window.window for window in bag.windows]) for bag in material.bags]
        return cls(material.bags, logits, reader_of(material.entries, material.records, tokenizer), fit)

    def units(self, rng: np.random.Generator) -> Iterator[tuple[list[Bag], list[AnyExample]]]:
        """An epoch's batches in a random order: of the force's bags, of its passages, or of the corpus."""
        own = [drawn(bag, logits, rng) for bag, logits in zip(self.bags, self.logits, strict=True)]
        units: list[tuple[list[Bag], list[AnyExample]]] = [(g, []) for g in groups(own, size=self.fit.batch, rng=rng)]
        tokenizer = self.corpus.tokenizer
        rows: list[AnyExample] = [passage_example(one, tokenizer) for bag in self.bags for one in bag.passages]
        if self.corpus.entries or self.corpus.windows:
            rows += epoch_of(self._share(rng), fit=self.fit, rng=rng)
        units += [([], group) for group in batches(rows, size=self.fit.batch, rng=rng)]
        for at in rng.permutation(len(units)):
            yield units[at]

    def _share(self, rng: np.random.Generator) -> Reader:
        """The share of the corpus that an epoch reads, drawn anew."""
        whole, share = self.corpus, self.fit.corpus
        return Reader(
            [whole.entries[at] for at in _some(len(whole.entries), share, rng)],
            [whole.windows[at] for at in _some(len(whole.windows), share, rng)],
            [whole.passages[at] for at in _some(len(whole.passages), share, rng)],
            whole.quiet,
            whole.tokenizer,
        )


def _some(size: int, share: float, rng: np.random.Generator) -> list[int]:
    return sorted(int(at) for at in rng.permutation(size)[: round(share * size)])


def silence(network: Network, bags: Sequence[Bag]) -> None:
    """Make the families mute of which nothing was ever read: without it a random head would speak."""
    unread = torch.from_numpy(~np.any([bag.asked for bag in bags], axis=0))
    with torch.no_grad():
        network.families.weight[unread] = 0
        network.families.bias[unread] = -10
        network.whole.weight[unread] = 0
        network.whole.bias[unread] = -10
        network.tokens.weight[unread] = 0
        network.tokens.bias[unread] = 0


def micro_of_bags(network: Network, bags: Sequence[Bag], *, tokenizer: Tokenizer) -> float:
    """Micro-F1 over the families that each record was asked for, a record found where its surest window is."""
    network.eval()
    right = said = wanted = 0
    for bag in bags:
        rows = [example(window, tokenizer).encoded for window in bag.windows]
        best = np.full(len(LABELS), -np.inf)
        for at in range(0, len(rows), 64):
            part = rows[at : at + 64]
            batch = stack(part, length=max(length_of(row) for row in part), size=len(part))
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(batch["tokens"], batch["attention"], batch["target"]).families
            best = np.maximum(best, logits.float().numpy().max(axis=0))
        found, gold = (best >= 0) & bag.asked, bag.families
        right += int((found & gold).sum())
        said += int(found.sum())
        wanted += int(gold.sum())
    return 2 * right / max(1, said + wanted)
