"""The benchmark a second time, slow and obvious: files, dictionaries and loops, nothing shared with mirrors.

It reads the sample files as they lie and follows the definitions in words, so that a fault in SQL, in
frames or in a library's option shows as a difference. Speed and elegance are for the other one.
"""

import csv
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

CATEGORY = {"B": "unauthorised", "Z": "illness", "R": "legal", "P": "permitted", "H": "permitted"}
BREAK_YEARS = {"2019-20", "2020-21"}
MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
RATES = {
    "A1": {"unauthorised", "illness", "legal", "permitted"},
    "A2": {"unauthorised"},
    "A3": {"illness"},
    "A4": {"legal", "permitted"},
}
AT_LEAST = {
    "B1": ("B", "units", 5),
    "B2": ("B", "units", 10),
    "B3": ("B", "units", 15),
    "B4": ("B", "units", 30),
    "B5": ("any", "share", 0.1),
    "B6": ("any", "share", 0.5),
}
QUANTILES = {"A6M": 0.5, "A6P": 0.9}
MINIMUM = {**dict.fromkeys([*RATES, "A5", *AT_LEAST, "B7"], 20), "A6M": 10, "A6P": 50}
FEATURES = ("deprivation", "mobility", "special_needs", "newcomers", "track_dual", "track_labour")
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
Z = 1.959964

