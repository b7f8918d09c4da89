"""The table of what was masked and why: numbers of figures, never a figure."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears
from mirrors.benchmark.group import MEMBER
from mirrors.benchmark.panel import Bools
from mirrors.disclosure.audit import Place
from mirrors.disclosure.protection import BANDS, STEPS, WHOLE_SCHOOL, Protection
from mirrors.disclosure.rules import Rules
from mirrors.disclosure.seen_survey import ABOUT, WAVE
from mirrors.disclosure.settings import RULE
from mirrors.disclosure.survey import TOGETHER, TOO_SMALL
from mirrors.disclosure.survey_remedy import Masked

Tables = Mapping[str, pd.DataFrame]

COLUMNS = ["school_id", "school_year", "breakdown", "kind", "reason", "cells"]
_KEY = ["school_id", "school_year", "breakdown"]
SURVEY = "survey "
"""What stands before the group whose answers are told of."""

_HIDDEN = ("too_small", "at_most", "at_least")


def table(tables: Tables, groups: pd.DataFrame, under: Protection, found: Counter[Place]) -> pd.DataFrame:
    """Return the table masking: a row a school, year, breakdown and kind of masking.

    `kind` is "primary" (too few pupils), "secondary" (beside one of those: the whole would tell it),
    "coarser" and "dropped" (a small number could be worked out; `reason` is then "audit"). `cells` counts
    the figures, for the last two the small numbers that were found. `groups` holds the true sizes of groups.
    """
    beside = _beside(tables["group"], groups, under)
    parts = [
        _primary(tables, beside),
        _counted(tables["group"].loc[beside, _KEY], "secondary", "beside_few"),
        *_of_audit(under, found),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)[COLUMNS]


def of_surveys(tables: Tables, masked: Masked) -> pd.DataFrame:
    """Return the rows of the table masking that are of surveys; a breakdown is a group of those asked.

    `tables` are those before anything was taken back, and `masked` is what was.
    """
    columns = [*WAVE, "group", "status"]
    told = [tables[name][columns] for name in ABOUT if len(tables.get(name, ()))]
    rows = pd.concat(told or [pd.DataFrame(columns=columns)], ignore_index=True)
    rows = rows.assign(breakdown=SURVEY + rows["group"].astype(str))
    asked = set(rows[["school_id", "school_year", "group"]].itertuples(index=False, name=None))
    audited = [
        (school_id, year, SURVEY + group, kind, "audit", cells)
        for (school_id, year, group, kind), cells in masked.items()
        if (school_id, year, group) in asked
    ]
    parts = [
        _counted(rows[rows["status"] == TOO_SMALL], "primary", "few_people"),
        _counted(rows[rows["status"] == TOGETHER], "secondary", "beside_few"),
        pd.DataFrame(sorted(audited), columns=COLUMNS),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)[COLUMNS]


def _beside(group: pd.DataFrame, groups: pd.DataFrame, under: Protection) -> Bools:
    """Return which groups, (rows,), have pupils enough and are withheld because others have not."""
    member = [*MEMBER, "indicator"]
    pupils = group[member].merge(groups[[*member, "pupils"]], on=member, how="left")["pupils"]
    enough = (pupils >= under.rules.fewest_pupils).to_numpy()
    return np.asarray(enough & (group["status"] == "too_small").to_numpy())


def _primary(tables: Tables, beside: Bools) -> pd.DataFrame:
    figure, band, group, step = (tables[name] for name in ("figure", "band", "group", "step"))
    hidden = [
        figure[figure["status"].isin(_HIDDEN)].assign(breakdown=WHOLE_SCHOOL),
        band[band["own"].isna()].assign(breakdown=BANDS),
        group[group["status"].isin(_HIDDEN).to_numpy() & ~beside],
        step[step["status"].isin(_HIDDEN)].assign(breakdown=STEPS),
    ]
    return _counted(pd.concat([rows[_KEY] for rows in hidden]), "primary", "few_pupils")


def _counted(rows: pd.DataFrame, kind: str, reason: str) -> pd.DataFrame:
    return rows.groupby(_KEY).size().rename("cells").reset_index().assign(kind=kind, reason=reason)


def _of_audit(under: Protection, found: Counter[Place]) -> Iterator[pd.DataFrame]:
    for kind, chosen in (("coarser", under.coarser), ("dropped", under.dropped)):
        rows = [
            (*at, breakdown, kind, "audit", found[(*at, breakdown)])
            for breakdown, places in sorted(chosen.items())
            for at in sorted(places)
        ]
        yield pd.DataFrame(rows, columns=COLUMNS)


def protection_of(tables: Tables) -> Protection:
    """Return the rules and the care that the tables of a snapshot were made with.

    One made before there were any told its shares from the true numbers.
    """
    setting = tables["setting"].to_dict("records")[0] if len(tables["setting"]) else {}
    written = [str(name) for name in setting if str(name).startswith(RULE)]
    rules = {name.removeprefix(RULE): setting[name] for name in written}
    masking = tables.get("masking", pd.DataFrame(columns=COLUMNS))
    care: dict[str, dict[str, SchoolYears]] = {"coarser": {}, "dropped": {}}
    for row in masking[masking["kind"].isin(list(care))].to_dict("records"):
        care[row["kind"]].setdefault(row["breakdown"], set()).add((row["school_id"], row["school_year"]))
    return Protection(Rules(**rules) if rules else Rules(count_step=1), care["coarser"], care["dropped"])
