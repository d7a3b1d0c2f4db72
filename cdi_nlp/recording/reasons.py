"""The stated reason for not recording that the rules do not accept (HOCR 2026/27 pp 7-12), in the words of the record.

Read only where something is unrecorded. A reason given late in the record is the one that closed it, so the last
counts; a closing line that merely says nothing was disclosed is the weakest and counts where no other is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from cdi_nlp.detect import Reading
from cdi_nlp.detect.matching import Page, PhraseIndex, Tokenizer, flatten
from cdi_nlp.errors import TaxonomyError
from cdi_nlp.records import Segment
from cdi_nlp.taxonomy.data import data_folder, read_toml
from cdi_nlp.taxonomy.patterns import phrases, strings
from cdi_nlp.taxonomy.phrases import Lexicon, Phrase

NONE_GIVEN = "none_given"
CLOSING = "contradicted_closing"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason that does not defeat recording, its phrases, and the rule that says so."""

    name: str
    phrases: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    rule: str
    finds: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


def load_reasons(lexicon: Lexicon, folder: Traversable | None = None) -> tuple[Reason, ...]:
    """The reasons of `reasons.toml`, in order of precedence."""
    table = read_toml((folder or data_folder()) / "reasons.toml")
    rows = table.get("reason", [])
    if not isinstance(rows, list):
        raise TaxonomyError("reasons.toml: write each reason under its own [[reason]]")
    return tuple(_reason(row, lexicon) for row in rows)


def _reason(row: Mapping[str, object], lexicon: Lexicon) -> Reason:
    name = str(row.get("name", "?"))
    where = f"reasons.toml: {name}"
    return Reason(
        name=name,
        phrases=phrases(strings(row.get("any"), where=where)[0], lexicon, where=where),
        unless=phrases(strings(row.get("unless"), where=where, empty=True)[0], lexicon, where=where),
        rule=str(row.get("rule", "")),
        finds=tuple(strings(row.get("finds"), where=where, empty=True)[0]),
        misses=tuple(strings(row.get("misses"), where=where, empty=True)[0]),
    )


@dataclass(slots=True)
class ReasonReader:
    """Finds the stated reason in a record. Build it once."""

    tokenizer: Tokenizer
    index: PhraseIndex
    names: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def build(cls, reasons: tuple[Reason, ...], tokenizer: Tokenizer) -> "ReasonReader":
        """A reader over the reasons, ready to read."""
        index = PhraseIndex()
        for reason in reasons:
            index.add(reason.name, reason.phrases)
            if reason.unless:
                index.add(f"unless {reason.name}", reason.unless)
        return cls(tokenizer, index, tuple(reason.name for reason in reasons), reasons)

    def on_page(self, page: Page) -> list[str]:
        """The reasons that one segment states, in order of precedence."""
        found = self.index.matches(page)
        return [name for name in self.names if name in found and f"unless {name}" not in found]

    def in_text(self, text: str) -> list[str]:
        """The reasons that a text of its own states, such as a closing code."""
        return self.on_page(Page(Segment(0, len(text), 0), flatten(text), self.tokenizer))

    def read(self, reading: Reading) -> str:
        """The reason that the record states last; `none_given` where it states none."""
        closing = NONE_GIVEN
        for page in reversed(reading.pages):
            for name in self.on_page(page):
                if name != CLOSING:
                    return name
                closing = name
        codes = self.in_text(reading.record.closing_code)
        return next((name for name in codes if name != CLOSING), CLOSING if codes else closing)
