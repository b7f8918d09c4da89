"""What colluding schools can work out of others: the best linear estimate from every figure they pool.

Every published statistic of peers hangs on the schools it is of. How strongly is found by drawing cities
from what the colluders believe beforehand: the weight of a school is the chance that it is the one in the
middle (or at the quarter) of the group, given what the colluders know of themselves (Stein 1981). With those
weights, what they believe beforehand and the rounding, the estimate is that of least mean squared error
(kriging), over all indicators, groups of pupils and years at once.

The colluders are given more than they could have: which schools are in every peer group, what context leads
to expect of every school, and how indicators and years hang together in this very city.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from scipy.sparse.linalg import LinearOperator, cg
from scipy.special import expit, logit

from mirrors.benchmark.calibration import natural_variation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 300
SHRUNK = 0.8
"""Part of the covariances of the drawn remainders that is not believed: they are of few draws, and what is
believed beforehand is never quite right. Of .4, .8, 1, 2 and 4 this finds most."""

FACTORS = 50
"""Directions in which the numbers of a school move together that are drawn; the rest is hardly any."""

LEAST_OWN, TINY = 1e-3, 1e-30
PENALTY = 1.0
ROUNDS = 150
FEWEST_TO_CENTRE = 5
QUANTILES = {"median": 0.5, "low": 0.25, "high": 0.75}


@dataclass(frozen=True, eq=False)
class Quantity:
    """One number of every school in one year, and what pages tell of the peers' numbers.

    `raw` (schools,) is NaN where a school does not teach others; `told` holds by statistic ("median", "low",
    "high" or "mean") what each school's page shows of its peers, NaN where nothing, and `step` the steps that
    it is told in, (schools,) as well. A mean counts every peer by `weight`.
    """

    name: str
    year: int
    raw: Floats
    told: dict[str, Floats]
    step: dict[str, Floats]
    weight: Floats
    table: str


@dataclass(frozen=True, eq=False)
class Expected:
    """The expected values that pages tell of one quantity, and the linear rule they are made by.

    `smoother` (schools, schools) are the weights of all schools' log-odds in the expected log-odds of each,
    `told` (schools,) what is shown, NaN where nothing.
    """

    quantity: int
    smoother: Floats
    told: Floats
    step: float


@dataclass(frozen=True, eq=False)
class City:
    """What is true and published of a city; `peers` (years, schools, k) are positions, -1 for none.

    `of_each_year` are the peers of a product that chooses them anew every year, same shape.
    `design` (years, schools, columns) is the public context; `targets` are the quantities whose order is
    asked for, by name, and `deviation` (schools,) how far each truly lies from its expected value.
    """

    schools: int
    peers: Ints
    design: Floats
    pupils: Floats
    quantities: tuple[Quantity, ...]
    targets: dict[str, int]
    deviation: dict[str, Floats]
    neighbours: Ints
    kinds: Ints
    expected: tuple[Expected, ...] = ()
    of_each_year: Ints | None = None


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed before any page is read.

    `mean` and `scale` (quantities, schools): what context leads to expect, and how many points a school of
    this size strays from it; `spread` is the same in log-odds; `own` (quantities, schools) the true
    remainder, as a multiple of that, 0 where nobody knows; `together` (quantities, quantities) the
    covariance of remainders of one school.
    """

    mean: Floats
    scale: Floats
    spread: Floats
    own: Floats
    together: Floats


@dataclass(eq=False)
class _Rows:
    """The pooled figures: weights on (school, quantity), what was seen beyond belief, and the doubt of it."""

    weights: list[csr_array] = field(default_factory=list)
    seen: list[Floats] = field(default_factory=list)
    rest: list[Floats] = field(default_factory=list)
    rounding: list[Floats] = field(default_factory=list)


