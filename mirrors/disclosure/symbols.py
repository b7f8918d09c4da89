"""What a published symbol tells of the whole number behind it: the numbers that it may stand for."""

from collections.abc import Iterable
from math import ceil, floor

Span = tuple[float, float]
"""The smallest and the largest number that something may be."""

ANY: Span = (0.0, float("inf"))
_DUST = 1e-9


def of_count(shown: float, step: float) -> Span:
    """Return what a number of pupils may be that is told to the nearest `step`, halves upwards.

    Fewer than `step` are told as that, so that the smallest number told stands for fewer numbers.
    """
    least = ceil(shown - step / 2 - _DUST)
    return max(least, min(step, shown), 0), max(ceil(shown + step / 2 - _DUST) - 1, 0)


def of_few(step: float) -> Span:
    """Return what a number may be that is told as fewer than `step`."""
    return 0, step - 1


def of_share(share: float, whole: float, step: float) -> Span:
    """Return what a number of pupils may be that is told as a share, in whole per cents."""
    return of_amount(100 * share, whole, step, 100)


def of_amount(amount: float, whole: float, step: float, base: float) -> Span:
    """Return what a number of pupils may be that is told as so many in `base`, to the nearest one.

    `whole` is the number that it is a part of, which a reader is taken to know as it may be shown. An amount
    that no count to the nearest `step` can give rests on the true numbers: then it tells them.
    """
    shown = max(floor(whole / step + 0.5) * step, step)
    nearest, apart = amount / base * shown / step, ceil(shown / base / step / 2) + 1
    parts = [
        part * step
        for part in range(max(floor(nearest) - apart, 1), ceil(nearest) + apart + 1)
        if abs(round(base * part * step / shown) - amount) < 1e-6
    ]
    if not parts:
        least, most = ((amount + way) / base * whole for way in (-0.5, 0.5))
        return max(ceil(least - _DUST), 0), floor(most + _DUST)
    return of_count(parts[0], step)[0], of_count(parts[-1], step)[1]


def of_rate(status: str, value: float, step: float) -> Span:
    """Return what a rate may be that is told to the nearest `step`, as a bound, or not at all."""
    if status == "exact":
        return max(value - step / 2, 0.0), value + step / 2
    return (0.0, value) if status == "at_most" else ANY


def finest_step(shown: Iterable[float], declared: float) -> float:
    """Return the step that counts are really told in: the declared one, or 1 when one is no multiple of it.

    One exact number in a column is enough: whoever knows that it is exact knows that all are.
    """
    return declared if all(abs(value / declared - round(value / declared)) < 1e-9 for value in shown) else 1.0


def both(one: Span, other: Span) -> Span:
    """Return what a number may be that two symbols tell of."""
    return max(one[0], other[0]), min(one[1], other[1])
