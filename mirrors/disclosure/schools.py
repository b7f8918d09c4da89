"""Tables about schools: the school itself, its registers, its peers and what they have in common."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.features import SIZE
from mirrors.benchmark.panel import Floats
from mirrors.benchmark.peer_group import PeerGroups, peer_statistics
from mirrors.disclosure.protection import RATES, STANDARD, Protection
from mirrors.disclosure.rules import (
    COUNT_STEP,
    Rules,
    bound_of_few,
    protected_share,
    rate_step,
    round_count,
    round_to,
)

_KEY = ["school_id", "school_year"]


def tables(benchmark: Benchmark, under: Protection = STANDARD) -> dict[str, pd.DataFrame]:
    """Return the tables school, registration, kind, match, peer and peer_feature."""
    groups = benchmark.peers.values()
    return {
        **own(benchmark, under),
        "registration": benchmark.registration.assign(complete=benchmark.registration["complete"].round(2)),
        "match": pd.concat([_match(group) for group in groups], ignore_index=True),
        "peer": pd.concat([_peers(group) for group in groups], ignore_index=True),
        "peer_feature": pd.concat([peer_features(group, under.rules) for group in groups], ignore_index=True),
    }


def own(benchmark: Benchmark, under: Protection = STANDARD) -> dict[str, pd.DataFrame]:
    """Return the tables school and kind."""
    return {"school": _schools(benchmark, under), "kind": _kinds(benchmark, under)}


def _schools(benchmark: Benchmark, under: Protection) -> pd.DataFrame:
    step = float(under.rules.count_step)
    rows = [
        {
            "school_id": school,
            "school_year": year,
            "school_type": kind,
            "pupils": int(round_count(pupils, step)),
        }
        for year, matrix in benchmark.features.items()
        for school, kind, pupils in zip(matrix.school_ids, matrix.school_type, matrix.pupils, strict=True)
    ]
    places = benchmark.reduced.school_type[[*_KEY, "network", "district"]]
    return pd.DataFrame(rows).merge(places, on=_KEY, how="left")


def _kinds(benchmark: Benchmark, under: Protection) -> pd.DataFrame:
    columns = [*_KEY, "category", "status", "value", "peer_median"]
    parts = []
    for category, frame in benchmark.kinds.items():
        enough = (frame["pupils"] >= under.rules.fewest_pupils) & (frame["status"] == "exact")
        enough &= ~under.drops(frame, RATES)
        step = rate_step(frame["pupils"].to_numpy(float), under.rules.large_school)
        value = round_to(frame["value"].to_numpy(float), step)
        hidden = enough & (value == 0)
        shown = frame[_KEY].assign(category=category)
        shown["status"] = frame["status"].mask(~enough & (frame["status"] == "exact"), "too_small")
        shown["status"] = shown["status"].mask(hidden, "at_most")
        shown["value"] = np.where(enough, np.where(hidden, step, value), np.nan)
        median = round_to(frame["peer_median"].to_numpy(float), under.rules.peer_step)
        shown["peer_median"] = np.where(frame["peers"] >= under.rules.peers_for_median, median, np.nan)
        parts.append(shown[columns])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns, dtype=str)


def _match(groups: PeerGroups) -> pd.DataFrame:
    matrix = groups.features
    size = groups.size()
    share = groups.close / np.maximum(size, 1)
    quality = np.select([size == 0, share >= 2 / 3, share >= 1 / 3], ["none", "good", "fair"], "poor")
    reason = np.where(size > 0, "", "small_type")
    if len(matrix.names) == 1:
        quality = np.where(size > 0, "poor", "none")
        reason = np.where(size > 0, "no_context", reason)
    return pd.DataFrame(
        {
            "school_id": list(matrix.school_ids),
            "school_year": matrix.school_year,
            "quality": quality,
            "peers": size,
            "close": groups.close,
            "reason": reason,
        }
    )


def _peers(groups: PeerGroups) -> pd.DataFrame:
    ids = np.array(groups.features.school_ids)
    school, place = np.nonzero(groups.peers >= 0)
    return pd.DataFrame(
        {
            "school_id": ids[school],
            "school_year": groups.features.school_year,
            "peer_id": ids[groups.peers[school, place]],
            "distance": groups.distance[school, place].round(3),
        }
    )


def peer_features(groups: PeerGroups, rules: Rules = STANDARD.rules) -> pd.DataFrame:
    """Return the own value beside the peers' middle half per feature in use, for groups large enough.

    A share of pupils is told as that of an indicator is: of numbers as they may be told, and as a bound where
    it may be one child's.
    """
    matrix = groups.features
    have = (groups.size() >= rules.peers_for_middle_half) & (matrix.pupils >= rules.fewest_pupils)
    parts = []
    for column in np.flatnonzero(groups.weights > 0):
        own = matrix.values[:, column]
        own = np.exp(own) if matrix.names[column] == SIZE else own
        step = 10.0 if matrix.names[column] == SIZE else 0.01
        is_share = matrix.names[column] in matrix.shares
        told, status = _share_as_told(own, matrix.pupils) if is_share else (round_to(own, step), "exact")
        of_peers = peer_statistics(groups, own)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": np.array(matrix.school_ids)[have],
                    "school_year": matrix.school_year,
                    "feature": matrix.names[column],
                    "own": told[have],
                    "status": np.broadcast_to(status, own.shape)[have],
                    "low": round_to(of_peers.low[have], step),
                    "high": round_to(of_peers.high[have], step),
                    "weight": groups.weights[column].round(2),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _share_as_told(share: Floats, pupils: Floats) -> tuple[Floats, NDArray[np.str_]]:
    """Return the shares of so many pupils as they may be told, and whether each is exact or a bound."""
    part = share * pupils
    few = part < COUNT_STEP
    all_but_few = ~few & (pupils - part < COUNT_STEP)
    bound = bound_of_few(pupils)
    value = np.select([few, all_but_few], [bound, 1 - bound], protected_share(part, pupils))
    return value, np.select([few, all_but_few], ["at_most", "at_least"], "exact")
