"""Baselines: what a user would pick instead, fitted to the same parts of the corpus and tested on the same texts.

Each is fitted to whole texts and to their lines (spaCy, which sorts documents, to texts alone: a fit to the lines takes
a quarter of an hour); a text's score by lines is its surest line's. For records and for entries each takes the unit and
the threshold that do best on the calibration part, so that it is shown at its best.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from cdi_nlp.taxonomy import DETECTED
from training.evaluate.calibration import best_threshold
from training.evaluate.cases import Sets, gold_of
from training.evaluate.measures import Found, marks, micro
from training.evaluate.seen import above
from training.windows import Told, labelled

Texts = Sequence[str]
Scorer = Callable[[Texts], np.ndarray]
Fit = Callable[[Texts, np.ndarray, int], Scorer]
EMBEDDED_TOKENS = 256
"""Tokens that all-MiniLM-L6-v2 was published to read; what follows is cut off."""
SPACY_EPOCHS = 10


def tfidf_svm(texts: Texts, told: np.ndarray, seed: int) -> Scorer:
    """TF-IDF of words and pairs, one linear support vector machine a family: the newspapers' method.

    Poston, Rubin and Pesce classified crime narratives so for the Los Angeles Times (2015).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  heavy, and only training needs it
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    model = make_pipeline(words, OneVsRestClassifier(LinearSVC(class_weight="balanced", random_state=seed)))
    model.fit(texts, told)
    return lambda own: np.asarray(model.decision_function(own))


def minilm_logistic(texts: Texts, told: np.ndarray, seed: int) -> Scorer:
    """Mean-pooled embeddings of all-MiniLM-L6-v2 as published, one logistic regression a family."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415

    embed = _embedder()
    model = OneVsRestClassifier(LogisticRegression(C=10, class_weight="balanced", max_iter=500, random_state=seed))
    model.fit(embed(texts), told)
    return lambda own: np.asarray(model.decision_function(embed(own)))


def _embedder() -> Callable[[Texts], np.ndarray]:
    """Texts to mean token vectors of length one, in bfloat16 on one thread."""
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415
    from transformers import BertConfig, BertModel  # noqa: PLC0415

    from training.fit_encoder import base_folder  # noqa: PLC0415

    folder = base_folder()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(EMBEDDED_TOKENS)
    config = BertConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8")))
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)  # the pooler alone is left over
    model.bfloat16().train(mode=False)

    def embed(texts: Texts) -> np.ndarray:
        tokens = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
        found = np.zeros((len(tokens), int(config.hidden_size)), dtype=np.float32)
        order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
        for first in range(0, len(order), 64):
            own = order[first : first + 64]
            length = max(len(tokens[at]) for at in own)
            ids = torch.zeros(len(own), length, dtype=torch.long)
            held = torch.zeros(len(own), length, dtype=torch.long)
            for row, at in enumerate(own):
                ids[row, : len(tokens[at])] = torch.tensor(tokens[at])
                held[row, : len(tokens[at])] = 1
            with torch.inference_mode():
                hidden = model(input_ids=ids, attention_mask=held).last_hidden_state.float()
            mean = (hidden * held.unsqueeze(-1)).sum(1) / held.sum(1, keepdim=True)
            found[own] = torch.nn.functional.normalize(mean).numpy()
        return found

    return embed


def spacy_textcat(texts: Texts, told: np.ndarray, seed: int) -> Scorer:
    """SpaCy's `textcat_multilabel` with its default model, on a blank English pipeline."""
    import random  # noqa: PLC0415

    import spacy  # noqa: PLC0415
    from spacy.training import Example  # noqa: PLC0415
    from spacy.util import minibatch  # noqa: PLC0415
    from thinc.api import fix_random_seed  # noqa: PLC0415

    fix_random_seed(seed)
    order = random.Random(seed)  # noqa: S311  a fixed sequence, not a secret
    nlp = spacy.blank("en")
    pipe: Any = nlp.add_pipe("textcat_multilabel")
    for label in DETECTED:
        pipe.add_label(label)
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": dict(zip(DETECTED, map(float, row), strict=True))})
        for text, row in zip(texts, told, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples[:200])
    for _ in range(SPACY_EPOCHS):
        order.shuffle(examples)
        for batch in minibatch(examples, size=32):  # type: ignore[no-untyped-call]
            nlp.update(batch, sgd=optimizer, drop=0.2)
    return lambda own: np.array([[doc.cats[label] for label in DETECTED] for doc in nlp.pipe(own)])


