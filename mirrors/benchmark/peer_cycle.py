"""Who is in a school's peer group: chosen once in ten years, and the same for every year that is shown.

Groups that changed every year would be so many different sums over the same schools: schools that pool the
medians on their pages could take them apart and rebuild the order of the others (bench/attack.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.panel import FEWEST_PUPILS, Floats
from mirrors.benchmark.peer_group import PEERS_WANTED, PeerGroups, measured, nearest

CYCLE_YEARS = 10
"""School years that groups last. Every new choice is a second set of sums for those who keep old pages, so
there must be few; after three years in New York peers foretell 1 to 3 per cent less well than fresh ones."""

FIRST_OF_CYCLE = 2023
"""A calendar year in which a school year begins that opens a cycle."""

STILL_THERE = 0.75
"""Share of the newest year's schools that must have been there when groups were chosen."""

School = tuple[str, str]
"""A school as peer groups know it: id and type. One that changes type is another school."""

Learn = Callable[[Sequence[str], FeatureMatrix], Floats | None]


def groups_by_year(
    features: dict[str, FeatureMatrix], learn: Learn, set_aside: Iterable[tuple[str, str]] = ()
) -> dict[str, PeerGroups]:
    """Return the peer groups of every year of `features`, in order of school year.

    `learn` returns how much each feature of a matrix told in some years, None where they teach nothing. The
    years before the choice teach; a city that has none learns from the first year that it has. A school that
    is `set_aside` (school, year) has peers, and is nobody's peer in that year.
    """
    years = sorted(features)
    if not years:
        return {}
    place = years.index(chosen_in(features))
    first = features[years[place]]
    lessons = (years[:place], *([year] for year in years[place:]))
    learnt = (learn(of, first) for of in lessons)
    weights = next((each for each in learnt if each is not None), np.ones(len(first.names)))
    groups = groups_of([features[year] for year in years], place, weights, frozenset(set_aside))
    return dict(zip(years, groups, strict=True))


def chosen_in(features: dict[str, FeatureMatrix]) -> str:
    """Return the year whose context chose the groups: the first of the newest year's cycle.

    A year that does not know every feature of the newest, or that lacks too many of its schools, is passed
    over.
    """
    newest = features[max(features)]
    return next(
        year
        for year in sorted(features)
        if _cycle(year) == _cycle(newest.school_year)
        and set(newest.names) <= set(features[year].names)
        and len(set(_schools(newest)) & set(_schools(features[year]))) >= STILL_THERE * len(newest.school_ids)
    )


def _cycle(school_year: str) -> int:
    return (int(school_year[:4]) - FIRST_OF_CYCLE) // CYCLE_YEARS


def groups_of(
    matrices: Sequence[FeatureMatrix],
    place: int,
    weights: Floats,
    set_aside: frozenset[tuple[str, str]] = frozenset(),
) -> Iterator[PeerGroups]:
    """Yield the peer groups of every year; the year at `place` chooses, `weights` are for its features.

    Peers are schools of that year with pupils enough. A school that was not there gets peers among them, by
    its features of the nearest year before, else of the first after. A peer that is not there in a year, or
    is of another type, falls out and nobody takes its place. Distance and closeness are those of the year.
    """
    first = matrices[place]
    chosen: dict[School, list[School]] = {}
    for matrix in (first, *matrices[:place][::-1], *matrices[place + 1 :]):
        chosen = _peers(matrix, first, weights) | chosen
    for matrix in matrices:
        by_name = dict(zip(first.names, weights, strict=True))
        of_year = np.array([by_name.get(name, 0.0) for name in matrix.names])
        aside = {school for school, year in set_aside if year == matrix.school_year}
        yield measured(matrix, of_year, _laid_out(matrix, chosen, aside))


def _peers(matrix: FeatureMatrix, first: FeatureMatrix, weights: Floats) -> dict[School, list[School]]:
    """Return the peers of every school of `matrix` among those of `first`, by the features of both."""
    known = [name for name in first.names if name in matrix.names]
    of_both = np.array([weights[first.names.index(name)] for name in known])
    peers = nearest(_only(matrix, known), _only(first, known), of_both, first.pupils >= FEWEST_PUPILS)
    among = _schools(first)
    return {
        school: [among[place] for place in of_school if place >= 0]
        for school, of_school in zip(_schools(matrix), peers, strict=True)
    }


def _only(matrix: FeatureMatrix, names: list[str]) -> FeatureMatrix:
    columns = [matrix.names.index(name) for name in names]
    return replace(matrix, names=tuple(names), values=matrix.values[:, columns])


def _schools(matrix: FeatureMatrix) -> list[School]:
    return list(zip(matrix.school_ids, matrix.school_type.tolist(), strict=True))


def _laid_out(matrix: FeatureMatrix, chosen: dict[School, list[School]], aside: set[str]) -> np.ndarray:
    """Return chosen peers as positions in the matrix of a year, (schools, k), -1 where one is not there."""
    place = {school: row for row, school in enumerate(_schools(matrix))}
    peers = np.full((len(place), PEERS_WANTED), -1)
    for school, row in place.items():
        there = [place[peer] for peer in chosen[school] if peer in place and peer[0] not in aside]
        peers[row, : len(there)] = there
    return peers
