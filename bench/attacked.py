"""The cities that colluding schools attack: a simulated one, and any that was published as a whole."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold

from bench.collusion import City, Expected, Floats, Ints, Quantity
from bench.world import World
from mirrors.benchmark.benchmark import Benchmark, run_benchmark
from mirrors.benchmark.expected import FOLDS, PENALTIES, design_matrix, expected_rate, feature_weights
from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.benchmark.fewest import SMALLEST_GROUP
from mirrors.benchmark.panel import FEWEST_PUPILS
from mirrors.benchmark.peer_cycle import groups_by_year, groups_of
from mirrors.benchmark.peer_group import PeerGroups, peer_groups, peer_statistics
from mirrors.benchmark.residual import PUPILS_AT_HALF_WEIGHT
from mirrors.definitions import load_indicators, load_jurisdiction
from mirrors.disclosure import protect
from mirrors.disclosure.publication import figures
from mirrors.disclosure.rules import HALF, TENTH, WHOLE, WHOLE_FROM
from mirrors.jobs import ingest
from mirrors.jobs.deciding import confirm_all
from mirrors.jobs.job import newest_profile
from mirrors.jobs.sample import CHANGES, NOTE
from mirrors.store import open_facts

FIGURES = ("A1", "A2", "A3", "B2", "B5", "B7")
TARGETS = ("A1", "A2", "B5")
STATISTICS = {"median": "peer_median", "low": "peer_low", "high": "peer_high"}
NEAREST = 100

_KEY = ["school_id", "school_year"]
_Seen = tuple[Floats, Floats, Floats, NDArray[np.bool_], FeatureMatrix]


def simulated(world: World, anew: bool = False) -> City:
    """Return the city of bench/world.py with the figure table made of it by the program's own rules.

    With `anew` groups were chosen anew in the last year, and the pages of the year before are kept.
    """
    panel, seen = world.panel, _seen(world)
    matrices = [matrix for *_, matrix in seen]
    learnt = [feature_weights(*each) for each in seen]

    def learn(years: Sequence[str], _: FeatureMatrix) -> Floats | None:
        of_years = [weights for year, weights in zip(panel.years, learnt, strict=True) if year in years]
        return np.mean(of_years, axis=0) if of_years else None

    groups = list(groups_by_year({matrix.school_year: matrix for matrix in matrices}, learn).values())
    if anew:
        *kept, _ = groups_of(matrices, 0, learnt[0])
        last = len(matrices) - 1
        groups = [*map(_of_old_pages, kept), *groups_of(matrices, last, np.mean(learnt[:last], axis=0))]
        seen = [*seen[:last], *seen]
    frames = [_compared(each, group) for each, group in zip(seen, groups, strict=True)]
    compared = pd.concat(frames, ignore_index=True)
    registration = compared[_KEY].assign(alarms="", rejected="")
    shown = figures(load_indicators()["A1"], compared, registration)
    quantities = list(_figure({"A1": compared}, groups, {"figure": shown}))
    return city_of({"A1": compared}, groups, {"figure": shown}, ("A1",), quantities)


def _seen(world: World) -> list[_Seen]:
    """Return what the program sees of every year: share, possible, pupils, who takes part, and features."""
    panel = world.panel
    assert panel.context is not None
    names = (SIZE, *(f"context_{place}" for place in range(panel.context.shape[2])))
    everybody = np.ones(len(panel.school_ids), dtype=bool)
    found = []
    for place, year in enumerate(panel.years):
        pupils, possible = panel.pupils[:, place], panel.possible[:, place]
        values = np.column_stack([np.log(pupils), panel.context[:, place]])
        matrix = FeatureMatrix(panel.school_ids, year, panel.school_type, pupils, names, values)
        found.append((panel.absent[:, place] / possible, possible, pupils, everybody, matrix))
    return found


def _of_old_pages(group: PeerGroups) -> PeerGroups:
    year = f"{group.features.school_year}, old pages"
    return replace(group, features=replace(group.features, school_year=year))


def _compared(seen: _Seen, group: PeerGroups) -> pd.DataFrame:
    value, possible, pupils, _, matrix = seen
    peers = peer_statistics(group, value)
    return pd.DataFrame(
        {
            "school_id": matrix.school_ids,
            "school_year": group.features.school_year,
            "numerator": value * possible,
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
        *_steps(benchmark, groups, tables, aside),
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
        of_each_year=np.stack(list(_of_each_year(compared[targets[0]], groups, schools))),
    )


def _of_each_year(rows: pd.DataFrame, groups: list[PeerGroups], schools: list[str]) -> Iterator[Ints]:
    """Yield the peers of every year by that year's context and by what the years before taught."""
    learnt: list[Floats] = []
    for group in groups:
        matrix = group.features
        weights = np.mean(learnt, axis=0) if learnt else np.ones(len(matrix.names))
        anew = peer_groups(matrix, weights, matrix.pupils >= FEWEST_PUPILS)
        yield _positions(anew, schools)
        of_year = rows[rows["school_year"] == matrix.school_year].set_index("school_id")
        of_year = of_year.reindex(list(matrix.school_ids))
        value, out_of = (of_year[name].to_numpy(float) for name in ("value", "denominator"))
        learnt.append(feature_weights(value, out_of, matrix.pupils, ~np.isnan(value), matrix))


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


