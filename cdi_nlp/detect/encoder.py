"""The encoder: a fine-tuned MiniLM that reads windows and passages on the processor, in batches of fixed shape.

A batch always has the same rows and one of a few lengths, padded with empty rows: the same window gives the same bits
whatever stands beside it, on any number of workers. Windows that were read before are not read again.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cdi_nlp.detect.windows import Passage, Window
from cdi_nlp.errors import ModelError
from cdi_nlp.records import Reporter, Status, When

if TYPE_CHECKING:
    from torch import Tensor

    from cdi_nlp.detect.network import Encoded, Network

Text = TypeVar("Text", Window, Passage)
Said = TypeVar("Said")

ROWS = 16
"""Rows of a batch."""
REMEMBERED = 20_000
"""Windows whose reading is kept: logs repeat themselves."""
IN_SPAN = 0.0
"""Log-odds from which a token is evidence."""
FAINT = -3.0
"""Log-odds of a passage's strongest token below which no place is shown for a family."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the encoder says of a window: log-odds of each label, each label's status, who tells it, when, and where.

    `start` and `end` are the characters of the target that tell it most plainly.
    """

    logits: tuple[float, ...]
    statuses: tuple[Status, ...]
    reported_by: Reporter
    when: When
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the encoder says of a passage: log-odds of each label, and the place that tells it most plainly.

    A place is the number of a segment in the passage and the characters there, or None where nothing stands out.
    """

    logits: tuple[float, ...]
    places: tuple[tuple[int, int, int] | None, ...]


@dataclass(slots=True, repr=False)
class Encoder:
    """Reads windows and passages with the network of a model folder. Build it once a process."""

    network: "Network"
    tokenizer: Any
    labels: tuple[str, ...]
    _windows: "OrderedDict[Window, Opinion]" = field(default_factory=OrderedDict)
    _passages: "OrderedDict[Passage, Overview]" = field(default_factory=OrderedDict)

    def read(self, found: Sequence[Window]) -> list[Opinion]:
        """One opinion for each window, in their order."""
        from cdi_nlp.detect.network import encode  # noqa: PLC0415  torch loads only where a model is used

        keys = [Window(0, window.before, window.target, window.after) for window in found]
        return _remembered(keys, self._windows, lambda fresh: self._read(fresh, encode, self._opinions))

    def read_passages(self, found: Sequence[Passage]) -> list[Overview]:
        """One overview for each passage, in their order."""
        from cdi_nlp.detect.network import encode_passage  # noqa: PLC0415

        keys = [Passage((), passage.parts, passage.questions) for passage in found]
        return _remembered(keys, self._passages, lambda fresh: self._read(fresh, encode_passage, self._overviews))

    def _read(
        self,
        found: Sequence[Text],
        encode: "Callable[[Text, Any], Encoded]",
        say: "Callable[[Sequence[Encoded], Mapping[str, Tensor]], list[Said]]",
    ) -> list[Said]:
        """What `say` makes of each text, read in batches of ROWS of like length."""
        import torch  # noqa: PLC0415

        from cdi_nlp.detect.network import length_of, stack  # noqa: PLC0415

        rows = [encode(one, self.tokenizer) for one in found]
        groups: dict[int, list[int]] = {}
        for number, row in enumerate(rows):
            groups.setdefault(length_of(row), []).append(number)
        said: dict[int, Said] = {}
        for length, numbers in sorted(groups.items()):
            for at in range(0, len(numbers), ROWS):
                part = numbers[at : at + ROWS]
                chosen = [rows[number] for number in part]
                with torch.inference_mode():
                    said.update(zip(part, say(chosen, stack(chosen, length=length, size=ROWS)), strict=True))
        return [said[number] for number in range(len(rows))]

    def _opinions(self, rows: "Sequence[Encoded]", batch: "Mapping[str, Tensor]") -> list[Opinion]:
        from cdi_nlp.detect.network import REPORTERS, STATUSES, WHENS  # noqa: PLC0415

        read = self.network(batch["tokens"], batch["attention"], batch["target"])
        families, tokens = read.families.float().numpy(), read.evidence.float().numpy()
        statuses, reporters, whens = (part.argmax(-1).numpy() for part in (read.statuses, read.reporters, read.whens))
        found = []
        for number, row in enumerate(rows):
            start, end = _span(row, tokens[number])
            found.append(
                Opinion(
                    _rounded(families[number]),
                    tuple(STATUSES[at] for at in statuses[number]),
                    REPORTERS[reporters[number]],
                    WHENS[whens[number]],
                    start,
                    end,
                )
            )
        return found

    def _overviews(self, rows: "Sequence[Encoded]", batch: "Mapping[str, Tensor]") -> list[Overview]:
        read = self.network.passage(batch["tokens"], batch["attention"], batch["target"])
        families, tokens = read.families.float().numpy(), read.tokens.float().numpy()
        return [
            Overview(
                _rounded(families[number]),
                tuple(_place(row, tokens[number, :, at]) for at in range(len(self.labels))),
            )
            for number, row in enumerate(rows)
        ]


