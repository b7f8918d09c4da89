"""The survey in the protected cube: every edition under the rules, audited, and made safe."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mirrors.benchmark.peer_group import PeerGroups
from mirrors.disclosure import masking
from mirrors.disclosure.rules import Rules
from mirrors.disclosure.seen_survey import Tables
from mirrors.disclosure.survey import changes, participation, tables
from mirrors.disclosure.survey_remedy import made_safe
from mirrors.survey.surveyed import Surveyed

SUMMARY = "summary"
WAVE_COLUMNS = ["school_id", "school_year", "wave", "kind", "form", "opened", "closed"]
_WAVE = WAVE_COLUMNS[:3]

_ONCE = {
    "survey_city": (["school_year", "group", "theme"], "schools"),
    "survey_reliability": (["group", "theme"], "respondents"),
}
"""Tables about the whole city: of two editions, the one that most took part in is told."""


@dataclass(frozen=True, eq=False)
class Surveys:
    """What all surveys of a store tell: by edition, and of the summaries of providers.

    `waves` has the columns of WAVE_COLUMNS and one row a wave of a school.
    """

    editions: tuple[Surveyed, ...]
    summary: Surveyed | None
    waves: pd.DataFrame

    @property
    def all(self) -> tuple[Surveyed, ...]:
        """Everything that was scored together."""
        return (*self.editions, *((self.summary,) if self.summary else ()))


def survey_cube(
    surveys: Surveys,
    peers: dict[str, PeerGroups],
    rules: Rules | None = None,
    earlier: Sequence[Tables] = (),
) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot that tell of surveys, none where there is no survey.

    `earlier` are the tables of the snapshots before it, which readers have seen too. The table masking tells
    what was masked. Raises NotProtected where a few people can be told whatever is left out.
    """
    if not surveys.all:
        return {}
    made = [tables(each, peers, rules) for each in surveys.all]
    found = {name: _joined([each[name] for each in made]) for name in made[0]}
    for name, (key, number) in _ONCE.items():
        if found[name].empty:
            continue
        most = found[name].sort_values(number, ascending=False, kind="stable")
        found[name] = most.drop_duplicates(key).sort_index().reset_index(drop=True)
    every = [each.changes for each in surveys.all if len(each.changes)]
    found["survey_change"] = changes(_joined(every), found["survey_theme"])
    unsafe = found
    found, masked = made_safe(surveys.all, unsafe, earlier)
    found["masking"] = masking.of_surveys(unsafe, masked)
    scores = oldest_first(_joined([each.scores for each in surveys.all]), surveys.waves)
    found |= {"survey_participation": participation(scores), "survey_wave": surveys.waves}
    # Of a summary, there is nothing that needs single answers, not even a column.
    return {name: frame for name, frame in found.items() if len(frame.columns)}


def with_surveys(tables: dict[str, pd.DataFrame], surveyed: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables of a snapshot with those of its surveys; what was masked of both is in one table."""
    masked = [each["masking"] for each in (tables, surveyed) if "masking" in each]
    together = {"masking": pd.concat(masked, ignore_index=True)} if masked else {}
    return {**tables, **surveyed, **together}


def oldest_first(scores: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """Return the scores in the order of their waves: those of files by number, before those with a first day.

    The ids of waves of the desk are random.
    """
    opened = waves.set_index(_WAVE)["opened"].reindex(pd.MultiIndex.from_frame(scores[_WAVE]))
    number = pd.to_numeric(scores["wave"], errors="coerce").fillna(0)
    order = scores.assign(_opened=pd.to_datetime(opened.to_numpy()), _number=number)
    ordered = order.sort_values(["_opened", "_number"], kind="stable", na_position="first")
    return ordered.drop(columns=["_opened", "_number"]).reset_index(drop=True)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else next(iter(parts), pd.DataFrame())
