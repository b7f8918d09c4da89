"""Whether the items of a theme measure one thing in this city, and whether its scores tell schools apart."""

import numpy as np
import pandas as pd

from mirrors.benchmark.panel import Floats
from mirrors.survey.scores import WHO, item_scores, respondent_themes

FEWEST_RESPONDENTS = 100
"""Respondents of the whole city from which a reliability is more than a guess."""

FINE, CAUTION = 0.7, 0.6
LEAST_ITEM_REST = 0.2
"""Correlation of an item with the rest of its theme below which it is reversed, or about something else."""

FEWEST_SCHOOLS = 10
_RESPONDENT = [*WHO, "respondent"]
_ROUNDS, _SETTLED = 5000, 1e-10


def item_checks(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Return the correlation of every item with the mean of the others of its theme, city-wide.

    Columns: group, theme, item, respondents, item_rest and `blocked`: below .2. An item that was recoded
    the wrong way turns up here, mostly with the others of its theme; none is recoded by guess, they are left
    out of the key until somebody has looked (see `key.without`).
    """
    rows = []
    for (group, theme), sheets in _sheets(answers, key):
        for item in sheets.columns:
            rest = sheets.drop(columns=item).mean(axis=1)
            both = sheets[item].notna() & rest.notna()
            rows.append((group, theme, item, int(both.sum()), _correlation(sheets[item][both], rest[both])))
    found = pd.DataFrame(rows, columns=["group", "theme", "item", "respondents", "item_rest"])
    enough = found["respondents"] >= FEWEST_RESPONDENTS
    return found.assign(blocked=enough & (found["item_rest"] < LEAST_ITEM_REST))


def reliability(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Return the reliability of every theme of every group, city-wide.

    Columns: group, theme, items, respondents, alpha (Cronbach 1951), omega (McDonald 1999, one factor), icc
    (share of the variance of respondents' scores between schools) and verdict: fine from .70, caution from
    .60, below that `unreliable` (the theme is not formed), `unknown` below 100 respondents. It is omega that
    is judged; with two items it is alpha, as one factor cannot be told from two correlated items.
    """
    between = school_shares(respondent_themes(answers, key)).set_index(["group", "theme"])["icc"]
    rows = []
    for (group, theme), sheets in _sheets(answers, key):
        covariance = sheets.cov(min_periods=2).to_numpy(float)
        row = {"group": group, "theme": theme, "items": sheets.shape[1], "respondents": len(sheets)}
        alpha, omega = cronbach_alpha(covariance), mcdonald_omega(covariance)
        rows.append({**row, "alpha": alpha, "omega": omega, "icc": between.get((group, theme), np.nan)})
    columns = ["group", "theme", "items", "respondents", "alpha", "omega", "icc"]
    found = pd.DataFrame(rows, columns=columns)
    judged = found["omega"].fillna(found["alpha"])
    known = (found["respondents"] >= FEWEST_RESPONDENTS) & judged.notna()
    told = np.select(
        [~known, judged >= FINE, judged >= CAUTION], ["unknown", "fine", "caution"], "unreliable"
    )
    return found.assign(verdict=told)


def _sheets(answers: pd.DataFrame, key: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """Return, for every group and theme, the scores of its items, (respondents, items)."""
    scored = item_scores(answers, key)
    return [
        ((str(group), str(theme)), rows.pivot(index=_RESPONDENT, columns="item", values="score"))
        for (group, theme), rows in scored.groupby(["group", "theme"])
    ]


def _correlation(one: pd.Series, other: pd.Series) -> float:
    if len(one) < 3 or one.std() == 0 or other.std() == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def cronbach_alpha(covariance: Floats) -> float:
    """Return k / (k - 1) * (1 - sum of variances / sum of all), of a (k, k) covariance matrix."""
    items, total = len(covariance), covariance.sum()
    if items < 2 or not total > 0:
        return float("nan")
    return float(items / (items - 1) * (1 - np.trace(covariance) / total))


def mcdonald_omega(covariance: Floats) -> float:
    """Return (sum of loadings)^2 / that plus the unique variances, of one factor.

    The factor is fitted to a (k, k) covariance matrix by least squares of what lies off the diagonal (Harman
    and Jones 1966). NaN for fewer than three items, or when its loadings differ in sign: then the items do
    not measure one thing.
    """
    if len(covariance) < 3 or np.isnan(covariance).any() or (np.diag(covariance) <= 0).any():
        return float("nan")
    scale = np.sqrt(np.diag(covariance))
    loadings = scale * _one_factor(covariance / np.outer(scale, scale))
    if not ((loadings > 0).all() or (loadings < 0).all()):
        return float("nan")
    common = loadings.sum() ** 2
    return float(common / (common + (np.diag(covariance) - loadings**2).sum()))


def _one_factor(correlation: Floats) -> Floats:
    """Return the loadings of one factor, (k,), that leave the least of the correlations unexplained.

    One loading after the other at its best, given the others; an item cannot share more than all of its
    variance (Heywood 1931).
    """
    loadings = np.full(len(correlation), 0.5)
    for _ in range(_ROUNDS):
        before = loadings.copy()
        for item in range(len(loadings)):
            others = np.delete(loadings, item)
            explained = np.delete(correlation[item], item) @ others / max(others @ others, _SETTLED)
            loadings[item] = np.clip(explained, -1.0, 1.0)
        if np.abs(loadings - before).max() < _SETTLED:
            break
    return loadings


def school_shares(themes: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the variance of respondents' scores that lies between schools: group, theme, icc.

    One-way analysis of variance with groups of unequal size (Donner 1986); not below zero, and NaN for fewer
    than ten schools. Every school and wave counts as a place of its own.
    """
    place = ["group", "theme", "wave", "school_id", "school_year"]
    schools = themes.groupby(place, as_index=False).agg(
        number=("score", "size"), mean=("score", "mean"), squares=("score", lambda s: s.var(ddof=0) * len(s))
    )
    rows = [
        (group, theme, _icc(*(found[name].to_numpy(float) for name in ("number", "mean", "squares"))))
        for (group, theme), found in schools.groupby(["group", "theme"])
    ]
    return pd.DataFrame(rows, columns=["group", "theme", "icc"])


def _icc(number: Floats, mean: Floats, squares: Floats) -> float:
    schools, everybody = len(number), number.sum()
    if schools < FEWEST_SCHOOLS or everybody <= schools:
        return float("nan")
    between = (number * (mean - (number * mean).sum() / everybody) ** 2).sum() / (schools - 1)
    within = squares.sum() / (everybody - schools)
    usual = (everybody - (number**2).sum() / everybody) / (schools - 1)
    whole = between + (usual - 1) * within
    return float(max((between - within) / whole, 0.0)) if whole > 0 else float("nan")


def school_reliability(respondents: Floats, icc: Floats | float) -> Floats:
    """Return n ICC / (1 + (n - 1) ICC): the share of the differences between schools that is no chance."""
    return np.asarray(respondents * icc / (1 + (respondents - 1) * icc))