def _remembered(
    keys: Sequence[Text], seen: "OrderedDict[Text, Said]", read: Callable[[Sequence[Text]], list[Said]]
) -> list[Said]:
    """What was said of each key: of those seen before from memory, of the others freshly read."""
    fresh = [key for key in dict.fromkeys(keys) if key not in seen]
    seen.update(zip(fresh, read(fresh), strict=True))
    said = [seen[key] for key in keys]
    while len(seen) > REMEMBERED:
        seen.popitem(last=False)
    return said


def _rounded(logits: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in logits)


def _span(row: "Encoded", tokens: np.ndarray) -> tuple[int, int]:
    """The characters of the weightiest run of evidence tokens; of the whole target where no token is evidence."""
    own = [at for at, place in enumerate(row.places) if place[0] >= 0]
    runs = _runs([at for at in own if tokens[at] >= IN_SPAN])
    if not runs:
        return (row.places[own[0]][1], row.places[own[-1]][2]) if own else (0, 0)
    best = max(runs, key=lambda run: (sum(float(tokens[at]) for at in run), -run[0]))
    return row.places[best[0]][1], row.places[best[-1]][2]


def _place(row: "Encoded", tokens: np.ndarray) -> tuple[int, int, int] | None:
    """Where a family is told most plainly: the run of evidence about its strongest token, in one segment."""
    own = [at for at, place in enumerate(row.places) if place[0] >= 0]
    if not own:
        return None
    top = max(own, key=lambda at: (float(tokens[at]), -at))
    if tokens[top] < FAINT:
        return None
    part = row.places[top][0]
    least = min(IN_SPAN, float(tokens[top]))
    runs = _runs([at for at in own if row.places[at][0] == part and tokens[at] >= least])
    run = next(run for run in runs if top in run)
    return part, row.places[run[0]][1], row.places[run[-1]][2]


def _runs(marked: Sequence[int]) -> list[list[int]]:
    """Numbers in runs that bridge a gap of one."""
    runs: list[list[int]] = []
    for at in marked:
        if runs and at - runs[-1][-1] <= 2:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def load_encoder(folder: Path) -> Encoder:
    """The encoder of a model folder, or a ModelError that says what is missing."""
    try:
        import torch  # noqa: PLC0415
        from safetensors.torch import load_file  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415
        from transformers import BertConfig  # noqa: PLC0415

        from cdi_nlp.detect.network import LABELS, Network  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            f"the encoder needs {error.name}; run: pip install cdi_nlp, or scan with --detectors patterns"
        ) from error
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "weights.safetensors")
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except OSError as error:
        raise ModelError(f"{folder}: the encoder cannot be read ({error}); run: cdi models verify") from error
    torch.set_num_threads(1)
    network = Network(BertConfig(**config))
    network.load_state_dict({name: value.to(torch.float32) for name, value in tensors.items()})
    network.eval().to(torch.bfloat16)  # 3.5 times as fast as float32 here, with no sign changed in 16,800 log-odds
    return Encoder(network, tokenizer, LABELS)