def believe(city: City) -> Belief:
    """Return what context says of every quantity, by a ridge to all schools, and what is left."""
    mean, scale, spread, own = (np.zeros((len(city.quantities), city.schools)) for _ in range(4))
    for place, one in enumerate(city.quantities):
        fitted = _fit(city.design[one.year], one.raw, city.pupils)
        mean[place] = fitted
        of_odds = np.maximum(fitted * (1 - fitted), LEAST_OWN)
        apart = (one.raw - fitted) / of_odds
        there = ~np.isnan(apart)
        between, chance = natural_variation(apart[there], city.pupils[there])
        spread[place] = np.sqrt(between + chance / city.pupils)
        scale[place] = of_odds * spread[place]
        own[place] = np.nan_to_num(apart / spread[place])
    known = np.array([~np.isnan(one.raw) for one in city.quantities], dtype=float)
    together = own @ own.T / np.maximum(known @ known.T, 1.0)
    values, vectors = np.linalg.eigh(together)
    return Belief(mean, scale, spread, own, (vectors * np.maximum(values, 1e-4 * values.max())) @ vectors.T)


def _fit(design: Floats, raw: Floats, pupils: Floats) -> Floats:
    there = ~np.isnan(raw)
    weight = (pupils / (pupils + 100))[there, None] * design[there]
    y = logit(np.clip(raw[there], 1e-3, 1 - 1e-3))
    found = np.linalg.solve(design[there].T @ weight + PENALTY * np.eye(design.shape[1]), weight.T @ y)
    fitted = expit(design @ found)
    # What is right on the scale of log-odds is too low on that of shares.
    return np.asarray(fitted * raw[there].mean() / fitted[there].mean())


def restricted(
    city: City, keep: Callable[[Quantity, str], bool], expected: bool = False, step: float | None = None
) -> City:
    """Return the city with only the statistics that `keep` takes, and expected values only if asked.

    With `step` what is kept is told in that step at the finest.
    """
    quantities, place_of = [], {}
    for place, one in enumerate(city.quantities):
        told = {name: value for name, value in one.told.items() if keep(one, name)}
        if told or place in city.targets.values():
            place_of[place] = len(quantities)
            coarse = one if step is None else _coarser(one, step)
            quantities.append(replace(coarse, told={name: coarse.told[name] for name in told}))
    return replace(
        city,
        quantities=tuple(quantities),
        targets={name: place_of[place] for name, place in city.targets.items()},
        expected=tuple(
            replace(each, quantity=place_of[each.quantity])
            for each in city.expected
            if expected and each.quantity in place_of
        ),
    )


def _coarser(one: Quantity, step: float) -> Quantity:
    grain = {name: np.maximum(one.step[name], step) for name in one.told}
    told = {name: np.round(value / grain[name]) * grain[name] for name, value in one.told.items()}
    return replace(one, told=told, step=grain)


def with_exact_means(city: City, step: float = 0.001) -> City:
    """Return the city of a naive product: the mean of every year's own peers in small steps, nothing else."""
    naive, peers = [], city.peers if city.of_each_year is None else city.of_each_year
    for one in city.quantities:
        members = peers[one.year]
        teaches = (members >= 0) & ~np.isnan(one.raw)[members]
        count = teaches.sum(axis=1)
        total = np.where(teaches, np.nan_to_num(one.raw)[members], 0.0).sum(axis=1)
        mean = np.where(count > 0, np.round(total / np.maximum(count, 1) / step) * step, np.nan)
        grain, equal = np.full(city.schools, step), np.ones(city.schools)
        naive.append(replace(one, told={"mean": mean}, step={"mean": grain}, weight=equal))
    return replace(city, quantities=tuple(naive), expected=(), peers=peers)


