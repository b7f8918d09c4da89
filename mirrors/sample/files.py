"""Write the sample city: contract files in three formats, a README, and the truth that only tests read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from mirrors.sample import process, reduce
from mirrors.sample.absence import YearRecord, simulate
from mirrors.sample.arrays import stream
from mirrors.sample.measures import Stories, Ways, choose_stories, measures, school_ways
from mirrors.sample.measures.year import Year
from mirrors.sample.names import CITY
from mirrors.sample.planted import (
    LAST,
    MISSING_MONTHS,
    Planted,
    SchoolEffects,
    Step,
    choose_planted,
    school_effects,
)
from mirrors.sample.schools import FEATURES, TRACKS, CitySize, Schools, make_schools
from mirrors.sample.survey import STORY_THEMES, SurveyStories, make_survey
from mirrors.sample.timetable import SCHOOL_YEARS

WHOLE_CITY = CitySize()
FORMATS = {
    "schools": "csv",
    "context": "xlsx",
    "enrolment": "parquet",
    "absence": "parquet",
    "absence_pattern": "parquet",
    "pupil_band": "parquet",
    "absence_quantile": "csv",
    "follow_up": "csv",
    "trajectory": "csv",
    "lateness": "csv",
    "measure": "parquet",
    "survey_responses": "parquet",
}
_WRITTEN = datetime(2026, 9, 1)


@dataclass(frozen=True)
class _Customs:
    """What the schools do alike every year, and the schools with a story."""

    habits: process.Habits
    ways: Ways
    stories: Stories


def _customs(schools: Schools, effects: SchoolEffects, planted: Planted, seed: int) -> _Customs:
    habits, rng = process.school_habits(schools, effects, seed), stream(seed, "measures")
    stories = choose_stories(rng, schools, planted, habits)
    return _Customs(habits, school_ways(rng, habits, stories), stories)


@dataclass(frozen=True)
class _City:
    """All tables by contract name, and the half-days that moved from unauthorised to illness on paper."""

    tables: dict[str, pd.DataFrame]
    recoded: int


def _register(schools: Schools) -> pd.DataFrame:
    """The schools table of one year, without the year."""
    return pd.DataFrame(
        {
            "school_id": schools.school_id,
            "name": schools.name,
            "school_type": np.where(schools.secondary, "secondary", "primary"),
            "network": schools.network,
            "district": schools.district,
        }
    )


def _school_rows(schools: Schools, record: YearRecord) -> pd.DataFrame:
    frame = _register(schools)
    frame.insert(1, "school_year", SCHOOL_YEARS[record.year].label)
    return frame


def _context_rows(schools: Schools, record: YearRecord) -> pd.DataFrame:
    """Context features of one year; track shares are counted on 1 February and sum to one."""
    columns = dict(zip(FEATURES, schools.features[:, record.year].T.round(3), strict=True))
    wide = pd.DataFrame({"school_id": schools.school_id, **columns})
    track = record.roll.track[record.reference]
    counts = pd.crosstab(record.roll.school[record.reference], track).reindex(columns=range(len(TRACKS)))
    shares = counts.div(counts.sum(axis=1), axis=0).where(pd.Series(schools.secondary), np.nan).round(3)
    shares[len(TRACKS) - 1] = (1 - shares[0] - shares[1]).round(3).abs()
    for position, name in enumerate(TRACKS):
        wide[f"track_{name}"] = shares[position].to_numpy()
    frame = wide.melt("school_id", var_name="feature").dropna()
    frame.insert(1, "school_year", SCHOOL_YEARS[record.year].label)
    return frame


def _year_tables(
    schools: Schools, customs: _Customs, record: YearRecord, seed: int
) -> dict[str, pd.DataFrame]:
    cuts, habits = reduce.breakdowns(schools, record), customs.habits
    rng = np.random.default_rng([seed, 100 + record.year])
    tables = {
        "schools": _school_rows(schools, record),
        "context": _context_rows(schools, record),
        "enrolment": pd.concat([reduce.enrolment(schools, record, cut) for cut in cuts]),
        "absence": pd.concat([reduce.absence(schools, record, cut) for cut in cuts]),
        "absence_pattern": process.pattern(rng, schools, record, habits),
        "pupil_band": pd.concat([reduce.pupil_bands(schools, record, cut) for cut in cuts]),
        "absence_quantile": reduce.quantiles(schools, record),
        "follow_up": process.follow_up(rng, schools, record, habits),
        "trajectory": reduce.trajectories(schools, record),
        "lateness": process.lateness(rng, schools, record, habits),
    }
    later = np.random.default_rng([seed, 200 + record.year])
    further = process.further_follow_up(later, schools, record, tables["follow_up"])
    tables["follow_up"] = pd.concat([tables["follow_up"], further])
    tables["measure"] = measures(later, _as_measured(schools, customs.ways, record, tables))
    return tables


def _as_measured(schools: Schools, ways: Ways, record: YearRecord, tables: dict[str, pd.DataFrame]) -> Year:
    """The school year as the measures see it, with what the other tables say of it."""
    n, steps = len(schools.school_id), len(process.STEPS)
    chains = tables["follow_up"]["pupils"].to_numpy().reshape(len(process.THRESHOLDS), n, steps)
    days = tables["follow_up"]["median_days"].to_numpy()[: n * steps].reshape(n, steps)
    late = tables["lateness"]["events"].to_numpy().reshape(n, len(process.KINDS))[:, 0]
    return Year(schools, record, ways, chains.transpose(1, 0, 2), days, late)


def _all_tables(schools: Schools, customs: _Customs, records: Iterator[YearRecord], seed: int) -> _City:
    """Tables of every year, the rows of one school together; and the half-days that were recoded."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in FORMATS if name != "survey_responses"}
    recoded = 0
    for record in records:
        recoded += record.recoded
        for name, table in _year_tables(schools, customs, record, seed).items():
            parts[name].append(table)
    tables = {
        name: pd.concat(tables).sort_values(["school_id", "school_year"], kind="stable", ignore_index=True)
        for name, tables in parts.items()
    }
    return _City(tables, recoded)


