"""The encoder: a fine-tuned MiniLM that reads windows on the processor, in batches of fixed shape.

A batch always has the same rows and one of a few lengths, padded with empty rows: the same window gives the same bits
whatever stands beside it, on any number of workers. Windows that were read before are not read again.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cdi_nlp.detect.windows import Window
from cdi_nlp.errors import ModelError
from cdi_nlp.records import Reporter, Status, When

if TYPE_CHECKING:
    from cdi_nlp.detect.network import Encoded, Network

ROWS = 16
"""Rows of a batch."""
REMEMBERED = 20_000
"""Windows whose reading is kept: logs repeat themselves."""
IN_SPAN = 0.0
"""Log-odds from which a token is evidence."""


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


@dataclass(slots=True, repr=False)
class Encoder:
    """Reads windows with the network of a model folder. Build it once a process."""

    network: "Network"
    tokenizer: Any
    labels: tuple[str, ...]
    _seen: "OrderedDict[Window, Opinion]" = field(default_factory=OrderedDict)

    def read(self, found: Sequence[Window]) -> list[Opinion]:
        """One opinion for each window, in their order."""
        keys = [Window(0, window.before, window.target, window.after) for window in found]
        fresh = [key for key in dict.fromkeys(keys) if key not in self._seen]
        for key, opinion in zip(fresh, self._read(fresh), strict=True):
            self._seen[key] = opinion
        said = [self._seen[key] for key in keys]
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return said

    def _read(self, found: Sequence[Window]) -> list[Opinion]:
        from cdi_nlp.detect.network import encode, length_of  # noqa: PLC0415  torch loads only where a model is used

        rows = [encode(window, self.tokenizer) for window in found]
        said: list[Opinion | None] = [None] * len(rows)
        groups: dict[int, list[int]] = {}
        for number, row in enumerate(rows):
            groups.setdefault(length_of(row), []).append(number)
        for length, numbers in sorted(groups.items()):
            for at in range(0, len(numbers), ROWS):
                part = numbers[at : at + ROWS]
                for number, opinion in zip(part, self._batch([rows[n] for n in part], length=length), strict=True):
                    said[number] = opinion
        return [opinion for opinion in said if opinion is not None]

    def _batch(self, rows: "Sequence[Encoded]", *, length: int) -> list[Opinion]:
        import torch  # noqa: PLC0415

        from cdi_nlp.detect.network import REPORTERS, STATUSES, WHENS, stack  # noqa: PLC0415

        batch = stack(rows, length=length, size=ROWS)
        with torch.inference_mode():
            read = self.network(batch["tokens"], batch["attention"], batch["target"])
        families, tokens = read.families.float().numpy(), read.evidence.float().numpy()
        statuses, reporters, whens = (part.argmax(-1).numpy() for part in (read.statuses, read.reporters, read.whens))
        found = []
        for number, row in enumerate(rows):
            start, end = _span(row, tokens[number])
            found.append(
                Opinion(
                    tuple(round(float(value), 4) for value in families[number]),
                    tuple(STATUSES[at] for at in statuses[number]),
                    REPORTERS[reporters[number]],
                    WHENS[whens[number]],
                    start,
                    end,
                )
            )
        return found


def _span(row: "Encoded", tokens: np.ndarray) -> tuple[int, int]:
    """The characters of the longest run of evidence tokens, bridging one that is not; else of the whole target."""
    own = tokens[row.first : row.first + len(row.places)]
    marked = [at for at, value in enumerate(own) if value >= IN_SPAN]
    if not marked:
        return (row.places[0][0], row.places[-1][1]) if row.places else (0, 0)
    runs: list[list[int]] = []
    for at in marked:
        if runs and at - runs[-1][-1] <= 2:
            runs[-1].append(at)
        else:
            runs.append([at])
    best = max(runs, key=lambda run: (sum(float(own[at]) for at in run), -run[0]))
    return row.places[best[0]][0], row.places[best[-1]][1]


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
