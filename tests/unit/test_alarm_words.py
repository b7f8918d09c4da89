"""Alarms in words: every kind has a name and something to do, and the effect is the one it has."""

from dataclasses import replace

import pytest

from mirrors.benchmark.alarm import Kind, State
from mirrors.charts.alarm_evidence import what_was_seen
from mirrors.charts.alarm_words import alarm_effect, alarm_title, what_to_do
from mirrors.charts.doubts import alarm_sentences, completeness_sentence
from mirrors.charts.verdict import verdict_sentences
from mirrors.locale import Language
from mirrors.views.alarms import AlarmView
from mirrors.views.mirror import Completeness
from tests.unit.examples import MIRROR

ENGLISH = Language("en")
ALARM = AlarmView(
    kind=Kind.ROLL_CHANGE, state=State.OPEN, before=300.0, after=400.0, low=240.0, high=360.0,
    against="2023-24", detail="", note="", decided_by="", decided_at=None,
)  # fmt: skip


def test_every_kind_has_its_own_name_and_something_to_do() -> None:
    titles = [alarm_title(kind, ENGLISH) for kind in Kind]
    assert len(set(titles)) == len(titles)
    assert "Something to check" not in titles
    assert all("onfirm" in what_to_do(kind, ENGLISH) for kind in Kind)


@pytest.mark.parametrize(
    ("state", "kind", "word"),
    [
        (State.OPEN, Kind.ROLL_CHANGE, "no comparison"),
        (State.OPEN, Kind.SCHOOL_MISSING, "Nothing is shown"),
        (State.CONFIRMED, Kind.ROLL_CHANGE, "all comparisons"),
        (State.REJECTED, Kind.ROLL_CHANGE, "nowhere"),
    ],
)
def test_the_effect_is_told_as_it_stands(state: State, kind: Kind, word: str) -> None:
    assert word in alarm_effect(replace(ALARM, state=state, kind=kind), ENGLISH)


@pytest.mark.parametrize(("detail", "ending"), [("", "2023-24."), ("replaced", "figures were replaced.")])
def test_a_repeat_of_figures_that_were_replaced_says_so(detail: str, ending: str) -> None:
    repeated = replace(ALARM, kind=Kind.REPEATED_FIGURES, detail=detail)
    assert what_was_seen(repeated, "half_day", ENGLISH).endswith(ending)


def test_every_kind_that_a_mirror_can_tell_has_a_sentence() -> None:
    told = [kind for kind in Kind if kind is not Kind.SCHOOL_MISSING]
    assert len(alarm_sentences(told, ENGLISH)) == len(told)


def test_under_an_open_alarm_the_mirror_tells_the_level_and_that_it_is_being_checked() -> None:
    waiting = replace(MIRROR, completeness=Completeness(0.98, (), ("roll_change",)))
    level = verdict_sentences(MIRROR, ENGLISH).split(". ")[0]
    assert verdict_sentences(waiting, ENGLISH) == (
        f"{level}. This year's figures are being checked, so they take no part in comparisons."
    )
    assert "number of pupils changed" in completeness_sentence(waiting.completeness, ENGLISH)


def test_a_rejected_school_year_says_so_and_no_more() -> None:
    wrong = replace(MIRROR, completeness=Completeness(0.98, (), (), rejected=("roll_change",)))
    assert verdict_sentences(wrong, ENGLISH).endswith("they are withheld until corrected ones come.")
    assert "found wrong" in completeness_sentence(wrong.completeness, ENGLISH)
