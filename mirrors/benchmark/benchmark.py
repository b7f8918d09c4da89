"""The whole benchmark of a store: facts in, every result that a snapshot is made of out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, Standing, among, no_decisions, standing, with_state
from mirrors.benchmark.change import Change, fit_change
from mirrors.benchmark.counted import observe_counted
from mirrors.benchmark.detail import Detail, reduce_detail
from mirrors.benchmark.driver import CHANGED
from mirrors.benchmark.expected import expected_rate, feature_weights
from mirrors.benchmark.features import FeatureMatrix, feature_matrix
from mirrors.benchmark.interval import PUPIL_VARIANCE, rate_interval, wilson_interval
from mirrors.benchmark.level import Level, fit_level
from mirrors.benchmark.observation import observe, observed_rate
from mirrors.benchmark.panel import FEWEST_PUPILS, LARGEST_ABSENCE_SHARE, Bools, Floats, Panel
from mirrors.benchmark.peer_cycle import groups_by_year
from mirrors.benchmark.peer_group import PeerGroups, peers_of_rows, with_peers
from mirrors.benchmark.quality import quality_alarms, registration_table
from mirrors.benchmark.reduction import Reduced, reduce_facts
from mirrors.benchmark.series import build_panel, comparable_run, restarts
from mirrors.benchmark.ten_and_ten import Lists, choose
from mirrors.benchmark.within import Compared, Within, look_within
from mirrors.definitions import Indicator, Jurisdiction
from mirrors.progress import Progress, silent
from mirrors.store import Facts

ABSENCE_KINDS = ("rate", "prevalence", "per_100_pupils", "quantile", "distribution")
"""Kinds of indicators that are made from units absent and pupils by band; providers count the others."""

MODELLED_KINDS = ("rate", "prevalence")
"""Kinds of indicators for which a value is expected from a school's context."""


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

    `observed` holds the observations by indicator id; `compared` adds to them:
    low, high, expected, peers, peer_median, peer_low, peer_high. `features` and `peers` are by school
    year. `restarts` are the years from which an indicator is counted otherwise. `alarms` are all alarms with
    their evidence and state, for the administrator; `registration` holds what a mirror tells of them.
    `within` are the results within schools and over their years.
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
    within: Within
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
    detail = reduce_detail(facts, reduced)
    decided = no_decisions() if decisions is None else decisions
    alarms = with_state(quality_alarms(reduced, jurisdiction), decided)
    standings = standing(alarms)
    observed = dict(_observe_all(indicators, reduced, detail, jurisdiction, standings.rejected))
    years = sorted(set(reduced.enrolment["school_year"]))
    features = {year: feature_matrix(reduced, jurisdiction, year) for year in years}
    progress("peer groups", 0.1)
    chosen = {key: observed[key] for key in jurisdiction.lists if key in observed}
    learning = [(indicators[key], frame) for key, frame in chosen.items()]
    peers = groups_by_year(
        features, partial(_learnt, features, learning, standings.set_aside), standings.set_aside
    )
    found = _compare_all(indicators, observed, features, peers, standings, jurisdiction, progress)
    judged = _judge_all(indicators, chosen, features, standings.open, jurisdiction, progress)
    of_all = {one.school_year: one.panel for one in judged if one.indicator == CHANGED}
    progress("within schools", 0.9)
    return Benchmark(
        reduced,
        alarms,
        registration_table(reduced, alarms, jurisdiction),
        features,
        peers,
        observed,
        found.compared,
        _with_peer_median(_kinds(reduced, jurisdiction, standings), peers, standings.open),
        found.restarts,
        look_within(found, detail, reduced, of_all, jurisdiction),
        judged,
    )


