"""What is found within schools and over their years: patterns, groups, follow-up, trends and what moved."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from mirrors.benchmark.alarm import Standing, among
from mirrors.benchmark.composition import decomposition
from mirrors.benchmark.detail import Detail
from mirrors.benchmark.driver import drivers
from mirrors.benchmark.group import GAP, gaps, groups
from mirrors.benchmark.interval import PUPIL_VARIANCE
from mirrors.benchmark.panel import Panel, exclusions
from mirrors.benchmark.pattern import profiles
from mirrors.benchmark.peer_group import PeerGroups
from mirrors.benchmark.pooling import POOLED, Runs, comparable_years, pool, too_small, with_doubt
from mirrors.benchmark.reduction import Reduced
from mirrors.benchmark.response import pooled_steps, single_years, steps
from mirrors.benchmark.trend import points, trend_words
from mirrors.definitions import Indicator, Jurisdiction

_KEY = ["school_id", "school_year"]


@dataclass(frozen=True, eq=False)
class Compared:
    """What is known of the indicators, as `Within` builds on it; all but `standings` by indicator or year."""

    indicators: dict[str, Indicator]
    compared: dict[str, pd.DataFrame]
    restarts: dict[str, tuple[str, ...]]
    variance: dict[str, float]
    peers: dict[str, PeerGroups]
    standings: Standing


@dataclass(frozen=True, eq=False)
class Within:
    """Results within schools, each as the module it comes from describes it."""

    profiles: pd.DataFrame
    groups: pd.DataFrame
    gaps: pd.DataFrame
    decomposition: pd.DataFrame
    steps: pd.DataFrame
    single_steps: pd.DataFrame
    pooled: pd.DataFrame
    trend_words: pd.DataFrame
    drivers: pd.DataFrame


def look_within(
    found: Compared,
    detail: Detail,
    reduced: Reduced,
    judged: dict[str, Panel],
    jurisdiction: Jurisdiction,
) -> Within:
    """Return every result within schools; `judged` are the panels of all absence by school year."""
    aside, variance = found.standings.set_aside, found.variance
    grouped = groups(detail, found.indicators, jurisdiction, variance, found.peers, aside)
    runs = _runs(found, jurisdiction)
    followed = steps(detail, jurisdiction, found.peers, found.standings)
    rate = grouped[grouped["indicator"] == GAP]
    return Within(
        profiles=profiles(detail, reduced, found.peers, aside),
        groups=grouped,
        gaps=gaps(rate, variance.get(GAP, PUPIL_VARIANCE)),
        decomposition=decomposition(grouped, found.peers, aside),
        steps=followed,
        single_steps=single_years(detail, found.standings.rejected),
        pooled=_pooled(found, followed, runs, jurisdiction),
        trend_words=_trend_words(found, runs),
        drivers=_drivers(detail, reduced, judged, jurisdiction),
    )


def _runs(found: Compared, jurisdiction: Jurisdiction) -> dict[str, Runs]:
    """Return, by indicator and year, the comparable years that end in it."""
    return {
        key: comparable_years(frame["school_year"].unique(), found.restarts[key], jurisdiction)
        for key, frame in found.compared.items()
    }


def _pooled(
    found: Compared, followed: pd.DataFrame, runs: dict[str, Runs], jurisdiction: Jurisdiction
) -> pd.DataFrame:
    """Return the years together of every share; those of steps are the ones that their steps are told of."""
    shares = {key: one for key, one in found.indicators.items() if key in found.compared and one.is_share}
    of_steps = {key: one for key, one in shares.items() if one.counted.step}
    others = {key: one for key, one in shares.items() if key not in of_steps}
    small = {key: too_small(one, found.compared[key]) for key, one in others.items()}
    together = [pool(rows, of_years) for of_years, rows in _alike(small, runs)]
    parts = [
        with_doubt(others[str(key)], rows, found.variance[str(key)])
        for pooled in together
        for key, rows in pooled.groupby("indicator")
    ]
    parts += [pooled_steps(one, followed, jurisdiction) for one in of_steps.values()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=POOLED)


def _trend_words(found: Compared, runs: dict[str, Runs]) -> pd.DataFrame:
    valid = {
        key: points(found.indicators[key], frame, found.standings.open)
        for key, frame in found.compared.items()
    }
    parts = [trend_words(rows, of_years) for of_years, rows in _alike(valid, runs)]
    columns = [*_KEY, "indicator", "word"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _alike(frames: dict[str, pd.DataFrame], runs: dict[str, Runs]) -> Iterator[tuple[Runs, pd.DataFrame]]:
    """Yield the frames of indicators with the same comparable years as one."""
    alike: dict[tuple[tuple[str, tuple[str, ...]], ...], list[pd.DataFrame]] = {}
    for key, frame in frames.items():
        alike.setdefault(tuple(runs[key].items()), []).append(frame)
    for of_years, rows in alike.items():
        yield dict(of_years), pd.concat(rows, ignore_index=True)


def _drivers(
    detail: Detail, reduced: Reduced, judged: dict[str, Panel], jurisdiction: Jurisdiction
) -> pd.DataFrame:
    rows = drivers(detail, reduced, {year: panel.years for year, panel in judged.items()}, jurisdiction)
    of_schools = {
        (school, year)
        for year, panel in judged.items()
        for school, reason in zip(panel.school_ids, exclusions(panel), strict=True)
        if not reason
    }
    return rows[among(rows, of_schools)].reset_index(drop=True)
