"""Event blocks: a text file of `Key = value` blocks, as a records system dumps its events.

    Event
      Id = 41/2026/000123
      Reported Time = 2026-10-03T21:10:00
    Narrative
      Text = CALLER STATES HER PARTNER
        HAS PUSHED HER OVER
      Timestamp = 2026-10-03T21:11:02

Each event is one record; its narratives are the entries of its text.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.blocks import PLAIN_KEYS, split_key
from cdi_nlp.ingest.decode import as_text
from cdi_nlp.ingest.mapping import FIELDS, EventBlocks, Mapping
from cdi_nlp.ingest.rows import Columns, Row

_KEY = re.compile(r"[ \t]*(?P<key>[A-Za-z][\w /#.-]{0,60}?)[ \t]+=(?:[ \t](?P<value>.*)|\Z)", re.DOTALL)
_HEADING = re.compile(r"[ \t]*\[?(?P<name>[A-Za-z][\w ]{0,40}?)[ \t]*(?:[\[(#]?\d{0,4}[\])]?)?[ \t]*[:{]?[ \t]*\Z")
Block = dict[str, str]


def block_rows(path: Path, mapping: Mapping) -> tuple[Iterator[Row], Columns]:
    """Return one row an event, its narratives under "entries", and the columns to read it by."""
    layout = mapping.blocks or EventBlocks()
    columns = {ours: mapping.names(ours) for ours in FIELDS if ours != "text"}
    heads = mapping.names("text") if "text" in mapping.columns else ()
    return _rows(path, layout, heads), {**columns, "entries": ("entries",)}


def _rows(path: Path, layout: EventBlocks, heads: tuple[str, ...]) -> Iterator[Row]:
    event: list[tuple[str, Block]] = []
    start = 0
    for number, name, block in _blocks(path, layout):
        if name == layout.event:
            if event:
                yield _row(path, start, event, layout, heads)
            event, start = [], number
        if name == layout.event or event:
            event.append((name, block))
    if not event:
        raise SourceError(f"{path.name} holds no '{layout.event}' block; correct [blocks] event in the mapping file")
    yield _row(path, start, event, layout, heads)


def _row(path: Path, number: int, event: list[tuple[str, Block]], layout: EventBlocks, heads: tuple[str, ...]) -> Row:
    values: dict[str, object] = dict(event[0][1])
    entries: list[dict[str, object]] = [{"text": values.pop(name)} for name in heads if values.get(name)]
    for name, block in event[1:]:
        if name == layout.narrative:
            entries.append(
                {
                    "text": block.get(layout.text, ""),
                    "at": block.get(layout.at),
                    "author": block.get(layout.author),
                    "category": block.get(layout.category),
                }
            )
        else:
            others = values.setdefault(name, [])
            if isinstance(others, list):
                others.append(block)
    values["entries"] = entries
    return Row(number, f"{path.name} line {number}", values)


def _blocks(path: Path, layout: EventBlocks) -> Iterator[tuple[int, str, Block]]:
    """Return each block of a file: the line it starts on, its heading, and its values by key."""
    headings = {name.casefold(): name for name in (layout.event, layout.narrative, *layout.others)}
    narrative_keys = {layout.text, layout.at, layout.author, layout.category}
    start, name, block, last = 0, "", Block(), ""
    with path.open("rb", buffering=0) as raw, as_text(raw) as file:
        for number, ended in enumerate(file, 1):
            line = ended.rstrip("\r\n")
            heading = _HEADING.match(line)
            if heading and (named := headings.get(heading["name"].casefold())):
                if name:
                    yield start, name, _stripped(block)
                start, name, block, last = number, named, Block(), ""
                continue
            key = _KEY.match(line)
            # In a narrative only its own keys are keys: "BAC = 3" is what an officer wrote.
            if key and (name != layout.narrative or key["key"] in narrative_keys or _is_plain(key["key"])):
                last = key["key"]
                block[last] = key["value"] or ""
            elif last:
                block[last] += f"\n{line}"
    if name:
        yield start, name, _stripped(block)


def _is_plain(key: str) -> bool:
    return split_key(key)[1] in PLAIN_KEYS


def _stripped(block: Block) -> Block:
    return {key: value.rstrip() for key, value in block.items()}
