"""The whole benchmark of a store: facts in, every result that a snapshot is made of out."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, Standing, no_decisions, standing, with_state
from mirrors.benchmark.change import Change, fit_change
from mirrors.benchmark.expected import expected_rate, feature_weights
from mirrors.benchmark.features import FeatureMatrix, feature_matrix
from mirrors.benchmark.interval import PUPIL_VARIANCE, rate_interval, wilson_interval
from mirrors.benchmark.level import fit_level
from mirrors.benchmark.observation import observe, observed_rate
from mirrors.benchmark.panel import FEWEST_PUPILS, LARGEST_ABSENCE_SHARE, Floats, Panel
from mirrors.benchmark.peer_group import PeerGroups, peer_groups, peer_statistics
from mirrors.benchmark.quality import quality_alarms, registration_table
from mirrors.benchmark.reduction import Reduced, reduce_facts
from mirrors.benchmark.series import build_panel, comparable_run, restarts
from mirrors.benchmark.ten_and_ten import Lists, choose
from mirrors.definitions import Indicator, Jurisdiction
from mirrors.progress import Progress, silent
from mirrors.store import Facts


@dataclass(frozen=True, eq=False)
class Judged:
    """One indicator in one school year: how schools changed, and the three lists."""

    indicator: str
    school_year: str
    panel: Panel
    change: Change
    lists: Lists


@dataclass(frozen=True, eq=False)
class Benchmark:
    """Every result of one store, before disclosure control.

    `observed` holds the observations by indicator id; `compared` adds to those of shares and amounts:
    low, high, expected, peers, peer_median, peer_low, peer_high. `features` and `peers` are by school
    year. `restarts` are the years from which an indicator is counted otherwise. `alarms` are all alarms with
    their evidence and state, for the administrator; `registration` holds what a mirror tells of them.
    """

    reduced: Reduced
    alarms: pd.DataFrame
    registration: pd.DataFrame
    features: dict[str, FeatureMatrix]
    peers: dict[str, PeerGroups]
    observed: dict[str, pd.DataFrame]
    compared: dict[str, pd.DataFrame]
    kinds: dict[str, pd.DataFrame]
    restarts: dict[str, tuple[str, ...]]
    judged: list[Judged] = field(default_factory=list)


def run_benchmark(
    facts: Facts,
    indicators: dict[str, Indicator],
    jurisdiction: Jurisdiction,
    progress: Progress = silent,
    decisions: pd.DataFrame | None = None,
) -> Benchmark:
    """Return the benchmark of all facts in force; `progress` is told the name of each step.

    `decisions` about alarms have the columns of `alarm.DECISION_COLUMNS`; the newest counts, while its digest
    is that of the alarm. A school-year under an open alarm takes no part in peer groups, models and lists;
    the figures of one under a rejected alarm are withheld as well.
    """
    progress("reduce", 0.0)
    reduced = reduce_facts(facts)
    alarms = with_state(
        quality_alarms(reduced, jurisdiction), no_decisions() if decisions is None else decisions
    )
    standings = standing(alarms)
    observed = {
        key: withhold(frame, standings.rejected)
        for key, indicator in indicators.items()
        if not (frame := observe(indicator, reduced, jurisdiction)).empty
    }
    years = sorted(set(reduced.enrolment["school_year"]))
    features = {year: feature_matrix(reduced, jurisdiction, year) for year in years}
    progress("peer groups", 0.1)
    shares = [key for key in jurisdiction.lists if key in observed]
    learning = [(indicators[key], observed[key]) for key in shares]
    peers = {year: _peers(features, learning, year, standings.set_aside) for year in years}
    kinds = _kinds(reduced, jurisdiction, standings)
    compared = {}
    for done, (key, frame) in enumerate(observed.items()):
        progress(f"compare {key}", 0.15 + 0.35 * done / len(observed))
        compared[key] = _compare(indicators[key], frame, features, peers, standings.open, jurisdiction)
    result = Benchmark(
        reduced,
        alarms,
        registration_table(reduced, alarms, jurisdiction),
        features,
        peers,
        observed,
        compared,
        {category: _with_peer_median(frame, peers, standings.open) for category, frame in kinds.items()},
        {key: restarts(frame) for key, frame in observed.items()},
    )
    pairs = [(key, year) for key in shares for year in years]
    for done, (key, year) in enumerate(pairs):
        progress(f"change {key} {year}", 0.5 + 0.45 * done / len(pairs))
        judged = _judge(indicators[key], observed[key], year, features, standings.open, jurisdiction)
        result.judged.extend([judged] if judged else [])
    return result


def withhold(observed: pd.DataFrame, rejected: SchoolYears) -> pd.DataFrame:
    """Return observations without the figures of rejected school-years: their status is "rejected"."""
    keys = zip(observed["school_id"], observed["school_year"], strict=True)
    wrong = np.array([key in rejected for key in keys], dtype=bool)
    figures = {"numerator", "denominator", "value", "units", "possible"} & set(observed.columns)
    status = observed["status"].mask(wrong, "rejected")
    return observed.assign(status=status, **{name: observed[name].mask(wrong) for name in figures})


def _kinds(reduced: Reduced, jurisdiction: Jurisdiction, standings: Standing) -> dict[str, pd.DataFrame]:
    categories = sorted(set(reduced.units_absent["category"]) - {"any"})
    counted = {code.category for code in jurisdiction.codes.values() if code.absence}
    return {
        name: withhold(observed_rate((name,), reduced, jurisdiction), standings.rejected)
        for name in categories
        if name in counted
    }


@dataclass(frozen=True, eq=False)
class _Year:
    """The observations of one indicator laid out on the schools of a year's feature matrix."""

    value: Floats
    out_of: Floats
    pupils: Floats
    taking_part: np.ndarray


