"""The linear detector: hashed word and character n-grams of a window, one logistic regression a family.

It sees what no pattern was written for, in any spelling, in a fraction of a millisecond a window: the gate over
everything, and a second opinion beside the encoder. Features are hashed (Weinberger et al. 2009), so the model is one
matrix.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cdi_nlp.detect.neutral import READING, neutral
from cdi_nlp.detect.windows import Window
from cdi_nlp.errors import ModelError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BITS = 16
"""The words and the characters are each hashed into two to this many columns, the neighbours into a quarter of it."""
BESIDE = 0.4
"""Weight of the neighbours' words against the window's own."""


@cache
def _hashers() -> tuple[Any, Any, Any]:
    """The hashers of words and pairs, of characters, and of the neighbours' words; loaded where a model is used."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415

    words = r"[\w']+"
    return (
        HashingVectorizer(n_features=2**BITS, ngram_range=(1, 2), token_pattern=words, dtype=np.float32),
        HashingVectorizer(n_features=2**BITS, analyzer="char_wb", ngram_range=(3, 5), dtype=np.float32),
        HashingVectorizer(n_features=2 ** (BITS - 2), token_pattern=words, dtype=np.float32),
    )


def features(found: Sequence[Window]) -> "csr_matrix":
    """Windows made neutral, as sparse rows in float32: hashed words and pairs, characters, the neighbours' words."""
    from scipy.sparse import hstack  # noqa: PLC0415

    words, letters, around = _hashers()
    targets = [neutral(window.target).text for window in found]
    beside = [f"{neutral(window.before).text} {neutral(window.after).text}" for window in found]
    parts = [words.transform(targets), letters.transform(targets), around.transform(beside) * BESIDE]
    return hstack(parts, format="csr", dtype=np.float32)


@dataclass(frozen=True)
class LinearModel:
    """The fitted matrix: a column of weights and an intercept for each label."""

    labels: tuple[str, ...]
    weights: np.ndarray
    intercepts: np.ndarray

    def logits(self, found: Sequence[Window]) -> np.ndarray:
        """Each window's log-odds of disclosing each label, windows by labels, in float32."""
        if not found:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        return np.asarray(features(found) @ self.weights + self.intercepts, dtype=np.float32)


def load_linear(folder: Path) -> LinearModel:
    """The linear model of a folder, or a ModelError that says what is missing."""
    from safetensors.numpy import load_file  # noqa: PLC0415

    try:
        said = json.loads((folder / "linear.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "linear.safetensors")
    except OSError as error:
        raise ModelError(f"{folder}: the linear model cannot be read ({error}); run: cdi models verify") from error
    if said.get("reads") != READING:
        raise ModelError(
            f"{folder}: the model was fitted to text read as {said.get('reads')!r} and this version reads {READING!r};"
            " promote a model of this version with: cdi models promote, or fit it again"
        )
    return LinearModel(tuple(said["labels"]), *(tensors[name].astype(np.float32) for name in ("weights", "intercepts")))