BASELINES: Mapping[str, tuple[Fit, tuple[str, ...]]] = {
    "TF-IDF, linear SVM": (tfidf_svm, ("texts", "lines")),
    "spaCy textcat": (spacy_textcat, ("texts",)),
    "frozen MiniLM, logistic": (minilm_logistic, ("texts", "lines")),
}
"""Every baseline by the name that the tables give it, and the units that it is fitted to."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a baseline finds in the test texts of a kind, with the unit and threshold that calibration chose."""

    found: Found
    unit: str
    threshold: float


def baselines(sets: Sets, *, seed: int, store: Path, say: Callable[[str], None]) -> dict[str, dict[str, Taken]]:
    """By baseline and kind of text what it finds; scores are kept in `store` and read there while nothing changed."""
    return {name: _taken(_scores(name, sets, seed=seed, store=store, say=say), sets) for name in BASELINES}


def chosen(scores: Mapping[str, np.ndarray], gold: Found) -> tuple[str, float]:
    """The unit and the threshold with the highest micro-F1 on the calibration part."""
    told = marks(gold)
    best = {unit: best_threshold(own, told) for unit, own in scores.items()}
    unit = max(best, key=lambda name: micro(above(scores[name], best[name]), gold, range(len(gold))))
    return unit, best[unit]


def _taken(scores: Mapping[str, np.ndarray], sets: Sets) -> dict[str, Taken]:
    taken = {}
    for kind in sets.test:
        held = kind if kind in sets.held else next(iter(sets.held))
        own = {unit: scores[f"{unit} held {held}"] for unit in UNITS if f"{unit} held {held}" in scores}
        unit, threshold = chosen(own, gold_of(sets.held[held]))
        taken[kind] = Taken(above(scores[f"{unit} test {kind}"], threshold), unit, round(threshold, 4))
    return taken


def _scores(name: str, sets: Sets, *, seed: int, store: Path, say: Callable[[str], None]) -> dict[str, np.ndarray]:
    """A baseline's scores of every held and tested text by unit, fitted where the store does not hold them."""
    from safetensors.numpy import load_file, save_file  # noqa: PLC0415

    file = store / f"{name.replace(', ', '-').replace(' ', '-').lower()}-{_digest(name, sets, seed)}.safetensors"
    if file.is_file():
        say(f"baseline {name}: read from {file}")
        return dict(load_file(file))
    scores: dict[str, np.ndarray] = {}
    fit, units = BASELINES[name]
    for unit in units:
        cut = UNITS[unit]
        texts, told = _learned(sets.train, cut)
        score = fit(texts, told, seed)
        for part, kinds in (("held", sets.held), ("test", sets.test)):
            for kind, cases in kinds.items():
                scores[f"{unit} {part} {kind}"] = _surest(score, [cut(case.told) for case in cases])
        say(f"baseline {name}: fitted to {len(texts)} {unit}")
    store.mkdir(parents=True, exist_ok=True)
    save_file({key: np.ascontiguousarray(own, dtype=np.float32) for key, own in scores.items()}, file)
    return scores


Cut = Callable[[Told], list[tuple[str, frozenset[str], bool]]]


def _whole(told: Told) -> list[tuple[str, frozenset[str], bool]]:
    return [(told.record.text, told.families, True)]


def _lines(told: Told) -> list[tuple[str, frozenset[str], bool]]:
    """A text's lines with the families that each tells and whether that is known, as our models are fitted to them."""
    own = labelled(told)
    return [(one.window.target, one.families, bool(one.mentions) or not one.unsure) for one in own]


UNITS: Mapping[str, Cut] = {"texts": _whole, "lines": _lines}
"""What a baseline may be fitted to."""


def _learned(train: Sequence[Told], cut: Cut) -> tuple[list[str], np.ndarray]:
    known = [(text, families) for told in train for text, families, known in cut(told) if known]
    return [text for text, _ in known], marks([families for _, families in known])


def _surest(score: Scorer, parts: Sequence[list[tuple[str, frozenset[str], bool]]]) -> np.ndarray:
    """Each text's scores, the highest of its parts; a text without a part has the lowest score of all."""
    scores = score([text for own in parts for text, _, _ in own])
    found = np.full((len(parts), len(DETECTED)), scores.min())
    ends = list(accumulate(len(own) for own in parts))
    for row, end, own in zip(found, ends, parts, strict=True):
        if own:
            row[:] = scores[end - len(own) : end].max(axis=0)
    return found


def _digest(name: str, sets: Sets, seed: int) -> str:
    """A name for what a baseline's scores depend on: the texts and their answers, and how it is fitted."""
    cases = [[case.told for case in own] for kinds in (sets.held, sets.test) for own in kinds.values()]
    parts = [[(told.record.text, sorted(told.families)) for told in own] for own in (sets.train, *cases)]
    settings = [name, seed, SPACY_EPOCHS, EMBEDDED_TOKENS, parts]
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
