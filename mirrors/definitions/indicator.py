"""An indicator: what is counted, over what, in which direction, and why it matters."""

from functools import cache
from typing import Literal

from mirrors.definitions.reading import FOLDER, Definition, Texts, read_definition

Family = Literal[
    "level", "prevalence", "pattern", "distribution", "lateness", "process", "trajectory", "programme"
]
Kind = Literal[
    "rate",
    "prevalence",
    "per_100_pupils",
    "quantile",
    "distribution",
    "share_of_pupils",
    "share_of_amount",
    "amount",
    "days",
    "events",
    "profile",
    "programme",
]
Profile = Literal["half_day", "weekday", "month", "groups", "gap", "decomposition", "together"]
Direction = Literal["lower", "higher", "neutral"]


HALVES = 0.5
"""The decimals of a number known to halves: one is written, and only where there is a half."""


class Counted(Definition):
    """Which facts an indicator counts.

    `categories` are canonical absence categories (`any` = all absence). For pupils, `scale` and
    `at_least`/`below` name the band of absence in the jurisdiction's unit or as a share of possible
    time; for a quantile, `quantile` names it. `measure` names a measure of the contract `measure`, which an
    index divides by `of_measure`; `threshold`, `step` and `of_step` name steps of the follow-up (`first`,
    `city` and `last` are places on the jurisdiction's ladder); `outcome` one of a trajectory; `event` one of
    lateness; `profile` a table that is read as a whole.
    """

    categories: tuple[str, ...] = ()
    scale: Literal["units", "share"] | None = None
    at_least: float | None = None
    below: float | None = None
    quantile: float | None = None
    measure: str | None = None
    of_measure: str | None = None
    threshold: Literal["first", "city", "last"] | None = None
    step: str | None = None
    of_step: str | None = None
    outcome: str | None = None
    event: Literal["late", "early_departure"] | None = None
    profile: Profile | None = None


class Indicator(Definition):
    """One indicator as a city reads it, in every language of the product.

    A `rate` is units over possible units and a `prevalence` pupils in bands over pupils; `share_of_pupils`
    and `share_of_amount` are a part over its whole (pupils, or anything else), `amount` a number per hundred,
    per thousand or per one of its base, `days` a median, `events` a number per hundred pupil-days. A
    `profile` is a table and a `programme` indicator counts the city's own work: `waits_for` names what nobody
    notes yet, without which it cannot be counted.

    `formula` says the same without words: N pupils, E units expected, A absent for any reason, B without an
    accepted one, Z ill, R + P with another accepted one, L late, h() in hours; #{} is how many, Q50 a median,
    KM50 one that knows of those still waiting, T1, Tc and Tn the first, the city's and the last threshold.
    """

    id: str
    family: Family
    kind: Kind
    counted: Counted
    formula: str
    unit: Literal[
        "percent",
        "units",
        "per_100_pupils",
        "per_1000_pupils",
        "per_100_days",
        "index",
        "days",
        "minutes",
        "number",
        "bands",
        "table",
    ]
    direction: Direction
    minimum_pupils: int
    sources: tuple[str, ...]
    title: Texts
    short: Texts
    definition: Texts
    why: Texts
    pitfalls: Texts
    waits_for: Texts | None = None
    checked_on: str

    @property
    def is_share(self) -> bool:
        """Whether the figure is a share between 0 and 1, so that it can be modelled on the logit."""
        return self.kind in ("rate", "prevalence", "share_of_pupils", "share_of_amount")

    @property
    def counts_pupils(self) -> bool:
        """Whether the figure is a share of pupils, so that it comes in whole pupils."""
        return self.kind in ("prevalence", "share_of_pupils")


@cache
def load_indicators() -> dict[str, Indicator]:
    """Return every shipped indicator by id, in catalogue order; raises DefinitionError."""
    files = sorted((FOLDER / "indicators").glob("*.yaml"))
    read = [read_definition(path, Indicator) for path in files]
    return {indicator.id: indicator for indicator in read}
