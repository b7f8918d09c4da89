"""The read models of the safety mirror: who may see them, and what they tell at every threshold."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.store import Snapshot
from mirrors.survey.vocabulary import vocabulary
from mirrors.views import open_published
from mirrors.views.figure import Figure, PeerFigures, Status, Verdict
from mirrors.views.safety import SafetyView, safety_view, safety_waves
from mirrors.views.safety_city import safety_city_view
from mirrors.views.safety_scores import Change, Share, StandsOut, ThemeName, ThemeScore, Told
from mirrors.views.safety_support import crossings, supports, together
from tests.people import ADVISER
from tests.safety_city import BEFORE, FEW_OTHERS, NOBODY, PLANTED, YEAR, city_tables, publish_safety_city

TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({PLANTED}))
PUPILS = "pupils_12_18"
WORDS = vocabulary()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Return the published city of surveys."""
    return open_published(publish_safety_city(tmp_path_factory.mktemp("safety"))).current()


@pytest.fixture
def published(tmp_path: Path) -> Iterator[object]:
    """Return what publishes the city with other tables."""

    def publish(**more: pd.DataFrame) -> Snapshot:
        return open_published(publish_safety_city(tmp_path, **more)).current()

    return publish


def view(snapshot: Snapshot, school: str, **more: object) -> SafetyView:
    return safety_view(snapshot, ADVISER, school, YEAR, **more)  # type: ignore[arg-type]


def pupils(found: SafetyView) -> ThemeScore:
    """Return what pupils said of relations and belonging."""
    [score] = [each for each in found.of_group(PUPILS) if each.theme.id == "T6"]
    return score


# Who may see what


def test_a_team_sees_its_own_school_only(snapshot: Snapshot) -> None:
    assert safety_view(snapshot, TEAM, PLANTED, YEAR).groups
    assert safety_waves(snapshot, TEAM, PLANTED)
    for school in ("S01", NOBODY, "S99"):
        with pytest.raises(NotAllowed):
            safety_view(snapshot, TEAM, school, YEAR)
        with pytest.raises(NotAllowed):
            safety_waves(snapshot, TEAM, school)


