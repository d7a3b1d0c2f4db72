"""Fitting the weigher: on whole records that no model read, what patterns and models found against what was told."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cdi_nlp.detect import read
from cdi_nlp.detect.cascade import Cascade
from cdi_nlp.detect.fusion import Fusion
from cdi_nlp.detect.weigh import FEATURES, Weigher
from cdi_nlp.settings import FlagSettings
from cdi_nlp.taxonomy import load_taxonomy
from training.evaluate import CORE
from training.fit_linear import LABELS, OWN
from training.labelled import Sample
from training.operating import set_by
from training.windows import Told

STRENGTH = 0.5
"""Inverse strength of the penalty (C) on weights and intercepts."""
FLAG_AT = 0.4
FLAG_CORE_AT = 0.2
"""Operating thresholds, chosen on the calibration records: about an eighth of the quiet ones, half of them made to look
like offences, are flagged there. The four families that inspectors found missed most are flagged sooner."""
FAMILY = 0.5
"""Size of a family's own column: small, so that its intercept is drawn to the common one."""


def rows_of(cascade: Cascade, told: Sequence[Told]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Features, answers and family of every family of every record of which anything was found."""
    by_id = {pattern.id: pattern for pattern in cascade.patterns.patterns}
    fusion = Fusion(load_taxonomy(), by_id, FlagSettings())
    readings = [read(one.record, cascade.patterns.tokenizer) for one in told]
    rows, answers, names = [], [], []
    for one, reading, found in zip(told, readings, cascade.detect(readings), strict=True):
        chances = {name: fusion.chance(reading, own) for name, own in fusion.standing(found).items()}
        weighed = fusion.rows(reading, found, chances, LABELS)
        for name in LABELS:
            rows.append(weighed[name])
            answers.append(name in one.families)
            names.append(name)
    return np.array(rows), np.array(answers), names


def fit_fusion(cascade: Cascade, told: Sequence[Told], own: Sequence[Sample] = ()) -> Weigher:
    """The weigher of calibration records, of the corpus and of a force's own; the latter also set its thresholds."""
    parts = [rows_of(cascade, told)] if told else []
    if own:
        rows, answers, names = rows_of(cascade, [sample.told for sample in own])
        asked = np.array([name in sample.asked for sample in own for name in LABELS])
        parts.append((rows[asked], answers[asked], [name for name, kept in zip(names, asked, strict=True) if kept]))
    counts = [len(part[2]) for part in parts]
    weigher = weigher_of(
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        [name for part in parts for name in part[2]],
        weights=np.repeat([1.0] * bool(told) + [OWN] * bool(own), counts),
    )
    return set_by(weigher, *parts[-1], own=own) if own else weigher


def weigher_of(rows: np.ndarray, answers: np.ndarray, names: Sequence[str], *, weights: np.ndarray) -> Weigher:
    """The weigher of features and answers, each row of one record and one family."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  heavy, and only training needs it

    own = np.array([[FAMILY * (name == label) for label in LABELS] for name in names])
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(np.hstack([rows, own]), answers, sample_weight=weights)
    shared, families = model.coef_[0][: len(FEATURES)], model.coef_[0][len(FEATURES) :]
    intercepts = {
        label: round(float(model.intercept_[0] + FAMILY * families[at]), 5) for at, label in enumerate(LABELS)
    }
    flag_at = {label: FLAG_CORE_AT if label in CORE else FLAG_AT for label in LABELS}
    return Weigher(tuple(round(float(value), 5) for value in shared), intercepts, flag_at)


def save_weigher(weigher: Weigher, out: Path) -> None:
    """Write the weigher as JSON that a person can read."""
    table = {
        "weights": dict(zip(FEATURES, weigher.weights, strict=True)),
        "intercepts": dict(weigher.intercepts),
        "flag_at": dict(weigher.flag_at),
        "trusts_terse": sorted(weigher.trusts_terse),
    }
    (out / "fusion.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