def _on_schools(frame: pd.DataFrame, features: FeatureMatrix, alarmed: SchoolYears, most: float) -> _Year:
    """Lay out a year's observations; only exact, large and quiet school-years up to `most` take part."""
    year = features.school_year
    rows = frame[frame["school_year"] == year].set_index("school_id").reindex(list(features.school_ids))
    value, pupils = rows["value"].to_numpy(float), rows["pupils"].to_numpy(float)
    quiet = np.array([(school, year) not in alarmed for school in features.school_ids])
    exact = (rows["status"] == "exact").to_numpy()
    with np.errstate(invalid="ignore"):
        taking_part = quiet & exact & (pupils >= FEWEST_PUPILS) & (value <= most)
    return _Year(np.where(exact, value, np.nan), rows["denominator"].to_numpy(float), pupils, taking_part)


def _largest_plausible(indicator: Indicator) -> float:
    if indicator.kind == "rate":
        return LARGEST_ABSENCE_SHARE
    return 1.0 if indicator.is_share else np.inf


def _peers(
    features: dict[str, FeatureMatrix],
    shares: list[tuple[Indicator, pd.DataFrame]],
    year: str,
    alarmed: SchoolYears,
) -> PeerGroups:
    matrix = features[year]
    earlier = [before for before in features if before < year and features[before].names == matrix.names]
    learnt = []
    for indicator, frame in shares:
        for before in earlier:
            laid = _on_schools(frame, features[before], alarmed, _largest_plausible(indicator))
            learnt.append(
                feature_weights(laid.value, laid.out_of, laid.pupils, laid.taking_part, features[before])
            )
    known = [weights for weights in learnt if not np.isnan(weights).any()]
    # Without an earlier year every feature counts the same.
    weights = np.mean(known, axis=0) if known else np.ones(len(matrix.names))
    may_be_peer = np.array([(school, year) not in alarmed for school in matrix.school_ids])
    return peer_groups(matrix, weights, may_be_peer & (matrix.pupils >= FEWEST_PUPILS))