def test_the_city_is_for_advisers(snapshot: Snapshot) -> None:
    assert safety_city_view(snapshot, ADVISER, YEAR).themes
    for viewer in (TEAM, Viewer(Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            safety_city_view(snapshot, viewer, YEAR)


# Waves


def test_the_latest_wave_comes_first_and_is_the_one_shown(snapshot: Snapshot) -> None:
    found = view(snapshot, PLANTED)
    assert [(each.school_year, each.wave) for each in found.waves] == [(YEAR, "2"), (BEFORE, "1")]
    assert found.wave == found.waves[0]
    assert found.wave is not None
    assert (found.wave.form, str(found.wave.opened)) == ("short", "2024-11-04")


def test_of_two_waves_in_a_year_the_one_opened_last_is_shown(published: object) -> None:
    waves = city_tables()["survey_wave"]
    early = waves[waves["school_year"] == YEAR].assign(wave="10", opened=pd.Timestamp("2024-09-10"))
    snapshot = published(survey_wave=pd.concat([waves, early]))  # type: ignore[operator]
    found = view(snapshot, PLANTED)
    assert found.wave is not None
    assert found.wave.wave == "2"
    other = view(snapshot, PLANTED, wave="10")
    assert other.wave is not None
    assert other.wave.wave == "10"
    assert other.groups == ()
    assert view(snapshot, PLANTED, wave="77").wave is None


def test_a_school_that_asked_nobody_has_an_empty_mirror(snapshot: Snapshot) -> None:
    found = view(snapshot, NOBODY)
    assert (found.waves, found.wave, found.scores, found.supports) == ((), None, (), ())


# Thresholds


@pytest.mark.parametrize(
    ("school", "told", "indicative", "is_compared", "response"),
    [
        ("S01", Told.TOO_SMALL, False, False, "unknown"),
        ("S02", Told.TOLD, True, False, "good"),
        ("S03", Told.TOLD, True, False, "good"),
        ("S04", Told.TOLD, False, True, "good"),
        ("S05", Told.TOLD, False, False, "low"),
        ("S06", Told.TOLD, False, True, "caution"),
        ("S07", Told.TOLD, False, False, "wrong"),
        ("S08", Told.TOLD, False, False, "very_low"),
    ],
)
def test_what_is_told_at_the_thresholds(
    snapshot: Snapshot, school: str, told: Told, indicative: bool, is_compared: bool, response: str
) -> None:
    score = pupils(view(snapshot, school))
    assert (score.told, score.indicative, score.response) == (told, indicative, response)
    assert (score.peers.median is not None) == is_compared
    assert (score.verdict is not Verdict.UNKNOWN) == is_compared
    assert score.is_told == (told is Told.TOLD)
    if told is Told.TOO_SMALL:
        assert (score.own.value, score.favourable.value, score.respondents) == (None, None, None)


def test_participation_is_told_in_steps_of_five_or_not_at_all(snapshot: Snapshot) -> None:
    found = {each.group: each for each in view(snapshot, "S05").participation}
    assert list(found) == [PUPILS, "teachers", "other_staff"]
    assert (found[PUPILS].participants, found[PUPILS].invited, found[PUPILS].rate) == (50, 100, 0.49)
    [few] = [each for each in view(snapshot, "S01").participation if each.group == PUPILS]
    assert (few.told, few.participants, few.rate) == (Told.TOO_SMALL, None, None)
    [wrong] = [each for each in view(snapshot, "S07").participation if each.group == PUPILS]
    assert (wrong.response, wrong.participants, wrong.rate) == ("wrong", 40, None)


def test_staff_are_told_together_where_a_part_is_too_small(snapshot: Snapshot) -> None:
    found = view(snapshot, FEW_OTHERS)
    assert found.groups == (PUPILS, "staff")
    assert [each.group for each in found.participation] == [PUPILS, "staff"]
    assert {each.told for each in found.of_group("teachers")} == {Told.TOGETHER}
    assert all(each.own.value is None for each in found.of_group("teachers"))
    assert "staff" not in view(snapshot, PLANTED).groups, "there it is told as its parts"


def test_every_figure_is_the_one_of_the_snapshot(snapshot: Snapshot) -> None:
    rows = city_tables()["survey_theme"]
    rows = rows[(rows["school_id"] == PLANTED) & (rows["wave"] == "2") & (rows["status"] == "exact")]
    shown = {(each.group, each.theme.id): each for each in view(snapshot, PLANTED).scores if each.is_told}
    assert len(rows) == len(shown) > 20
    for row in rows.to_dict("records"):
        each = shown[row["group"], row["theme"]]
        assert (each.own.value, each.own.low, each.own.high) == (row["mean"], row["low"], row["high"])
        assert each.favourable.value == row["favourable"]
        assert each.verdict == row["verdict"]


def test_themes_and_groups_come_in_their_own_order(snapshot: Snapshot) -> None:
    found = view(snapshot, PLANTED)
    assert [each.theme.id for each in found.of_group(PUPILS)] == [f"T{number}" for number in range(1, 13)]
    assert found.groups == (PUPILS, "teachers", "other_staff")
    assert found.scores[0].theme.title == {**WORDS.themes["T1"]}


# What stands out, gaps, changes, places


def test_the_planted_school_stands_out_on_bullying(snapshot: Snapshot) -> None:
    found = view(snapshot, PLANTED)
    worse = [each for each in found.standing_out if not each.is_better]
    assert [(each.theme.id, each.group) for each in worse] == [("T3", PUPILS)]
    assert len(found.standing_out) <= 3
    [change] = [each for each in found.changes if (each.theme.id, each.group) == ("T3", PUPILS)]
    assert (change.verdict, change.before, change.before_year) == ("lower", "1", BEFORE)
    [gap] = [each for each in found.gaps if (each.theme.id, each.adults) == ("T3", "teachers")]
    assert gap.verdict == "larger"
    assert gap.gap.value is not None
    assert gap.city is not None
    assert gap.gap.value > gap.city


def test_without_enough_response_there_is_no_gap_and_no_change_of_that_group(snapshot: Snapshot) -> None:
    found = view(snapshot, "S05")
    assert found.gaps == ()
    of_pupils = [each for each in found.changes if each.group == PUPILS]
    assert of_pupils
    assert {(each.verdict, each.reason, each.points) for each in of_pupils} == {
        ("not_compared", "not_comparable", None)
    }


def test_questions_and_places_have_their_words(snapshot: Snapshot) -> None:
    found = view(snapshot, PLANTED)
    asked = [each for each in found.often if each.group == PUPILS]
    assert asked
    assert all(each.text is not None and each.text["en"].endswith("?") for each in asked)
    places = [each for each in found.hotspots if each.group == PUPILS]
    assert [each.id for each in places] == ["gate", "playground", "toilets", "online"]
    assert places[3].value.status is Status.AT_MOST


def test_what_hangs_together_loosely_is_named_only_where_it_is_told(published: object) -> None:
    reliability = pd.DataFrame(
        [(PUPILS, "T6", 2, "caution"), ("parents", "T6", 2, "caution"), (PUPILS, "T1", 2, "fine")],
        columns=["group", "theme", "items", "verdict"],
    ).assign(respondents=200.0, alpha=0.65, omega=0.66, icc=0.03)
    snapshot = published(survey_reliability=reliability)  # type: ignore[operator]
    assert [(each.id, group) for each, group in view(snapshot, PLANTED).with_care] == [("T6", PUPILS)]
    assert view(snapshot, "S01").with_care == ()


# A summary


def test_a_summary_keeps_its_providers_themes_and_what_it_suppressed(published: object) -> None:
    first = city_tables()["survey_theme"].iloc[:2]
    nothing = dict.fromkeys(("low", "high", "mean", "expected", "peer_median", "peer_low", "peer_high"))
    rows = first.assign(
        school_id=NOBODY, school_year=YEAR, wave="summary", group=["pupils", "teachers"], theme="safety",
        status=["exact", "missing"], mean_status="",
        favourable=[0.711, None], favourable_status=["exact", ""],
        verdict="unknown", peers=0, response=["wrong", "unknown"], indicative=False, **nothing,
    )  # fmt: skip
    waves = city_tables()["survey_wave"].iloc[:1].assign(
        school_id=NOBODY, school_year=YEAR, wave="summary", kind="summary", form="",
        opened=pd.NaT, closed=pd.NaT,
    )  # fmt: skip
    snapshot = published(survey_theme=rows, survey_wave=waves)  # type: ignore[operator]
    found = view(snapshot, NOBODY)
    assert found.wave is not None
    assert found.wave.is_summary
    assert found.groups == ("pupils",)
    told, suppressed = found.scores
    assert (told.theme, told.favourable.value, told.own.value) == (ThemeName("safety", None), 0.711, None)
    assert (suppressed.told, suppressed.favourable.value) == (Told.MISSING, None)
    assert not found.is_compared
    assert found.crossings == ()


# From a finding to support


def score(theme: str, value: float, group: str = PUPILS, **more: object) -> ThemeScore:
    own = Figure(value, value - 4, value + 4, decimals=0)
    none = PeerFigures(0)
    made = ThemeScore(
        ThemeName(theme, WORDS.theme(theme)), group, Told.TOLD, own, Figure(0.5), 80, none, None,
        Verdict.UNKNOWN, "good", False,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def share(name: str, value: float, status: Status, theme: str | None = None) -> Share:
    of_theme = None if theme is None else ThemeName(theme, WORDS.theme(theme))
    return Share(name, None, of_theme, PUPILS, Told.TOLD, Figure(value, status=status))


def proposed(**found: object) -> set[str]:
    """Return the titles of what is proposed."""
    given = {"scores": (), "changes": (), "often": (), "hotspots": (), "standing_out": (), **found}
    return {each.title["en"] for each in supports(WORDS, **given)}  # type: ignore[arg-type]


COUNCIL = "Support for the pupil council"


@pytest.mark.parametrize(
    ("own", "speaks"),
    [
        (Figure(49, decimals=0), True),
        (Figure(50, decimals=0), False),
        (Figure(10, status=Status.AT_MOST), True),
        (Figure(10, status=Status.AT_LEAST), False),
        (Figure(None, status=Status.MISSING), False),
    ],
)
def test_a_low_score_calls_for_support(own: Figure, speaks: bool) -> None:
    assert (COUNCIL in proposed(scores=(score("T9", 50, own=own),))) == speaks


@pytest.mark.parametrize(
    ("median", "verdict", "speaks"),
    [(75.0, Verdict.LOWER, True), (74.0, Verdict.LOWER, False), (80.0, Verdict.SIMILAR, False)],
)
def test_a_score_below_similar_schools_calls_for_support(
    median: float, verdict: Verdict, speaks: bool
) -> None:
    below = score("T9", 60, peers=PeerFigures(15, median), verdict=verdict)
    assert (COUNCIL in proposed(scores=(below,))) == speaks


@pytest.mark.parametrize(
    ("points", "verdict", "speaks"),
    [
        (-15.0, "lower", True),
        (-14.0, "lower", False),
        (-20.0, "no_clear_change", False),
        (20.0, "higher", False),
    ],
)
def test_a_fall_calls_for_support(points: float, verdict: str, speaks: bool) -> None:
    fell = Change(ThemeName("T9", WORDS.theme("T9")), PUPILS, "1", BEFORE, points, verdict, "")
    assert (COUNCIL in proposed(changes=(fell,))) == speaks


@pytest.mark.parametrize(
    ("value", "status", "speaks"),
    [
        (0.1, Status.EXACT, True),
        (0.09, Status.EXACT, False),
        (0.2, Status.AT_MOST, False),
        (0.8, Status.AT_LEAST, True),
    ],
)
def test_what_happens_often_calls_for_support_where_it_is_sure(
    value: float, status: Status, speaks: bool
) -> None:
    assert (
        "Training of the team on bullying" in proposed(often=(share("T3.1", value, status, "T3"),))
    ) == speaks


@pytest.mark.parametrize(
    ("value", "status", "speaks"), [(0.2, Status.EXACT, True), (0.2, Status.AT_MOST, False)]
)
def test_a_place_calls_for_the_support_of_that_place(value: float, status: Status, speaks: bool) -> None:
    assert (
        "Advice from the city on traffic and routes" in proposed(hotspots=(share("gate", value, status),))
    ) == speaks
    assert "A round through the building with a prevention adviser" not in proposed(
        hotspots=(share("gate", value, status),)
    )


def test_rules_for_parts_of_staff_hold_for_staff_together_and_are_told_once() -> None:
    found = supports(WORDS, (score("T10", 40, "staff"),), (), (), (), ())
    assert [each.title["en"] for each in found] == ["Guidance of the team on well-being at work"]
    assert [reason.group for reason in found[0].reasons] == ["staff"]


def test_a_reason_that_rests_on_few_says_so() -> None:
    scores = (score("T9", 40, indicative=True), score("T9", 40, "teachers"))
    reasons = [each for found in supports(WORDS, scores, (), (), (), ()) for each in found.reasons]
    assert {(each.group, each.is_indicative) for each in reasons} == {(PUPILS, True), ("teachers", False)}


def test_what_stands_out_comes_first_and_equal_reasons_stand_together() -> None:
    low = (score("T9", 40), score("T3", 40))
    out = (StandsOut(ThemeName("T3", None), PUPILS, False),)
    assert supports(WORDS, low, (), (), (), ())[0].title["en"] == COUNCIL
    found = supports(WORDS, low, (), (), (), out)
    assert found[-1].title["en"] == COUNCIL
    assert [len(group) for group in together(found)] == [3, 1]


def test_every_proposal_has_its_reason(snapshot: Snapshot) -> None:
    found = view(snapshot, PLANTED).supports
    assert found
    assert all(each.reasons for each in found)
    assert "T3" in {reason.theme.id for reason in found[0].reasons}


# In place and felt


@pytest.mark.parametrize(
    ("in_place", "value", "verdict", "is_in_place", "felt_weak"),
    [
        (2.5, 60.0, Verdict.SIMILAR, True, False),
        (2.4, 60.0, Verdict.LOWER, False, True),
        (3.0, 49.0, Verdict.UNKNOWN, True, True),
    ],
)
def test_sections_of_the_checklist_are_crossed_with_their_themes(
    in_place: float, value: float, verdict: Verdict, is_in_place: bool, felt_weak: bool
) -> None:
    scores = (score("T2", value, verdict=verdict), score("T2", 90.0, "teachers"), score("T1", 1.0))
    found = {each.section: each for each in crossings(WORDS, scores, {"C": in_place})}
    crossing = found["C"]
    assert (crossing.is_in_place, crossing.felt_weak) == (is_in_place, felt_weak)
    assert crossing.lowest is not None
    assert crossing.lowest.own.value == value
    assert found["G"].in_place is None
    assert found["G"].lowest is None


# The city


def test_the_city_tells_no_school(snapshot: Snapshot) -> None:
    found = safety_city_view(snapshot, ADVISER, YEAR)
    assert found.groups == (PUPILS, "teachers")
    assert [each.theme.id for each in found.themes if each.group == PUPILS] == [
        f"T{number}" for number in range(1, 13)
    ]
    assert "S0" not in repr(found)
    assert [each.group for each in found.participation] == [PUPILS, "teachers"]
    assert safety_city_view(snapshot, ADVISER, "2019-20").themes == ()
    assert found.school_years == (BEFORE, YEAR)


@pytest.mark.parametrize(("low", "offered"), [(0, False), (4, False), (5, True)])
def test_a_theme_that_is_low_in_many_schools_calls_for_an_offer(
    published: object, low: int, offered: bool
) -> None:
    themes = city_tables()["survey_theme"]
    here = (themes["theme"] == "T9") & (themes["group"] == PUPILS) & (themes["school_year"] == YEAR)
    rows = themes[here & (themes["status"] == "exact")].head(24).assign(mean=60.0, mean_status="exact")
    rows.loc[rows.index[:low], "mean"] = 45.0
    found = safety_city_view(published(survey_theme=rows), ADVISER, YEAR)  # type: ignore[operator]
    assert [(each.theme.id, each.low, each.schools) for each in found.offers] == (
        [("T9", 5, 24)] if offered else []
    )
    assert all(COUNCIL in {kind["en"] for kind in each.kinds} for each in found.offers)


def test_of_two_waves_in_a_year_the_city_counts_the_one_opened_last(published: object) -> None:
    of_city = city_tables()
    waves, themes = of_city["survey_wave"], of_city["survey_theme"]
    here = (themes["theme"] == "T9") & (themes["group"] == PUPILS) & (themes["school_year"] == YEAR)
    last = themes[here & (themes["status"] == "exact")].head(24).assign(mean=60.0, mean_status="exact")
    # The earlier one comes last by its name, as the ids of waves are random.
    early = waves[waves["school_year"] == YEAR].assign(wave="w9", opened=pd.Timestamp("2024-09-10"))
    rows = pd.concat([last, last.assign(wave="w9", mean=45.0)])
    found = safety_city_view(
        published(survey_theme=rows, survey_wave=pd.concat([waves, early])),  # type: ignore[operator]
        ADVISER,
        YEAR,
    )
    assert found.offers == ()


def test_schools_at_the_top_of_the_scale_count_among_all(published: object) -> None:
    themes = city_tables()["survey_theme"]
    here = (themes["theme"] == "T9") & (themes["group"] == PUPILS) & (themes["school_year"] == YEAR)
    rows = themes[here & (themes["status"] == "exact")].head(24).assign(mean=90.0, mean_status="at_least")
    rows.loc[rows.index[:5], ["mean", "mean_status"]] = [45.0, "exact"]
    found = safety_city_view(published(survey_theme=rows), ADVISER, YEAR)  # type: ignore[operator]
    assert [(each.low, each.schools) for each in found.offers] == [(5, 24)]


def test_a_low_city_calls_for_an_offer(published: object) -> None:
    city = city_tables()["survey_city"]
    low = city[(city["theme"] == "T9") & (city["group"] == PUPILS)].assign(median=49.0)
    found = safety_city_view(published(survey_city=low), ADVISER, YEAR)  # type: ignore[operator]
    assert [(each.theme.id, each.is_low) for each in found.offers] == [("T9", True)]


@pytest.mark.parametrize(("schools", "offered"), [(2, False), (3, True)])
def test_a_theme_that_stands_out_in_several_schools_calls_for_an_offer(
    published: object, schools: int, offered: bool
) -> None:
    places = [(f"S{number:02d}", "below") for number in range(schools)] + [("S20", "above")]
    rows = pd.DataFrame(places, columns=["school_id", "direction"]).assign(
        school_year=YEAR, wave="2", theme="T9", group=PUPILS, place=1
    )
    found = safety_city_view(published(survey_stands_out=rows), ADVISER, YEAR)  # type: ignore[operator]
    assert [(each.theme.id, each.behind) for each in found.offers] == ([("T9", 3)] if offered else [])
