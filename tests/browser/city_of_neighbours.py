"""A city of six schools that no two figures are alike in: what is seen of one can be told from another's."""

from pathlib import Path

from mirrors import jobs
from tests.small_city import MONTHS, SCHOOLS, YEARS
from tests.uploads import csv_bytes, write

NAMES = {
    "S1": "Basisschool De Aalbes",
    "S2": "Basisschool De Braambes",
    "S3": "Basisschool De Cassis",
    "S4": "Basisschool De Duindoorn",
    "S5": "Basisschool De Es",
    "S6": "Basisschool De Framboos",
}
OWN, OTHER = "S1", "S2"
_PUPILS, _POSSIBLE = 200, 4000


def build(folder: Path) -> Path:
    """Publish the city in `folder`/store, and return that store."""
    cells = [(school, year) for school in SCHOOLS for year in YEARS]
    every = ("school_id", "school_year", "breakdown", "member", "month")
    files = [
        write(
            folder / "schools.csv",
            csv_bytes(
                ("school_id", "school_year", "name", "school_type"),
                [(school, year, NAMES[school], "primary") for school, year in cells],
            ),
        ),
        write(
            folder / "enrolment.csv",
            csv_bytes(
                (*every, "pupils", "possible"),
                [(*cell, "all", "", month, _PUPILS, _POSSIBLE) for cell in cells for month in MONTHS],
            ),
        ),
        write(
            folder / "absence.csv",
            csv_bytes(
                (*every, "code", "units"),
                [
                    (school, year, "all", "", month, code, _units(school, year, month, code))
                    for school, year in cells
                    for month in MONTHS
                    for code in ("B", "Z")
                ],
            ),
        ),
    ]
    jobs.ingest(folder / "store", "templates", files, by="test")
    jobs.publish(folder / "store", by="test")
    return folder / "store"


def _units(school: str, year: str, month: int, code: str) -> int:
    place, usual = SCHOOLS.index(school), 40 if code == "B" else 140
    return usual + (9 if code == "B" else 43) * place + 3 * YEARS.index(year) + month % 3
