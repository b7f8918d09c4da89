"""The table of when pupils are absent without leave."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.fewest import UNITS_OF_MOMENT, UNITS_OF_MONTH
from mirrors.benchmark.pattern import says_something
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import FEWEST_PUPILS, INDEX_STEP, PEERS_FOR_MEDIAN, rate_step, round_to

_WHOLE = ["school_id", "school_year", "profile"]
_COLUMNS = [*_WHOLE, "item", "category", "value", "index", "status", "peer_index"]


def tables(benchmark: Benchmark) -> dict[str, pd.DataFrame]:
    """Return the table profile."""
    return {"profile": profile(benchmark.within.profiles, benchmark.registration)}


def profile(rows: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    """Return every moment of every profile as it may be shown.

    A moment with few units absent is withheld, and so is the next smallest: the index of one alone follows
    from those of the others, which average 100.
    """
    wrong = registered(rows, registration, "rejected")
    enough = says_something(rows) & (rows["pupils"] >= FEWEST_PUPILS).to_numpy()
    few = np.zeros(len(rows), dtype=bool)
    for of_month, least in ((True, UNITS_OF_MONTH), (False, UNITS_OF_MOMENT)):
        chosen = (rows["profile"] == "month").to_numpy() == of_month
        small = (rows["units"] < least).to_numpy()[chosen]
        few[chosen] = hidden_together(rows[chosen], _WHOLE, small, "units", least)
    step = rate_step(rows["pupils"].to_numpy(float))
    value = round_to(rows["value"].to_numpy(float), step)
    nearly_none = (value == 0) & (rows["value"] > 0).to_numpy()
    withheld = wrong | ~enough | few
    peers = np.where(rows["peers"] >= PEERS_FOR_MEDIAN, rows["peer_median"], np.nan).astype(float)
    shown = rows.assign(
        status=np.select([wrong, withheld, nearly_none], ["rejected", "too_small", "at_most"], "exact"),
        value=np.where(withheld, np.nan, np.where(nearly_none, step, value)),
        index=np.where(withheld, np.nan, round_to(rows["index"].to_numpy(float), INDEX_STEP)),
        peer_index=round_to(peers, INDEX_STEP),
    )
    return shown[_COLUMNS]
