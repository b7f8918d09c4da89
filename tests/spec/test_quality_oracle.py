"""Alarms a second time, with loops and dictionaries, on the sample city as it is and with errors in it."""

import math
from dataclasses import replace

import pytest

from mirrors.benchmark.quality import quality_alarms
from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import load_jurisdiction
from tests.spec import oracle
from tests.spec.cities import City
from tests.spec.oracle import Cell, Observed

YEARS = ["2021-22", "2022-23", "2023-24", "2024-25", "2025-26"]
YEAR, BEFORE = YEARS[-1], YEARS[-2]
FLANDERS = load_jurisdiction("flanders")
DOUBLED = ["S0002", "S0020", "S0120"]
GROWN = ["S0003", "S0021", "S0121"]
REPEATED = ["S0004", "S0022", "S0122"]


@pytest.fixture(scope="module")
def damaged(city: City) -> Reduced:
    """Return the sample city with absence doubled, rolls grown and an old file sent again in some schools."""
    reduced = city.benchmark.reduced
    units, cells, rolls = (
        getattr(reduced, name).copy() for name in ("units_absent", "absence_cells", "enrolment")
    )

    def now(frame, schools):  # type: ignore[no-untyped-def]
        return frame["school_id"].isin(schools) & (frame["school_year"] == YEAR)

    units["units"] = units["units"].astype(float).mask(now(units, DOUBLED), 2.0 * units["units"])
    for column in ("pupils", "possible"):
        rolls[column] = rolls[column].astype(float).mask(now(rolls, GROWN), 1.3 * rolls[column])
    older = cells[cells["school_id"].isin(REPEATED) & (cells["school_year"] == BEFORE)]
    cells = cells[~now(cells, REPEATED)]
    cells = type(cells)(cells.to_dict("records") + older.assign(school_year=YEAR).to_dict("records"))
    return replace(reduced, units_absent=units, enrolment=rolls, absence_cells=cells)


def rates(reduced: Reduced) -> dict[Cell, Observed]:
    """Return all absence of every school-year, from the reduced tables."""
    units: dict[Cell, float] = {}
    for row in reduced.units_absent.to_dict("records"):
        cell = (row["school_id"], row["school_year"])
        units[cell] = units.get(cell, 0.0) + row["units"]
    found = {}
    for row in reduced.enrolment.to_dict("records"):
        cell = (row["school_id"], row["school_year"])
        missed, possible = units[cell], row["possible"]
        found[cell] = Observed(missed / possible, row["pupils"], missed, possible)
    return found


def z_scores(found: dict[Cell, Observed], types: dict[str, str], before: str, year: str) -> dict[str, float]:
    """Return how far each school moved, in robust standard deviations for a school of its size."""
    moved, chance = {}, {}
    for (school, which), now in found.items():
        was = found.get((school, before))
        if which == year and was and min(was.pupils, now.pupils) >= 30:
            moved[school] = oracle.log_odds(now) - oracle.log_odds(was)
            chance[school] = 1.8 * (1 - 0.35) * (1 / was.pupils + 1 / now.pupils)
    for kind in set(types.values()):
        members = [school for school in moved if types[school] == kind]
        if len(members) >= 15:
            middle = oracle.median([moved[school] for school in members])
            for school in members:
                moved[school] -= middle
    middle = oracle.median(list(moved.values()))
    moved = {school: value - middle for school, value in moved.items()}

    def typical(tau2: float) -> float:
        return oracle.median([abs(moved[school]) / math.sqrt(tau2 + chance[school]) for school in moved])

    tau2 = 0.0
    step = 0.01
    while 1.4826 * typical(tau2) > 1.0 and step > 1e-12:
        if 1.4826 * typical(tau2 + step) > 1.0:
            tau2 += step
        else:
            step /= 2
    return {school: moved[school] / math.sqrt(tau2 + chance[school]) for school in moved}


