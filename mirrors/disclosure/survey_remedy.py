"""What is taken back of surveys where few people could be told: first finer shares, then groups."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from mirrors.disclosure.audit import NotProtected
from mirrors.disclosure.seen_survey import ABOUT, OF_PEOPLE, WAVE, Cell, Tables, audit_surveys
from mirrors.disclosure.survey import TOLD, TOO_SMALL
from mirrors.survey.groups import WHOLE_OF, WHOLES
from mirrors.survey.surveyed import Surveyed

Remedy = Callable[[dict[str, pd.DataFrame], Sequence[Cell]], dict[str, pd.DataFrame]]
Masked = Counter[tuple[str, str, str, str]]
"""How many small numbers were found, by school, school year, group and kind of remedy."""

_MIDDLE = 0.5


def made_safe(
    surveyed: Sequence[Surveyed],
    tables: dict[str, pd.DataFrame],
    earlier: Sequence[Tables] = (),
    remedies: Mapping[str, Remedy] | None = None,
) -> tuple[dict[str, pd.DataFrame], Masked]:
    """Return the tables without what tells a few people, and what was taken back.

    Those of `earlier` snapshots are read with them. Each of `remedies` is tried after the one before. Raises
    NotProtected where something is left.
    """
    masked = Masked()
    found = audit_surveys(surveyed, tables, None, earlier)
    for kind, take_back in (REMEDIES if remedies is None else remedies).items():
        if found:
            masked.update((*cell.wave[:2], group, kind) for cell in found for group in _kin(cell))
            tables = take_back(tables, found)
            found = audit_surveys(surveyed, tables, {cell.wave for cell in found}, earlier)
    if found:
        places = sorted({" ".join(cell.wave) for cell in found})
        raise NotProtected(
            "nothing was published: one to four people could be told from the survey of "
            f"{', '.join(places[:5])}, whatever is left out; withdraw its file and publish again"
        )
    return tables, masked


def told_coarsely(tables: dict[str, pd.DataFrame], cells: Sequence[Cell]) -> dict[str, pd.DataFrame]:
    """Return the tables with the shares that these cells are about told as at most, or at least, a half."""
    safer = dict(tables)
    for name in OF_PEOPLE:
        about = {
            (*cell.wave, group, cell.about) for cell in cells if cell.table == name for group in _kin(cell)
        }
        rows = tables.get(name)
        if about and rows is not None:
            here = pd.MultiIndex.from_frame(rows[[*WAVE, "group", ABOUT[name]]]).isin(list(about))
            here &= (rows["status"] == TOLD).to_numpy()
            most = (rows["value"] > _MIDDLE).to_numpy()
            safer[name] = rows.assign(
                value=rows["value"].mask(here, _MIDDLE),
                value_status=np.where(here, np.where(most, "at_least", "at_most"), rows["value_status"]),
            )
    return safer


def withheld(tables: dict[str, pd.DataFrame], cells: Sequence[Cell]) -> dict[str, pd.DataFrame]:
    """Return the tables without any figure of the groups that these cells are about, in their waves."""
    gone = pd.MultiIndex.from_tuples({(*cell.wave, group) for cell in cells for group in _kin(cell)})
    safer = dict(tables)
    for name, rows in tables.items():
        if name in ABOUT:
            here = pd.MultiIndex.from_frame(rows[[*WAVE, "group"]]).isin(gone)
            safer[name] = _without_figures(rows, here & (rows["status"] != "not_asked").to_numpy())
        elif {*WAVE, "group"} <= set(rows.columns):
            here = pd.MultiIndex.from_frame(rows[[*WAVE, "group"]]).isin(gone)
            if "pupils" in rows:
                here |= pd.MultiIndex.from_frame(rows[[*WAVE, "pupils"]]).isin(gone)
            safer[name] = rows[~here].reset_index(drop=True)
    return safer


def _kin(cell: Cell) -> set[str]:
    """Return the group of a cell with the whole that it is part of, and the parts of that."""
    whole = WHOLE_OF.get(cell.group, cell.group)
    return {cell.group, whole, *WHOLES.get(whole, ())}


_KEPT = {*WAVE, "group", "theme", "item", "place", "invited", "indicative", "peers"}


def _without_figures(rows: pd.DataFrame, here: np.ndarray) -> pd.DataFrame:
    instead: dict[str, object] = {"status": TOO_SMALL, "response": "unknown", "verdict": "unknown"}
    shown = {
        name: rows[name].mask(here, instead.get(name, "" if name.endswith("_status") else np.nan))
        for name in map(str, rows.columns)
        if name not in _KEPT
    }
    return rows.assign(**shown)


REMEDIES: dict[str, Remedy] = {"coarser": told_coarsely, "dropped": withheld}
"""What is done about what was found, one after the other, by the kind of masking that it is."""