def _observe_all(
    indicators: dict[str, Indicator],
    reduced: Reduced,
    detail: Detail,
    jurisdiction: Jurisdiction,
    rejected: SchoolYears,
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the observations of every indicator that has any, without figures that were found wrong."""
    for key, indicator in indicators.items():
        frame = _observed(indicator, reduced, detail, jurisdiction)
        if not frame.empty:
            yield key, withhold(frame, rejected)


def _observed(
    indicator: Indicator, reduced: Reduced, detail: Detail, jurisdiction: Jurisdiction
) -> pd.DataFrame:
    if indicator.kind in ABSENCE_KINDS:
        return observe(indicator, reduced, jurisdiction)
    return observe_counted(indicator, detail, reduced, jurisdiction)


def withhold(observed: pd.DataFrame, rejected: SchoolYears) -> pd.DataFrame:
    """Return observations without the figures of rejected school-years: their status is "rejected"."""
    wrong = among(observed, rejected)
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


def _learnt(
    features: dict[str, FeatureMatrix],
    shares: list[tuple[Indicator, pd.DataFrame]],
    alarmed: SchoolYears,
    years: Sequence[str],
    matrix: FeatureMatrix,
) -> Floats | None:
    """Return how much each feature of a matrix told in some years, None where nothing was learnt."""
    learnt = []
    for indicator, frame in shares:
        for year in years:
            if features[year].names == matrix.names:
                laid = _on_schools(frame, features[year], alarmed, _largest_plausible(indicator))
                learnt.append(
                    feature_weights(laid.value, laid.out_of, laid.pupils, laid.taking_part, features[year])
                )
    known = [weights for weights in learnt if not np.isnan(weights).any()]
    return np.asarray(np.mean(known, axis=0)) if known else None


def _compare_all(
    indicators: dict[str, Indicator],
    observed: dict[str, pd.DataFrame],
    features: dict[str, FeatureMatrix],
    peers: dict[str, PeerGroups],
    standings: Standing,
    jurisdiction: Jurisdiction,
    progress: Progress,
) -> Compared:
    """Return every indicator beside its peers and what is expected, with what that rests on."""
    beside = _beside_peers(indicators, observed, peers, standings.open) if observed else {}
    variance = {
        key: _pupil_variance(indicators[key], frame, features, standings.open, jurisdiction)
        for key, frame in observed.items()
    }
    begins = {key: restarts(frame) if frame["basis"].nunique() > 1 else () for key, frame in observed.items()}
    found = Compared(indicators, beside, begins, variance, peers, standings)
    return replace(found, compared=_compare(found, observed, features, progress))


def _beside_peers(
    indicators: dict[str, Indicator],
    observed: dict[str, pd.DataFrame],
    peers: dict[str, PeerGroups],
    alarmed: SchoolYears,
) -> dict[str, pd.DataFrame]:
    """Return the observations of every indicator with those of the peers beside them."""
    stacked = pd.concat(
        [
            frame.assign(indicator=key, teaches=_takes_part(indicators[key], frame, alarmed))
            for key, frame in observed.items()
        ],
        ignore_index=True,
    ).sort_values(["indicator", "school_year"], kind="stable", ignore_index=True)
    teaching = np.where(stacked["teaches"], stacked["value"].to_numpy(float), np.nan)
    found = with_peers(stacked, peers_of_rows(stacked, ["indicator"], teaching, peers))
    by_key = dict(list(found.drop(columns="teaches").groupby("indicator")))
    return {key: by_key[key].drop(columns="indicator").reset_index(drop=True) for key in observed}


def _compare(
    found: Compared,
    observed: dict[str, pd.DataFrame],
    features: dict[str, FeatureMatrix],
    progress: Progress,
) -> dict[str, pd.DataFrame]:
    """Return the observations beside their peers with what is expected of them and their intervals."""
    compared = {}
    for done, (key, frame) in enumerate(observed.items()):
        progress(f"compare {key}", 0.15 + 0.35 * done / len(observed))
        indicator = found.indicators[key]
        expected = _expect(indicator, frame, found.compared[key], features, found.standings.open)
        compared[key] = _with_interval(indicator, expected, found.variance[key])
    return compared


def _takes_part(indicator: Indicator, frame: pd.DataFrame, alarmed: SchoolYears) -> Bools:
    """Return which observations others may be compared with: exact, quiet, plausible and large enough."""
    fewest = FEWEST_PUPILS if indicator.kind in ABSENCE_KINDS else indicator.minimum_pupils
    exact = (frame["status"] == "exact").to_numpy() & (frame["pupils"] >= fewest).to_numpy()
    plausible = (frame["value"] <= _largest_plausible(indicator)).to_numpy()
    return np.asarray(exact & plausible & ~among(frame, alarmed))


def _expect(
    indicator: Indicator,
    frame: pd.DataFrame,
    compared: pd.DataFrame,
    features: dict[str, FeatureMatrix],
    alarmed: SchoolYears,
) -> pd.DataFrame:
    """Return the comparisons of an indicator with what context leads to expect, where that is modelled."""
    expected = pd.Series(np.nan, index=compared.index)
    if indicator.kind in MODELLED_KINDS:
        for year, rows in compared.groupby("school_year"):
            matrix = features[str(year)]
            if len(matrix.names) == 1:
                continue
            laid = _on_schools(frame, matrix, alarmed, _largest_plausible(indicator))
            modelled = expected_rate(laid.value, laid.out_of, laid.pupils, laid.taking_part, matrix)
            expected[rows.index] = rows["school_id"].map(pd.Series(modelled, index=list(matrix.school_ids)))
    return compared.assign(expected=expected)


def _with_interval(indicator: Indicator, compared: pd.DataFrame, variance: float) -> pd.DataFrame:
    numerator, denominator = compared["numerator"].to_numpy(float), compared["denominator"].to_numpy(float)
    value, pupils = compared["value"].to_numpy(float), compared["pupils"].to_numpy(float)
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    if indicator.counts_pupils:
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
    kinds: dict[str, pd.DataFrame], peers: dict[str, PeerGroups], alarmed: SchoolYears
) -> dict[str, pd.DataFrame]:
    if not kinds:
        return {}
    stacked = pd.concat([frame.assign(category=name) for name, frame in kinds.items()], ignore_index=True)
    stacked = stacked.sort_values("school_year", kind="stable", ignore_index=True)
    large = (stacked["status"] == "exact") & (stacked["pupils"] >= FEWEST_PUPILS)
    teaches = large.to_numpy() & (stacked["value"] <= LARGEST_ABSENCE_SHARE) & ~among(stacked, alarmed)
    value = np.where(teaches, stacked["value"].to_numpy(float), np.nan)
    found = with_peers(stacked, peers_of_rows(stacked, ["category"], value, peers))
    return {
        name: found[found["category"] == name].drop(columns="category").reset_index(drop=True)
        for name in kinds
    }


def _judge_all(
    indicators: dict[str, Indicator],
    observed: dict[str, pd.DataFrame],
    features: dict[str, FeatureMatrix],
    alarmed: SchoolYears,
    jurisdiction: Jurisdiction,
    progress: Progress,
) -> list[Judged]:
    """Return the change and lists of every indicator in `observed` and every year that has one before it."""
    pairs = [(key, year) for key in observed for year in features]
    fitted: dict[tuple[str, str], _Fitted] = {}
    for done, (key, year) in enumerate(pairs):
        progress(f"change {key} {year}", 0.5 + 0.4 * done / len(pairs))
        one = _fit(indicators[key], observed[key], year, features, alarmed, jurisdiction)
        if one:
            fitted[key, year] = one
    rates = {key: _rate_behind(key, indicators, observed) for key in observed}
    judged = []
    for (key, year), one in fitted.items():
        rate = fitted.get((rates[key], year))
        lists = choose(one.change, one.level, rate.change if rate else None)
        judged.append(Judged(key, year, one.panel, one.change, lists))
    return judged


def _rate_behind(key: str, indicators: dict[str, Indicator], judged: Iterable[str]) -> str:
    """Return the judged rate of the absences that a share of pupils is about; empty without one."""
    indicator = indicators[key]
    same = (
        other
        for other in judged
        if indicators[other].kind == "rate"
        and indicators[other].counted.categories == indicator.counted.categories
    )
    return next(same, "") if indicator.kind == "prevalence" else ""


@dataclass(frozen=True, eq=False)
class _Fitted:
    """What is known of one indicator in one school year before anybody is listed."""

    panel: Panel
    change: Change
    level: Level | None


def _fit(
    indicator: Indicator,
    frame: pd.DataFrame,
    year: str,
    features: dict[str, FeatureMatrix],
    alarmed: SchoolYears,
    jurisdiction: Jurisdiction,
) -> _Fitted | None:
    """Return change and level of one year; None for a break, or when no year before can be compared."""
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
    return _Fitted(panel, change, level)
