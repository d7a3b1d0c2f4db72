"""What the corpus holds: the counts and the diversity that the data card states, as plain lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import quantiles
from typing import Any

from training.corpus import (
    DISCRIMINATORS,
    Entry,
    affirmed,
    held_out,
    manifest,
    part_of,
    read_entries,
    read_records,
    twin_groups,
)
from training.diversity import cramers_v, distinct_share, near_pairs, sex_and_family, words


def corpus_report() -> Iterator[str]:
    """The lines of `python -m training corpus`."""
    entries = read_entries()
    yield from _counts(entries)
    yield from _diversity(entries)
    yield from _record_counts(read_records())
    yield "manifest:"
    for name, row in manifest().items():
        yield f"  {name:28} {row['lines']:>5} lines  {row['part']:5}  sha256 {row['sha256']}"


def _counts(entries: Sequence[Entry]) -> Iterator[str]:
    split = held_out()
    tested = sum(part_of(entry.batch, kind="entries", split=split) == "test" for entry in entries)
    nothing = sum(not entry.families for entry in entries)
    unmarked = sum(not entry.spans for entry in entries)
    groups = twin_groups(entries)
    yield f"entries: {len(entries)}, {tested} of them test ({tested / len(entries):.0%})"
    yield f"disclosing nothing: {nothing}, {unmarked} of them without any mark"
    yield f"twins: {sum(map(len, groups.values()))} entries in {len(groups)} groups"
    pairs = Counter(members[0].splits_on for members in groups.values())
    yield "groups by discriminator: " + ", ".join(f"{name} {pairs[name]}" for name in DISCRIMINATORS)
    yield "affirmed labels: " + ", ".join(f"{name} {count}" for name, count in sorted(affirmed(entries).items()))
    statuses = Counter(span.status for entry in entries for span in entry.spans)
    yield "statuses: " + ", ".join(f"{name} {count}" for name, count in statuses.most_common())
    reporters = Counter(span.reported_by for entry in entries for span in entry.spans)
    yield "reporters: " + ", ".join(f"{name} {count}" for name, count in reporters.most_common())


def _diversity(entries: Sequence[Entry]) -> Iterator[str]:
    texts = [entry.text for entry in entries]
    lengths = [len(words(text)) for text in texts]
    cuts = quantiles(lengths, n=10)
    registers = Counter(entry.register for entry in entries)
    vocabulary = {word for text in texts for word in words(text)}
    yield f"distinct 4-grams: {distinct_share(texts):.3f}; vocabulary: {len(vocabulary)} words"
    spread = f"tenth {cuts[0]:.0f}, median {cuts[4]:.0f}, ninth {cuts[8]:.0f}"
    yield f"words an entry: least {min(lengths)}, {spread}, most {max(lengths)}"
    yield f"pairs outside a twin group over 0.6 Jaccard on 3-grams: {sum(1 for _ in near_pairs(entries))}"
    yield "registers: " + ", ".join(f"{name} {count}" for name, count in registers.most_common())
    for who in ("victim", "suspect"):
        pairs = sex_and_family(entries, who)
        shares = Counter(sex for sex, _ in pairs)
        yield (
            f"{who}s: {shares['f'] / len(pairs):.0%} female of {len(pairs)} labels; "
            f"Cramér's V of sex and family {cramers_v(pairs):.3f}"
        )


def _record_counts(records: Sequence[dict[str, Any]]) -> Iterator[str]:
    split = held_out()
    tested = sum(part_of(row["batch"], kind="records", split=split) == "test" for row in records)
    nothing = sum(not row["gold"]["families"] for row in records)
    several = sum(len(set(row["gold"]["families"])) > 1 for row in records)
    yield f"records: {len(records)}, {tested} of them test; {nothing} disclose nothing, {several} two families or more"
    yield "record types: " + ", ".join(f"{k} {n}" for k, n in Counter(r["record_type"] for r in records).most_common())
    tags = Counter(tag for row in records for tag in row["gold"].get("tags", ()))
    yield "failure modes: " + ", ".join(f"{tag} {count}" for tag, count in sorted(tags.items()))
