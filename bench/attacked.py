"""The cities that colluding schools attack: a simulated one, and any that was published as a whole."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold

from bench.collusion import City, Expected, Floats, Ints, Quantity
from bench.world import World
from mirrors.benchmark.benchmark import Benchmark, run_benchmark
from mirrors.benchmark.expected import FOLDS, PENALTIES, design_matrix, expected_rate, feature_weights
from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.benchmark.panel import FEWEST_PUPILS
from mirrors.benchmark.peer_group import PeerGroups, peer_groups, peer_statistics
from mirrors.benchmark.residual import PUPILS_AT_HALF_WEIGHT
from mirrors.definitions import load_indicators, load_jurisdiction
from mirrors.disclosure import protect
from mirrors.disclosure.publication import figures
from mirrors.disclosure.rules import HALF, TENTH, WHOLE
from mirrors.jobs import ingest
from mirrors.jobs.deciding import confirm_all
from mirrors.jobs.job import newest_profile
from mirrors.jobs.sample import CHANGES, NOTE
from mirrors.store import open_facts

FIGURES = ("A1", "A2", "A3", "B2", "B5", "B7")
LATEST = 1
"""Last years of which groups of pupils, bands and kinds are read; figures are read of all years."""

TARGETS = ("A1", "A2", "B5")
STATISTICS = {"median": "peer_median", "low": "peer_low", "high": "peer_high"}
NEAREST = 100

_KEY = ["school_id", "school_year"]


def simulated(world: World) -> City:
    """Return the city of bench/world.py with the figure table made of it by the program's own rules."""
    panel = world.panel
    assert panel.context is not None
    names = (SIZE, *(f"context_{place}" for place in range(panel.context.shape[2])))
    value, everybody = panel.absent / panel.possible, np.ones(len(panel.school_ids), dtype=bool)
    groups: list[PeerGroups] = []
    frames: list[pd.DataFrame] = []
    learnt: list[Floats] = []
    for place, year in enumerate(panel.years):
        pupils = panel.pupils[:, place]
        matrix = FeatureMatrix(
            panel.school_ids,
            year,
            panel.school_type,
            pupils,
            names,
            np.column_stack([np.log(pupils), panel.context[:, place]]),
        )
        group = peer_groups(matrix, np.mean(learnt, axis=0) if learnt else np.ones(len(names)), everybody)
        seen = (value[:, place], panel.possible[:, place], pupils, everybody, matrix)
        learnt.append(feature_weights(*seen))
        frames.append(_compared(panel.absent[:, place], seen, group))
        groups.append(group)
    compared = pd.concat(frames, ignore_index=True)
    registration = compared[_KEY].assign(alarms="", rejected="")
    shown = figures(load_indicators()["A1"], compared, registration)
    return city_of(
        {"A1": compared},
        groups,
        {"figure": shown},
        ("A1",),
        list(_figure({"A1": compared}, groups, {"figure": shown})),
    )


def _compared(absent: Floats, seen: tuple, group: PeerGroups) -> pd.DataFrame:
    value, possible, pupils, _, matrix = seen
    peers = peer_statistics(group, value)
    return pd.DataFrame(
        {
            "school_id": matrix.school_ids,
            "school_year": matrix.school_year,
            "numerator": absent,
            "denominator": possible,
            "pupils": pupils,
            "value": value,
            "status": "exact",
            "basis": "",
            "expected": expected_rate(*seen),
            "peers": peers.count,
            "peer_median": peers.median,
            "peer_low": peers.low,
            "peer_high": peers.high,
            "low": np.nan,
            "high": np.nan,
        }
    )


