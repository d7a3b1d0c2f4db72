"""The encoder's network: a small BERT with heads for families, their status, the reporter, the time and the evidence.

torch and transformers are imported by whoever imports this module, so nothing but the encoder and its training does.
The base is all-MiniLM-L6-v2 (Wang et al. 2020, Apache-2.0): 6 layers of 384, 22 million parameters.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, get_args

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from cdi_nlp.detect.windows import Window
from cdi_nlp.records import Reporter, Status, When
from cdi_nlp.taxonomy import DETECTED

LABELS = DETECTED
STATUSES: tuple[Status, ...] = get_args(Status)
REPORTERS: tuple[Reporter, ...] = get_args(Reporter)
WHENS: tuple[When, ...] = get_args(When)
LENGTHS = (16, 32, 48, 64, 96, 128)
"""Token lengths that a batch is padded to: fixed shapes give the same bits whatever stands in the other rows."""
BEFORE, TARGET, AFTER = 30, 72, 20
"""Most tokens of each part of a window, with the three special ones 125."""


class Encoded(NamedTuple):
    """A window as token numbers; `first` and `last` bound its target, `places` are the characters of each token."""

    tokens: list[int]
    first: int
    last: int
    places: list[tuple[int, int]]


class Read(NamedTuple):
    """What the network says of a batch: logits by family, by family and status, by reporter, by time, by token."""

    families: Tensor
    statuses: Tensor
    reporters: Tensor
    whens: Tensor
    evidence: Tensor


class Network(nn.Module):
    """BERT over a window; the heads read its first token and the mean over the target's tokens."""

    def __init__(self, config: BertConfig) -> None:
        """Build the network with random heads."""
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        size = config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.families = nn.Linear(2 * size, len(LABELS))
        self.statuses = nn.Linear(2 * size, len(LABELS) * len(STATUSES))
        self.reporters = nn.Linear(2 * size, len(REPORTERS))
        self.whens = nn.Linear(2 * size, len(WHENS))
        self.evidence = nn.Linear(size, 1)

    def forward(self, tokens: Tensor, attention: Tensor, target: Tensor) -> Read:
        """Read a batch; `target` is 1 on the tokens of the window's own segment, which BERT sees as its second part."""
        hidden = self.bert(input_ids=tokens, attention_mask=attention, token_type_ids=target).last_hidden_state
        share = target.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * share).sum(1) / share.sum(1).clamp(min=1)
        both = self.drop(torch.cat([hidden[:, 0], mean], dim=1))
        statuses = self.statuses(both).view(-1, len(LABELS), len(STATUSES))
        whole = Read(
            self.families(both), statuses, self.reporters(both), self.whens(both), self.evidence(hidden).squeeze(-1)
        )
        return whole


def encode(window: Window, tokenizer: Tokenizer) -> Encoded:
    """A window as [CLS] before [SEP] target [SEP] after [SEP], each part cut to its most tokens."""
    start, stop = int(tokenizer.token_to_id("[CLS]") or 0), int(tokenizer.token_to_id("[SEP]") or 0)
    before = tokenizer.encode(window.before, add_special_tokens=False).ids[-BEFORE:] if window.before else []
    own = tokenizer.encode(window.target, add_special_tokens=False)
    after = tokenizer.encode(window.after, add_special_tokens=False).ids[:AFTER] if window.after else []
    ids = own.ids[:TARGET]
    first = len(before) + 2
    tokens = [start, *before, stop, *ids, stop, *after, stop]
    return Encoded(tokens, first, first + len(ids), list(own.offsets[:TARGET]))


def length_of(encoded: Encoded) -> int:
    """The least length in LENGTHS that holds the tokens."""
    return next(length for length in LENGTHS if length >= min(len(encoded.tokens), LENGTHS[-1]))


def stack(rows: Sequence[Encoded], *, length: int, size: int) -> Mapping[str, Tensor]:
    """A batch of `size` rows of `length` tokens, padded with empty rows, as the network takes it."""
    tokens = torch.zeros(size, length, dtype=torch.long)
    attention = torch.zeros(size, length, dtype=torch.long)
    target = torch.zeros(size, length, dtype=torch.long)
    attention[:, 0] = 1
    for number, row in enumerate(rows):
        held = min(len(row.tokens), length)
        tokens[number, :held] = torch.tensor(row.tokens[:held])
        attention[number, :held] = 1
        target[number, row.first : min(row.last, length)] = 1
    return {"tokens": tokens, "attention": attention, "target": target}
