"""What moved when absence changed: which kinds of absence, grades and months."""

import numpy as np
import pandas as pd

from mirrors.benchmark.detail import Detail
from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import Jurisdiction

CHANGED = "A1"
"""The indicator whose change is told apart: all absence."""

YEARS_BEFORE = 2
_KEY = ["school_id", "school_year"]
_ITEM = [*_KEY, "part", "item"]


def drivers(
    detail: Detail, reduced: Reduced, judged: dict[str, tuple[str, ...]], jurisdiction: Jurisdiction
) -> pd.DataFrame:
    """Return by how much each kind of absence, grade and month moved.

    `judged` are, by school year, the comparable years that end in it. Columns: school_id, school_year, part
    ("category", "grade", "month"), item, points: units absent in the item over all units possible, this year
    less the mean of the up to two years before, so that the points of one part add up to the change of the
    rate; units absent this year; and the pupils of a grade.
    """
    shares = _shares(detail, reduced, jurisdiction)
    wide = shares.pivot(index=["school_id", "part", "item"], columns="school_year", values="share")
    counted = shares.groupby(["school_id", "part", "school_year"]).size().unstack("school_year")
    rows = wide.index.to_frame(index=False)
    whole = pd.MultiIndex.from_frame(rows[["school_id", "part"]])
    parts: list[pd.DataFrame] = []
    for year, run in judged.items():
        before = [name for name in run[:-1][-YEARS_BEFORE:] if name in wide.columns]
        if year not in wide.columns or not before:
            continue
        # An item that a school did not have in a year in which it had others, had nothing absent.
        have = counted.reindex(whole)[[year, *before]].notna().to_numpy()
        now, *earlier = np.where(have, np.nan_to_num(wide[[year, *before]].to_numpy(float)), np.nan).T
        points = now - np.mean(earlier, axis=0)
        parts.append(rows.assign(school_year=year, points=points)[~np.isnan(points)])
    columns = [*_KEY, "part", "item", "points", "units", "pupils"]
    if not parts:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(parts, ignore_index=True).merge(
        shares[[*_ITEM, "units", "pupils"]], on=_ITEM, how="left"
    )
    return rows.assign(units=rows["units"].fillna(0.0))[columns]


def _shares(detail: Detail, reduced: Reduced, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return units absent and their share of all units possible of the school-year, by part and item.

    A part of which any item is unknown is left out; `pupils` are those of a grade.
    """
    counts = {code.category for code in jurisdiction.codes.values() if code.absence}
    kinds = reduced.units_absent.assign(
        units=reduced.units_absent["units"].where(reduced.units_absent["status"].isna())
    )
    by_group = detail.absence_by_group
    parts = {
        "category": (kinds, kinds["category"]),
        "grade": (by_group[by_group["breakdown"] == "grade"], by_group["member"]),
        "month": (detail.absence_by_month, detail.absence_by_month["month"].astype(int).astype(str)),
    }
    found = pd.concat(
        [
            rows.assign(part=part, item=item)[[*_ITEM, "category", "units"]]
            for part, (rows, item) in parts.items()
        ],
        ignore_index=True,
    )
    found = found[found["category"].isin(counts)].groupby(_ITEM)[["units"]].sum(skipna=False).reset_index()
    told = found.merge(reduced.enrolment[[*_KEY, "possible"]], on=_KEY)
    told = told.assign(share=told["units"] / told["possible"])
    unknown = told["share"].isna().groupby([told[name] for name in (*_KEY, "part")]).transform("any")
    pupils = detail.enrolment_by_group.rename(columns={"breakdown": "part", "member": "item"})
    return told[~unknown].merge(pupils[[*_ITEM, "pupils"]], on=_ITEM, how="left")
