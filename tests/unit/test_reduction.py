"""Facts that do not fit together: what was counted without pupils, or more than can be believed."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirrors.benchmark.quality import open_alarms
from mirrors.benchmark.reduction import reduce_facts
from mirrors.definitions import load_indicators, load_jurisdiction
from mirrors.jobs import ingest, withdraw
from mirrors.store import open_facts
from tests.spec.cities import City, SmallSchool, compute, write_city, write_rows

YEARS = ("2019-20", "2020-21")
"""Both are breaks in Flanders, so that no change is judged and a test is quick."""

BAND = (
    "school_id",
    "school_year",
    "breakdown",
    "member",
    "code",
    "scale",
    "at_least",
    "below",
    "pupils",
    "base",
)


def schools(count: int, **odd: dict[str, float]) -> list[SmallSchool]:
    """Return schools with chance absence; those in `odd` miss so many half-days a pupil and month by code."""
    chance = random.Random(6)
    found = []
    for number in range(count):
        name = f"S{number:02d}"
        usual = {"B": chance.uniform(0.2, 0.6), "Z": chance.uniform(1.0, 2.0)}
        # No two years are quite alike: a register that repeats itself would be asked about.
        absent = {
            year: odd.get(name, {**usual, "Z": usual["Z"] + 0.03 * place}) for place, year in enumerate(YEARS)
        }
        found.append(SmallSchool(name, "primary", 100 + 10 * number, chance.uniform(0, 4), absent))
    return found


def published(folder: Path, files: list[Path], *keys: str) -> City:
    """Return a city with some indicators only."""
    return compute(folder / "store", "templates", files, {key: load_indicators()[key] for key in keys})


def bands(folder: Path, years: tuple[str, ...], count: int) -> Path:
    """Write bands of unauthorised absence for some schools and years."""
    rows = [
        (f"S{number:02d}", year, "all", "", "B", "units", at_least, below, 10, 30)
        for number in range(count)
        for year in years
        for at_least, below in ((0, 5), (5, 10), (10, ""))
    ]
    return write_rows(folder / "pupil_band.csv", BAND, rows)


def test_bands_of_a_year_without_pupils_wait_for_them(tmp_path: Path) -> None:
    files = write_city(tmp_path / "files", schools(5), YEARS)
    files.append(bands(tmp_path / "files", (*YEARS, "2021-22"), 5))
    city = published(tmp_path, files, "A1", "B1", "B12")
    available = city.tables["availability"].set_index("indicator")["school_years"]
    assert available.to_dict() == {"A1": "2019-20,2020-21", "B1": "2019-20,2020-21", "B12": "2019-20,2020-21"}
    assert set(city.tables["band"]["school_year"]) == set(YEARS)


def test_a_year_of_empty_schools_is_no_year(tmp_path: Path) -> None:
    emptied_schools = [
        replace(school, absent={**school.absent, "2020-21": {"B": 0.0, "Z": 0.0}}) for school in schools(5)
    ]
    files = write_city(tmp_path / "files", emptied_schools, YEARS)
    enrolment = next(path for path in files if path.name == "enrolment.csv")
    header, *rows = (line.split(",") for line in enrolment.read_text(encoding="utf-8").splitlines())
    emptied = [(*row[:5], "0", "0") if row[1] == "2020-21" else row for row in rows]
    write_rows(enrolment, tuple(header), emptied)
    city = published(tmp_path, files, "A1")
    assert set(city.tables["school"]["school_year"]) == {"2019-20"}
    assert set(city.tables["figure"]["school_year"]) == {"2019-20"}


@pytest.fixture(scope="module")
def with_the_unbelievable(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return 40 schools, one of which registered seventeen of twenty half-days as absent."""
    folder = tmp_path_factory.mktemp("unbelievable")
    files = write_city(folder / "files", schools(40, S07={"B": 8.0, "Z": 9.0}), YEARS)
    return published(folder, files, "A1")


def test_the_unbelievable_teaches_nothing(with_the_unbelievable: City) -> None:
    """It is shown as delivered, for somebody to correct; nobody is compared with it."""
    compared = with_the_unbelievable.benchmark.compared["A1"].set_index(["school_id", "school_year"])
    assert compared.loc[("S07", "2020-21"), "value"] == pytest.approx(0.85)
    others = compared.drop("S07", level="school_id")
    assert others["expected"].between(0.01, 0.2).all()
    assert (others["peer_high"] < 0.2).all()


def test_pupils_who_were_never_expected_have_no_rate(tmp_path: Path) -> None:
    files = write_city(tmp_path / "files", schools(5, S01={"B": 0.0, "Z": 0.0}), YEARS)
    enrolment = next(path for path in files if path.name == "enrolment.csv")
    header, *rows = (line.split(",") for line in enrolment.read_text(encoding="utf-8").splitlines())
    write_rows(enrolment, tuple(header), [(*row[:6], "0") if row[0] == "S01" else row for row in rows])
    city = published(tmp_path, files, "A1", "A2")
    figure = city.tables["figure"]
    nothing = figure[figure["school_id"] == "S01"]
    assert set(nothing["status"]) == {"missing"}
    assert nothing["value"].isna().all()
    kinds = city.tables["kind"]
    assert set(kinds[kinds["school_id"] == "S01"]["status"]) == {"missing"}
    assert np.isfinite(city.tables["city_kind"]["value"]).all()


def test_figures_that_were_replaced_are_remembered_and_withdrawn_ones_are_not(tmp_path: Path) -> None:
    store, first = tmp_path / "store", schools(5)
    ingest(store, "templates", write_city(tmp_path / "first", first, YEARS))
    assert replaced_years(store) == set()
    corrected = [
        replace(school, pupils=school.pupils + 2, absent={YEARS[0]: {"B": 0.1, "Z": 0.9}}) for school in first
    ]
    ingest(store, "templates", write_city(tmp_path / "second", corrected, YEARS[:1]))
    assert replaced_years(store) == {(1, YEARS[0])}
    other = {"2021-22": {"B": 0.7, "Z": 0.8}}
    again = [
        replace(first[0], absent={"2021-22": first[0].absent[YEARS[0]]}),
        *(replace(school, pupils=school.pupils + 1, absent=other) for school in first[1:]),
    ]
    ingest(store, "templates", write_city(tmp_path / "third", again, ("2021-22",)))
    with open_facts(store) as facts:
        alarms = open_alarms(facts, load_jurisdiction("flanders"))
    [repeated] = alarms[alarms["alarm"] == "repeated_figures"].to_dict("records")
    told = [repeated[name] for name in ("school_id", "school_year", "against", "detail")]
    assert told == [first[0].school_id, "2021-22", YEARS[0], "replaced"]
    withdraw(store, 2, "not needed")
    assert replaced_years(store) == set()


def replaced_years(store: Path) -> set[tuple[int, str]]:
    """Return of which upload and school year there are registers that newer ones replaced."""
    with open_facts(store) as facts:
        rows = reduce_facts(facts).replaced_cells
    return set(rows[["upload_id", "school_year"]].itertuples(index=False, name=None))