def benchmarked(files: Sequence[Path]) -> tuple[Benchmark, dict[str, pd.DataFrame]]:
    """Return the benchmark of the files of a sample city, and the snapshot's tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ingest(folder, "sample", list(files), by="bench")
        confirm_all(folder, CHANGES, None, NOTE, by="bench")
        with open_facts(folder) as facts:
            profile = newest_profile(folder, facts)
            found = run_benchmark(
                facts, load_indicators(), load_jurisdiction(profile.jurisdiction), decisions=facts.decisions()
            )
        return found, protect(found, load_indicators(), profile, datetime(2026, 9, 1))


def published(benchmark: Benchmark, tables: dict[str, pd.DataFrame]) -> City:
    """Return a published city with every table of peers' figures that a school's pages read."""
    years = sorted(benchmark.features)
    groups = [benchmark.peers[year] for year in years]
    aside = _aside(benchmark)
    compared = {key: _quiet(benchmark.compared[key], aside) for key in FIGURES if key in benchmark.compared}
    found = [
        *_figure(compared, groups, tables),
        *_kinds(benchmark, groups, tables, aside),
        *_groups(benchmark, groups, tables, aside),
        *_decompositions(benchmark, groups, tables, compared),
        *_bands(benchmark, groups, tables, aside),
    ]
    return city_of(compared, groups, tables, TARGETS, found)


def _aside(benchmark: Benchmark) -> pd.MultiIndex:
    rows = benchmark.registration
    return pd.MultiIndex.from_frame(rows.loc[rows["alarms"] != "", _KEY])


def _quiet(rows: pd.DataFrame, aside: pd.MultiIndex) -> pd.DataFrame:
    """Return rows whose value is empty where a school teaches nobody."""
    teaches = (rows["status"] == "exact") & (rows["pupils"] >= FEWEST_PUPILS)
    teaches &= ~pd.MultiIndex.from_frame(rows[_KEY]).isin(aside)
    return rows.assign(value=rows["value"].where(teaches))


def city_of(
    compared: dict[str, pd.DataFrame],
    groups: list[PeerGroups],
    tables: dict[str, pd.DataFrame],
    targets: Sequence[str],
    found: list[Quantity],
) -> City:
    """Put a city together; the order asked for is that of the last year."""
    matrices = [group.features for group in groups]
    last = len(matrices) - 1
    schools = _schools(groups)
    position = {(one.table, one.name, one.year): place for place, one in enumerate(found)}
    deviation = {}
    for key in targets:
        rows = compared[key][compared[key]["school_year"] == matrices[last].school_year]
        rows = rows.set_index("school_id").reindex(schools)
        deviation[key] = (rows["value"] - rows["expected"]).to_numpy(float)
    pupils = _laid(matrices[last].school_ids, matrices[last].pupils, schools)
    return City(
        schools=len(schools),
        peers=np.stack([_positions(group, schools) for group in groups]),
        design=np.stack([_design(matrix, schools) for matrix in matrices]),
        pupils=np.nan_to_num(pupils, nan=1.0),
        quantities=tuple(found),
        targets={key: position["figure", key, last] for key in targets},
        deviation=deviation,
        neighbours=_neighbours(groups[last], schools),
        kinds=_kinds_of(matrices[last], schools),
        expected=tuple(_expected(compared, groups, tables, position, schools)),
    )


def _schools(groups: list[PeerGroups]) -> list[str]:
    return sorted(set().union(*(group.features.school_ids for group in groups)))


def _laid(ids: Sequence[str], values: Floats, schools: list[str]) -> Floats:
    return pd.Series(values, index=list(ids)).reindex(schools).to_numpy(float)


def _positions(group: PeerGroups, schools: list[str]) -> Ints:
    """Return the peers as positions in `schools`, (schools, k)."""
    place = pd.Index(schools).get_indexer(pd.Index(group.features.school_ids))
    found = np.full((len(schools), group.peers.shape[1]), -1)
    found[place] = np.where(group.peers >= 0, place[np.maximum(group.peers, 0)], -1)
    return found


def _design(matrix: FeatureMatrix, schools: list[str]) -> Floats:
    design = design_matrix(matrix)
    found = np.zeros((len(schools), design.shape[1]))
    found[pd.Index(schools).get_indexer(pd.Index(matrix.school_ids))] = design
    return found


def _neighbours(group: PeerGroups, schools: list[str]) -> Ints:
    """Return every school's nearest schools by public context, itself first, (schools, NEAREST)."""
    matrix = group.features
    scaled = matrix.standardised() * np.sqrt(group.weights)
    apart = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(axis=2)
    apart += 1e3 * (matrix.school_type[:, None] != matrix.school_type[None, :])
    place = pd.Index(schools).get_indexer(pd.Index(matrix.school_ids))
    return place[np.argsort(apart, axis=1, kind="stable")[:, :NEAREST]]