def _write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    path = folder / f"{name}.{FORMATS[name]}"
    match FORMATS[name]:
        case "csv":
            table.to_csv(path, index=False, lineterminator="\n")
        case "parquet":
            table.to_parquet(path, index=False, compression="zstd")
        case _:
            with pd.ExcelWriter(path, engine="xlsxwriter") as book:
                # A fixed date keeps the file the same each time it is written.
                book.book.set_properties({"created": _WRITTEN})
                table.to_excel(book, sheet_name=name, index=False)


def _step_entries(schools: Schools, steps: list[Step]) -> list[dict[str, object]]:
    return [
        {
            "school_id": schools.school_id[step.school],
            "school_type": "secondary" if schools.secondary[step.school] else "primary",
            "unauthorised_step": step.unauthorised,
            "total_step": step.total,
        }
        for step in steps
    ]


def _steps_by_year(schools: Schools, planted: Planted, direction: int) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for year in (LAST, LAST - 1):
        steps = [s for s in planted.steps if s.year == year and s.total * direction > 0]
        found[SCHOOL_YEARS[year].label] = _step_entries(schools, steps)
    return found


def _truth(
    schools: Schools, planted: Planted, effects: SchoolEffects, recoded: int, seed: int
) -> dict[str, object]:
    """What the city holds by construction, by school_id; steps and effects are on the logit."""
    last = SCHOOL_YEARS[LAST].label
    ids = schools.school_id
    return {
        "city": CITY,
        "seed": seed,
        "covid_break": SCHOOL_YEARS[0].label,
        "improvers": _steps_by_year(schools, planted, -1),
        "decliners": _steps_by_year(schools, planted, 1),
        "excellent": [{"school_id": ids[s], "effect": level} for s, level in planted.excellent.items()],
        "registration_change": {
            "school_id": ids[planted.recoded],
            "school_year": last,
            "moved_half_days": recoded,
        },
        "missing_months": {
            "school_id": ids[planted.missing],
            "school_year": last,
            "months": list(MISSING_MONTHS),
        },
        "very_small": [ids[school] for school in np.flatnonzero(schools.very_small)],
        "school_years": [year.label for year in SCHOOL_YEARS],
        "effects": {
            school_id: {
                "unauthorised": effects.unauthorised[school].round(3).tolist(),
                "other": effects.other[school].round(3).tolist(),
            }
            for school, school_id in sorted(enumerate(ids), key=lambda pair: pair[1])
        },
    }


def _stories(schools: Schools, customs: _Customs) -> dict[str, dict[str, object]]:
    """The schools with a story that is easy to read; odds and care are on the log scale."""
    told, habits = customs.stories, customs.habits
    odds = {
        "friday_afternoon": (told.friday_afternoon, habits.week[:, -1]),
        "slow_referral": (told.slow_referral, habits.care[:, 0]),
        "holiday_edges": (told.holiday_edges, customs.ways.edge),
    }
    return {
        name: {"school_id": schools.school_id[school], "log_odds": round(float(values[school]), 3)}
        for name, (school, values) in odds.items()
        if school is not None
    }


def _survey_stories(schools: Schools, told: SurveyStories) -> dict[str, object]:
    """The schools of which the survey tells something on purpose."""
    return {
        "themes": list(STORY_THEMES),
        "worse": schools.school_id[told.worse],
        "better": schools.school_id[told.better],
        "low_response": [schools.school_id[school] for school in told.low_response],
    }


def write_sample(folder: Path, truth: Path, seed: int = 2010, size: CitySize = WHOLE_CITY) -> None:
    """Write the contract files of the sample city to `folder` and what is true of it to `truth` (JSON).

    The same seed and size give the same files. Takes about a minute on one core for the whole city.
    """
    schools = make_schools(size, seed)
    planted = choose_planted(schools, size, seed)
    effects = school_effects(schools, planted, seed)
    customs = _customs(schools, effects, planted, seed)
    city = _all_tables(schools, customs, simulate(schools, effects, planted, seed), seed)
    folder.mkdir(parents=True, exist_ok=True)
    survey = make_survey(schools, seed)
    for name, table in {**city.tables, "survey_responses": survey.table}.items():
        _write_table(folder, name, table)
    entries = _truth(schools, planted, effects, city.recoded, seed) | {"stories": _stories(schools, customs)}
    entries["survey"] = _survey_stories(schools, survey.stories)
    truth.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
