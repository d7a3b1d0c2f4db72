"""Whether the corpus holds words of other files: the gold sets and documents that it must be independent of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from training.diversity import ngrams

LENGTH = 8
"""Words in a row that two texts do not share by chance."""
COMMON = 3
"""A run that stands in this many places of the corpus's own is a set phrase of the trade, such as a form's question."""
READ = {".jsonl", ".txt", ".md", ".csv"}


def shared_runs(texts: Mapping[str, str], folder: Path) -> Iterator[tuple[str, str, str]]:
    """Each run of eight words that a text shares with a file of the folder: the text's id, the file, the words."""
    holders: dict[tuple[str, ...], list[str]] = {}
    for name, text in texts.items():
        for run in ngrams(text, LENGTH):
            holders.setdefault(run, []).append(name)
    for file in sorted(path for path in folder.rglob("*") if path.suffix in READ and path.is_file()):
        seen: set[tuple[str, ...]] = set()
        for text in _texts(file):
            seen |= ngrams(text, LENGTH) & holders.keys()
        for run in sorted(seen):
            if len(holders[run]) < COMMON:
                for name in holders[run]:
                    yield name, file.name, " ".join(run)


def _texts(file: Path) -> Sequence[str]:
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    if file.suffix != ".jsonl":
        return ["\n".join(lines)]
    rows = [json.loads(line) for line in lines if line.strip()]
    return [
        str(row.get("text") or "\n".join(str(entry.get("text", "")) for entry in row.get("entries", ())))
        for row in rows
        if isinstance(row, dict)
    ]
