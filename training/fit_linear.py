"""Fitting the linear detector: one logistic regression a family over hashed windows, set for recall.

Records whose words nobody marked are bags of windows: the surest window of a record that tells a family is its example,
chosen anew by each fit until the choice holds (MI-SVM, Andrews et al. 2003).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cdi_nlp.detect.linear import LinearModel, features
from cdi_nlp.detect.neutral import READING
from cdi_nlp.errors import SourceError
from cdi_nlp.taxonomy import DETECTED
from training.bags import Bag
from training.windows import Labelled

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LABELS = DETECTED
STRENGTH = 12.0
"""Inverse strength of the penalty (C): chosen on the calibration part."""
NEVER = -10.0
"""The log-odds of a family that no window tells: a force's own labels may lack some."""
LOUD = 3.0
"""Weight of a window that tells the family against one that does not."""


OWN = 3.0
"""Weight of a force's own windows against the corpus's: it is their like that the model will read."""
ROUNDS = 6
"""Most fits of a family that is weakly labelled; the choice of windows mostly holds after three."""


def fit_linear(windows: Sequence[Labelled], bags: Sequence[Bag] = ()) -> LinearModel:
    """A linear model of the windows, each family's from those of which it is known, and of a force's own records."""
    own = [window for bag in bags for window in bag.windows]
    rows = features([window.window for window in (*windows, *own)])
    weights = np.zeros((rows.shape[1], len(LABELS)), dtype=np.float32)
    intercepts = np.zeros(len(LABELS), dtype=np.float32)
    for number, label in enumerate(LABELS):
        told = np.array([label in window.families for window in windows] + [False] * len(own), dtype=bool)
        read = np.array([label not in window.unsure for window in windows] + [False] * len(own), dtype=bool)
        share = np.where(np.arange(len(told)) < len(windows), 1.0, OWN)
        weak: list[np.ndarray] = []
        at = len(windows)
        for bag in bags:
            places = np.arange(at, at + len(bag.windows))
            told[places], read[places] = bag.told[:, number], bag.known[:, number]
            weak += [places] if bag.weak[number] else []
            at = places[-1] + 1
        weights[:, number], intercepts[number] = _column(rows, label, told=told, read=read, share=share, weak=weak)
    return LinearModel(LABELS, weights, intercepts)


def _column(
    rows: "csr_matrix", label: str, *, told: np.ndarray, read: np.ndarray, share: np.ndarray, weak: Sequence[np.ndarray]
) -> tuple[np.ndarray | float, float]:
    """A family's weights and intercept.

    `read` are the rows of which `told` is known, `share` what each is worth, `weak` the rows of each record that tells
    the family somewhere. At first every row of such a record counts, as one record's worth.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  heavy, and only training needs it

    if not (told & read).any() and not weak:
        return 0.0, NEVER
    share = np.where(told, LOUD * share, share)
    chosen = list(weak)
    for _ in range(ROUNDS):
        now, used, weight = told.copy(), read.copy(), share.copy()
        for places in chosen:
            now[places], used[places], weight[places] = True, True, LOUD * share[places] / len(places)
        if now[used].all():
            raise SourceError(
                f"{label} is told by every record that was asked for it; add records that do not tell it, or leave out"
                " --alone"
            )
        model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=200)
        model.fit(rows[used], now[used], sample_weight=weight[used])
        scores = model.decision_function(rows) if weak else np.zeros(0)
        surest = [places[[int(np.argmax(scores[places]))]] for places in weak]
        if [places.tolist() for places in surest] == [places.tolist() for places in chosen]:
            break
        chosen = surest
    return model.coef_[0], float(model.intercept_[0])


def save_linear(model: LinearModel, out: Path) -> None:
    """Write the model in half precision, with its labels beside it."""
    from safetensors.numpy import save_file  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    tensors = {"weights": model.weights.astype(np.float16), "intercepts": model.intercepts.astype(np.float16)}
    save_file(tensors, out / "linear.safetensors")
    (out / "linear.json").write_text(
        json.dumps({"reads": READING, "labels": list(model.labels)}, indent=1) + "\n", encoding="utf-8"
    )
