"""What a school's mirror says at the thresholds, from a file of answers by a real publish to the view."""

from collections.abc import Callable

import pytest

from mirrors.charts.safety_readings import participation_lines, safety_sentences, together_sentence
from mirrors.locale import Language
from mirrors.store import PublishedStore, Snapshot
from mirrors.views.figure import Status, Verdict
from mirrors.views.safety import SafetyView, safety_view
from mirrors.views.safety_scores import Participation, Told
from tests.collecting import PUPILS, TEACHERS
from tests.people import ADVISER
from tests.threshold_city import ALIKE, CASES, OTHERS, SMALL_PART, TO_ASK, YEAR, publish_threshold_city

ENGLISH = Language("en")
OWN = "These are **your own results**; too few answered to set them beside other schools."

TOLD_OF = [
    ("N10", 10, 0.83, "good", True, "The figures are indicative"),
    ("N29", 30, 0.86, "good", True, "The figures are indicative"),
    ("N30", 30, 0.83, "good", False, ""),
    ("R29", 60, 0.29, "very_low", False, "Fewer than three in ten answered."),
    ("R49", 50, 0.49, "low", False, "Fewer than half answered."),
    ("R50", 50, 0.50, "caution", False, "Fewer than seven in ten answered"),
    ("R133", 40, None, "wrong", False, "More people answered than were invited."),
]
"""School, participants as they are told, rate and its word, whether it is indicative, and what is said."""

COMPARED = {"N30", "R50"}
TOO_FEW = {"N10", "N29", "R29", "R49"}
SURVEY = (
    *("survey_theme", "survey_item", "survey_hotspot", "survey_gap", "survey_stands_out", "survey_change"),
    *("survey_response", "survey_quality"),
)
KEYS = {"school_id", "school_year", "wave", "group", "theme", "item", "place", "status", "peers"}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Return the published city."""
    return PublishedStore(publish_threshold_city(tmp_path_factory.mktemp("thresholds"))).current()


@pytest.fixture(scope="module")
def mirror(snapshot: Snapshot) -> Callable[[str], SafetyView]:
    """Return what the mirror of a school holds."""
    return lambda school: safety_view(snapshot, ADVISER, school, YEAR)


def who(view: SafetyView) -> dict[str, Participation]:
    """Return what is said of who took part, by group."""
    return {each.group: each for each in view.participation}


def numbers(snapshot: Snapshot, school: str, *groups: str) -> list[object]:
    """Return every number that a snapshot holds of groups of a school's survey."""
    return [
        value
        for table in SURVEY
        for group in groups
        for row in snapshot.rows(table, school_id=school, group=group)
        for name, value in row.items()
        if name not in KEYS and isinstance(value, int | float) and not isinstance(value, bool)
    ]


def test_of_nine_nothing_is_told(mirror: Callable[[str], SafetyView], snapshot: Snapshot) -> None:
    view = mirror("N09")
    [pupils] = view.participation
    assert (pupils.told, pupils.participants, pupils.invited, pupils.rate) == (
        *(Told.TOO_SMALL, None, None, None),
    )
    assert view.groups == ()
    assert numbers(snapshot, "N09", PUPILS, "pupils") == []
    assert safety_sentences(view, ENGLISH).startswith("Too few people answered")
    assert "fewer than 10 answered" in participation_lines(view, ENGLISH)


@pytest.mark.parametrize(("school", "took_part", "rate", "word", "is_indicative", "said"), TOLD_OF)
def test_of_ten_and_more_it_is_told_with_what_it_is_worth(
    mirror: Callable[[str], SafetyView],
    school: str,
    took_part: int,
    rate: float | None,
    word: str,
    is_indicative: bool,
    said: str,
) -> None:
    view = mirror(school)
    [pupils] = view.participation
    assert (pupils.participants, pupils.invited, pupils.response) == (took_part, CASES[school][1], word)
    assert pupils.rate == (None if rate is None else pytest.approx(rate))
    scores = view.of_group(PUPILS)
    assert len(scores) == 12
    assert all(each.told is Told.TOLD and each.own.value is not None for each in scores)
    assert {each.indicative for each in scores} == {is_indicative}
    line = participation_lines(view, ENGLISH)
    assert said in line
    assert said or line.endswith("%).")