def _grains(told: dict[str, Floats], name: str) -> dict[str, Floats]:
    """Return the step of every statistic: as medians show it, coarser for the ends of the middle half."""
    grain = _grain(told["median"])
    known = load_indicators().get(name)
    whole = (told["median"] >= WHOLE_FROM) & (known is not None and known.is_share)
    return {
        statistic: grain if statistic == "median" else np.where(whole, np.maximum(grain, WHOLE), grain)
        for statistic in told
    }


def _grain(told: Floats) -> Floats:
    """Return the step that numbers are told in, as anybody sees who looks at them."""
    known = told[~np.isnan(told)]
    for step in (0.05, WHOLE, HALF, TENTH):
        if len(known) and np.allclose(known / step, np.round(known / step), atol=1e-6):
            return np.full(told.shape, step)
    return np.full(told.shape, 1e-4)


def _medians(
    raw: pd.DataFrame, shown: pd.DataFrame, groups: list[PeerGroups], name: str, table: str
) -> Iterator[Quantity]:
    schools = _schools(groups)
    for place, group in enumerate(groups):
        year = group.features.school_year
        of_year, told_year = raw[raw["school_year"] == year], shown[shown["school_year"] == year]
        told = {
            statistic: _wide(told_year, column, schools)
            for statistic, column in STATISTICS.items()
            if column in shown
        }
        if len(of_year) and any(not np.isnan(each).all() for each in told.values()):
            value = _wide(of_year, "value", schools)
            yield Quantity(name, place, value, told, _grains(told, name), np.ones(len(schools)), table)


def _figure(
    compared: dict[str, pd.DataFrame], groups: list[PeerGroups], tables: dict[str, pd.DataFrame]
) -> Iterator[Quantity]:
    for key, rows in compared.items():
        shown = tables["figure"]
        yield from _medians(rows, shown[shown["indicator"] == key], groups, key, "figure")


def _kinds(
    benchmark: Benchmark, groups: list[PeerGroups], tables: dict[str, pd.DataFrame], aside: pd.MultiIndex
) -> Iterator[Quantity]:
    for category, rows in benchmark.kinds.items():
        shown = tables["kind"]
        yield from _medians(
            _quiet(rows, aside), shown[shown["category"] == category], groups, category, "kind"
        )


def _groups(
    benchmark: Benchmark, groups: list[PeerGroups], tables: dict[str, pd.DataFrame], aside: pd.MultiIndex
) -> Iterator[Quantity]:
    item = ["breakdown", "member", "indicator"]
    shown = dict(list(tables["group"].groupby(item)))
    for key, rows in benchmark.within.groups.groupby(item):
        if key in shown:
            name, table = "/".join(key), f"group {key[0]}"
            yield from _medians(_quiet(rows, aside), shown[key], groups, name, table)


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
            step = {"mean": _grain(difference)}
            yield Quantity(name, place, value, told, step, weight, "decomposition")


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
        for place, group in enumerate(groups):
            year = group.features.school_year
            of_year = found[found["school_year"] == year]
            if len(of_year):
                told = _wide(shown[key][shown[key]["school_year"] == year], "peers", schools)
                yield Quantity(
                    "/".join(map(str, key)),
                    place,
                    _wide(of_year, "value", schools),
                    {"mean": told},
                    {"mean": _grain(told)},
                    np.ones(len(schools)),
                    "band",
                )


def _steps(
    benchmark: Benchmark, groups: list[PeerGroups], tables: dict[str, pd.DataFrame], aside: pd.MultiIndex
) -> Iterator[Quantity]:
    item = ["threshold", "step"]
    shown = dict(list(tables["step"].rename(columns={"peer_share": "peer_median"}).groupby(item)))
    rows = benchmark.within.steps
    enough = (rows["years"] == 1) & (rows["at_threshold"] >= SMALLEST_GROUP)
    rows = rows.assign(value=rows["share"].where(enough), status="exact", pupils=FEWEST_PUPILS)
    for key, found in rows.groupby(item):
        if key in shown:
            yield from _medians(_quiet(found, aside), shown[key], groups, "/".join(map(str, key)), "step")


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
