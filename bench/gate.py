"""Is a stated probability kept? The share of schools whose figure next year is as far away as was stated.

For every school and year the model states how probable it is that *next year's observed* figure still lies
more than .10 in log-odds above (below) the school's own mean of T-1 and T-2, net of its type. Nothing is
selected and all of it is observed, so stated and observed shares can be compared, bin by bin. Data as a city
publishes: up to six years. The figure is the largest surplus of stated over observed share in any bin with at
least thirty statements. Run: python bench/gate.py [--quick]
"""

import json
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.counts import DATA, Counts, at_hand, panel_of
from mirrors.benchmark.change import CERTAINTY_KEPT, differences, older_weights
from mirrors.benchmark.jumps import JUMP_SIZES, Differences, Pieces, fit_jumps, model_from, rate_power
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import minus_type_median, type_median_residual
from mirrors.benchmark.series import LONGEST_RUN

BINS = (0.10, 0.30, 0.50, 0.70, 0.80, 0.90, 1.0)
FEWEST_STATEMENTS = 30
AWAY = 0.10
MOST_OVER = 0.08
IN_QUICK = ("nyc_chronic", "md_absence")

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Statements:
    """Stated probabilities and whether each came true, both (statements,)."""

    stated: Floats
    came_true: NDArray[np.bool_]

    def worst(self) -> float:
        """Return the largest surplus of stated over observed share over the bins."""
        rows = [row for row in self.bins() if row[2] >= FEWEST_STATEMENTS]
        return max(stated - observed for stated, observed, _ in rows)

    def bins(self) -> list[tuple[float, float, int]]:
        """Return mean stated, observed share and number of statements of every bin that has any."""
        rows = []
        for low, high in pairwise(BINS):
            inside = (self.stated >= low) & (self.stated < high)
            if inside.any():
                rows.append(
                    (
                        float(self.stated[inside].mean()),
                        float(self.came_true[inside].mean()),
                        int(inside.sum()),
                    )
                )
        return rows


def stated(panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Return own mean of two years before, and the probabilities above and below it, (eligible schools,)."""
    left, rows = type_median_residual(panel), panel.eligible
    seen = differences(panel, left, older_weights(panel))
    parameters = fit_jumps(seen)
    pieces = Pieces.at(parameters, seen)
    last = left[rows, -2]
    older = left[rows, -3] if len(panel.years) > 2 else np.full(len(last), np.nan)
    own = np.where(np.isnan(older), last, (last + older) / 2)
    expected = left[rows, -1] - own - pieces.noise_now * pieces.pull_second
    variance = pieces.noise_now - pieces.noise_now**2 * pieces.variance_first / pieces.determinant
    above, below = np.zeros(len(own)), np.zeros(len(own))
    for weight, more in next_year(parameters, seen):
        sd = np.sqrt(variance + more)
        above += weight * pieces.average(ndtr((expected - AWAY) / sd))
        below += weight * pieces.average(ndtr((-expected - AWAY) / sd))
    return own, CERTAINTY_KEPT * above, CERTAINTY_KEPT * below


def next_year(parameters: Floats, seen: Differences) -> list[tuple[float, Floats]]:
    """Return, per size of next year's jump and with and without a blip, its probability and variance."""
    model = model_from(parameters)
    growth = rate_power(seen.rate, model.eta)
    chance = model.psi * rate_power(seen.rate, -model.gamma) * seen.per_pupil_now
    return [
        (weight * share, chance + growth * (model.om + blip + (model.jump_sd * size) ** 2))
        for weight, size in zip(model.weights_now, JUMP_SIZES, strict=True)
        for share, blip in ((1 - model.blip_share, 0.0), (model.blip_share, model.blip_sd**2))
    ]


def statements(counts: Counts, latest: int) -> dict[int, Statements]:
    """Return the statements at the end of one year on rises (1) and falls (-1)."""
    years = counts.years[max(0, latest - LONGEST_RUN + 1) : latest + 1]
    bounds_only = counts.bounded[list(years[-3:])].all(axis=1).to_numpy()
    schools = counts.absent.index[~bounds_only]
    panel = panel_of(counts, schools, years)
    after = panel_of(counts, schools, (years[-1], counts.years[latest + 1]))
    own, above, below = stated(panel)
    net = minus_type_median(after.y[:, -1], after.school_type, after.usable[:, -1])
    moved = net[panel.eligible] - own
    known = ~np.isnan(moved)
    return {
        1: Statements(above[known], moved[known] > AWAY),
        -1: Statements(below[known], moved[known] < -AWAY),
    }


def together(parts: list[Statements]) -> Statements:
    """Return all statements as one."""
    return Statements(
        np.concatenate([part.stated for part in parts]), np.concatenate([part.came_true for part in parts])
    )


def main() -> None:
    """Measure all series at hand; --quick takes two of them."""
    started = time.perf_counter()
    quick = "--quick" in sys.argv[1:]
    figures: dict[str, float] = {}
    series_at_hand = [one for one in at_hand() if not quick or one.name in IN_QUICK]
    if not series_at_hand:
        print(f"no real data at {DATA}: set MIRRORS_REAL_DATA; skipped")
    for series in series_at_hand:
        counts = series.read()
        found = [statements(counts, latest) for latest in range(2, len(counts.years) - 1)]
        parts = {sign: [both[sign] for both in found] for sign in (1, -1)}
        for label, chosen in (("", parts[1] + parts[-1]), ("_rise", parts[1]), ("_improved", parts[-1])):
            whole = together(chosen)
            cells = " ".join(f"{said:.2f}>{seen:.2f}({n})" for said, seen, n in whole.bins())
            print(
                f"{series.name + label:26} worst {whole.worst():6.3f}  stated>observed(number) {cells}",
                flush=True,
            )
            figures[f"overconfident_{series.name}{label}"] = round(whole.worst(), 3)
    goals = {name: f"at most {MOST_OVER}" for name in figures if not name.endswith(("_rise", "_improved"))}
    print(f"{time.perf_counter() - started:.0f} s")
    print(json.dumps({"bench": "gate", "figures": figures, "goals": goals}))


if __name__ == "__main__":
    main()
