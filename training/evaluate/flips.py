"""Flips: the flags that a swap of names, sex or origin takes away or puts on, and which part of the model moved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from training.evaluate.cases import Case
from training.evaluate.measures import wilson
from training.evaluate.seen import PLACE, Disclosures, Judge, Seen, chances_of, flagged
from training.evaluate.swaps import SWAPS, swapped
from training.windows import Told

SHOWN = 6
"""Flips that are listed with their cause, those first whose probability moved most."""
SMALL = 0.05
"""A part whose probability moves less than this did not cause a flip."""


@dataclass(frozen=True, slots=True)
class _Swapped:
    """Texts before and after a swap, and what was disclosed of each."""

    old: Sequence[Told]
    new: Sequence[Told]
    before: Sequence[Disclosures]
    after: Sequence[Disclosures]

    def flipped(self) -> list[tuple[int, str]]:
        """The places and families that are flagged only before or only after, the largest move first."""
        was, now = flagged(self.before), flagged(self.after)
        moved = np.abs(chances_of(self.before) - chances_of(self.after))
        found = [(at, name) for at in range(len(self.old)) for name in sorted(was[at] ^ now[at])]
        return sorted(found, key=lambda flip: -moved[flip[0], PLACE[flip[1]]])


def flips(cases: Sequence[Case], judge: Judge, before: Sequence[Disclosures], *, seed: int) -> dict[str, Any]:
    """For each swap the flags that stand before or after it, how many stand only once, and why."""
    table = {}
    for name, (change, times) in SWAPS.items():
        rng = np.random.default_rng(seed)
        places, changed = [], []
        for _ in range(times):
            for at, case in enumerate(cases):
                new = swapped(case.told, change, rng)
                if new.record.text != case.text:
                    places.append(at)
                    changed.append(new)
        after = judge.disclosures(one.record for one in changed)
        own = _Swapped([cases[at].told for at in places], changed, [before[at] for at in places], after)
        table[name] = _counted(own, judge)
    return table


def _counted(own: _Swapped, judge: Judge) -> dict[str, Any]:
    was, now = flagged(own.before), flagged(own.after)
    flags = sum(len(first | second) for first, second in zip(was, now, strict=True))
    flipped = own.flipped()
    causes = _causes(own, flipped, judge)
    return {
        "texts": len(own.new),
        "flags": flags,
        "flips": len(flipped),
        "lost": sum(name in was[at] for at, name in flipped),
        "rate": round(len(flipped) / max(1, flags), 5),
        "interval": wilson(len(flipped), flags),
        "families": dict(Counter(name for _, name in flipped).most_common()),
        "causes": dict(Counter(cause["part"] for cause in causes).most_common()),
        "some": causes[:SHOWN],
    }


def _causes(own: _Swapped, flipped: Sequence[tuple[int, str]], judge: Judge) -> list[dict[str, Any]]:
    """For each flip the text, the probabilities, the words exchanged and the part that moved most."""
    before = judge.see(own.old[at].record for at, _ in flipped)
    after = judge.see(own.new[at].record for at, _ in flipped)
    rows = []
    for number, (at, name) in enumerate(flipped):
        first, second = (round(float(seen.chances[number, PLACE[name]]), 3) for seen in (before, after))
        rows.append(
            {
                "id": own.old[at].record.id,
                "family": name,
                "from": first,
                "to": second,
                "part": _moved(before, after, number, PLACE[name]),
                "pattern": _pattern(before, after, number, name),
                "words": exchanged(own.old[at].record.text, own.new[at].record.text),
            }
        )
    return rows


def _pattern(before: Seen, after: Seen, row: int, family: str) -> str | None:
    """What the patterns give as their reason where they see the family in one of the two texts alone."""
    whys = [[one.why for one in seen.patterns[row] if one.family == family] for seen in (before, after)]
    return None if bool(whys[0]) == bool(whys[1]) else (whys[0] or whys[1])[0]


def _moved(before: Seen, after: Seen, row: int, column: int) -> str:
    """The part whose probability of a family moved most; the family's neighbours where none moved."""
    sizes = {
        "patterns": abs(chances_of([before.patterns[row]]) - chances_of([after.patterns[row]]))[0, column],
        "encoder": abs(before.encoder[row, column] - after.encoder[row, column]),
        "linear": abs(before.linear[row, column] - after.linear[row, column]),
    }
    part = max(sizes, key=lambda name: float(sizes[name]))
    return part if sizes[part] >= SMALL else "small moves at the threshold"


def exchanged(old: str, new: str, *, most: int = 4) -> list[str]:
    """The first words that differ, each as "old > new", or "+ new" where nothing stood."""
    was, now = old.split(), new.split()
    edits = SequenceMatcher(a=was, b=now, autojunk=False).get_opcodes()
    changed = [(" ".join(was[a:b]), " ".join(now[c:d])) for tag, a, b, c, d in edits if tag != "equal"]
    return [f"{first} > {second}" if first else f"+ {second}" for first, second in changed[:most]]
