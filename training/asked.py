"""A cascade that speaks of some families alone: how a model is measured on labels that were asked for no others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cdi_nlp.detect import Reading
from cdi_nlp.detect.cascade import Cascade
from cdi_nlp.records import Finding


@dataclass(slots=True, repr=False, kw_only=True)
class Asked(Cascade):
    """The cascade without the findings of families that were not asked for: of those the labels prove nothing."""

    families: frozenset[str]

    def detect(self, readings: Iterable[Reading]) -> Iterator[tuple[Finding, ...]]:
        """The findings of each reading that are of the families asked for."""
        for found in Cascade.detect(self, readings):
            yield tuple(finding for finding in found if finding.family in self.families)
