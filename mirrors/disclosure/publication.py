"""The tables of a snapshot: every figure once, under its size and rounding rules."""

from dataclasses import asdict
from datetime import datetime

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.fewest import fewest_pupils
from mirrors.benchmark.panel import FEWEST_PUPILS, Floats
from mirrors.benchmark.peer_group import PEERS_FEWEST, PEERS_MOST, PEERS_WANTED
from mirrors.benchmark.reduction import Reduced
from mirrors.benchmark.ten_and_ten import CHANGE_GATE, CHANGE_GATE_THREE_YEARS
from mirrors.definitions import Indicator, Profile
from mirrors.disclosure import (
    bands,
    calibration,
    city,
    city_within,
    funnel,
    groups,
    lists,
    over_years,
    patterns,
    responses,
    schools,
)
from mirrors.disclosure.contributors import few_make_it_up
from mirrors.disclosure.own import decimals, own_figures, own_step, withheld
from mirrors.disclosure.protection import STANDARD, Protection, breakdown_of, tells_pupils
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    HALF,
    TENTH,
    WHOLE,
    WHOLE_FROM,
    Rules,
    round_to,
)
from mirrors.disclosure.settings import RULE


def protect(
    benchmark: Benchmark,
    indicators: dict[str, Indicator],
    profile: Profile,
    when: datetime,
    under: Protection = STANDARD,
) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot by name, from everything the benchmark found."""
    figure = _figure(benchmark, indicators, list(benchmark.compared), under)
    return {
        "meta": pd.DataFrame([_meta(profile, when)]),
        "setting": pd.DataFrame([_settings(under.rules)]),
        "figure": figure,
        **schools.tables(benchmark, under),
        **bands.tables(benchmark, under),
        **patterns.tables(benchmark, under),
        **(grouped := groups.tables(benchmark, indicators, under)),
        **responses.tables(benchmark, under),
        **over_years.tables(benchmark, indicators, grouped["group"], under),
        **city.tables(benchmark, indicators, under),
        **city_within.tables(benchmark, indicators, under.rules),
        **lists.tables(benchmark, figure, under.rules),
        **calibration.tables(benchmark, indicators),
        **funnel.tables(benchmark, indicators, figure, under.rules),
    }


def without_figures(profile: Profile, when: datetime, rules: Rules) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot of a city of which no absence is known, but for those of its surveys.

    The tables that whoever compares two snapshots reads are there, without rows.
    """
    return {
        "meta": pd.DataFrame([_meta(profile, when)]),
        "setting": pd.DataFrame([_settings(rules)]),
        **{
            name: pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in columns.items()})
            for name, columns in _ALWAYS.items()
        },
    }


_TEXT, _NUMBER = "str", "float"
_ALWAYS = {
    "figure": {
        "school_id": _TEXT,
        "school_year": _TEXT,
        "indicator": _TEXT,
        "status": _TEXT,
        "value": _NUMBER,
    },
    "registration": {"school_id": _TEXT, "school_year": _TEXT, "alarms": _TEXT},
    "listed": {
        "indicator": _TEXT,
        "school_year": _TEXT,
        "list": _TEXT,
        "school_id": _TEXT,
        "certainty": _TEXT,
    },
}


def of_pupils(
    benchmark: Benchmark, indicators: dict[str, Indicator], under: Protection
) -> dict[str, pd.DataFrame]:
    """Return the tables that tell numbers of pupils of a school, with the figures that do.

    What they tell of other schools beside them is left out.
    """
    parts = [
        _own(indicators[key], compared, under, benchmark.reduced)
        for key, compared in benchmark.compared.items()
        if tells_pupils(indicators[key])
    ]
    return {
        "figure": pd.concat(parts, ignore_index=True),
        "band": bands.own(benchmark, under),
        "group": groups.own(benchmark, indicators, under),
        **schools.own(benchmark, under),
        **responses.tables(benchmark, under),
        **patterns.tables(benchmark, under),
        "pooled": over_years.pooled(benchmark.within.pooled, indicators, under),
    }


