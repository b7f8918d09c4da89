"""The change model a second time: plain loops, one school and one piece at a time, and sums over a grid."""

from dataclasses import replace
from itertools import product
from statistics import correlation, pstdev

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal, norm

from mirrors.benchmark.borrowing import steadied_points
from mirrors.benchmark.change import differences, fit_change, older_weights
from mirrors.benchmark.jumps import PRIOR_MEAN, PRIOR_SD, JumpModel, Pieces, model_from, penalised
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import type_median_residual

CREDIT = 0.45
KEPT = 0.85
SIZES = (1.0, 2.5, 6.0, 20.0)
NO_HISTORY = 1e4
NEAR_PRIOR = PRIOR_MEAN + np.array([0.3, -0.2, 0.4, -0.3, 0.2, 0.1, -0.4, 0.3, 0.5, 0.2, 0.4, -0.2, 0.3])


def city() -> Panel:
    """Return 34 schools over seven years: a common and a rare type, steps, a blip, gaps, small schools."""
    rng = np.random.default_rng(5)
    schools, years = 34, 7
    pupils = np.repeat(rng.integers(40, 700, (schools, 1)), years, axis=1) + rng.integers(
        -5, 6, (schools, years)
    )
    log_odds = rng.normal(-2.4, 0.4, (schools, 1)) + rng.normal(0, 0.12, (schools, years))
    log_odds[0, -1] += 0.6
    log_odds[1, -2:] -= 0.5
    log_odds[2, -2] += 0.7
    possible = 170.0 * pupils
    absent = np.round(possible / (1 + np.exp(-log_odds)))
    absent[3, :5] = np.nan
    absent[4, 4] = np.nan
    absent[5, -1] = np.nan
    return Panel(
        school_ids=tuple(f"S{school:02d}" for school in range(schools)),
        years=tuple(f"{2014 + year}-{15 + year}" for year in range(years)),
        absent=absent,
        possible=possible,
        pupils=pupils.astype(float),
        school_type=np.array(["primary"] * 22 + ["secondary"] * 12),
        context=None,
        blocked=np.arange(schools) == 6,
    )


def minus_medians(values: dict[int, float], kinds: dict[int, str]) -> dict[int, float]:
    """Return values minus the median of their type (15 schools or more), then minus the overall median."""
    if not values:
        return {}
    left = dict(values)
    for kind in set(kinds.values()):
        members = [school for school in values if kinds[school] == kind]
        if len(members) >= 15:
            middle = np.median([values[school] for school in members])
            for school in members:
                left[school] = values[school] - middle
    middle = np.median(list(left.values()))
    return {school: value - middle for school, value in left.items()}


class Oracle:
    """Everything the model needs about every eligible school, built without arrays."""

    def __init__(self, panel: Panel) -> None:
        """Work out log-odds, residuals and both differences."""
        schools, years = range(len(panel.school_ids)), range(len(panel.years))
        kinds = {school: str(panel.school_type[school]) for school in schools}
        self.panel, self.last = panel, len(panel.years) - 1
        self.y: dict[tuple[int, int], float] = {}
        for school, year in product(schools, years):
            absent, possible = panel.absent[school, year], panel.possible[school, year]
            sound = not np.isnan(absent) and panel.pupils[school, year] >= 30 and absent <= 0.8 * possible
            if sound and not panel.blocked[school]:
                self.y[school, year] = np.log((absent + 0.5) / (possible - absent + 0.5))
        left: dict[tuple[int, int], float] = {}
        for year in years:
            column = minus_medians({s: value for (s, t), value in self.y.items() if t == year}, kinds)
            left |= {(school, year): value for school, value in column.items()}
        t = self.last
        self.schools = [s for s in schools if (s, t) in self.y and (s, t - 1) in self.y]
        self.weights = {school: self.older(school) for school in self.schools}
        first = {
            s: left[s, t - 1] - sum(w * left[s, year] for year, w in self.weights[s].items())
            for s in self.schools
            if self.weights[s]
        }
        second = {s: left[s, t] - left[s, t - 1] for s in self.schools}
        self.first, self.second = minus_medians(first, kinds), minus_medians(second, kinds)

    def older(self, school: int) -> dict[int, float]:
        """Return the weights of T-2 to T-5, each year back .6 of the next, summing to one."""
        back = {self.last - 2 - k: 0.6**k for k in range(4) if (school, self.last - 2 - k) in self.y}
        return {year: weight / sum(back.values()) for year, weight in back.items()}

    def rate(self, school: int) -> float:
        """Return the share over all usable years."""
        years = [year for s, year in self.y if s == school]
        return self.panel.absent[school, years].sum() / self.panel.possible[school, years].sum()

    def noise(self, model: JumpModel, school: int, weights: dict[int, float]) -> tuple[float, float]:
        """Return the variance of a weighted mean of years without blips, and what a blip adds to it."""
        rate = min(max(self.rate(school), 0.001), 0.999)
        spread = rate * (1 - rate) / 0.07
        chance, rest = model.psi * spread**-model.gamma, spread**model.eta
        variance = sum(
            w**2 * (chance / self.panel.pupils[school, year] + model.om * rest) for year, w in weights.items()
        )
        return variance, model.blip_sd**2 * rest * sum(w**2 for w in weights.values())

    def pieces(self, model: JumpModel, school: int) -> list[tuple[float, np.ndarray]]:
        """Return each piece's prior probability and the variances of (j1, j2, e_a, e_b, e_c)."""
        rate = min(max(self.rate(school), 0.001), 0.999)
        growth = (rate * (1 - rate) / 0.07) ** model.eta
        older = self.weights[school]
        periods = [
            self.noise(model, school, older) if older else (NO_HISTORY, 0.0),
            self.noise(model, school, {self.last - 1: 1.0}),
            self.noise(model, school, {self.last: 1.0}),
        ]
        found = []
        for before, now, *blips in product(range(4), range(4), (0, 1), (0, 1), (0, 1)):
            weight = model.weights_before[before] * model.weights_now[now]
            for blip in blips:
                weight *= model.blip_share if blip else 1 - model.blip_share
            jumps = [(model.jump_sd * SIZES[size]) ** 2 * growth for size in (before, now)]
            noise = [usual + blip * extra for (usual, extra), blip in zip(periods, blips, strict=True)]
            found.append((weight, np.array(jumps + noise)))
        return found

    def seen(self, school: int) -> np.ndarray:
        """Return both differences."""
        return np.array([self.first.get(school, 0.0), self.second[school]])


