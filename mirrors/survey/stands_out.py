"""What stands out in a school: at most three themes, so that chance does not fill a page with alarms."""

import numpy as np
import pandas as pd

from mirrors.benchmark.panel import Bools, Floats
from mirrors.survey.groups import WHOLES

MOST_THEMES = 3
FALSE_DISCOVERY = 0.1
_SCHOOL = ["school_id", "school_year"]


def discoveries(p_value: Floats, rate: float = FALSE_DISCOVERY) -> Bools:
    """Return which of these stand out when at most `rate` of them may be wrong (Benjamini, Hochberg 1995)."""
    number = len(p_value)
    order = np.argsort(p_value, kind="stable")
    passes = p_value[order] <= rate * np.arange(1, number + 1) / max(number, 1)
    last = int(np.flatnonzero(passes).max()) + 1 if passes.any() else 0
    found = np.zeros(number, dtype=bool)
    found[order[:last]] = True
    return found


def discovered(rows: pd.DataFrame, family: list[str], p_value: Floats) -> Bools:
    """Return which rows, (rows,), are among the discoveries of those with the same `family` columns."""
    found = np.zeros(len(rows), dtype=bool)
    for place in rows.groupby(family).indices.values():
        found[place] = discoveries(p_value[place])
    return found


def stands_out(rows: pd.DataFrame) -> pd.DataFrame:
    """Return at most three themes of each school that lie clearly above or below what is expected.

    `rows` come from `shrinkage.compared`. A theme stands out when the interval of the score drawn towards
    the expected one excludes it, and it is among the discoveries at 10 % within the school, over all its
    groups and themes. A theme counts once, by its clearest group. Columns: school_id, school_year, wave,
    theme, group, direction (above, below) and place (1 to 3, the clearest first).
    """
    judged = rows[rows["p_value"].notna()]
    judged = judged[~_told_by_parts(judged)].reset_index(drop=True)
    excludes = (judged["shrunk_low"] > judged["expected"]) | (judged["shrunk_high"] < judged["expected"])
    found = discovered(judged, _SCHOOL, judged["p_value"].to_numpy(float))
    clear = judged[found & excludes.to_numpy()].sort_values([*_SCHOOL, "p_value", "theme", "group"])
    clear = clear.drop_duplicates([*_SCHOOL, "theme"])
    direction = np.where(clear["mean"] > clear["expected"], "above", "below")
    clear = clear.assign(direction=direction, place=clear.groupby(_SCHOOL).cumcount() + 1)
    columns = [*_SCHOOL, "wave", "theme", "group", "direction", "place"]
    return clear.loc[clear["place"] <= MOST_THEMES, columns].reset_index(drop=True)


def _told_by_parts(rows: pd.DataFrame) -> Bools:
    """Return the wholes of groups of which a part is compared on the same theme: those would count twice."""
    told = np.zeros(len(rows), dtype=bool)
    at = [*_SCHOOL, "theme"]
    everybody = pd.MultiIndex.from_frame(rows[at])
    for whole, parts in WHOLES.items():
        of_parts = pd.MultiIndex.from_frame(rows.loc[rows["group"].isin(parts), at])
        told |= (rows["group"] == whole).to_numpy() & everybody.isin(of_parts)
    return told
