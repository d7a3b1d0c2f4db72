"""How varied the corpus is, and how independent its people are of what happens to them."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from training.corpus import Entry

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return _WORD.findall(text.lower())


def ngrams(text: str, size: int) -> frozenset[tuple[str, ...]]:
    """The distinct runs of `size` words of a text."""
    own = words(text)
    return frozenset(tuple(own[at : at + size]) for at in range(len(own) - size + 1))


def distinct_share(texts: Iterable[str], size: int = 4) -> float:
    """Distinct runs of `size` words over all such runs: 1.0 where nothing is said twice."""
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        own = words(text)
        counts.update(tuple(own[at : at + size]) for at in range(len(own) - size + 1))
    total = sum(counts.values())
    return len(counts) / total if total else 0.0


def near_pairs(entries: Sequence[Entry], *, limit: float = 0.6) -> Iterator[tuple[str, str, float]]:
    """Pairs outside a twin group whose runs of three words overlap by more than `limit` (Jaccard), with the overlap."""
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    grams = [ngrams(entry.text, 3) for entry in entries]
    for number, own in enumerate(grams):
        shared: Counter[int] = Counter(other for gram in own for other in holders[gram])
        for other, count in shared.items():
            overlap = count / len(own | grams[other])
            if overlap > limit and not _twins(entries[number], entries[other]):
                yield entries[other].id, entries[number].id, overlap
        for gram in own:
            holders[gram].append(number)


def _twins(one: Entry, other: Entry) -> bool:
    return one.twin is not None and (one.batch, one.twin) == (other.batch, other.twin)


def cramers_v(pairs: Sequence[tuple[str, str]]) -> float:
    """Cramér's V of two columns: 0 where they are independent, 1 where one decides the other (bias-corrected).

    The correction is Bergsma's (2013), without which small tables look dependent by chance.
    """
    total = len(pairs)
    table, left, right = Counter(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    if total < 2 or len(left) < 2 or len(right) < 2:
        return 0.0
    chi = sum((table[a, b] - (want := left[a] * right[b] / total)) ** 2 / want for a in left for b in right)
    phi = max(0.0, chi / total - (len(left) - 1) * (len(right) - 1) / (total - 1))
    rows = len(left) - (len(left) - 1) ** 2 / (total - 1)
    columns = len(right) - (len(right) - 1) ** 2 / (total - 1)
    return math.sqrt(phi / max(1e-9, min(rows, columns) - 1))


def sex_and_family(entries: Sequence[Entry], who: str) -> list[tuple[str, str]]:
    """The sex of victims or suspects (`who`), where it is said, beside each family that their entry discloses."""
    return [
        (getattr(entry, who)[0], family)
        for entry in entries
        if getattr(entry, who).rstrip("0123456789") in ("f", "m")
        for family in sorted(entry.families)
    ]