@pytest.mark.parametrize("school", sorted(CASES))
def test_only_thirty_and_half_are_compared(mirror: Callable[[str], SafetyView], school: str) -> None:
    view = mirror(school)
    compared = school in COMPARED
    assert view.is_compared is compared
    assert all((each.verdict is not Verdict.UNKNOWN) is compared for each in view.scores if each.is_told)
    assert all((each.peers.median is not None) is compared for each in view.scores if each.is_told)
    assert all((each.expected is not None) is compared for each in view.scores if each.is_told)
    assert (safety_sentences(view, ENGLISH) == OWN) is (school in TOO_FEW)
    assert not view.standing_out or compared


def test_the_interval_is_wider_the_fewer_answered(mirror: Callable[[str], SafetyView]) -> None:
    of_schools = [{each.theme.id: each.own for each in mirror(name).scores} for name in ("N10", "N29", "R29")]
    compared = 0
    for theme in of_schools[0]:
        told = [scores[theme] for scores in of_schools]
        if all(each.status is Status.EXACT and each.low > 0 and each.high < 100 for each in told):
            few, more, most = (each.high - each.low for each in told)
            assert few > more > most
            compared += 1
    assert compared >= 6


def test_four_are_told_only_with_the_others(mirror: Callable[[str], SafetyView], snapshot: Snapshot) -> None:
    view = mirror(SMALL_PART)
    assert set(who(view)) == {PUPILS, "staff"}
    staff = who(view)["staff"]
    assert (staff.participants, staff.invited, staff.response) == (15, 16, "good")
    assert view.groups == (PUPILS, "staff")
    for group in (TEACHERS, OTHERS):
        assert {each.told for each in view.of_group(group)} == {Told.TOGETHER}
    assert numbers(snapshot, SMALL_PART, TEACHERS, OTHERS) == []
    assert "told together" in together_sentence(view, ENGLISH)
    # Nowhere does a number of the whole and one of a part stand side by side.
    assert {each.adults for each in view.gaps} <= {"staff"}


def test_teachers_alone_are_told_where_nobody_else_answered(mirror: Callable[[str], SafetyView]) -> None:
    view = mirror("U00")
    assert set(who(view)) == {PUPILS, TEACHERS}
    assert who(view)[TEACHERS].participants == 15
    assert view.groups == (PUPILS, TEACHERS)


def test_what_all_say_is_told_as_a_bound(mirror: Callable[[str], SafetyView]) -> None:
    view = mirror(ALIKE)
    for group, mean, favourable, gate, status in (
        (PUPILS, 95, 0.9, 0.11, (Status.AT_LEAST, Status.AT_LEAST, Status.AT_MOST)),
        (TEACHERS, 5, 0.1, 0.77, (Status.AT_MOST, Status.AT_MOST, Status.AT_LEAST)),
    ):
        for each in view.of_group(group):
            assert (each.own.value, each.own.status) == (mean, status[0])
            assert (each.own.low, each.own.high) == (None, None)
            assert (each.favourable.value, each.favourable.status) == (favourable, status[1])
        [place] = [each.value for each in view.hotspots if (each.id, each.group) == ("gate", group)]
        assert (place.value, place.status) == (pytest.approx(gate), status[2])
        often = [each.value for each in view.often if each.group == group]
        assert often
        assert {each.status for each in often} == {status[2]}
    assert all(each.gap.value is None for each in view.gaps)


def test_no_share_is_that_of_one_to_four_people(snapshot: Snapshot) -> None:
    people = {(school, PUPILS): numbers[0] for school, numbers in CASES.items()}
    people |= {(SMALL_PART, "staff"): 16, (ALIKE, TEACHERS): 20, (ALIKE, PUPILS): 40}
    found = 0
    for table in ("survey_item", "survey_hotspot"):
        for row in snapshot.rows(table):
            number = people.get((row["school_id"], row["group"]))
            if number is None or row["value"] is None:
                continue
            found += 1
            few = min(row["value"], 1 - row["value"]) * number
            assert few >= 4 - 1e-9, row
            assert row["value_status"] != "exact" or few > 4, row
    assert found >= 40


def test_a_school_that_asked_nobody_has_no_survey(mirror: Callable[[str], SafetyView]) -> None:
    view = mirror(TO_ASK)
    assert (view.wave, view.waves, view.scores) == (None, (), ())
