"""The tables of a snapshot: every figure once, under its size and rounding rules."""

from datetime import datetime

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.panel import FEWEST_PUPILS
from mirrors.benchmark.peer_group import PEERS_FEWEST, PEERS_MOST, PEERS_WANTED
from mirrors.benchmark.ten_and_ten import CHANGE_GATE, CHANGE_GATE_THREE_YEARS
from mirrors.definitions import Indicator, Profile
from mirrors.disclosure import bands, calibration, city, lists, schools
from mirrors.disclosure.rules import (
    HALF,
    PEERS_FOR_MEDIAN,
    PEERS_FOR_MIDDLE_HALF,
    SMALLEST_COUNT,
    TENTH,
    WHOLE,
    peer_step,
    rate_step,
    round_down,
    round_to,
    round_up,
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
        **city.tables(benchmark, indicators),
        **lists.tables(benchmark),
        **calibration.tables(benchmark, indicators),
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
    shown = compared[["school_id", "school_year", "status"]].assign(indicator=indicator.id)
    enough = (compared["pupils"] >= indicator.minimum_pupils).to_numpy()
    withheld = ~enough & shown["status"].isin(("exact", "at_most", "at_least")).to_numpy()
    shown["status"] = np.where(withheld, "too_small", shown["status"])
    step = _own_step(indicator, compared["pupils"].to_numpy(float))
    for column, rounded in (("value", round_to), ("low", round_down), ("high", round_up)):
        shown[column] = np.where(enough, rounded(compared[column].to_numpy(float), step), np.nan)
    shown["decimals"] = 0 if indicator.kind in ("prevalence", "per_100_pupils") else 1
    _bound_the_smallest(indicator, compared, shown, step)
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
    to_check = registration.loc[registration["alarms"] != "", ["school_id", "school_year"]]
    asked = pd.MultiIndex.from_frame(shown[["school_id", "school_year"]]).isin(
        pd.MultiIndex.from_frame(to_check)
    )
    shown["verdict"] = np.where(asked, "unknown", _verdict(shown))
    return shown


def _bound_the_smallest(
    indicator: Indicator, compared: pd.DataFrame, shown: pd.DataFrame, step: np.ndarray | float
) -> None:
    """Turn values that say too much or too little into bounds: very few pupils, and what rounds to 0 or 1."""
    exact = (shown["status"] == "exact").to_numpy() & indicator.is_share
    value, raw = shown["value"].to_numpy(float), compared["value"].to_numpy(float)
    most = np.broadcast_to(step, value.shape)
    at_most, at_least = exact & (value == 0) & (raw > 0), exact & (value == 1) & (raw < 1)
    least = 1 - most
    if indicator.kind == "prevalence":
        few = SMALLEST_COUNT - 1
        numerator, denominator = (compared[name].to_numpy(float) for name in ("numerator", "denominator"))
        at_most, at_least = (
            at_most | exact & (numerator <= few),
            at_least | exact & (denominator - numerator <= few),
        )
        most = round_up(np.maximum(few / np.maximum(denominator, 1.0), WHOLE), WHOLE)
        least = 1 - most
    shown["status"] = np.select([at_most, at_least], ["at_most", "at_least"], shown["status"])
    shown["value"] = np.select([at_most, at_least], [most, round_down(least, step)], value)
    for column in ("low", "high"):
        shown[column] = np.where(at_most | at_least, np.nan, shown[column])


def _own_step(indicator: Indicator, pupils: np.ndarray) -> np.ndarray | float:
    match indicator.kind:
        case "rate":
            return rate_step(pupils)
        case "prevalence":
            return WHOLE
        case "per_100_pupils":
            return 1.0
    return 0.5


def _modelled_step(indicator: Indicator) -> float:
    return TENTH if indicator.kind == "rate" else HALF


def _peer_grain(indicator: Indicator, compared: pd.DataFrame) -> float:
    if not indicator.is_share:
        return 1.0 if indicator.kind == "per_100_pupils" else 0.5
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
