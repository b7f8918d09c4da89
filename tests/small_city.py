"""A city of six schools, small enough to be brought and published in a test."""

from pathlib import Path

from tests.uploads import csv_bytes, write

SCHOOLS = tuple(f"S{number}" for number in range(1, 7))
YEARS = ("2022-23", "2023-24", "2024-25")
MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
LAST = YEARS[-1]

_PUPILS, _POSSIBLE = 200, 4000
_ABSENCE = ("school_id", "school_year", "breakdown", "member", "month", "code", "units")


def absence_csv(years: tuple[str, ...] = YEARS, more: int = 0) -> bytes:
    """Return absence of every school; `more` half-days of illness are added to every month of every school.

    The last school delivers the figures of the year before once more in the last year.
    """
    return csv_bytes(
        _ABSENCE,
        [
            (school, year, "all", "", month, code, units + place % 5 + 3 * _moved(school, year))
            for place, school in enumerate(SCHOOLS)
            for year in years
            for month in MONTHS
            for code, units in (("B", 40), ("Z", 200 + more))
        ],
    )


def _moved(school: str, year: str) -> int:
    last = len(YEARS) - 2 if school == SCHOOLS[-1] else len(YEARS) - 1
    return min(YEARS.index(year), last)


def write_small_city(folder: Path) -> list[Path]:
    """Write the files of the city and return their paths."""
    cells = [(school, year) for school in SCHOOLS for year in YEARS]
    return [
        write(
            folder / "schools.csv",
            csv_bytes(
                ("school_id", "school_year", "name", "school_type"),
                [(*cell, f"Basisschool {cell[0]}", "primary") for cell in cells],
            ),
        ),
        write(
            folder / "enrolment.csv",
            csv_bytes(
                ("school_id", "school_year", "breakdown", "member", "month", "pupils", "possible"),
                [(*cell, "all", "", month, _PUPILS, _POSSIBLE) for cell in cells for month in MONTHS],
            ),
        ),
        write(folder / "absence.csv", absence_csv()),
    ]
