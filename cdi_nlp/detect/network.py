"""The encoder's network: a small BERT with heads for a window and for a passage.

Of a window it says the families, their status, the reporter, the time and the evidence; of a passage the families, by
token and as a whole.

torch and transformers are imported by whoever imports this module, so nothing but the encoder and its training does.
The base is all-MiniLM-L6-v2 (Wang et al. 2020, Apache-2.0): 6 layers of 384, 22 million parameters.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, get_args

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from cdi_nlp.detect.neutral import neutral
from cdi_nlp.detect.windows import Passage, Window
from cdi_nlp.records import Reporter, Status, When
from cdi_nlp.taxonomy import DETECTED

LABELS = DETECTED
STATUSES: tuple[Status, ...] = get_args(Status)
REPORTERS: tuple[Reporter, ...] = get_args(Reporter)
WHENS: tuple[When, ...] = get_args(When)
LENGTHS = (16, 32, 48, 64, 96, 128, 192, 256, 320, 384)
"""Token lengths that a batch is padded to: fixed shapes give the same bits whatever stands in the other rows."""
BEFORE, TARGET, AFTER = 30, 72, 20
"""Most tokens of each part of a window, with the three special ones 125."""


UNSEEN = -20.0
"""The logit of a token that is not of the text read."""
NOWHERE = (-1, 0, 0)
"""The place of a token that is not of the text read, such as a neighbour's."""


class Encoded(NamedTuple):
    """A window or passage as token numbers, and the place of each: its part (0 in a window) and characters there.

    A token that only gives context stands at NOWHERE.
    """

    tokens: list[int]
    places: list[tuple[int, int, int]]


class Read(NamedTuple):
    """What the network says of a batch: logits by family, by family and status, by reporter, by time, by token."""

    families: Tensor
    statuses: Tensor
    reporters: Tensor
    whens: Tensor
    evidence: Tensor


class ReadPassage(NamedTuple):
    """What the network says of a batch of passages: logits by family, and by token and family."""

    families: Tensor
    tokens: Tensor


class Network(nn.Module):
    """BERT over a window or passage; the heads read its first token, its target's mean, and each token."""

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
        self.whole = nn.Linear(2 * size, len(LABELS))
        self.tokens = nn.Linear(size, len(LABELS))

    def forward(self, tokens: Tensor, attention: Tensor, target: Tensor) -> Read:
        """Read windows; `target` is 1 on the tokens of the window's own segment, which BERT sees as its second part."""
        hidden, both = self._read(tokens, attention, target)
        statuses = self.statuses(both).view(-1, len(LABELS), len(STATUSES))
        whole = Read(
            self.families(both), statuses, self.reporters(both), self.whens(both), self.evidence(hidden).squeeze(-1)
        )
        return whole

    def passage(self, tokens: Tensor, attention: Tensor, target: Tensor) -> ReadPassage:
        """Read passages: what the whole suggests and what its strongest token says, added up for each family."""
        hidden, both = self._read(tokens, attention, target)
        told = self.tokens(self.drop(hidden))
        strongest = told.masked_fill(target.unsqueeze(-1) == 0, UNSEEN).amax(1)
        return ReadPassage(self.whole(both) + strongest, told)

    def _read(self, tokens: Tensor, attention: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.bert(input_ids=tokens, attention_mask=attention, token_type_ids=target).last_hidden_state
        share = target.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * share).sum(1) / share.sum(1).clamp(min=1)
        return hidden, self.drop(torch.cat([hidden[:, 0], mean], dim=1))


def encode(window: Window, tokenizer: Tokenizer) -> Encoded:
    """A window as [CLS] before [SEP] target [SEP] after [SEP], each part made neutral and cut to its most tokens."""
    opens, stop = _special(tokenizer)
    before = _ids(window.before, tokenizer)[-BEFORE:]
    own = _placed(window.target, tokenizer, part=0)[:TARGET]
    after = _ids(window.after, tokenizer)[:AFTER]
    tokens = [opens, *before, stop, *(token for token, _ in own), stop, *after, stop]
    places = [NOWHERE] * (len(before) + 2) + [place for _, place in own]
    return Encoded(tokens, places + [NOWHERE] * (len(tokens) - len(places)))


def encode_passage(passage: Passage, tokenizer: Tokenizer) -> Encoded:
    """A passage as [CLS] part [SEP] part [SEP] ..., made neutral, questions first, cut to the greatest length."""
    opens, stop = _special(tokenizer)
    tokens, places = [opens], [NOWHERE]
    for number, (words, question) in enumerate(zip(passage.parts, passage.questions, strict=True)):
        asked = _ids(question, tokenizer)[:BEFORE]
        own = _placed(words, tokenizer, part=number)
        tokens += [*asked, *(token for token, _ in own), stop]
        places += [*[NOWHERE] * len(asked), *(place for _, place in own), NOWHERE]
    return Encoded(tokens[: LENGTHS[-1]], places[: LENGTHS[-1]])


def _ids(text: str, tokenizer: Tokenizer) -> list[int]:
    """The tokens of a text that only gives context."""
    return [token for token, _ in _placed(text, tokenizer, part=0)] if text else []


def _placed(text: str, tokenizer: Tokenizer, *, part: int) -> list[tuple[int, tuple[int, int, int]]]:
    """The tokens of a text made neutral, each with the characters of the text itself that it stands for."""
    plain = neutral(text)
    read = tokenizer.encode(plain.text, add_special_tokens=False)
    return [(token, (part, *plain.place(*at))) for token, at in zip(read.ids, read.offsets, strict=True)]


def _special(tokenizer: Tokenizer) -> tuple[int, int]:
    return int(tokenizer.token_to_id("[CLS]") or 0), int(tokenizer.token_to_id("[SEP]") or 0)


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
        target[number, :held] = torch.tensor([place != NOWHERE for place in row.places[:held]])
    return {"tokens": tokens, "attention": attention, "target": target}
