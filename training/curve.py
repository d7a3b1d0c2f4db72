"""The learning curve: what a plain linear model learns from a quarter, half, three quarters and all of the entries.

Where the curve still climbs at its end, more entries would teach more. The model is a yardstick and ships nowhere:
word and character n-grams weighted by TF-IDF, one logistic regression a family.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.corpus import Entry, held_out, part_of, read_entries
from training.evaluate import micro

if TYPE_CHECKING:
    from sklearn.preprocessing import MultiLabelBinarizer

SHARES = (0.25, 0.5, 0.75, 1.0)
THRESHOLD = 0.35
"""Probability from which a family counts as found: rare families never reach a half in a plain model."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the curve: how many entries were read, and micro-F1 over families on each set."""

    entries: int
    scores: dict[str, float]


def labelled(entries: Sequence[Entry]) -> tuple[list[str], list[frozenset[str]]]:
    """Texts and the families that they disclose."""
    return [entry.text for entry in entries], [entry.families for entry in entries]


def gold_segments(file: Path) -> tuple[list[str], list[frozenset[str]]]:
    """The lines of a gold file's records, each with the families whose quotes it holds."""
    texts, families = [], []
    for row in (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()):
        for text in str(row.get("text", "")).split("\n"):
            if len(text.split()) >= 4:
                own = frozenset(d["family"] for d in row["gold"]["disclosed"] if d["quote"][:40] in text)
                texts.append(text)
                families.append(own)
    return texts, families


def curve(*, rng: np.random.Generator, gold: Path | None = None) -> list[Point]:
    """The points of the curve, each trained on whole batches' twin groups drawn in one random order."""
    entries = read_entries()
    split = held_out()
    test = [entry for entry in entries if part_of(entry.batch, kind="entries", split=split) == "test"]
    train = [entry for entry in entries if part_of(entry.batch, kind="entries", split=split) == "train"]
    groups: dict[str, list[Entry]] = {}
    for entry in train:
        groups.setdefault(f"{entry.batch}/{entry.twin}" if entry.twin else entry.id, []).append(entry)
    names = sorted(groups)
    order = [names[at] for at in rng.permutation(len(names))]
    sets = {"test entries": labelled(test)}
    if gold is not None:
        sets[f"{gold.stem} lines"] = gold_segments(gold)
    points = []
    for share in SHARES:
        part = [entry for name in order[: round(share * len(order))] for entry in groups[name]]
        points.append(Point(len(part), _scores(part, sets)))
    return points


def _scores(part: Sequence[Entry], sets: dict[str, tuple[list[str], list[frozenset[str]]]]) -> dict[str, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  heavy, and only training needs it
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415
    from sklearn.preprocessing import MultiLabelBinarizer  # noqa: PLC0415

    texts, families = labelled(part)
    binarizer = MultiLabelBinarizer()
    wanted = binarizer.fit_transform(families)
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3, max_features=60_000),
    )
    model = make_pipeline(
        features, OneVsRestClassifier(LogisticRegression(C=10, class_weight="balanced", max_iter=300))
    )
    model.fit(texts, wanted)
    return {
        name: micro(_found(binarizer, model.predict_proba(own)), gold, range(len(gold)))
        for name, (own, gold) in sets.items()
    }


def _found(binarizer: "MultiLabelBinarizer", chances: np.ndarray) -> list[frozenset[str]]:
    return [frozenset(names) for names in binarizer.inverse_transform(chances >= THRESHOLD)]


def plot(points: Sequence[Point], file: Path) -> None:
    """Draw the curve into a PNG file."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(6, 3.6), dpi=110)
    axes = figure.subplots()
    for name in points[0].scores:
        axes.plot([point.entries for point in points], [point.scores[name] for point in points], marker="o", label=name)
    axes.set_xlabel("entries read")
    axes.set_ylabel("micro-F1 over families")
    axes.set_ylim(0, 1)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(file)
