"""Context features of schools as one matrix a year: what peers and expected values are made of."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.benchmark.panel import Bools, Floats
from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import Jurisdiction

SIZE = "size"
"""Name of the feature that every city has: the number of pupils, on a logarithmic scale."""

LEAST_KNOWN = 0.8
"""Share of schools that must have a feature in a year for the feature to be used that year."""


@dataclass(frozen=True, eq=False)
class FeatureMatrix:
    """Features of the schools of one year.

    `values` (schools, features) has no missing values: a gap is filled with the median of the school's
    type. `school_type` (schools,) and `pupils` (schools,) stand in the same order as `school_ids`. `shares`
    names the features that are shares of pupils.
    """

    school_ids: tuple[str, ...]
    school_year: str
    school_type: np.ndarray
    pupils: Floats
    names: tuple[str, ...]
    values: Floats
    shares: frozenset[str] = frozenset()

    def standardised(self) -> Floats:
        """Return `values` centred and scaled within each school type, 0 where a type does not vary."""
        scaled = np.zeros_like(self.values)
        for kind in np.unique(self.school_type):
            rows = self.school_type == kind
            spread = self.values[rows].std(axis=0)
            scaled[rows] = (self.values[rows] - self.values[rows].mean(axis=0)) / np.where(
                spread > 0, spread, 1.0
            )
        return scaled


def feature_matrix(reduced: Reduced, jurisdiction: Jurisdiction, school_year: str) -> FeatureMatrix:
    """Return the features of every school with pupils in `school_year`, in order of school id."""
    schools = reduced.enrolment[
        (reduced.enrolment["school_year"] == school_year) & (reduced.enrolment["pupils"] > 0)
    ]
    schools = schools.set_index("school_id").sort_index()
    types = _latest_type(reduced.school_type, school_year).reindex(schools.index).fillna("other")
    wide = _wide(reduced.context_feature, school_year).reindex(schools.index)
    names = [
        f.name for f in jurisdiction.features if f.name in wide and _known(wide[f.name], types) >= LEAST_KNOWN
    ]
    filled = [wide[name].fillna(wide[name].groupby(types).transform("median")).fillna(0.0) for name in names]
    pupils = schools["pupils"].to_numpy(float)
    values = np.column_stack([np.log(pupils), *(column.to_numpy(float) for column in filled)])
    shares = frozenset(f.name for f in jurisdiction.features if f.percent)
    return FeatureMatrix(
        tuple(schools.index), school_year, types.to_numpy(str), pupils, (SIZE, *names), values, shares
    )


def _latest_type(types: pd.DataFrame, school_year: str) -> pd.Series:
    """Return each school's type as of the last year known up to `school_year`, else the first after it."""
    ordered = types.sort_values("school_year")
    until = ordered[ordered["school_year"] <= school_year].groupby("school_id")["school_type"].last()
    later = ordered.groupby("school_id")["school_type"].first()
    return until.combine_first(later)


def _wide(context: pd.DataFrame, school_year: str) -> pd.DataFrame:
    year = context[context["school_year"] == school_year]
    return year.pivot(index="school_id", columns="feature", values="value")


def _known(column: pd.Series, types: pd.Series) -> float:
    """Return the share of schools with a value, in the type that has most: tracks are for one type only."""
    return float(column.notna().groupby(types).mean().max())


def context_of(matrix: FeatureMatrix, school_ids: tuple[str, ...]) -> tuple[Floats, Bools]:
    """Return the features of `school_ids` (schools, features) in their order, and which schools have them."""
    position = {school_id: row for row, school_id in enumerate(matrix.school_ids)}
    rows = np.array([position.get(school_id, -1) for school_id in school_ids])
    scaled = matrix.standardised()
    return np.where((rows >= 0)[:, None], scaled[np.maximum(rows, 0)], 0.0), rows >= 0
