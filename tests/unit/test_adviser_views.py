"""What an adviser finds and takes along: schools by name, notes for a talk, a school beside its own past."""

from dataclasses import replace
from datetime import date

import pytest

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.charts.school_flags import entry_words, flag_words, flags_sentence
from mirrors.charts.short_lists import reach_sentence, talks_sentence
from mirrors.charts.talk_words import (
    brackets_sentence,
    figures_table,
    past_sentence,
    past_table,
    past_words,
    to_ask_sentences,
)
from mirrors.definitions import load_indicators
from mirrors.locale import Language
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, Status
from mirrors.views.mirror import UnknownSchool, mirror_view
from mirrors.views.programme import Reach, reach_of_mirrors
from mirrors.views.schools import ON_A_LIST, Flag, SchoolsView, found, schools_view
from mirrors.views.talk import MOST_TO_ASK, TalkView, ToAsk, own_past, talk_view
from mirrors.views.ten_and_ten import lists_of_school, ten_and_ten_view
from tests.spec.cities import sample_city
from tests.unit import examples as example

ADVISER = Viewer(Role.ADVISER, name="adviser")
TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S0001"}))
ENGLISH = Language("en")
YEAR = "2025-26"


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Return the published sample city."""
    return sample_city().snapshot


@pytest.fixture(scope="module")
def schools(snapshot: Snapshot) -> SchoolsView:
    """Return the schools of the last year; an adviser set S0002 aside."""
    return schools_view(snapshot, ADVISER, YEAR, frozenset({"S0002"}))


def of(view: SchoolsView, school_id: str) -> tuple[Flag, ...]:
    [entry] = [entry for entry in view.schools if entry.school.school_id == school_id]
    return entry.flags


# Finding a school


@pytest.mark.parametrize("viewer", [TEAM, Viewer(Role.ADMINISTRATOR)])
def test_only_an_adviser_finds_schools_and_their_notes(snapshot: Snapshot, viewer: Viewer) -> None:
    with pytest.raises(NotAllowed):
        schools_view(snapshot, viewer, YEAR)
    with pytest.raises(NotAllowed):
        talk_view(snapshot, viewer, "S0001", YEAR)
    with pytest.raises(NotAllowed):
        lists_of_school(snapshot, viewer, "S0001", YEAR)


def test_schools_stand_in_alphabetical_order_whatever_is_asked(schools: SchoolsView) -> None:
    for shown in (
        schools.schools,
        found(schools, "de"),
        found(schools, school_type="secondary"),
        found(schools, flags=ON_A_LIST),
    ):
        names = [entry.school.name.casefold() for entry in shown]
        assert len(names) > 3
        assert names == sorted(names)


def test_a_school_is_found_by_name_type_district_and_flag(schools: SchoolsView) -> None:
    entry = schools.schools[7]
    name, kind = entry.school.name, entry.school.school_type
    assert entry in found(schools, name.upper(), kind, entry.district)
    assert found(schools, f"{name} nowhere") == ()
    assert entry in found(schools, entry.school.school_id)
    other = next(each for each in schools.school_types if each != kind)
    assert entry not in found(schools, name, other)
    assert {each.district for each in found(schools, district=entry.district)} == {entry.district}
    assert [each.school.school_id for each in found(schools, flags=frozenset({Flag.ASIDE}))] == ["S0002"]


def test_flags_tell_lists_alarms_gaps_size_and_the_desk(snapshot: Snapshot, schools: SchoolsView) -> None:
    listed: dict[str, set[str]] = {"excellent": set(), "improved": set(), "rose": set()}
    for indicator in ("A1", "A2"):
        for short_list in ten_and_ten_view(snapshot, ADVISER, YEAR, indicator).lists:
            listed[short_list.kind] |= {card.school.school_id for card in short_list.schools}
    for kind, ids in listed.items():
        shown = found(schools, flags=frozenset({Flag(kind)}))
        assert {entry.school.school_id for entry in shown} == ids != set()
    assert {Flag.ALARM, Flag.INCOMPLETE} <= set(of(schools, "S0014"))
    assert Flag.ASIDE in of(schools, "S0002")
    small = {entry.school.school_id for entry in found(schools, flags=frozenset({Flag.SMALL}))}
    assert small == {
        row["school_id"] for row in snapshot.rows("school", school_year=YEAR) if row["pupils"] < 30
    }
    assert small


def test_a_row_says_size_and_flags_and_no_other_figure(schools: SchoolsView) -> None:
    entry = replace(schools.schools[0], pupils=412, district="Noord", flags=(Flag.ROSE, Flag.ASIDE))
    assert entry_words(entry, "primary school", ENGLISH) == "Primary school · Noord · 412 pupils"
    assert flags_sentence(entry.flags, ENGLISH) == "On the list of rises and set aside by the adviser."
    assert flags_sentence((), ENGLISH) == ""
    assert len({flag_words(flag, ENGLISH) for flag in Flag}) == len(Flag)


# Notes for a talk


def test_notes_are_about_one_school_with_at_most_three_things_to_ask(snapshot: Snapshot) -> None:
    rose = ten_and_ten_view(snapshot, ADVISER, YEAR, "A2").lists[2].schools[0]
    view = talk_view(snapshot, ADVISER, rose.school.school_id, YEAR)
    assert view.mirror.school.name == rose.school.name
    assert view.years_before == ("2022-23", "2023-24", "2024-25")
    assert 1 <= len(view.to_ask) <= MOST_TO_ASK
    first = view.to_ask[0]
    assert first.kind == "rose"
    assert first.listed == rose
    said = to_ask_sentences(first, ENGLISH)
    assert said.startswith("**Unauthorised absence.** Rose to")
    assert said.endswith("What does the school see behind it?")


def test_open_alarms_come_first_and_nothing_is_compared_then(snapshot: Snapshot) -> None:
    view = talk_view(snapshot, ADVISER, "S0014", YEAR)
    assert view.to_ask[0].alarms == ("missing_months",)
    assert to_ask_sentences(view.to_ask[0], ENGLISH).startswith("**The registers.** Check first: months")
    assert not any(each.compared or each.higher_than or each.lower_than for each in view.past)
    assert past_sentence(view, ENGLISH) == "This year cannot be set beside earlier years."


def test_a_school_without_figures_is_unknown(snapshot: Snapshot) -> None:
    with pytest.raises(UnknownSchool):
        talk_view(snapshot, ADVISER, "S9999", YEAR)


def test_the_first_year_has_no_past(snapshot: Snapshot) -> None:
    first = min(row["school_year"] for row in snapshot.rows("school"))
    view = talk_view(snapshot, ADVISER, "S0001", first)
    assert view.years_before == ()
    assert past_table(view, ENGLISH).header[1] == first.replace("-", "\u2011")


def test_a_figure_to_ask_about_is_told_beside_similar_schools() -> None:
    said = to_ask_sentences(ToAsk(figure=example.COMPARISONS[1]), ENGLISH).replace("\u00a0", " ")
    assert said == (
        "**Unauthorised absence.** 1.9 %; the median of similar schools is 1.1 %. Which pupils are these, "
        "and what has been tried?"
    )


def test_talks_are_those_since_the_lists_were_published(snapshot: Snapshot) -> None:
    view = ten_and_ten_view(snapshot, ADVISER, YEAR)
    listed = [each.school.school_id for shown in view.lists for each in (*shown.schools, *shown.weak)]
    first, second, *_ = sorted(set(listed))
    published = date(2026, 9, 1)
    noted = {first: published, second: date(2026, 8, 31), "no such school": date(2026, 10, 1)}
    said = talks_sentence(view, noted, published, ENGLISH)
    many = len(set(listed))
    assert said == f"Of these schools ({many}), 1 has had a talk since the lists were published."
    assert " 0 have had a talk" in talks_sentence(view, {}, published, ENGLISH)
    assert talks_sentence(replace(view, lists=()), noted, published, ENGLISH) == ""


@pytest.mark.parametrize("year", ["2021-22", YEAR])
def test_a_school_is_reached_when_its_mirror_tells_a_figure(snapshot: Snapshot, year: str) -> None:
    found = reach_of_mirrors(snapshot, ADVISER, year)
    ids = [row["school_id"] for row in snapshot.rows("school", order_by="pupils", school_year=year)]
    opened = [mirror_view(snapshot, ADVISER, school_id, year).comparisons for school_id in ids[:8]]
    empty = [found for found in opened if all(each.shown.value is None for each in found)]
    assert found == Reach(year, len(ids) - len(empty), len(ids))
    assert bool(empty) == (year == "2021-22")


def test_only_advisers_are_told_how_far_the_programme_reaches(snapshot: Snapshot) -> None:
    for viewer in (TEAM, Viewer(Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            reach_of_mirrors(snapshot, viewer, YEAR)


def test_the_reach_is_a_sentence() -> None:
    assert reach_sentence(Reach(YEAR, 155, 156), ENGLISH) == "155 of 156 schools have a mirror for 2025-26."
    assert reach_sentence(Reach(YEAR, 1, 2), ENGLISH) == "1 of 2 schools has a mirror for 2025-26."
    assert reach_sentence(Reach(YEAR, 0, 0), ENGLISH) == ""


def test_a_weak_signal_is_asked_about_as_one() -> None:
    listed = replace(example.LISTED, certainty="weak")
    said = to_ask_sentences(ToAsk(indicator=example.INDICATORS["A2"], kind="rose", listed=listed), ENGLISH)
    assert said.endswith("This may be chance: does the school recognise it?")


# Beside its own past

BEFORE = ("2021-22", "2022-23", "2023-24")


def test_words_stand_only_where_intervals_lie_apart() -> None:
    # The example trend: 1.0, 1.2 and 1.1 % before, each give or take 0.3, and the school years before.
    past = own_past(example.INDICATORS["A2"], Figure(0.019, 0.0145, 0.022), example.TREND, BEFORE, True)
    assert (past.higher_than, past.lower_than, past.compared) == (("2021-22", "2023-24"), (), True)
    assert past_words(past, ENGLISH).replace("\u2011", "-") == "higher than in 2021-22 and 2023-24"
    lower = own_past(example.INDICATORS["A2"], Figure(0.004, 0.003, 0.0085), example.TREND, BEFORE, True)
    assert past_words(lower, ENGLISH) == "lower than in 2022\u201123"
    near = own_past(example.INDICATORS["A2"], Figure(0.012, 0.009, 0.015), example.TREND, BEFORE, True)
    assert past_words(near, ENGLISH) == "no clear difference"


@pytest.mark.parametrize(
    "now", [Figure(None, status=Status.TOO_SMALL), Figure(0.05, status=Status.AT_MOST), Figure(0.05)]
)
def test_without_an_interval_there_is_no_word(now: Figure) -> None:
    past = own_past(example.INDICATORS["A2"], now, example.TREND, BEFORE, True)
    assert past_words(past, ENGLISH) == "not compared"


def test_years_that_cannot_be_compared_stand_in_brackets() -> None:
    far = Figure(0.05, 0.045, 0.055)
    broken = own_past(example.INDICATORS["A2"], far, example.TREND, ("2019-20", "2020-21"), True)
    assert (broken.higher_than, broken.compared) == ((), False)
    restarted = replace(example.TREND, series_restarts=("2022-23",))
    mixed = own_past(example.INDICATORS["A2"], far, restarted, BEFORE, True)
    assert mixed.higher_than == ("2022-23", "2023-24")
    view = TalkView(example.MIRROR, (), BEFORE, (mixed,))
    cells = [cell.replace("\u00a0", " ") for cell in past_table(view, ENGLISH).rows[0]]
    assert cells[1:5] == ["(1.0 %)", "1.2 %", "1.1 %", "5.0 %"]
    assert brackets_sentence(view, ENGLISH) == "In brackets too: figures that were counted otherwise."
    covid = TalkView(example.MIRROR, (), ("2019-20", "2020-21"), (broken,))
    assert brackets_sentence(covid, ENGLISH).startswith("In brackets, not to be compared: 2019-20 (schools")
    assert past_sentence(view, ENGLISH) == "Higher than in a year before: Unauthorised."


def test_the_figures_table_has_every_headline(snapshot: Snapshot) -> None:
    view = talk_view(snapshot, ADVISER, "S0001", YEAR)
    titles = [load_indicators()[each.indicator.id].title["en"] for each in view.mirror.comparisons]
    assert [row[0] for row in figures_table(view, ENGLISH).rows] == titles
    assert [row[0] for row in past_table(view, ENGLISH).rows] == titles
