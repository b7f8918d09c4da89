"""The weakest points of a school: where it lies furthest on the unfavourable side of similar schools."""

from collections.abc import Sequence

from mirrors.views.figure import Comparison, Verdict

POINTS = 2


def weakest_points(comparisons: Sequence[Comparison], most: int = POINTS) -> tuple[Comparison, ...]:
    """Return at most `most` comparisons, the furthest first; only what is clearly unfavourable counts.

    Unfavourable is higher where lower is better and the other way round, beyond the peers' middle half and
    with the own interval excluding their median. Distance is what is certain of it: from the peers' median
    to the near end of the own interval, in widths of their middle half. Of figures that count the same
    absence only the furthest is returned.
    """
    found = [(distance, each) for each in comparisons if (distance := _distance(each)) is not None]
    points: dict[object, Comparison] = {}
    for _, each in sorted(found, key=lambda pair: -pair[0]):
        points.setdefault(_subject(each), each)
    return tuple(points.values())[:most]


def _distance(comparison: Comparison) -> float | None:
    own, peers = comparison.own, comparison.peers
    unfavourable = {"lower": Verdict.HIGHER, "higher": Verdict.LOWER}.get(comparison.indicator.direction)
    if unfavourable is None or comparison.verdict is not unfavourable:
        return None
    if peers.low is None or peers.high is None or peers.median is None:
        return None
    if own.low is None or own.high is None:
        return None
    certain = own.low - peers.median if unfavourable is Verdict.HIGHER else peers.median - own.high
    return certain / max(peers.high - peers.low, abs(peers.median) / 10, 1e-9)


def _subject(comparison: Comparison) -> object:
    counted = comparison.indicator.counted
    plain = comparison.indicator.family in ("level", "prevalence") and counted.measure is None
    return counted.categories if plain and counted.categories else comparison.indicator.id
