"""Tables about groups of pupils and steps of the follow-up in all schools of the city together."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.peer_group import LARGEST_PEER
from mirrors.definitions import Indicator
from mirrors.disclosure.protection import STANDARD
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    SMALLEST_COUNT,
    TENTH,
    WHOLE,
    Rules,
    round_to,
)

_GROUP = ["school_year", "breakdown", "member", "indicator"]
_STEP = ["school_year", "threshold", "step"]
_COUNTS = ["numerator", "denominator", "pupils"]


def tables(
    benchmark: Benchmark, indicators: dict[str, Indicator], rules: Rules = STANDARD.rules
) -> dict[str, pd.DataFrame]:
    """Return the tables city_group and city_step."""
    within, registration = benchmark.within, benchmark.registration
    groups, steps = (_quiet(rows, registration) for rows in (within.groups, within.single_steps))
    groups = groups[(groups["status"] == "exact") & (groups["pupils"] >= rules.fewest_pupils)]
    of_pupils = groups["indicator"].isin([key for key, one in indicators.items() if one.counts_pupils])
    found = pd.concat(
        [
            city_shares(groups[of_pupils], _GROUP, WHOLE, rules.count_step, rules),
            city_shares(groups[~of_pupils], _GROUP, TENTH, 0.0, rules),
        ],
        ignore_index=True,
    )
    reached = steps.rename(columns={"pupils": "numerator", "at_threshold": "denominator"})
    of_steps = city_shares(
        reached.assign(pupils=reached["denominator"]), _STEP, WHOLE, rules.count_step, rules
    )
    return {"city_group": found, "city_step": of_steps.rename(columns={"value": "share"})}


def _quiet(rows: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    """Return rows of school-years that nobody asks to check and nobody found wrong."""
    asked = registered(rows, registration, "alarms") | registered(rows, registration, "rejected")
    return rows.iloc[np.flatnonzero(~asked)]


def city_shares(
    rows: pd.DataFrame,
    place: list[str],
    step: float,
    fewest: float = SMALLEST_COUNT,
    rules: Rules = STANDARD.rules,
) -> pd.DataFrame:
    """Return the share of all schools together for each `place`, to `step`, with the number of schools.

    `rows` have a row a school with numerator, denominator and pupils. There is none where a school that reads
    it would look at fewer than five others, where one has more than half of the pupils, or with fewer than
    `fewest` pupils on either side.
    """
    grouped = rows.groupby(place)
    found = grouped[_COUNTS].sum().assign(schools=grouped.size(), largest=grouped["pupils"].max())
    beside = found["denominator"] - found["numerator"]
    told = (found["schools"] > rules.peers_for_median) & (found["largest"] <= LARGEST_PEER * found["pupils"])
    told &= (found["numerator"] >= fewest) & (beside >= fewest) & (found["denominator"] > 0)
    shown: pd.DataFrame = found[told].reset_index()
    shown["value"] = round_to((shown["numerator"] / shown["denominator"]).to_numpy(float), step)
    return shown[[*place, "value", "schools"]]