Cell = tuple[str, str]
"""A school and a school year."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Observed:
    """One indicator of one school-year."""

    value: float
    pupils: float
    numerator: float | None = None
    denominator: float | None = None


@dataclass(frozen=True, eq=False)
class Files:
    """The rows of the sample files that the benchmark uses."""

    schools: list[Row]
    context: list[Row]
    enrolment: list[Row]
    absence: list[Row]
    pupil_band: list[Row]
    absence_quantile: list[Row]


def read_files(folder: Path) -> Files:
    """Return the rows of the files in `folder`, each as a dictionary."""
    sheet = CalamineWorkbook.from_path(str(folder / "context.xlsx")).get_sheet_by_index(0).to_python()
    return Files(
        schools=_csv(folder / "schools.csv"),
        context=[dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]],
        enrolment=pq.read_table(folder / "enrolment.parquet").to_pylist(),
        absence=pq.read_table(folder / "absence.parquet").to_pylist(),
        pupil_band=pq.read_table(folder / "pupil_band.parquet").to_pylist(),
        absence_quantile=_csv(folder / "absence_quantile.csv"),
    )


def _csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Indicators


@cache
def possible_and_pupils(files: Files) -> dict[Cell, tuple[float, float]]:
    """Return (possible half-days, mean of the monthly numbers of pupils) per school-year."""
    possible: dict[Cell, int] = {}
    pupils: dict[Cell, list[int]] = {}
    for row in files.enrolment:
        if row["breakdown"] == "all":
            cell = (row["school_id"], row["school_year"])
            possible[cell] = possible.get(cell, 0) + row["possible"]
            pupils.setdefault(cell, []).append(row["pupils"])
    return {cell: (possible[cell], sum(pupils[cell]) / len(pupils[cell])) for cell in possible}


def units_by_category(files: Files) -> dict[Cell, dict[str, int]]:
    """Return half-days absent per school-year and category, codes that are no absence left out."""
    units: dict[Cell, dict[str, int]] = {}
    for row in files.absence:
        category = CATEGORY.get(row["code"])
        if row["breakdown"] == "all" and category:
            of_cell = units.setdefault((row["school_id"], row["school_year"]), {})
            of_cell[category] = of_cell.get(category, 0) + row["units"]
    return units


def indicators(files: Files) -> dict[str, dict[Cell, Observed]]:
    """Return every indicator of every school-year."""
    found: dict[str, dict[Cell, Observed]] = {}
    sizes, units = possible_and_pupils(files), units_by_category(files)
    for key, categories in RATES.items():
        found[key] = {
            cell: _rate(sum(units[cell].get(name, 0) for name in categories), *sizes[cell]) for cell in units
        }
    found["A5"] = {}
    for cell in units:
        missed, pupils = units[cell].get("unauthorised", 0), sizes[cell][1]
        found["A5"][cell] = Observed(100 * missed / pupils, pupils, missed, pupils)
    for key, quantile in QUANTILES.items():
        found[key] = {
            (row["school_id"], row["school_year"]): Observed(float(row["units"]), float(row["pupils"]))
            for row in files.absence_quantile
            if row["code"] == "B" and float(row["quantile"]) == quantile
        }
    for key, (code, scale, threshold) in AT_LEAST.items():
        found[key] = _share_of_pupils(files, code, scale, lambda row, t=threshold: row["at_least"] >= t)
    found["B7"] = _share_of_pupils(files, "B", "units", lambda row: row["below"] == 1)
    return found


def _rate(missed: int, possible: float, pupils: float) -> Observed:
    return Observed(missed / possible, pupils, missed, possible)


def _share_of_pupils(files: Files, code: str, scale: str, counts: Any) -> dict[Cell, Observed]:
    pupils: dict[Cell, int] = {}
    base: dict[Cell, int] = {}
    for row in files.pupil_band:
        if row["breakdown"] == "all" and row["code"] == code and row["scale"] == scale and counts(row):
            cell = (row["school_id"], row["school_year"])
            pupils[cell] = pupils.get(cell, 0) + row["pupils"]
            base[cell] = row["base"]
    return {cell: Observed(pupils[cell] / base[cell], base[cell], pupils[cell], base[cell]) for cell in base}


def category_rates(files: Files) -> dict[str, dict[Cell, Observed]]:
    """Return the rate of each absence category per school-year."""
    sizes, units = possible_and_pupils(files), units_by_category(files)
    return {
        category: {
            cell: _rate(found[category], *sizes[cell]) for cell, found in units.items() if category in found
        }
        for category in ("unauthorised", "illness", "legal", "permitted")
    }


# Registration


def missing_months(files: Files) -> dict[Cell, list[int]]:
    """Return, per school-year, the months in which it registered no absence though half the city did."""
    registered: dict[Cell, dict[int, int]] = {}
    for row in files.absence:
        if row["breakdown"] == "all" and row["month"] is not None:
            of_cell = registered.setdefault((row["school_id"], row["school_year"]), {})
            of_cell[row["month"]] = of_cell.get(row["month"], 0) + row["units"]
    enrolled = {
        (row["school_id"], row["school_year"], row["month"])
        for row in files.enrolment
        if row["breakdown"] == "all" and row["possible"] > 0
    }
    cells = list(possible_and_pupils(files))

    def sent(cell: Cell, month: int) -> bool:
        return registered.get(cell, {}).get(month, 0) > 0 and (*cell, month) in enrolled

    missing: dict[Cell, list[int]] = {cell: [] for cell in cells}
    for year in {year for _, year in cells}:
        of_year = [cell for cell in cells if cell[1] == year]
        for month in MONTHS:
            if 2 * sum(sent(cell, month) for cell in of_year) >= len(of_year):
                for cell in of_year:
                    if not sent(cell, month):
                        missing[cell].append(month)
    return missing


def registration_changes(files: Files) -> set[Cell]:
    """Return the school-years where unauthorised absence and illness changed places."""
    rates = category_rates(files)
    years = sorted({year for _, year in rates["illness"]})
    changed = set()
    for before, year in pairwise(years):
        if BREAK_YEARS & {before, year}:
            continue
        moved = {name: _moved(rates[name], before, year) for name in ("unauthorised", "illness")}
        both = [school for school in moved["unauthorised"] if school in moved["illness"]]
        shift = {s: (moved["unauthorised"][s] - moved["illness"][s]) / 2 for s in both}
        centre = median(list(shift.values()))
        spread = 1.4826 * median([abs(value - centre) for value in shift.values()])
        for school in both:
            one, other = moved["unauthorised"][school], moved["illness"][school]
            size = abs(shift[school] - centre)
            if one * other < 0 and abs(one + other) < size and size > 5 * spread:
                changed.add((school, year))
    return changed


def _moved(rates: dict[Cell, Observed], before: str, year: str) -> dict[str, float]:
    moved = {}
    for (school, which), now in rates.items():
        was = rates.get((school, before))
        if which == year and was and min(now.pupils, was.pupils) >= 30:
            moved[school] = now.value - was.value
    centre = median(list(moved.values()))
    return {school: value - centre for school, value in moved.items()}


def alarmed(files: Files) -> set[Cell]:
    """Return the school-years that somebody has to look at first."""
    missing = {cell for cell, months in missing_months(files).items() if len(months) / len(MONTHS) > 0.1}
    return missing | registration_changes(files)


# Numbers


def median(values: list[float]) -> float:
    """Return the middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def quantile(values: list[float], share: float) -> float:
    """Return a quantile by straight lines between the ordered values, the first at 0 and the last at 1."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def one_has_most(pupils: list[float]) -> bool:
    """Whether one of some schools has more than half of the pupils of all."""
    return any(2 * one > sum(pupils) for one in pupils)


def logistic(x: float) -> float:
    """Return the share with log-odds `x`."""
    return 1 / (1 + math.exp(-x))


def wilson(numerator: float, denominator: float) -> tuple[float, float]:
    """Return the two shares from which the observed one is just Z standard errors away."""
    share = numerator / denominator
    a = 1 + Z * Z / denominator
    b = -(2 * share + Z * Z / denominator)
    root = math.sqrt(max(b * b - 4 * a * share * share, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def logit_interval(value: float, pupils: float, pupil_variance: float) -> tuple[float, float]:
    """Return the interval of a rate: multiply and divide its odds by exp(Z sqrt(variance / pupils))."""
    kept = min(max(value, 1e-6), 1 - 1e-6)
    factor = math.exp(Z * math.sqrt(pupil_variance / pupils))
    low, high = kept / (1 - kept) / factor, kept / (1 - kept) * factor
    return low / (1 + low), high / (1 + high)


# What is shown


def rate_step(pupils: float) -> float:
    """Return the step of a published rate: a tenth of a point from 200 pupils as shown, else half a point."""
    return 0.001 if to_five(pupils) >= 200 else 0.005


def to_five(number: float) -> int:
    """Return a number of pupils to the nearest five, upwards from the middle."""
    low = 5 * int(number // 5)
    return low if number - low < 2.5 else low + 5


def share_of_shown(part: float, whole: float) -> float:
    """Return a share of pupils as it is shown: whole per cents of the two numbers as they are shown."""
    return round(100 * to_five(part) / to_five(whole)) / 100


def share_of_four(base: float) -> float:
    """Return what four are of the fewest pupils that a base may be which is shown to the nearest five."""
    return -(-400 // (to_five(base) - 2)) / 100


def shown_as_bound(key: str, observed: Observed) -> tuple[str, float] | None:
    """Return (status, value) where the value is shown as a bound only, None where it is shown itself.

    A share of pupils is a bound when four pupils or fewer are on either side: the bound is what four would
    be, in whole per cents. A rate is a bound when it is less than half of its step.
    """
    if key in RATES:
        step = rate_step(observed.pupils)
        return ("at_most", step) if observed.value <= step / 2 else None
    if key in QUANTILES or key == "A5":
        return None
    pupils, base = int(observed.numerator or 0), int(observed.denominator or 0)
    four = share_of_four(base)
    if pupils <= 4:
        return "at_most", four
    return ("at_least", 1 - four) if base - pupils <= 4 else None


# Context and peers


@cache
def school_types(files: Files, year: str) -> dict[str, str]:
    """Return the type of every school that has pupils in `year`."""
    types = {row["school_id"]: row["school_type"] for row in files.schools if row["school_year"] == year}
    return {school: types[school] for school, which in possible_and_pupils(files) if which == year}


@cache
def standardised_features(files: Files, year: str) -> dict[str, list[float]]:
    """Return, per school, size and context in standard deviations from the mean of its type."""
    types = school_types(files, year)
    sizes = possible_and_pupils(files)
    given = {
        (row["school_id"], row["feature"]): float(row["value"])
        for row in files.context
        if row["school_year"] == year
    }
    columns = [{school: math.log(sizes[school, year][1]) for school in types}]
    columns += [_filled(given, feature, types) for feature in FEATURES]
    result: dict[str, list[float]] = {school: [] for school in types}
    for column in columns:
        for kind in set(types.values()):
            members = [school for school in types if types[school] == kind]
            mean = sum(column[school] for school in members) / len(members)
            spread = math.sqrt(sum((column[school] - mean) ** 2 for school in members) / len(members))
            for school in members:
                result[school].append((column[school] - mean) / spread if spread > 1e-12 else 0.0)
    return result


def _filled(given: dict[tuple[str, str], float], feature: str, types: dict[str, str]) -> dict[str, float]:
    filled = {}
    for school, kind in types.items():
        of_type = [given[s, feature] for s in types if types[s] == kind and (s, feature) in given]
        filled[school] = given.get((school, feature), median(of_type) if of_type else 0.0)
    return filled


def distance(weights: list[float], one: list[float], other: list[float]) -> float:
    """Return how far two schools lie apart on all features, in weighted standard deviations."""
    squares = [w * (a - b) ** 2 for w, a, b in zip(weights, one, other, strict=True)]
    return math.sqrt(sum(squares))


def chosen_peers(files: Files, weights: list[float], years: list[str], when: str) -> dict[Cell, list[str]]:
    """Return the peers of every school, by id and type, as they were chosen in `when` for all `years`.

    A school that was not there then is looked at in the nearest year before, or else in the first after.
    """
    sizes, types = possible_and_pupils(files), school_types(files, when)
    then = standardised_features(files, when)
    before = sorted((year for year in years if year < when), reverse=True)
    chosen: dict[Cell, list[str]] = {}
    for year in [when, *before, *sorted(year for year in years if year > when)]:
        own = standardised_features(files, year)
        for school, kind in school_types(files, year).items():
            if (school, kind) in chosen:
                continue
            serving = [s for s in types if types[s] == kind and sizes[s, when][1] >= 30]
            size = min(15, len(serving) // 4)
            far = sorted((distance(weights, own[school], then[s]), s) for s in serving if s != school)
            chosen[school, kind] = [other for _, other in far[: size if size >= 8 else 0]]
    return chosen


def peers_in(
    files: Files, weights: list[float], chosen: dict[Cell, list[str]], year: str
) -> dict[str, list[tuple[str, float]]]:
    """Return each school's peers of one year, nearest first, with their distance in that year."""
    types, features = school_types(files, year), standardised_features(files, year)
    found = {}
    for school, kind in types.items():
        there = [peer for peer in chosen[school, kind] if types.get(peer) == kind]
        far = sorted((distance(weights, features[school], features[peer]), peer) for peer in there)
        found[school] = [(peer, apart) for apart, peer in far]
    return found


