"""The table of when pupils are absent without leave."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.fewest import UNITS_OF_MOMENT, UNITS_OF_MONTH
from mirrors.benchmark.pattern import says_something
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.protection import RATES, STANDARD, Protection
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import INDEX_STEP, rate_step, round_to

_WHOLE = ["school_id", "school_year", "profile"]
_COLUMNS = [*_WHOLE, "item", "category", "value", "index", "status", "peer_index"]


def tables(benchmark: Benchmark, under: Protection = STANDARD) -> dict[str, pd.DataFrame]:
    """Return the table profile."""
    return {"profile": profile(benchmark.within.profiles, benchmark.registration, under)}


def profile(rows: pd.DataFrame, registration: pd.DataFrame, under: Protection = STANDARD) -> pd.DataFrame:
    """Return every moment of every profile as it may be shown.

    A moment with few units absent is withheld, and so is the next smallest: the index of one alone follows
    from those of the others, which average 100.
    """
    wrong = registered(rows, registration, "rejected")
    rules = under.rules
    enough = says_something(rows) & (rows["pupils"] >= rules.fewest_pupils).to_numpy()
    enough &= (rows["contributors"] >= rules.fewest_contributors).to_numpy()
    few = np.zeros(len(rows), dtype=bool)
    for of_month, least in ((True, UNITS_OF_MONTH), (False, UNITS_OF_MOMENT)):
        chosen = (rows["profile"] == "month").to_numpy() == of_month
        small = (rows["units"] < least).to_numpy()[chosen]
        few[chosen] = hidden_together(rows[chosen], _WHOLE, small, "units", least)
    step = rate_step(rows["pupils"].to_numpy(float), rules.large_school)
    value = round_to(rows["value"].to_numpy(float), step)
    nearly_none = value == 0
    withheld = wrong | ~enough | few | under.drops(rows, RATES)
    peers = np.where(rows["peers"] >= rules.peers_for_median, rows["peer_median"], np.nan).astype(float)
    shown = rows.assign(
        status=np.select([wrong, withheld, nearly_none], ["rejected", "too_small", "at_most"], "exact"),
        value=np.where(withheld, np.nan, np.where(nearly_none, step, value)),
        index=np.where(withheld, np.nan, round_to(rows["index"].to_numpy(float), INDEX_STEP)),
        peer_index=round_to(peers, INDEX_STEP),
    )
    return shown[_COLUMNS]