def _kinds_of(matrix: FeatureMatrix, schools: list[str]) -> Ints:
    codes = np.unique(matrix.school_type, return_inverse=True)[1]
    return np.nan_to_num(_laid(matrix.school_ids, codes.astype(float), schools), nan=-1).astype(int)


def _wide(rows: pd.DataFrame, column: str, schools: list[str]) -> Floats:
    return rows.set_index("school_id")[column].reindex(schools).to_numpy(float)


def _grain(told: Floats) -> Floats:
    """Return the step that numbers are told in, as anybody sees who looks at them."""
    known = told[~np.isnan(told)]
    for step in (0.05, WHOLE, HALF, TENTH):
        if len(known) and np.allclose(known / step, np.round(known / step), atol=1e-6):
            return np.full(told.shape, step)
    return np.full(told.shape, 1e-4)


def _medians(
    raw: pd.DataFrame, shown: pd.DataFrame, groups: list[PeerGroups], name: str, table: str, latest: int
) -> Iterator[Quantity]:
    schools = _schools(groups)
    for place, group in list(enumerate(groups))[-latest:]:
        year = group.features.school_year
        of_year, told_year = raw[raw["school_year"] == year], shown[shown["school_year"] == year]
        told = {
            statistic: _wide(told_year, column, schools)
            for statistic, column in STATISTICS.items()
            if column in shown
        }
        if len(of_year) and any(not np.isnan(each).all() for each in told.values()):
            value = _wide(of_year, "value", schools)
            yield Quantity(name, place, value, told, _grain(told["median"]), np.ones(len(schools)), table)


def _figure(
    compared: dict[str, pd.DataFrame], groups: list[PeerGroups], tables: dict[str, pd.DataFrame]
) -> Iterator[Quantity]:
    for key, rows in compared.items():
        shown = tables["figure"]
        yield from _medians(rows, shown[shown["indicator"] == key], groups, key, "figure", len(groups))


def _kinds(
    benchmark: Benchmark, groups: list[PeerGroups], tables: dict[str, pd.DataFrame], aside: pd.MultiIndex
) -> Iterator[Quantity]:
    for category, rows in benchmark.kinds.items():
        shown = tables["kind"]
        yield from _medians(
            _quiet(rows, aside), shown[shown["category"] == category], groups, category, "kind", LATEST
        )


def _groups(
    benchmark: Benchmark, groups: list[PeerGroups], tables: dict[str, pd.DataFrame], aside: pd.MultiIndex
) -> Iterator[Quantity]:
    item = ["breakdown", "member", "indicator"]
    shown = dict(list(tables["group"].groupby(item)))
    for key, rows in benchmark.within.groups.groupby(item):
        if key in shown:
            name, table = "/".join(key), f"group {key[0]}"
            yield from _medians(_quiet(rows, aside), shown[key], groups, name, table, LATEST)


def _decompositions(
    benchmark: Benchmark,
    groups: list[PeerGroups],
    tables: dict[str, pd.DataFrame],
    compared: dict[str, pd.DataFrame],
) -> Iterator[Quantity]:
    """Yield the peers' means that a school gets by taking the difference from its own rate."""
    schools = _schools(groups)
    own = dict(list(benchmark.within.decomposition.groupby(["breakdown", "indicator"])))
    for (breakdown, indicator), rows in tables["decomposition"].groupby(["breakdown", "indicator"]):
        raw = own[breakdown, indicator]
        for place, group in enumerate(groups):
            year = group.features.school_year
            of_year = compared[indicator][compared[indicator]["school_year"] == year]
            if len(of_year) == 0:
                continue
            value, possible = (_wide(of_year, name, schools) for name in ("value", "denominator"))
            there = raw.loc[raw["school_year"] == year, "school_id"]
            value = np.where(pd.Index(schools).isin(there), value, np.nan)
            difference = _wide(rows[rows["school_year"] == year], "difference", schools)
            told = {"mean": value - difference}
            weight = np.nan_to_num(possible)
            name = f"{breakdown}/{indicator}"
            yield Quantity(name, place, value, told, _own_grain(difference), weight, "decomposition")


