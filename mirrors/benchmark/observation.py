"""Observations: one indicator of one school in one school year, as numerator over denominator.

Every observation frame has the columns `school_id`, `school_year`, `numerator`, `denominator`, `pupils`
(on which its uncertainty rests), `value`, `status` (see the mapping of markers) and `basis`.
"""

import numpy as np
import pandas as pd

from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import Indicator, Jurisdiction

COLUMNS = ["school_id", "school_year", "numerator", "denominator", "pupils", "value", "status", "basis"]
_KEY = ["school_id", "school_year"]


def observe(indicator: Indicator, reduced: Reduced, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return the observations of absence that `indicator` counts; empty when no provider delivered it.

    Also empty for what providers count themselves, see `observe_counted`.
    """
    match indicator.kind:
        case "rate":
            observed = observed_rate(indicator.counted.categories, reduced, jurisdiction)
        case "prevalence":
            observed = _prevalence(indicator, reduced)
        case "per_100_pupils":
            observed = _per_100_pupils(indicator, reduced, jurisdiction)
        case "quantile":
            observed = _quantile(indicator, reduced)
        case _:
            observed = pd.DataFrame(columns=COLUMNS)
    return observed[COLUMNS].reset_index(drop=True)


def absence_units(categories: tuple[str, ...], reduced: Reduced, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return units absent of `categories` together per school and year, with `share` and `status`.

    All absence is what the provider calls so, or the sum of the categories that count as absence.
    """
    units = reduced.units_absent
    if "any" in categories and not (units["category"] == "any").any():
        categories = tuple(sorted({code.category for code in jurisdiction.codes.values() if code.absence}))
    chosen = units[units["category"].isin(categories)]
    grouped = chosen.groupby(_KEY)
    return grouped[["units"]].sum(min_count=1).join(_greatest(chosen, ["share", "status"])).reset_index()


def _greatest(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the greatest of each column per school and year; one value that all rows share is that one."""
    # The greatest of texts is slow, and most often all are the same.
    same = {name: rows[name].iloc[0] for name in names if len(rows) and rows[name].nunique(dropna=False) == 1}
    differ = [name for name in names if name not in same]
    return rows.groupby(_KEY)[differ].max().assign(**same)


def observed_rate(categories: tuple[str, ...], reduced: Reduced, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return the observations of units absent of `categories` over possible units, with both as columns."""
    units = absence_units(categories, reduced, jurisdiction)
    observed = units.merge(reduced.enrolment.drop(columns="status"), on=_KEY, how="inner")
    exact = observed["status"].isna()
    observed["numerator"] = observed["units"]
    observed["denominator"] = observed["possible"]
    observed["value"] = np.where(exact, observed["units"] / observed["possible"], observed["share"])
    return stated(observed)


def _prevalence(indicator: Indicator, reduced: Reduced) -> pd.DataFrame:
    counted = indicator.counted
    bands = reduced.pupils_in_band
    bands = bands[bands["category"].isin(counted.categories) & (bands["scale"] == counted.scale)]
    chosen = bands[bands["at_least"] >= counted.at_least]
    if counted.below is not None:
        chosen = chosen[chosen["below"] <= counted.below]
    grouped = chosen.groupby(_KEY)
    greatest = _greatest(chosen, ["base", "share", "status", "basis"])
    counts = grouped[["pupils"]].sum(min_count=1).join(greatest)
    observed = counts.join(grouped["at_least"].min().rename("lowest")).reset_index()
    observed = observed.rename(columns={"pupils": "numerator", "base": "denominator"})
    # Bands that do not split at the threshold cannot answer the question.
    observed = observed[observed["lowest"] == counted.at_least].copy()
    exact = observed["status"].isna()
    observed["value"] = np.where(exact, observed["numerator"] / observed["denominator"], observed["share"])
    observed["pupils"] = observed["denominator"]
    return stated(observed)


def never_absent(reduced: Reduced) -> pd.DataFrame:
    """Return the observations of the share of pupils without a single unit absent.

    Of any absence where its bands start with that, else of unauthorised absence; empty without such bands.
    """
    bands = reduced.pupils_in_band
    none = bands[(bands["scale"] == "units") & (bands["at_least"] == 0) & (bands["below"] <= 1)]
    every = none[none["category"] == "any"]
    chosen = every if len(every) else none[none["category"] == "unauthorised"]
    observed = chosen.rename(columns={"pupils": "numerator", "base": "denominator"})
    observed = observed.assign(
        pupils=observed["denominator"], value=observed["numerator"] / observed["denominator"]
    )
    return stated(observed)[COLUMNS].reset_index(drop=True)


def _per_100_pupils(indicator: Indicator, reduced: Reduced, jurisdiction: Jurisdiction) -> pd.DataFrame:
    units = absence_units(indicator.counted.categories, reduced, jurisdiction)
    observed = units.merge(reduced.enrolment.drop(columns="status"), on=_KEY, how="inner")
    observed["numerator"] = observed["units"]
    observed["denominator"] = observed["pupils"]
    observed["value"] = 100 * observed["units"] / observed["pupils"]
    return stated(observed)


def _quantile(indicator: Indicator, reduced: Reduced) -> pd.DataFrame:
    rows = reduced.units_quantile
    counted = indicator.counted
    chosen = rows[
        rows["category"].isin(counted.categories) & np.isclose(rows["quantile"], counted.quantile or 0.0)
    ]
    observed = chosen.rename(columns={"units": "value"}).assign(
        numerator=np.nan, denominator=np.nan, status=None
    )
    return stated(observed)


def stated(observed: pd.DataFrame) -> pd.DataFrame:
    """Give every row a status and a basis; a value that cannot be formed is missing."""
    observed = observed.copy()
    if "basis" not in observed:
        observed["basis"] = ""
    unformed = observed["value"].isna() & observed["status"].isna()
    observed["status"] = observed["status"].fillna("exact").mask(unformed, "missing")
    return observed
