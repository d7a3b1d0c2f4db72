"""Examples: windows and passages as the network reads them, and the loss of each.

A family of which nothing is known in a text is left out of its loss.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from cdi_nlp.detect.network import (
    LABELS,
    REPORTERS,
    STATUSES,
    WHENS,
    Encoded,
    Network,
    encode,
    encode_passage,
    length_of,
    stack,
)
from training.passages import LabelledPassage
from training.windows import Labelled

NOT_SAID = -100
"""A label that the loss leaves out."""
LOUD = 2.0
"""Weight of a told family against one that is not told."""
TOKENS = 20.0
"""Weight of a passage's tokens in its loss, where nearly every token tells nothing."""
binary = nn.functional.binary_cross_entropy_with_logits


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded window and its answers, as the loss takes them; `known` is 0 where a family is not known."""

    encoded: Encoded
    families: np.ndarray
    known: np.ndarray
    statuses: np.ndarray
    reporter: int
    when: int
    evidence: np.ndarray


@dataclass(frozen=True, slots=True)
class PassageExample:
    """An encoded passage and its answers by family and by token and family, with what is known of each."""

    encoded: Encoded
    families: np.ndarray
    known: np.ndarray
    told: np.ndarray
    token_known: np.ndarray


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
        for place, (part, start, end) in enumerate(encoded.places):
            if part >= 0 and start < mention.end and mention.start < end:
                evidence[place] = 1
    lead = window.mentions[0] if window.mentions else None
    reporter = REPORTERS.index(lead.reported_by) if lead else NOT_SAID
    when = WHENS.index(lead.when) if lead else NOT_SAID
    return Example(encoded, families, _known(window.unsure), statuses, reporter, when, evidence)


def passage_example(labelled: LabelledPassage, tokenizer: Tokenizer) -> PassageExample:
    """A labelled passage with its tokens and answers; beside a quote nothing is known of its family's tokens."""
    encoded = encode_passage(labelled.passage, tokenizer)
    told = np.zeros((len(encoded.tokens), len(LABELS)), dtype=np.float32)
    known = np.tile(_known(labelled.unsure | labelled.told), (len(encoded.tokens), 1))
    for part, first, last, family in labelled.spans:
        at = LABELS.index(family)
        for place, (own, start, end) in enumerate(encoded.places):
            inside = own == part and start < last and first < end
            told[place, at] = max(told[place, at], float(inside))
            known[place, at] = 0.0 if not told[place, at] else 1.0
    families = np.array([label in labelled.families for label in LABELS], dtype=np.float32)
    return PassageExample(encoded, families, _known(labelled.unsure), told, known)


def _known(unsure: Collection[str]) -> np.ndarray:
    return np.array([label not in unsure for label in LABELS], dtype=np.float32)


FamilyLoss = Callable[[Tensor], Tensor]


def loss_of(
    network: Network, rows: Sequence[Example], *, weight: Tensor, of_families: FamilyLoss | None = None
) -> Tensor:
    """The loss over a batch of windows: families most, then status, evidence, reporter and time.

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
    known = torch.from_numpy(np.stack([row.known for row in rows]))
    if of_families is None:
        loss = binary(read.families.float(), families, weight=known, pos_weight=weight) * 10
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
    return loss + binary(read.evidence.float(), evidence, weight=target)


def passage_loss(network: Network, rows: Sequence[PassageExample], *, weight: Tensor) -> Tensor:
    """The loss over a batch of passages: the families of each, and the tokens that tell them."""
    length = max(length_of(row.encoded) for row in rows)
    batch = stack([row.encoded for row in rows], length=length, size=len(rows))
    read = network.passage(batch["tokens"], batch["attention"], batch["target"])
    told = torch.zeros(len(rows), length, len(LABELS))
    known = torch.zeros(len(rows), length, len(LABELS))
    for number, row in enumerate(rows):
        held = min(len(row.told), length)
        told[number, :held] = torch.from_numpy(row.told[:held])
        known[number, :held] = torch.from_numpy(row.token_known[:held])
    known *= batch["target"].float().unsqueeze(-1)
    families = torch.from_numpy(np.stack([row.families for row in rows]))
    sure = torch.from_numpy(np.stack([row.known for row in rows]))
    whole = binary(read.families.float(), families, weight=sure, pos_weight=weight) * 10
    tokens = binary(read.tokens.float(), told, weight=known, pos_weight=weight, reduction="sum")
    return whole + TOKENS * tokens / known.sum().clamp(min=1)
