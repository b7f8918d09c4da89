"""How far is the expected value from the truth? Peers' mean, corrected peers' mean, ridge and type mean.

In simulation the truth is known: 450 schools of six types, whose rate follows four context features (not
quite linearly) and themselves; four more features mean nothing. The error is that of the expected log-odds
against what the features really make of a school. On real data (chronic absence in New York City, 2018-19,
with context from the demographic snapshot and temporary housing) nobody knows the truth: every school is
held out and its observed log-odds are predicted, so that chance and the school's own way are part of every
error. Run: .venv/bin/python bench/peers.py [--quick]
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mirrors.benchmark.expected import expected_rate, feature_weights
from mirrors.benchmark.features import SIZE, FeatureMatrix, feature_matrix
from mirrors.benchmark.observation import observe
from mirrors.benchmark.panel import FEWEST_PUPILS
from mirrors.benchmark.peer_group import PeerGroups, peer_groups
from mirrors.benchmark.reduction import reduce_facts
from mirrors.definitions import load_indicators, load_jurisdiction
from mirrors.jobs import ingest
from mirrors.store import open_facts

DATA = Path(os.environ.get("MIRRORS_REAL_DATA", ROOT.parent / "shared" / "data")) / "nyc"
FILES = (
    "attendance_all_years.csv",
    "demographic-snapshot-2017-18-to-2021-22.xlsx",
    "housing_all_years.csv",
)
YEAR, BEFORE, INDICATOR = "2018-19", "2017-18", "B5"
SCHOOLS, TYPES, REPLICATES, QUICK_REPLICATES = 450, 6, 40, 5
SLOPES = np.array([0.30, 0.18, -0.12, 0.08])
BEND, NOISE_FEATURES = 0.06, 4
SCHOOL_SD, PUPIL_VARIANCE, HALF_DAYS = 0.25, 1.8, 300.0
EXTREME = 1.5
RULES = ("type_mean", "peers_mean", "peers_corrected", "ridge")
GOALS = {
    "sim_peers_corrected_over_peers_mean": "at most 0.8",
    "sim_ridge_over_peers_mean": "at most 0.8",
    "nyc_ridge_over_type_mean": "at most 1",
}

Floats = NDArray[np.float64]


def type_mean(y: Floats, features: FeatureMatrix, known: NDArray[np.bool_]) -> Floats:
    """Return the mean log-odds of the other schools of the same type, (schools,)."""
    found = np.full(y.shape, np.nan)
    for kind in np.unique(features.school_type):
        among = (features.school_type == kind) & known
        others = y[among].sum() - np.where(known, y, 0.0)
        found = np.where(features.school_type == kind, others / (among.sum() - known), found)
    return found


def peers_mean(y: Floats, groups: PeerGroups) -> Floats:
    """Return the mean log-odds of each school's peers, NaN without a group."""
    there = groups.peers >= 0
    of_peers = np.where(there, y[np.maximum(groups.peers, 0)], 0.0)
    with np.errstate(invalid="ignore"):
        return of_peers.sum(axis=1) / there.sum(axis=1)


def by_every_rule(
    share: Floats, out_of: Floats, weights: Floats, features: FeatureMatrix, known: NDArray[np.bool_]
) -> dict[str, Floats]:
    """Return the expected log-odds of every school by rule; a school never enters its own."""
    y = np.where(known, logit((share * out_of + 0.5) / (out_of + 1)), 0.0)
    groups = peer_groups(features, weights, known)
    ridge = logit(np.clip(expected_rate(share, out_of, features.pupils, known, features), 1e-6, 1 - 1e-6))
    of_peers = peers_mean(y, groups)
    return {
        "type_mean": type_mean(y, features, known),
        "peers_mean": of_peers,
        # Abadie and Imbens 2011: moved by how much peers differ in what is predicted of them.
        "peers_corrected": of_peers + ridge - peers_mean(ridge, groups),
        "ridge": ridge,
    }


