"""Which school years of an indicator can be compared, and its panel of consecutive years."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mirrors.benchmark.features import FeatureMatrix, context_of
from mirrors.benchmark.panel import LARGEST_ABSENCE_SHARE, Panel
from mirrors.definitions import Indicator, Jurisdiction

LONGEST_RUN = 6


def next_year(school_year: str) -> str:
    """Return the school year after `school_year`: "2018-19" -> "2019-20"."""
    start = int(school_year[:4]) + 1
    return f"{start}-{(start + 1) % 100:02d}"


def comparable_pairs(years: Iterable[str], jurisdiction: Jurisdiction) -> list[tuple[str, str]]:
    """Return each two consecutive school years of `years` that may be compared, oldest first."""
    usual = {year for year in years if not jurisdiction.break_reason(year)}
    return [(year, next_year(year)) for year in sorted(usual) if next_year(year) in usual]


def restarts(observed: pd.DataFrame) -> tuple[str, ...]:
    """Return the school years from which an indicator is counted over another base than the year before."""
    by_year = observed.groupby("school_year")["basis"].agg(lambda bases: bases.mode().iloc[0]).sort_index()
    pairs = zip(by_year.index, by_year.index[1:], by_year, by_year[1:], strict=False)
    return tuple(year for before, year, old, new in pairs if old != new and next_year(before) == year)


def comparable_run(observed: pd.DataFrame, school_year: str, jurisdiction: Jurisdiction) -> tuple[str, ...]:
    """Return the consecutive comparable school years that end in `school_year`, oldest first.

    A declared break ends the run and takes no part in it, as does a change of what is counted. A year in
    which nothing exact was observed is no year of the run.
    """
    exact = observed[observed["status"] == "exact"]
    have = set(exact["school_year"])
    new_base = set(restarts(exact))
    run: list[str] = []
    for year in sorted(have, reverse=True):
        follows = next_year(year) == run[0] if run else year == school_year
        if year <= school_year and (not follows or jurisdiction.break_reason(year)):
            break
        if year <= school_year:
            run.insert(0, year)
            if year in new_base or len(run) == LONGEST_RUN:
                break
    return tuple(run)


def build_panel(
    indicator: Indicator,
    observed: pd.DataFrame,
    years: tuple[str, ...],
    features: dict[str, FeatureMatrix],
    alarmed: set[tuple[str, str]],
) -> Panel:
    """Return the panel of `indicator` over `years` for the schools observed in the last of them.

    Bounds and missing values take no part. A school-year with an alarm takes no part; a school with an
    alarm this year or the year before is blocked as a whole.
    """
    exact = observed[(observed["status"] == "exact") & observed["school_year"].isin(years)]
    keys = zip(exact["school_id"], exact["school_year"], strict=True)
    quiet = np.array([key not in alarmed for key in keys], dtype=bool)
    school_ids = tuple(sorted(exact.loc[exact["school_year"] == years[-1], "school_id"].unique()))

    def wide(column: str) -> np.ndarray:
        table = exact[quiet].pivot(index="school_id", columns="school_year", values=column)
        return table.reindex(index=list(school_ids), columns=list(years)).to_numpy(float)

    last = features[years[-1]]
    types = pd.Series(last.school_type, index=list(last.school_ids)).reindex(list(school_ids))
    return Panel(
        school_ids=school_ids,
        years=years,
        absent=wide("numerator"),
        possible=wide("denominator"),
        pupils=wide("pupils"),
        school_type=types.fillna("other").to_numpy(str),
        context=_context(school_ids, years, features),
        blocked=np.array([any((school, year) in alarmed for year in years[-2:]) for school in school_ids]),
        most=LARGEST_ABSENCE_SHARE if indicator.kind == "rate" else 1.0,
    )


def _context(
    school_ids: tuple[str, ...], years: tuple[str, ...], features: dict[str, FeatureMatrix]
) -> np.ndarray | None:
    """Return context (schools, years, features) on the features that every year has; None without any."""
    common = [
        name for name in features[years[-1]].names if all(name in features[year].names for year in years)
    ]
    layers = []
    for year in years:
        columns = [features[year].names.index(name) for name in common]
        layers.append(context_of(features[year], school_ids)[0][:, columns])
    return np.stack(layers, axis=1) if len(common) > 1 else None
