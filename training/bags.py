"""Learning from records of which no words are marked: multiple instances (Dietterich et al. 1997).

A record that tells a family tells it somewhere, so the surest of its windows is its example; a record that does not
tell it tells it nowhere, so every window is an example of absence. What a record was not asked for it does not teach.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cdi_nlp.taxonomy import DETECTED
from training.labelled import Sample
from training.passages import LabelledPassage, labelled_passages
from training.windows import Labelled, labelled

LABELS = DETECTED
MOST = 6
"""Windows of a record that the encoder reads in an epoch: the likeliest half, and others drawn anew."""


@dataclass(frozen=True, slots=True)
class Bag:
    """A record's windows and what is known of each for each family, windows by families.

    `known` says where `told` is an answer. `weak` are the families that some window tells, no one knows which.
    `passages` are the record's, each with what is known of it.
    """

    windows: tuple[Labelled, ...]
    told: np.ndarray
    known: np.ndarray
    weak: np.ndarray
    passages: tuple[LabelledPassage, ...] = ()

    @property
    def families(self) -> np.ndarray:
        """Which families the record tells."""
        return np.asarray(self.told.any(axis=0) | self.weak)

    @property
    def asked(self) -> np.ndarray:
        """Of which families the record says anything."""
        return np.asarray(self.known.any(axis=0) | self.weak)

    def take(self, places: Sequence[int]) -> "Bag":
        """The bag with some of its windows alone."""
        chosen = list(places)
        return Bag(
            tuple(self.windows[at] for at in chosen), self.told[chosen], self.known[chosen], self.weak, self.passages
        )


def bag_of(sample: Sample) -> Bag | None:
    """The bag of a labelled record; None where no line of it is long enough to tell anything."""
    windows = tuple(labelled(sample.told))
    if not windows:
        return None
    told = np.array([[name in window.families for name in LABELS] for window in windows])
    asked = np.array([name in sample.asked for name in LABELS])
    weak = np.array([name in sample.weak for name in LABELS])
    sure = np.array([[name not in window.unsure for name in LABELS] for window in windows])
    return Bag(windows, told, sure & asked & ~weak, weak, tuple(_passages(sample)))


def _passages(sample: Sample) -> list[LabelledPassage]:
    """The passages of a labelled record; what a record of one passage tells, the passage tells."""
    made = labelled_passages(sample.told)
    unasked = frozenset(LABELS) - sample.asked
    if len(made) == 1:
        return [replace(made[0], unsure=unasked, told=sample.weak)]
    return [replace(one, unsure=one.unsure | unasked | sample.weak) for one in made]


def bags_of(samples: Sequence[Sample]) -> list[Bag]:
    """The bags of labelled records, in order."""
    return [bag for bag in map(bag_of, samples) if bag is not None]


def drawn(bag: Bag, logits: np.ndarray, rng: np.random.Generator) -> Bag:
    """A bag of at most MOST windows: those that are marked, the likeliest by the linear model, and a draw of the rest.

    `logits` are the linear model's, windows by families. The likeliest windows of a record that tells nothing are the
    ones most like an offence: what a model most needs to hear is none.
    """
    if len(bag.windows) <= MOST:
        return bag
    of_interest = bag.weak if bag.weak.any() else bag.asked
    surest = logits[:, of_interest].max(axis=1) if of_interest.any() else np.zeros(len(bag.windows))
    marked = [at for at, window in enumerate(bag.windows) if window.mentions][:MOST]
    likeliest = [int(at) for at in np.argsort(-surest, kind="stable") if at not in marked]
    half = max(0, MOST // 2 - len(marked))
    rest = likeliest[half:]
    others = [rest[at] for at in rng.permutation(len(rest))[: MOST - len(marked) - half]]
    return bag.take(sorted([*marked, *likeliest[:half], *others]))


def groups(bags: Sequence[Bag], *, size: int, rng: np.random.Generator) -> Iterator[list[Bag]]:
    """The bags in groups of about `size` windows, those of like length together, in a random order."""
    order = sorted(range(len(bags)), key=lambda at: (max(len(w.window.target) for w in bags[at].windows), at))
    made: list[list[Bag]] = [[]]
    for at in order:
        if made[-1] and sum(len(bag.windows) for bag in made[-1]) + len(bags[at].windows) > size:
            made.append([])
        made[-1].append(bags[at])
    for at in rng.permutation(len(made)):
        if made[at]:
            yield made[at]
