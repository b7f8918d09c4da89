"""The tables of a snapshot: every figure once, under its size and rounding rules."""

from datetime import datetime

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.fewest import fewest_pupils
from mirrors.benchmark.panel import FEWEST_PUPILS
from mirrors.benchmark.peer_group import PEERS_FEWEST, PEERS_MOST, PEERS_WANTED
from mirrors.benchmark.ten_and_ten import CHANGE_GATE, CHANGE_GATE_THREE_YEARS
from mirrors.definitions import Indicator, Profile
from mirrors.disclosure import (
    bands,
    calibration,
    city,
    funnel,
    groups,
    lists,
    over_years,
    patterns,
    responses,
    schools,
)
from mirrors.disclosure.own import decimals, own_figures, own_step
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    HALF,
    PEERS_FOR_MEDIAN,
    PEERS_FOR_MIDDLE_HALF,
    TENTH,
    peer_step,
    round_to,
)


def protect(
    benchmark: Benchmark, indicators: dict[str, Indicator], profile: Profile, when: datetime
) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot by name, from everything the benchmark found."""
    return {
        "meta": pd.DataFrame([_meta(profile, when)]),
        "setting": pd.DataFrame([_settings()]),
        "figure": pd.concat(
            [
                figures(indicators[key], frame, benchmark.registration)
                for key, frame in benchmark.compared.items()
            ],
            ignore_index=True,
        ),
        **schools.tables(benchmark),
        **bands.tables(benchmark),
        **patterns.tables(benchmark),
        **(grouped := groups.tables(benchmark, indicators)),
        **responses.tables(benchmark),
        **over_years.tables(benchmark, indicators, grouped["group"]),
        **city.tables(benchmark, indicators),
        **lists.tables(benchmark),
        **calibration.tables(benchmark, indicators),
        **funnel.tables(benchmark, indicators),
    }


def _meta(profile: Profile, when: datetime) -> dict[str, object]:
    return {
        "published_at": when,
        "jurisdiction": profile.jurisdiction,
        "city": profile.city,
        "synthetic": profile.synthetic,
    }


def _settings() -> dict[str, float]:
    """Return the settings that a reader of the method should know, as they were when this was published."""
    return {
        "peers_wanted": PEERS_WANTED,
        "peers_fewest": PEERS_FEWEST,
        "peers_most": PEERS_MOST,
        "gate": CHANGE_GATE,
        "gate_three_years": CHANGE_GATE_THREE_YEARS,
        "fewest_pupils": FEWEST_PUPILS,
    }


def figures(indicator: Indicator, compared: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons of one indicator as they may be shown.

    A value on fewer pupils than the indicator's minimum is withheld, and so are its interval and verdict;
    a share that may be one child's is a bound; peers are a median from five schools, a middle half from
    ten. A school-year that `registration` asks to check has figures, yet no verdict.
    """
    shown = compared[["school_id", "school_year"]].assign(indicator=indicator.id)
    own = own_figures(indicator, compared, fewest_pupils(indicator))
    shown = shown.assign(**{name: own[name] for name in own.columns}, decimals=decimals(indicator))
    shown["expected"] = round_to(compared["expected"].to_numpy(float), _modelled_step(indicator))
    shown["peers"] = compared["peers"].fillna(0).astype(int)
    grain = _peer_grain(indicator, compared)
    for column, fewest in (
        ("median", PEERS_FOR_MEDIAN),
        ("low", PEERS_FOR_MIDDLE_HALF),
        ("high", PEERS_FOR_MIDDLE_HALF),
    ):
        rounded_peers = round_to(compared[f"peer_{column}"].to_numpy(float), grain)
        shown[f"peer_{column}"] = np.where(shown["peers"] >= fewest, rounded_peers, np.nan)
    asked = registered(shown, registration, "alarms")
    shown["verdict"] = np.where(asked, "unknown", _verdict(shown))
    return shown


def _modelled_step(indicator: Indicator) -> float:
    return TENTH if indicator.kind == "rate" else HALF


def _peer_grain(indicator: Indicator, compared: pd.DataFrame) -> float:
    if not indicator.is_share:
        return float(own_step(indicator, np.array([])))
    exact = compared[compared["status"] == "exact"]
    return peer_step(float(exact["numerator"].sum() / max(exact["denominator"].sum(), 1.0)))


def _verdict(shown: pd.DataFrame) -> np.ndarray:
    """Return where the own value lies against similar schools, judged on the figures as they are shown.

    Higher or lower only when the own interval excludes the peers' median (the expected value without
    peers) and the own value lies outside their middle half where that is known.
    """
    reference = shown["peer_median"].fillna(shown["expected"])
    above = (shown["low"] > reference) & ~(shown["value"] <= shown["peer_high"])
    below = (shown["high"] < reference) & ~(shown["value"] >= shown["peer_low"])
    known = reference.notna() & shown["low"].notna() & shown["high"].notna()
    return np.where(known, np.select([above, below], ["higher", "lower"], "similar"), "unknown")