def _figure(
    benchmark: Benchmark, indicators: dict[str, Indicator], keys: list[str], under: Protection
) -> pd.DataFrame:
    parts = [
        figures(indicators[key], benchmark.compared[key], benchmark.registration, under, benchmark.reduced)
        for key in keys
    ]
    return pd.concat(parts, ignore_index=True)


def _meta(profile: Profile, when: datetime) -> dict[str, object]:
    return {
        "published_at": when,
        "jurisdiction": profile.jurisdiction,
        "city": profile.city,
        "synthetic": profile.synthetic,
    }


def _settings(rules: Rules) -> dict[str, float]:
    """Return the settings that a reader of the method should know, as they were when this was published."""
    return {
        "peers_wanted": PEERS_WANTED,
        "peers_fewest": PEERS_FEWEST,
        "peers_most": PEERS_MOST,
        "gate": CHANGE_GATE,
        "gate_three_years": CHANGE_GATE_THREE_YEARS,
        "fewest_pupils": FEWEST_PUPILS,
        **{f"{RULE}{name}": value for name, value in asdict(rules).items()},
    }


def figures(
    indicator: Indicator,
    compared: pd.DataFrame,
    registration: pd.DataFrame,
    under: Protection = STANDARD,
    reduced: Reduced | None = None,
) -> pd.DataFrame:
    """Return the comparisons of one indicator as they may be shown.

    A value on fewer pupils than the indicator's minimum is withheld, and so are its interval and verdict;
    a share that may be one child's is a bound; peers are a median from five schools, a middle half from
    ten. A school-year that `registration` asks to check has figures, yet no verdict. Where `reduced` tells
    that few pupils, or one of them, make up a rate, it is withheld.
    """
    rules = under.rules
    written = decimals(indicator, compared["pupils"].to_numpy(float), rules.large_school)
    shown = _own(indicator, compared, under, reduced).assign(decimals=written)
    shown["expected"] = round_to(compared["expected"].to_numpy(float), _modelled_step(indicator))
    shown["peers"] = compared["peers"].fillna(0).astype(int)
    shown = shown.assign(**_of_peers(indicator, compared, rules))
    asked = registered(shown, registration, "alarms")
    shown["verdict"] = np.where(asked, "unknown", _verdict(shown))
    return shown


def _own(
    indicator: Indicator, compared: pd.DataFrame, under: Protection, reduced: Reduced | None
) -> pd.DataFrame:
    """Return status, value, low and high of every school and year as they may be shown."""
    rules = under.rules
    fewest = max(fewest_pupils(indicator), rules.fewest_pupils if indicator.counts_pupils else 0)
    steps = under.count_steps(compared, breakdown_of(indicator))
    own = own_figures(indicator, compared, fewest, steps, rules.large_school)
    untold = under.drops(compared, breakdown_of(indicator))
    if reduced is not None:
        untold |= few_make_it_up(indicator, compared, reduced, rules.fewest_contributors)
    own = withheld(own, untold)
    shown = compared[["school_id", "school_year"]].assign(indicator=indicator.id)
    return shown.assign(**{name: own[name] for name in own.columns})


def _modelled_step(indicator: Indicator) -> float:
    return TENTH if indicator.kind == "rate" else HALF


def _of_peers(indicator: Indicator, compared: pd.DataFrame, rules: Rules) -> dict[str, Floats]:
    """Return the median and the middle half of peers as they may be shown, the median within the half."""
    median, low, high = (compared[f"peer_{column}"].to_numpy(float) for column in ("median", "low", "high"))
    grain, count = _peer_grain(indicator, rules), compared["peers"].fillna(0).to_numpy()
    median = round_to(median, grain)
    wide = np.where(indicator.is_share & (median >= WHOLE_FROM), np.maximum(grain, WHOLE), grain)
    half = count >= rules.peers_for_middle_half
    return {
        "peer_median": np.where(count >= rules.peers_for_median, median, np.nan),
        "peer_low": np.where(half, np.minimum(round_to(low, wide), median), np.nan),
        "peer_high": np.where(half, np.maximum(round_to(high, wide), median), np.nan),
    }


def _peer_grain(indicator: Indicator, rules: Rules) -> float:
    if indicator.is_share:
        return rules.peer_step
    return float(np.max(own_step(indicator, np.zeros(1), rules.large_school)))


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