def _compare(
    indicator: Indicator,
    frame: pd.DataFrame,
    features: dict[str, FeatureMatrix],
    peers: dict[str, PeerGroups],
    alarmed: SchoolYears,
    jurisdiction: Jurisdiction,
) -> pd.DataFrame:
    variance = _pupil_variance(indicator, frame, features, alarmed, jurisdiction)
    parts = []
    for year, rows in frame.groupby("school_year"):
        matrix = features[str(year)]
        laid = _on_schools(frame, matrix, alarmed, _largest_plausible(indicator))
        statistics = peer_statistics(peers[str(year)], np.where(laid.taking_part, laid.value, np.nan))
        columns = {
            "school_id": list(matrix.school_ids),
            "peers": statistics.count,
            "peer_median": statistics.median,
            "peer_low": statistics.low,
            "peer_high": statistics.high,
            "expected": np.nan,
        }
        if indicator.is_share and len(matrix.names) > 1:
            columns["expected"] = expected_rate(
                laid.value, laid.out_of, laid.pupils, laid.taking_part, matrix
            )
        parts.append(rows.merge(pd.DataFrame(columns), on="school_id", how="left"))
    compared = pd.concat(parts, ignore_index=True)
    return _with_interval(indicator, compared, variance)


def _with_interval(indicator: Indicator, compared: pd.DataFrame, variance: float) -> pd.DataFrame:
    numerator, denominator = compared["numerator"].to_numpy(float), compared["denominator"].to_numpy(float)
    value, pupils = compared["value"].to_numpy(float), compared["pupils"].to_numpy(float)
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    if indicator.kind == "prevalence":
        low, high = wilson_interval(numerator, denominator)
    elif indicator.kind == "rate":
        low, high = rate_interval(value, pupils, variance)
    bound = (compared["status"] != "exact").to_numpy()
    return compared.assign(low=np.where(bound, np.nan, low), high=np.where(bound, np.nan, high))


def _pupil_variance(
    indicator: Indicator,
    frame: pd.DataFrame,
    features: dict[str, FeatureMatrix],
    alarmed: SchoolYears,
    jurisdiction: Jurisdiction,
) -> float:
    """Return the variance of one pupil's absence as learnt from the longest comparable run of years."""
    if indicator.kind != "rate":
        return PUPIL_VARIANCE
    runs = [comparable_run(frame, year, jurisdiction) for year in sorted(set(frame["school_year"]))]
    longest = max(runs, key=len, default=())
    if len(longest) < 2:
        return PUPIL_VARIANCE
    return fit_level(build_panel(indicator, frame, longest, features, alarmed)).model.pupils


def _with_peer_median(
    frame: pd.DataFrame, peers: dict[str, PeerGroups], alarmed: SchoolYears
) -> pd.DataFrame:
    parts = []
    for year, rows in frame.groupby("school_year"):
        groups = peers[str(year)]
        laid = _on_schools(frame, groups.features, alarmed, LARGEST_ABSENCE_SHARE)
        statistics = peer_statistics(groups, np.where(laid.taking_part, laid.value, np.nan))
        columns = {
            "school_id": list(groups.features.school_ids),
            "peers": statistics.count,
            "peer_median": statistics.median,
        }
        parts.append(rows.merge(pd.DataFrame(columns), on="school_id", how="left"))
    return pd.concat(parts, ignore_index=True)


def _judge(
    indicator: Indicator,
    frame: pd.DataFrame,
    year: str,
    features: dict[str, FeatureMatrix],
    alarmed: SchoolYears,
    jurisdiction: Jurisdiction,
) -> Judged | None:
    """Return the change and lists of one year; None for a break, or when no year before can be compared."""
    run = comparable_run(frame, year, jurisdiction)
    if len(run) < 2:
        return None
    panel = build_panel(indicator, frame, run, features, alarmed)
    if not panel.eligible.any():
        return None
    # A level is only fair against schools with the same context; for change the jurisdiction says whether
    # its context is measured well enough to help.
    change = fit_change(panel, "type" if panel.context is None else jurisdiction.trend)
    level = None if panel.context is None else fit_level(panel, "context")
    return Judged(indicator.id, year, panel, change, choose(change, level))