# d1 = j1 + e_b - e_a and d2 = j2 + e_c - e_b, on the columns (j1, j2, e_a, e_b, e_c).
LOADING = np.array([[1.0, 0.0, -1.0, 1.0, 0.0], [0.0, 1.0, 0.0, -1.0, 1.0]])


def likelihood(oracle: Oracle, model: JumpModel, school: int) -> float:
    """Return the density of one school's differences."""
    total = 0.0
    for weight, variances in oracle.pieces(model, school):
        covariance = LOADING @ np.diag(variances) @ LOADING.T
        total += weight * multivariate_normal.pdf(oracle.seen(school), [0, 0], covariance)
    return total


def expit(x: float) -> float:
    """Return the rate at these log-odds."""
    return 1 / (1 + np.exp(-x))


def logit(p: float) -> float:
    """Return the log-odds of a rate."""
    return np.log(p / (1 - p))


def posterior(oracle: Oracle, model: JumpModel, school: int) -> dict[str, float]:
    """Return points, log_odds, p_rise, p_fall, level and before of one school."""
    older, last = oracle.weights[school], oracle.last
    credit = CREDIT if older else 0.0
    asks = np.array([credit, 1.0, 0.0, 0.0, 0.0])
    total = dict.fromkeys(("points", "log_odds", "p_rise", "p_fall", "level", "before"), 0.0)
    whole = likelihood(oracle, model, school)
    for weight, variances in oracle.pieces(model, school):
        prior = np.diag(variances)
        covariance = LOADING @ prior @ LOADING.T
        share = weight * multivariate_normal.pdf(oracle.seen(school), [0, 0], covariance) / whole
        gain = prior @ LOADING.T @ np.linalg.inv(covariance)
        mean, spread = gain @ oracle.seen(school), prior - gain @ LOADING @ prior
        change, sd = asks @ mean, np.sqrt(asks @ spread @ asks)
        now = oracle.y[school, last] - mean[4]
        start = expit(now - change)
        margin = max(0.005, 0.1 * start)
        up = logit(start + margin) - logit(start)
        down = logit(start) - logit(start - margin) if start > margin else np.inf
        earlier = sum(w * oracle.y[school, year] for year, w in older.items()) - mean[2]
        total["points"] += share * (expit(now) - start)
        total["log_odds"] += share * change
        total["p_rise"] += KEPT * share * norm.sf(up, change, sd)
        total["p_fall"] += KEPT * share * norm.cdf(-down, change, sd)
        total["level"] += share * expit(now)
        last_year = expit(oracle.y[school, last - 1] - mean[3])
        total["before"] += share * ((1 - credit) * last_year + (credit * expit(earlier) if older else 0.0))
    return total