def alarmed(reduced: Reduced, kind: str) -> dict[Cell, dict[str, object]]:
    """Return the alarms of one kind by school-year, as the product finds them."""
    alarms = quality_alarms(reduced, FLANDERS)
    rows = alarms[alarms["alarm"] == kind].to_dict("records")
    return {(row["school_id"], row["school_year"]): row for row in rows}


@pytest.mark.parametrize("with_errors", [False, True])
def test_changes_of_absence(city: City, files: oracle.Files, damaged: Reduced, with_errors: bool) -> None:
    reduced = damaged if with_errors else city.benchmark.reduced
    found, mine = rates(reduced), {}
    for place, year in enumerate(YEARS[1:]):
        types = oracle.school_types(files, year)
        now = z_scores(found, types, YEARS[place], year)
        back: set[str] = set()
        if place:
            away = z_scores(found, types, YEARS[place - 1], YEARS[place])
            both = z_scores(found, types, YEARS[place - 1], year)
            back = {
                s
                for s in now
                if s in away and abs(away[s]) > 3 and away[s] * now[s] < 0 and abs(both[s]) <= 3
            }
        mine |= {(s, year): z for s, z in now.items() if abs(z) > 3 and s not in back}
    rows = alarmed(reduced, "absence_change")
    assert set(rows) == set(mine)
    assert {school for school, year in mine if year == YEAR} >= (set(DOUBLED) if with_errors else set())
    for cell, row in rows.items():
        before = (cell[0], row["against"])
        assert row["after"] == pytest.approx(found[cell].value, rel=1e-3)
        assert row["before"] == pytest.approx(found[before].value, rel=1e-3)
        assert (row["after"] > row["high"]) == (mine[cell] > 3), cell
        assert (row["after"] < row["low"]) == (mine[cell] < -3), cell


def test_changes_of_the_roll(city: City, damaged: Reduced) -> None:
    assert alarmed(city.benchmark.reduced, "roll_change") == {}
    rolls = {(row.school_id, row.school_year): row.pupils for row in damaged.enrolment.itertuples()}
    mine = set()
    for (school, year), now in rolls.items():
        place = YEARS.index(year) if year in YEARS else 0
        was = rolls[school, YEARS[place - 1]] if place else now
        if abs(now - was) > 0.2 * was and abs(now - was) > 15:
            mine.add((school, year))
    rows = alarmed(damaged, "roll_change")
    assert set(rows) == mine == {(school, YEAR) for school in GROWN}


def test_repeated_figures(city: City, files: oracle.Files, damaged: Reduced) -> None:
    registers: dict[Cell, set[tuple[object, ...]]] = {}
    for row in files.absence:
        if row["breakdown"] == "all" and row["units"]:
            cell = (row["school_id"], row["school_year"])
            registers.setdefault(cell, set()).add((row["code"], row["month"], row["units"]))
    seen = [(school, frozenset(rows)) for (school, _), rows in registers.items()]
    assert len(set(seen)) == len(seen)
    assert alarmed(city.benchmark.reduced, "repeated_figures") == {}
    rows = alarmed(damaged, "repeated_figures")
    assert {cell: row["against"] for cell, row in rows.items()} == {(s, YEAR): BEFORE for s in REPEATED}


def test_months_too_few(city: City, files: oracle.Files) -> None:
    missing = oracle.missing_months(files)
    mine = {cell: ",".join(map(str, months)) for cell, months in missing.items() if len(months) > 1}
    rows = alarmed(city.benchmark.reduced, "missing_months")
    assert {cell: row["detail"] for cell, row in rows.items()} == mine == {("S0014", YEAR): "3,4,5"}


def test_nothing_else_rings_in_the_sample_city(city: City) -> None:
    quiet = ("implausible", "registers_stop", "silent_registers", "school_missing", "unknown_codes")
    for kind in quiet:
        assert alarmed(city.benchmark.reduced, kind) == {}
