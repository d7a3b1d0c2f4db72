"""Fitting the linear detector: one logistic regression a family over hashed windows, set for recall."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cdi_nlp.detect.linear import LinearModel, features
from cdi_nlp.taxonomy import DETECTED
from training.windows import Labelled

LABELS = DETECTED
STRENGTH = 12.0
"""Inverse strength of the penalty (C): chosen on the calibration part."""
NEVER = -10.0
"""The log-odds of a family that no window tells: a force's own labels may lack some."""
LOUD = 3.0
"""Weight of a window that tells the family against one that does not."""


def fit_linear(windows: Sequence[Labelled]) -> LinearModel:
    """A linear model of the windows, each family's from those of which it is known."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  heavy, and only training needs it

    rows = features([window.window for window in windows])
    weights = np.zeros((rows.shape[1], len(LABELS)), dtype=np.float32)
    intercepts = np.zeros(len(LABELS), dtype=np.float32)
    for number, label in enumerate(LABELS):
        known = np.flatnonzero([label not in window.unsure for window in windows])
        told = np.array([label in windows[int(at)].families for at in known])
        if not told.any():
            intercepts[number] = NEVER
            continue
        model = LogisticRegression(C=STRENGTH, class_weight={False: 1.0, True: LOUD}, solver="liblinear", max_iter=200)
        model.fit(rows[known], told)
        weights[:, number] = model.coef_[0]
        intercepts[number] = model.intercept_[0]
    return LinearModel(LABELS, weights, intercepts)


def save_linear(model: LinearModel, out: Path) -> None:
    """Write the model in half precision, with its labels beside it."""
    from safetensors.numpy import save_file  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    tensors = {"weights": model.weights.astype(np.float16), "intercepts": model.intercepts.astype(np.float16)}
    save_file(tensors, out / "linear.safetensors")
    (out / "linear.json").write_text(json.dumps({"labels": list(model.labels)}, indent=1) + "\n", encoding="utf-8")