def test_likelihood_equals_the_sum_over_normals() -> None:
    panel = city()
    oracle, model = Oracle(panel), model_from(NEAR_PRIOR)
    seen = differences(panel, type_median_residual(panel), older_weights(panel))
    found = Pieces.at(NEAR_PRIOR, seen).log_likelihood
    assert oracle.schools == list(np.flatnonzero(panel.eligible))
    expected = [np.log(likelihood(oracle, model, school)) for school in oracle.schools]
    assert found == pytest.approx(np.array(expected), rel=1e-9)


def test_posterior_equals_the_conditional_normals() -> None:
    panel = city()
    found, oracle = fit_change(panel), Oracle(panel)
    for school in oracle.schools:
        for name, value in posterior(oracle, found.model, school).items():
            assert getattr(found, name)[school] == pytest.approx(value, rel=1e-6, abs=1e-8), (school, name)


def test_posterior_of_two_year_panels() -> None:
    whole = city()
    panel = replace(
        whole,
        years=whole.years[-2:],
        absent=whole.absent[:, -2:],
        possible=whole.possible[:, -2:],
        pupils=whole.pupils[:, -2:],
    )
    found, oracle = fit_change(panel), Oracle(panel)
    for school in oracle.schools:
        for name, value in posterior(oracle, found.model, school).items():
            assert getattr(found, name)[school] == pytest.approx(value, rel=1e-6, abs=1e-8), (school, name)


def test_a_share_is_steadied_by_the_rate_school_by_school() -> None:
    rate = city()
    pupils = np.round(rate.pupils)
    jitter = np.random.default_rng(8).normal(0, 0.25, pupils.shape)
    over = np.round(pupils * expit(np.log(rate.absent / (rate.possible - rate.absent)) + jitter))
    share = replace(rate, absent=over, possible=pupils, most=1.0)
    oracles = Oracle(share), Oracle(rate)
    models = fit_change(share).model, fit_change(rate).model
    own, other = (
        {school: posterior(oracle, model, school) for school in oracle.schools}
        for oracle, model in zip(oracles, models, strict=True)
    )
    both = [school for school in own if school in other]
    a, b = ([found[school]["log_odds"] for school in both] for found in (own, other))
    r, spread = correlation(a, b), pstdev(a) / pstdev(b)
    found = steadied_points(fit_change(share), fit_change(rate))
    for school in both:
        drawn = (1 - r**2) * own[school]["log_odds"] + r**2 * spread * other[school]["log_odds"]
        expected = own[school]["level"] - expit(logit(own[school]["level"]) - drawn)
        assert found[school] == pytest.approx(expected, rel=1e-6), school
    assert len(both) >= 30
    assert np.isnan(found[[school for school in range(len(found)) if school not in own]]).all()


def mixture(x: np.ndarray, weights: tuple[float, ...], sds: list[float]) -> np.ndarray:
    """Return the density of a mixture of centred normals."""
    return sum(weight * norm.pdf(x, 0, sd) for weight, sd in zip(weights, sds, strict=True))


@pytest.mark.parametrize("school", [0, 2, 9])
def test_likelihood_equals_an_integral_over_every_possible_noise(school: int) -> None:
    """Integrate over e_b and, by convolution on a grid, over jumps and the other noise: no conditioning."""
    oracle, model = Oracle(city()), model_from(NEAR_PRIOR)
    grid = np.linspace(-4, 4, 8001)
    step = grid[1] - grid[0]
    rate = oracle.rate(school)
    growth = (rate * (1 - rate) / 0.07) ** (model.eta / 2)
    jumps = [model.jump_sd * size * growth for size in SIZES]
    shares = (1 - model.blip_share, model.blip_share)

    def noise_of(weights: dict[int, float]) -> np.ndarray:
        usual, extra = oracle.noise(model, school, weights)
        return mixture(grid, shares, [np.sqrt(usual), np.sqrt(usual + extra)])

    earlier, before, now = (
        noise_of(weights) for weights in (oracle.weights[school], {oracle.last - 1: 1.0}, {oracle.last: 1.0})
    )
    around_first = np.convolve(mixture(grid, model.weights_before, jumps), earlier, "same") * step
    around_second = np.convolve(mixture(grid, model.weights_now, jumps), now, "same") * step
    first, second = oracle.seen(school)
    density = (
        before * np.interp(first - grid, grid, around_first) * np.interp(second + grid, grid, around_second)
    )
    assert density.sum() * step == pytest.approx(likelihood(oracle, model, school), rel=1e-3)


def test_gradient_agrees_with_finite_differences() -> None:
    panel = city()
    seen = differences(panel, type_median_residual(panel), older_weights(panel))
    numeric = approx_fprime(NEAR_PRIOR, lambda at: penalised(at, seen, PRIOR_SD)[0], 1e-6)
    assert penalised(NEAR_PRIOR, seen, PRIOR_SD)[1] == pytest.approx(numeric, rel=1e-3, abs=1e-3)