# Expected values


def log_odds(observed: Observed) -> float:
    """Return the log-odds of a share with half a half-day, or half a pupil, added on both sides."""
    absent, possible = observed.numerator or 0, observed.denominator or 0
    return math.log((absent + 0.5) / (possible - absent + 0.5))


def weight(observed: Observed) -> float:
    """Return how much a school counts in a regression: half at a hundred pupils, never more than one."""
    return observed.pupils / (observed.pupils + 100)


Matrix = list[list[float]]


def normal_equations(design: Matrix, y: list[float], weights: list[float]) -> tuple[Matrix, list[float]]:
    """Return X'WX and X'Wy, with the intercept as the first column of X."""
    columns = len(design[0]) + 1
    left = [[0.0] * columns for _ in range(columns)]
    right = [0.0] * columns
    for row, value, w in zip(design, y, weights, strict=True):
        _add(left, right, [1.0, *row], value, w)
    return left, right


def _add(left: Matrix, right: list[float], row: list[float], value: float, w: float) -> None:
    for i, a in enumerate(row):
        right[i] += w * a * value
        for j, b in enumerate(row):
            left[i][j] += w * a * b


def solve_ridge(left: Matrix, right: list[float], penalty: float) -> list[float]:
    """Return the coefficients, intercept first and unpenalised, by elimination with row exchange."""
    size = len(right)
    rows = [[*left[i], right[i]] for i in range(size)]
    for i in range(1, size):
        rows[i][i] += penalty
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for other in range(column + 1, size):
            factor = rows[other][column] / rows[column][column]
            for k in range(column, size + 1):
                rows[other][k] -= factor * rows[column][k]
    solved = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * solved[j] for j in range(i + 1, size))
        solved[i] = (rows[i][size] - known) / rows[i][i]
    return solved