def simulated(seed: int) -> dict[str, float]:
    """Return each rule's error against the truth in one simulated city, and at its extremes."""
    rng = np.random.default_rng(seed)
    kind = rng.permutation(np.arange(SCHOOLS) % TYPES)
    pupils = np.round(np.exp(rng.normal(np.log(311), 0.74, SCHOOLS)).clip(60, 1500))
    context = rng.normal(size=(SCHOOLS, len(SLOPES) + NOISE_FEATURES))
    steep = 1 + 0.25 * rng.normal(size=TYPES)
    base = logit(np.linspace(0.045, 0.125, TYPES))[kind]
    relevant = context[:, : len(SLOPES)]
    truth = base + steep[kind] * (relevant @ SLOPES) + BEND * (relevant[:, 0] ** 2 - 1)
    observed, before = (
        expit(truth + rng.normal(size=SCHOOLS) * np.sqrt(SCHOOL_SD**2 + PUPIL_VARIANCE / pupils))
        for _ in range(2)
    )
    names = (SIZE, *(f"feature_{number}" for number in range(context.shape[1])))
    features = FeatureMatrix(
        tuple(f"S{number:03d}" for number in range(SCHOOLS)),
        YEAR,
        np.array([f"T{number}" for number in kind]),
        pupils,
        names,
        np.column_stack([np.log(pupils), context]),
    )
    everybody = np.ones(SCHOOLS, dtype=bool)
    out_of = pupils * HALF_DAYS
    weights = feature_weights(before, out_of, pupils, everybody, features)
    expected = by_every_rule(observed, out_of, weights, features, everybody)
    extreme = np.abs(context[:, 0]) > EXTREME
    return {
        f"{place}{rule}": error(found[among], truth[among])
        for rule, found in expected.items()
        for place, among in (("sim_", everybody), ("sim_extreme_", extreme))
    }


def real() -> dict[str, float]:
    """Return each rule's error on schools held out, chronic absence in New York City."""
    jurisdiction, indicator = load_jurisdiction("new-york"), load_indicators()[INDICATOR]
    with tempfile.TemporaryDirectory() as folder:
        ingest(Path(folder), "nyc", [DATA / name for name in FILES], by="bench")
        with open_facts(Path(folder)) as facts:
            reduced = reduce_facts(facts)
    observed = observe(indicator, reduced, jurisdiction)
    laid = {}
    for year in (BEFORE, YEAR):
        features = feature_matrix(reduced, jurisdiction, year)
        rows = observed[observed["school_year"] == year].set_index("school_id")
        rows = rows.reindex(list(features.school_ids))
        share, out_of = rows["value"].to_numpy(float), rows["denominator"].to_numpy(float)
        known = (rows["status"] == "exact").to_numpy() & (features.pupils >= FEWEST_PUPILS)
        laid[year] = share, out_of, known & np.isfinite(share), features
    share, out_of, known, features = laid[YEAR]
    earlier = laid[BEFORE]
    usable = earlier[2].any() and earlier[3].names == features.names
    told = earlier if usable else laid[YEAR]
    weights = feature_weights(told[0], told[1], told[3].pupils, told[2], told[3])
    expected = by_every_rule(np.nan_to_num(share), np.nan_to_num(out_of, nan=1.0), weights, features, known)
    y = logit((share * out_of + 0.5) / (out_of + 1))
    there = known & np.all([np.isfinite(found) for found in expected.values()], axis=0)
    errors = {f"nyc_{rule}": error(found[there], y[there]) for rule, found in expected.items()}
    return {**errors, "nyc_schools": float(there.sum()), "nyc_weights_of_the_same_year": float(not usable)}


def error(found: Floats, truth: Floats) -> float:
    """Return the root of the mean squared error, log-odds."""
    return float(np.sqrt(np.mean((found - truth) ** 2)))


def averaged(one: Callable[[int], dict[str, float]], replicates: int) -> dict[str, float]:
    """Return the mean of every figure over seeds 0, 1, ..."""
    found = [one(seed) for seed in range(replicates)]
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def main() -> None:
    """Measure, print a table, and the figures as one JSON line."""
    found = averaged(simulated, QUICK_REPLICATES if "--quick" in sys.argv else REPLICATES)
    if DATA.is_dir():
        found |= real()
    for name in ("peers_corrected", "ridge"):
        found[f"sim_{name}_over_peers_mean"] = found[f"sim_{name}"] / found["sim_peers_mean"]
        if DATA.is_dir():
            found[f"nyc_{name}_over_type_mean"] = found[f"nyc_{name}"] / found["nyc_type_mean"]
    for name, value in found.items():
        print(f"{name:40} {value:10.3f}")
    print(
        json.dumps({"bench": "peers", "figures": {k: round(v, 3) for k, v in found.items()}, "goals": GOALS})
    )


if __name__ == "__main__":
    main()
