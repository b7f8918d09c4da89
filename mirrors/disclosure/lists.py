"""Tables of change and of the three lists: words and rounded evidence, never scores or ranks."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark, Judged
from mirrors.benchmark.panel import exclusions
from mirrors.benchmark.series import next_year
from mirrors.benchmark.ten_and_ten import Changed, Excellent, gates
from mirrors.disclosure.protection import STANDARD
from mirrors.disclosure.rules import Rules, rate_step, round_count, round_to

MORE_LIKELY_THAN_NOT = 0.5
KINDS = ("excellent", "improved", "rose")
Own = dict[tuple[str, str, str], float]
"""Own figures by indicator, school year and school."""

_LISTED_COLUMNS = [
    "indicator",
    "school_year",
    "list",
    "school_id",
    "certainty",
    "before",
    "now",
    "direction",
    "pupils",
]


def tables(
    benchmark: Benchmark, figure: pd.DataFrame, rules: Rules = STANDARD.rules
) -> dict[str, pd.DataFrame]:
    """Return the tables change, listed, list_state and left_out.

    What a school has now is told as its own protected `figure` tells it, and as the model has it where there
    is none; what it had before is the model's.
    """
    own = _own(figure)
    listed = pd.DataFrame(
        [row for judged in benchmark.judged for row in _listed(judged, own, rules)],
        columns=_LISTED_COLUMNS,
    )
    listed["on_list_last_year"] = _on_list_last_year(listed)
    changes = [_changes(judged, own, rules) for judged in benchmark.judged]
    return {
        "change": pd.concat(changes, ignore_index=True) if changes else pd.DataFrame(columns=_CHANGE_COLUMNS),
        "listed": listed,
        "list_state": pd.DataFrame(
            [row for judged in benchmark.judged for row in _states(judged)],
            columns=["indicator", "school_year", "list", "why_fewer", "judged"],
        ),
        "left_out": pd.DataFrame(
            [row for judged in benchmark.judged for row in _left_out(judged)],
            columns=["indicator", "school_year", "reason", "schools"],
        ),
    }


_CHANGE_COLUMNS = [
    "indicator",
    "school_id",
    "school_year",
    "direction",
    "certainty",
    "before",
    "now",
    "reason",
]


def _own(figure: pd.DataFrame) -> Own:
    exact = figure[figure["status"] == "exact"]
    keys = exact[["indicator", "school_year", "school_id"]].itertuples(index=False, name=None)
    return dict(zip(keys, exact["value"].astype(float), strict=True))


def _changes(judged: Judged, own: Own, rules: Rules) -> pd.DataFrame:
    """Return how every school changed, in words; `reason` says why a school is not judged."""
    change, panel = judged.change, judged.panel
    p_rise, p_fall = np.nan_to_num(change.p_rise), np.nan_to_num(change.p_fall)
    likely = np.maximum(p_rise, p_fall)
    moved = likely >= MORE_LIKELY_THAN_NOT
    step = rate_step(panel.pupils[:, -1], rules.large_school)
    before, level = round_to(change.before, step), round_to(change.level, step)
    at = [(judged.indicator, judged.school_year, school_id) for school_id in panel.school_ids]
    now = np.array([own.get(each, modelled) for each, modelled in zip(at, level, strict=True)])
    reasons = np.array([str(reason or "") for reason in exclusions(panel)], dtype=object)
    words = [direction(bool(up), *pair) for up, *pair in zip(p_rise > p_fall, before, now, strict=True)]
    return pd.DataFrame(
        {
            "indicator": judged.indicator,
            "school_id": list(panel.school_ids),
            "school_year": judged.school_year,
            "direction": np.where(moved, words, "similar"),
            "certainty": np.where(likely >= gates(change), "clear", np.where(moved, "weak", "none")),
            "before": np.where(reasons == "", before, np.nan),
            "now": np.where(reasons == "", now, np.nan),
            "reason": reasons,
        }
    )[_CHANGE_COLUMNS]


def direction(up: bool, before: float, now: float) -> str:
    """Return the word for a change against similar schools that fits the school's own figures.

    A school whose rate stays put while similar schools fall has risen against them, yet a reader who
    sees "rose" beside two equal figures is right to distrust the page.
    """
    if up:
        return "rose" if now > before else "stayed_as_others_fell"
    return "fell" if now < before else "stayed_as_others_rose"


def _listed(judged: Judged, own: Own, rules: Rules) -> Iterable[tuple[object, ...]]:
    lists = judged.lists
    for excellent in lists.excellent.clear:
        yield _row(judged, "excellent", "clear", excellent, own, rules)
    for kind, chosen in (("improved", lists.improved), ("rose", lists.rose)):
        for certainty, schools in (("clear", chosen.clear), ("weak", chosen.weak)):
            for school in schools:
                yield _row(judged, kind, certainty, school, own, rules)


def _row(
    judged: Judged, kind: str, certainty: str, school: Excellent | Changed, own: Own, rules: Rules
) -> tuple[object, ...]:
    position = judged.panel.school_ids.index(school.school_id)
    before = school.expected if isinstance(school, Excellent) else school.before
    pupils = judged.panel.pupils[position, -1]
    # To the step of the school's own rate, as its mirror tells it: one number everywhere.
    before, now = round_to(np.array([before, school.level]), rate_step(pupils, rules.large_school)).tolist()
    if kind != "excellent":
        now = own.get((judged.indicator, judged.school_year, school.school_id), now)
    words = "below_expected" if kind == "excellent" else direction(kind == "rose", before, now)
    return (
        judged.indicator,
        judged.school_year,
        kind,
        school.school_id,
        certainty,
        before,
        now,
        words,
        int(round_count(pupils, rules.count_step)),
    )


def _on_list_last_year(listed: pd.DataFrame) -> list[bool]:
    """Return, per row, whether the school clearly stood on the same list the year before."""
    key = ["indicator", "list", "school_id"]
    clear = listed[listed["certainty"] == "clear"]
    followed = {
        (*row, next_year(year)) for *row, year in clear[[*key, "school_year"]].itertuples(index=False)
    }
    return [row in followed for row in listed[[*key, "school_year"]].itertuples(index=False, name=None)]


def _states(judged: Judged) -> Iterable[tuple[object, ...]]:
    for kind in KINDS:
        why = getattr(judged.lists, kind).why_fewer
        yield judged.indicator, judged.school_year, kind, str(why or ""), int(judged.change.eligible.sum())


def _left_out(judged: Judged) -> Iterable[tuple[object, ...]]:
    reasons = Counter(str(reason) for reason in exclusions(judged.panel) if reason)
    for reason, count in sorted(reasons.items()):
        yield judged.indicator, judged.school_year, reason, count