def _own_grain(told: Floats) -> Floats:
    known = np.nan_to_num(told)
    coarse = np.isclose(known / HALF, np.round(known / HALF), atol=1e-6)
    return np.where(coarse & _mostly(coarse), HALF, TENTH)


def _mostly(coarse: np.ndarray) -> bool:
    return bool(coarse.mean() > 0.95)


def _bands(
    benchmark: Benchmark, groups: list[PeerGroups], tables: dict[str, pd.DataFrame], aside: pd.MultiIndex
) -> Iterator[Quantity]:
    schools = _schools(groups)
    rows = benchmark.reduced.pupils_in_band
    rows = rows[rows["status"].isna()].assign(pupils_in=lambda frame: frame["pupils"])
    rows = rows.assign(value=rows["pupils"] / rows["base"], status="exact", pupils=rows["base"])
    item = ["category", "scale", "at_least"]
    shown = dict(list(tables["band"].groupby(item)))
    for key, found in rows.groupby(item):
        if key not in shown:
            continue
        found = _quiet(found, aside)
        for place, group in list(enumerate(groups))[-LATEST:]:
            year = group.features.school_year
            of_year = found[found["school_year"] == year]
            if len(of_year):
                told = _wide(shown[key][shown[key]["school_year"] == year], "peers", schools)
                yield Quantity(
                    "/".join(map(str, key)),
                    place,
                    _wide(of_year, "value", schools),
                    {"mean": told},
                    _grain(told),
                    np.ones(len(schools)),
                    "band",
                )


def _expected(
    compared: dict[str, pd.DataFrame],
    groups: list[PeerGroups],
    tables: dict[str, pd.DataFrame],
    position: dict[tuple[str, str, int], int],
    schools: list[str],
) -> Iterator[Expected]:
    figure = tables["figure"]
    for key, rows in compared.items():
        if not load_indicators()[key].is_share:
            continue
        for place, group in enumerate(groups):
            year = group.features.school_year
            quantity = position.get(("figure", key, place))
            of_year = rows[rows["school_year"] == year]
            shown = figure[(figure["indicator"] == key) & (figure["school_year"] == year)]
            if quantity is not None and shown["expected"].notna().any():
                told = _wide(shown, "expected", schools)
                told = np.where(told > 0, told, np.nan)
                smoother = _smoother(of_year, group.features, schools)
                yield Expected(quantity, smoother, told, float(_grain(told)[0]))


def _smoother(rows: pd.DataFrame, matrix: FeatureMatrix, schools: list[str]) -> Floats:
    """Return the weight of every school's log-odds in every school's expected log-odds (expected.py)."""
    of_year = rows.set_index("school_id").reindex(list(matrix.school_ids))
    value, out_of = of_year["value"].to_numpy(float), of_year["denominator"].to_numpy(float)
    taking = np.flatnonzero(~np.isnan(value))
    design = design_matrix(matrix)[taking]
    weight = (matrix.pupils / (matrix.pupils + PUPILS_AT_HALF_WEIGHT))[taking]
    y = np.log((value * out_of + 0.5) / ((1 - value) * out_of + 0.5))[taking]
    alpha = float(RidgeCV(alphas=PENALTIES).fit(design, y, sample_weight=weight).alpha_)
    inside = np.zeros((len(taking), len(taking)))
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(design):
        share = weight[train] / weight[train].sum()
        centred = design[train] - share @ design[train]
        pull = np.linalg.solve(
            centred.T @ (weight[train, None] * centred) + alpha * np.eye(design.shape[1]),
            (weight[train, None] * centred).T,
        )
        inside[np.ix_(test, train)] = share + (design[test] - share @ design[train]) @ pull
    place = pd.Index(schools).get_indexer(pd.Index(matrix.school_ids))[taking]
    found = np.zeros((len(schools), len(schools)))
    found[np.ix_(place, place)] = inside
    return found
