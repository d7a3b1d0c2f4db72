"""The crime flags that a record's words suggest: domestic, hate, honour-based, exploitation, spiking and the rest.

HOCR 2026/27 pp 26-31 has them set on the crime. They are suggested only where an offence is disclosed, and a person
sets them. The words are in `crime_flags.toml`, with sentences that each must find and must miss.
"""

from collections.abc import Sequence
from functools import cache

from cdi_nlp.recording.wording import Wording, load_wordings
from cdi_nlp.records import Disclosure, Record


@cache
def crime_flags() -> dict[str, Wording]:
    """Every flag with its words, by name."""
    return load_wordings("crime_flags.toml")


def suggested_flags(record: Record, disclosures: Sequence[Disclosure], *, domestic: bool) -> tuple[str, ...]:
    """The flags that a record suggests, none where it discloses nothing."""
    told = {disclosure.family for disclosure in disclosures if disclosure.flagged}
    if not told:
        return ()
    flags = [
        name
        for name, flag in crime_flags().items()
        if (not flag.families or told & flag.families) and flag.found(record.text)
    ]
    return ("domestic abuse", *flags) if domestic else tuple(flags)