def estimate(city: City, belief: Belief, pages: Ints, known: Ints, seed: int = 0) -> dict[str, Floats]:
    """Return, by target, the estimated deviation of every school in points, 0 for those in `known`.

    `pages` are the schools whose pages are pooled, `known` those whose own numbers are known too.
    """
    rng = np.random.default_rng(seed)
    root = _factors(belief.together).astype(np.float32)
    free = rng.standard_normal((root.shape[1], DRAWS * city.schools), dtype=np.float32)
    drawn = (root @ free).reshape(-1, DRAWS, city.schools)
    drawn[:, :, known] = belief.own[:, None, known]
    hidden = np.ones(city.schools)
    hidden[known] = 0.0
    rows = _Rows()
    for place in range(len(city.quantities)):
        _read_peers(rows, city, belief, place, pages, drawn[place], hidden)
    for told in city.expected:
        _read_expected(rows, city, belief, told, pages, hidden)
    if not rows.seen:
        return {name: np.zeros(city.schools) for name in city.targets}
    found = _solve(rows, belief.together, city.schools)
    return {name: found[:, place] * belief.scale[place] * hidden for name, place in city.targets.items()}


@dataclass(frozen=True, eq=False)
class _Group:
    """The peers of some pages as drawn: `ordered` (draws, pages, k), and `fixed` (pages, k) in one draw.

    `usual` and `stray` (pages, k) are what is believed of each; `stray` is 0 where the number is known.
    """

    ordered: Floats
    fixed: Floats
    usual: Floats
    stray: Floats

    def quantile(self, count: Ints, share: float) -> tuple[Floats, Floats]:
        """Return a quantile of every draw (pages, draws), and the mean weight of each peer in it.

        Whoever stands at the quantile is one of the known, or any other by its density there: so said,
        few draws tell the chances well.
        """
        spot = share * np.maximum(count - 1, 0)
        below = np.floor(spot).astype(int)
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        part, page = spot - below, np.arange(len(count))
        found, weight = np.zeros(self.ordered.shape[:2]), np.zeros(self.stray.shape)
        known = np.where(self.stray > 0, np.nan, self.fixed)
        wide = np.where(self.stray > 0, self.stray, 1.0)
        for at, much in ((below, 1 - part), (above, part)):
            value = np.where(count > 0, self.ordered[:, page, at], 0.0)
            density = np.exp(-0.5 * ((value[:, :, None] - self.usual) / wide) ** 2) / wide * (self.stray > 0)
            density *= ~(value[:, :, None] == known).any(axis=2, keepdims=True)
            total = np.maximum(density.sum(axis=2, keepdims=True), TINY)
            weight += much[:, None] * (density / total).mean(axis=0)
            found += much * value
        return found.T, weight


def _factors(together: Floats) -> Floats:
    """Return the square root of a covariance in its largest directions, with its variances."""
    values, vectors = np.linalg.eigh(together)
    root = vectors[:, -FACTORS:] * np.sqrt(values[-FACTORS:])
    return np.asarray(root * np.sqrt(np.diag(together) / (root**2).sum(axis=1))[:, None])


def _read_peers(
    rows: _Rows,
    city: City,
    belief: Belief,
    place: int,
    pages: Ints,
    drawn: Floats,
    hidden: Floats,
) -> None:
    one = city.quantities[place]
    pages = pages[np.any([~np.isnan(told[pages]) for told in one.told.values()], axis=0)] if one.told else []
    if not len(pages):
        return
    members = city.peers[one.year][pages]
    teaches = (members >= 0) & ~np.isnan(one.raw)[members]
    value = (belief.mean[place] + belief.scale[place] * drawn).astype(np.float32)
    of_peers = np.where(teaches, value[:, members], np.inf)
    moves = belief.scale[place] * hidden
    if set(one.told) - {"mean"}:
        stray = np.where(teaches, moves[members], 0.0).astype(np.float32)
        group = _Group(np.sort(of_peers, axis=2), of_peers[0], belief.mean[place][members], stray)
    for statistic, told in one.told.items():
        if statistic == "mean":
            share = np.where(teaches, one.weight[members], 0.0)
            share = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-12)
            drawn_told = np.einsum("mck,ck->cm", np.where(teaches, of_peers, 0.0), share)
        else:
            drawn_told, share = group.quantile(teaches.sum(axis=1), QUANTILES[statistic])
        at = np.flatnonzero(~np.isnan(told[pages]) & teaches.any(axis=1))
        weight = (share * moves[members] * teaches)[at]
        line, school = np.repeat(np.arange(len(at)), members.shape[1]), np.maximum(members[at], 0).ravel()
        here = csr_array((weight.ravel(), (line, school)), shape=(len(at), city.schools))
        middle = drawn_told[at].mean(axis=1)
        rows.rest.append((drawn_told[at] - middle[:, None] - here @ drawn.T).astype(np.float32))
        rows.seen.append(_centred(told[pages[at]] - middle, city.kinds[pages[at]]))
        rows.rounding.append(one.step[statistic][pages[at]] ** 2 / 12)
        rows.weights.append(_of_quantity(here, place, len(city.quantities)))


