"""JSON lines: one record a line, the native form of a source."""

import json
from collections.abc import Iterator
from pathlib import Path

from cdi_nlp.errors import SourceError
from cdi_nlp.ingest.decode import as_text
from cdi_nlp.ingest.rows import Row
from cdi_nlp.records import Unreadable


def jsonl_rows(path: Path) -> Iterator[Row | Unreadable]:
    """Return the objects of a file, one a line; a line that is not one is Unreadable and the rest go on."""
    with path.open("rb", buffering=0) as raw, as_text(raw, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip("\r\n\t \ufeff"):
                continue
            place = f"{path.name} line {number}"
            try:
                values = json.loads(line.lstrip("\ufeff"))
            except (ValueError, RecursionError):
                if number == 1 and line.strip() == "[":
                    raise SourceError(
                        f"{path.name} is one JSON array; write one record a line and name it .jsonl"
                    ) from None
                yield Unreadable(f"row-{number}", f"{place}: it is not JSON; write one object a line")
                continue
            if isinstance(values, dict):
                yield Row(number, place, values)
            else:
                yield Unreadable(f"row-{number}", f"{place}: it is not an object; write {{id, text, ...}} on each line")
