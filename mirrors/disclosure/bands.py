"""The table of pupils by band of absence, own and peers."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.peer_group import PeerGroups
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import FEWEST_PUPILS, PEERS_FOR_MIDDLE_HALF, SMALLEST_COUNT, WHOLE, round_to

FEWEST_BANDS = 3
"""A single threshold is an indicator, not a distribution."""

_BAND = ["category", "scale", "at_least", "below"]


def tables(benchmark: Benchmark) -> dict[str, pd.DataFrame]:
    """Return the table band: school, year, band, own share and the peers' mean share, whole per cents.

    Own shares rest on pupils rounded to the nearest five, so that no band tells of one child. Figures that
    were found wrong stand in no band.
    """
    rows = benchmark.reduced.pupils_in_band
    rows = rows[rows["status"].isna() & ~registered(rows, benchmark.registration, "rejected")]
    counts = rows.groupby(["category", "scale"])["at_least"].transform("nunique")
    rows = rows[counts >= FEWEST_BANDS].assign(value=lambda frame: frame["pupils"] / frame["base"])
    rows = rows.assign(quiet=~registered(rows, benchmark.registration, "alarms"))
    parts = [
        _of_peers(band, benchmark.peers[str(year)])
        for (year, *_), band in rows.groupby(["school_year", *_BAND], dropna=False)
    ]
    columns = ["school_id", "school_year", *_BAND, "own", "peers"]
    return {"band": pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)}


def _of_peers(band: pd.DataFrame, groups: PeerGroups) -> pd.DataFrame:
    value = _laid_out(band[band["quiet"] & (band["base"] >= FEWEST_PUPILS)], groups.features)
    of_peers = np.where(groups.peers >= 0, value[np.maximum(groups.peers, 0)], np.nan)
    count = (~np.isnan(of_peers)).sum(axis=1)
    mean = np.nansum(of_peers, axis=1) / np.maximum(count, 1)
    shown = np.where(count >= PEERS_FOR_MIDDLE_HALF, round_to(mean, WHOLE), np.nan)
    peers = pd.Series(shown, index=list(groups.features.school_ids))
    return band.assign(own=_own(band), peers=band["school_id"].map(peers))


def _own(band: pd.DataFrame) -> np.ndarray:
    """Return the own share from pupils rounded to the nearest five; nothing for fewer than five."""
    pupils, base = band["pupils"].to_numpy(float), band["base"].to_numpy(float)
    shown = (pupils >= SMALLEST_COUNT) & (base >= FEWEST_PUPILS)
    rounded = np.minimum(round_to(pupils, float(SMALLEST_COUNT)), base)
    return np.where(shown, round_to(rounded / np.maximum(base, 1.0), WHOLE), np.nan)


def _laid_out(band: pd.DataFrame, features: FeatureMatrix) -> np.ndarray:
    return band.set_index("school_id")["value"].reindex(list(features.school_ids)).to_numpy(float)