def _of_quantity(weights: csr_array, place: int, quantities: int) -> csr_array:
    """Return weights on schools as weights on (school, quantity)."""
    here = weights.tocoo()
    shape = (here.shape[0], here.shape[1] * quantities)
    return csr_array((here.data, (here.row, here.col.astype(int) * quantities + place)), shape=shape)


def _centred(beyond: Floats, kinds: Ints) -> Floats:
    """Return what was seen beyond belief, less its mean by school type: how far schools stray is a guess."""
    found = beyond.copy()
    for kind in np.unique(kinds):
        of_kind = kinds == kind
        if of_kind.sum() >= FEWEST_TO_CENTRE:
            found[of_kind] -= beyond[of_kind].mean()
    return found


def _read_expected(
    rows: _Rows, city: City, belief: Belief, told: Expected, pages: Ints, hidden: Floats
) -> None:
    """Read expected values: the own fold is left out of each, so that they tell of the others in it."""
    at = pages[~np.isnan(told.told[pages])]
    if not len(at):
        return
    place = told.quantity
    mean, spread = belief.mean[place], belief.spread[place]
    smoother = told.smoother[at]
    usual = smoother @ (logit(mean) + np.where(hidden > 0, 0.0, belief.own[place] * spread))
    rows.seen.append(logit(told.told[at]) - usual)
    rows.rounding.append((told.step / (mean * (1 - mean))[at]) ** 2 / 12)
    # All expected values of a year are scaled alike, nobody knows by how much; draws of a wide normal.
    wide = np.random.default_rng(place).standard_normal(DRAWS)
    rows.rest.append(np.tile(wide, (len(at), 1)))
    smoother = smoother * spread * hidden
    rows.weights.append(_of_quantity(csr_array(smoother), place, len(city.quantities)))


def _solve(rows: _Rows, together: Floats, schools: int) -> Floats:
    """Return the estimated remainders (schools, quantities) of least mean squared error."""
    weights = csr_array(vstack(rows.weights))
    seen, rest = np.concatenate(rows.seen), np.concatenate(rows.rest)
    alone = SHRUNK * (rest**2).mean(axis=1) + np.concatenate(rows.rounding)
    back = weights.T.tocsr()

    def spread(y: Floats) -> Floats:
        return (back @ y).reshape(schools, -1) @ together

    def covariance(y: Floats) -> Floats:
        # In the precision of the draws: a mixed product would copy all of them every time.
        shared = rest @ (rest.T @ y.astype(np.float32)) * ((1 - SHRUNK) / DRAWS)
        return np.asarray(weights @ spread(y).ravel() + shared + alone * y)

    size = len(seen)
    diagonal = alone + (1 - SHRUNK) * (rest**2).mean(axis=1)
    found, _ = cg(
        LinearOperator((size, size), matvec=covariance, dtype=float),
        seen,
        rtol=1e-3,
        maxiter=ROUNDS,
        M=LinearOperator((size, size), matvec=lambda y: y / diagonal, dtype=float),
    )
    return np.asarray(spread(found))
