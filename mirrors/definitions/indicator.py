"""An indicator: what is counted, over what, in which direction, and why it matters."""

from functools import cache
from typing import Literal

from mirrors.definitions.reading import FOLDER, Definition, Texts, read_definition

Family = Literal["level", "prevalence"]
Kind = Literal["rate", "prevalence", "per_100_pupils", "quantile", "distribution"]
Direction = Literal["lower", "higher", "neutral"]


class Counted(Definition):
    """Which facts an indicator counts.

    `categories` are canonical absence categories (`any` = all absence). For pupils, `scale` and
    `at_least`/`below` name the band of absence in the jurisdiction's unit or as a share of possible
    time; for a quantile, `quantile` names it.
    """

    categories: tuple[str, ...]
    scale: Literal["units", "share"] | None = None
    at_least: float | None = None
    below: float | None = None
    quantile: float | None = None


class Indicator(Definition):
    """One indicator as a city reads it, in every language of the product."""

    id: str
    family: Family
    kind: Kind
    counted: Counted
    unit: Literal["percent", "units", "per_100_pupils", "bands"]
    direction: Direction
    minimum_pupils: int
    sources: tuple[str, ...]
    title: Texts
    short: Texts
    definition: Texts
    why: Texts
    pitfalls: Texts
    checked_on: str

    @property
    def is_share(self) -> bool:
        """Whether the figure is a share between 0 and 1, so that it can be modelled on the logit."""
        return self.kind in ("rate", "prevalence")


@cache
def load_indicators() -> dict[str, Indicator]:
    """Return every shipped indicator by id, in catalogue order; raises DefinitionError."""
    files = sorted((FOLDER / "indicators").glob("*.yaml"))
    read = [read_definition(path, Indicator) for path in files]
    return {indicator.id: indicator for indicator in read}