def predict(coefficients: list[float], row: list[float]) -> float:
    """Return the log-odds predicted for a row of the design."""
    return coefficients[0] + sum(c * x for c, x in zip(coefficients[1:], row, strict=True))


def best_penalty(design: Matrix, y: list[float], weights: list[float]) -> float:
    """Return the penalty that predicts each school best from all the others: the fit repeated without it."""
    left, right = normal_equations(design, y, weights)
    errors = dict.fromkeys(PENALTIES, 0.0)
    for row, value, w in zip(design, y, weights, strict=True):
        without_left, without_right = [list(line) for line in left], list(right)
        _add(without_left, without_right, [1.0, *row], value, -w)
        for penalty in PENALTIES:
            fitted = predict(solve_ridge(without_left, without_right, penalty), row)
            errors[penalty] += w * (value - fitted) ** 2
    return min(PENALTIES, key=errors.__getitem__)


def feature_weights(
    observed: dict[str, Observed], features: dict[str, list[float]], types: dict[str, str]
) -> list[float]:
    """Return the absolute coefficient of each feature in a ridge of the log-odds, type taken out."""
    schools = [school for school in types if school in observed]
    kinds = sorted(set(types.values()))
    design = [[*features[s], *(float(types[s] == kind) for kind in kinds)] for s in schools]
    y = [log_odds(observed[s]) for s in schools]
    weights = [weight(observed[s]) for s in schools]
    fitted = solve_ridge(*normal_equations(design, y, weights), best_penalty(design, y, weights))
    return [abs(coefficient) for coefficient in fitted[1 : 1 + len(features[schools[0]])]]


def kept_weights(learnt: list[list[float]]) -> list[float]:
    """Return the mean of learnt weights, the six largest kept, summing to one."""
    mean = [sum(column) / len(column) for column in zip(*learnt, strict=True)]
    largest = sorted(range(len(mean)), key=lambda place: -mean[place])[:6]
    total = sum(mean[place] for place in largest)
    return [mean[place] / total if place in largest else 0.0 for place in range(len(mean))]


def expected(
    observed: dict[str, Observed],
    features: dict[str, list[float]],
    types: dict[str, str],
    folds: list[list[str]],
) -> dict[str, float]:
    """Return the expected share of every school; `observed` holds those taking part, `folds` divide them.

    A school taking part is predicted from the other folds, any other school from all that take part. All
    are then multiplied so that expected pupils of those taking part add up to those observed.
    """
    design = _expected_design(features, types)
    all_of_them = [school for fold in folds for school in fold]

    def fit(schools: list[str], penalty: float | None) -> tuple[list[float], float]:
        x = [design[school] for school in schools]
        y = [log_odds(observed[school]) for school in schools]
        weights = [weight(observed[school]) for school in schools]
        chosen = penalty or best_penalty(x, y, weights)
        return solve_ridge(*normal_equations(x, y, weights), chosen), chosen

    full, penalty = fit(all_of_them, None)
    shares = {school: logistic(predict(full, design[school])) for school in types}
    for fold in folds:
        fitted, _ = fit([school for school in all_of_them if school not in fold], penalty)
        for school in fold:
            shares[school] = logistic(predict(fitted, design[school]))
    seen = sum(observed[school].value * observed[school].pupils for school in all_of_them)
    foreseen = sum(shares[school] * observed[school].pupils for school in all_of_them)
    return {school: min(share * seen / foreseen, 1.0) for school, share in shares.items()}


def _expected_design(features: dict[str, list[float]], types: dict[str, str]) -> dict[str, list[float]]:
    kinds = sorted(set(types.values()))
    design = {}
    for school, kind in types.items():
        dummies = [float(kind == other) for other in kinds]
        deprivation = features[school][1]
        design[school] = [*dummies, *features[school], *(0.5 * d * deprivation for d in dummies)]
    return design


# City


def pooled(observed: dict[Cell, Observed], year: str, usable: set[Cell]) -> tuple[float, int]:
    """Return the share of all usable schools together in `year`, and how many schools that are."""
    cells = [cell for cell in observed if cell[1] == year and cell in usable]
    numerator = sum(observed[cell].numerator or 0 for cell in cells)
    denominator = sum(observed[cell].denominator or 0 for cell in cells)
    return numerator / denominator, len(cells)
