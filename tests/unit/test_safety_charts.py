"""The pictures and sentences of the safety mirror: each figure on its mark, in its table, in its words."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mirrors.charts import Chart
from mirrors.charts.safety_bars import hotspots, often
from mirrors.charts.safety_change import changed, changes_title, why_not
from mirrors.charts.safety_city_charts import (
    city_safety_sentences,
    city_themes,
    city_title,
    offer_sentence,
    participation_table,
    reliability_table,
)
from mirrors.charts.safety_gap import gaps, gaps_key, gaps_title
from mirrors.charts.safety_readings import (
    answered_opening,
    care_sentences,
    crossings_opening,
    crossings_table,
    doubts_sentence,
    obstacles_lines,
    obstacles_opening,
    participation_lines,
    reasons_lines,
    safety_sentences,
    supports_opening,
    together_sentence,
    wave_label,
    when_sentence,
)
from mirrors.charts.safety_scale import scale_of
from mirrors.charts.safety_themes import themes, themes_title
from mirrors.charts.safety_words import (
    participation_line,
    response_warning,
    signed,
    theme_title,
    told_in,
    written_points,
)
from mirrors.charts.style import LIGHT
from mirrors.locale import LANGUAGES, Language
from mirrors.views import Snapshot, open_published
from mirrors.views.figure import Figure, PeerFigures, Status, Verdict
from mirrors.views.safety import SafetyView, safety_view
from mirrors.views.safety_city import CityParticipation, CityTheme, Offer, safety_city_view
from mirrors.views.safety_scores import Change, Gap, Participation, Share, ThemeName, ThemeScore, Told, Wave
from mirrors.views.school import SchoolName
from tests.people import ADVISER
from tests.safety_city import FEW_OTHERS, PLANTED, YEAR, publish_safety_city

EN = Language("en")
PUPILS = "pupils_12_18"
T3 = ThemeName("T3", {"en": "Bullying", "nl": "Pesten", "fr": "Harcèlement"})
T9 = ThemeName("T9", {"en": "Having a say", "nl": "Inspraak", "fr": "Participation"})


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Return the published city of surveys."""
    return open_published(publish_safety_city(tmp_path_factory.mktemp("safety"))).current()


@pytest.fixture(scope="module")
def planted(snapshot: Snapshot) -> SafetyView:
    """Return the mirror of the school where bullying is worse."""
    return safety_view(snapshot, ADVISER, PLANTED, YEAR, in_place={"D": 1.0, "F": 3.2})


def score(theme: ThemeName = T3, value: float | None = 63.0, **more: object) -> ThemeScore:
    made = ThemeScore(
        theme, PUPILS, Told.TOLD, Figure(value, 58.0, 68.0, decimals=0), Figure(0.6, decimals=0), 80,
        PeerFigures(15, 60.0, 55.0, 66.0), 61.0, Verdict.SIMILAR, "good", False,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def share(name: str, value: float | None, status: Status = Status.EXACT) -> Share:
    told = Told.TOLD if value is not None else Told.TOO_SMALL
    return Share(name, {"en": f"{name}?"}, T3, PUPILS, told, Figure(value, status=status))


def empty() -> SafetyView:
    """Return the mirror of a school of which nothing is told."""
    return SafetyView(SchoolName("S1", "S1", "primary"), YEAR, (), Wave("1", YEAR))


def printed(chart: Chart) -> str:
    """Return every word in a picture."""
    return " ".join(each.text for each in chart.figure.layout.annotations)


def at(chart: Chart, symbol: str) -> list[float]:
    """Return where the marks of one kind stand, 0..1."""
    return [trace.x[0] for trace in chart.figure.data if trace.marker.symbol == symbol]


# The scale


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([63.0, 55.0], 40.0, 80.0), ([20.0, 80.0], 10.0, 90.0), ([None], 0.0, 100.0), ([99.0], 60.0, 100.0)],
)
def test_the_scale_holds_every_value_and_is_never_narrow(
    values: list[float | None], low: float, high: float
) -> None:
    scale = scale_of(values)
    assert (scale.low, scale.high) == (low, high)
    assert scale.at(low) == 0.0
    assert scale.at(150.0) == 1.0


# Themes


def test_dots_bands_and_medians_stand_where_the_figures_say() -> None:
    chart = themes([score(), score(T9, 70.0)], EN)
    scale = scale_of([55.0, 70.0])
    assert at(chart, "circle") == [scale.at(63.0), scale.at(70.0)]
    assert at(chart, "diamond-open") == [scale.at(61.0)] * 2
    bands = [shape for shape in chart.figure.layout.shapes if shape.type == "rect"]
    assert [(shape.x0, shape.x1) for shape in bands] == [(scale.at(55.0), scale.at(66.0))] * 2
    assert {shape.layer for shape in chart.figure.layout.shapes} == {"below"}


def test_the_table_holds_what_the_picture_shows() -> None:
    [row] = themes([score()], EN).table.rows
    assert row == ("Bullying", "63", "58 to 68", "60\u00a0%", "60", "55 to 66", "61", "80", "similar")


def test_a_bound_is_told_as_one_and_has_no_dot() -> None:
    chart = themes([score(own=Figure(10.0, status=Status.AT_MOST, decimals=0))], EN)
    assert "at most 10" in printed(chart)
    assert at(chart, "circle") == []
    assert "at most 10" in chart.reading


@pytest.mark.parametrize(
    ("told", "words"),
    [(Told.TOO_SMALL, "fewer than 10 answered"), (Told.UNRELIABLE, "not formed as a theme"),
     (Told.MISSING, "not delivered"), (Told.NOT_ASKED, "not asked")],
)  # fmt: skip
def test_what_is_not_told_says_why(told: Told, words: str) -> None:
    nothing = Figure(None, status=Status.MISSING)
    silent = score(
        value=None, own=nothing, favourable=nothing, told=told, peers=PeerFigures(0), expected=None,
        verdict=Verdict.UNKNOWN,
    )  # fmt: skip
    chart = themes([silent], EN)
    assert words in printed(chart)
    assert words == chart.table.rows[0][-1]
    assert chart.title == "There are too few answers to tell."


def test_a_summary_without_points_shows_its_shares() -> None:
    nothing = Figure(None, status=Status.MISSING)
    told = score(ThemeName("learning_climate", None), own=nothing, peers=PeerFigures(0), expected=None,
                 verdict=Verdict.UNKNOWN, favourable=Figure(0.711, decimals=0))  # fmt: skip
    chart = themes([told], EN)
    assert "<b>71\u00a0%</b>" in printed(chart)
    assert "Learning climate" in printed(chart)
    assert at(chart, "circle") == [pytest.approx(0.711)]
    assert chart.reading.startswith("Share of favourable answers")


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        ((Verdict.HIGHER, Verdict.LOWER),
         "Better than at similar schools: bullying. Less good than at similar schools: having a say."),
        ((Verdict.SIMILAR, Verdict.UNKNOWN), "Every theme is much like at similar schools."),
        ((Verdict.UNKNOWN, Verdict.UNKNOWN),
         "These are your own results; they are not compared with other schools."),
    ],
)  # fmt: skip
def test_the_finding_names_what_differs(verdicts: tuple[Verdict, Verdict], title: str) -> None:
    assert themes_title([score(verdict=verdicts[0]), score(T9, verdict=verdicts[1])], EN) == title


def test_of_many_themes_only_their_number_is_told() -> None:
    lower = [score(ThemeName(f"T{number}", None), verdict=Verdict.LOWER) for number in range(6)]
    assert themes_title([*lower, score()], EN) == "Less good than at similar schools: 6 of 7 themes."


def test_a_providers_name_cannot_bring_signs_that_are_commands() -> None:
    name = theme_title(ThemeName("safety<img src=x>![a](http://b)_`*", None), EN)
    assert not set(name) & set("<>![]_`*/:=")
    assert theme_title(ThemeName("***", None), EN) == "–"


# Gaps


def gap(verdict: str, city: float | None = 8.0, value: float | None = 20.0) -> Gap:
    return Gap(T3, "teachers", PUPILS, 70.0, 50.0, Figure(value, 14.0, 26.0, decimals=0), city, verdict)


def test_a_gap_lies_between_pupils_and_staff_beside_the_usual_one() -> None:
    chart = gaps([gap("larger")], EN)
    scale = scale_of([70.0, 50.0, 58.0])
    assert at(chart, "circle-open") == [scale.at(50.0)]
    assert at(chart, "circle") == [scale.at(70.0)]
    [usual] = [s for s in chart.figure.layout.shapes if s.type == "line" and s.x0 == s.x1]
    assert usual.x0 == scale.at(58.0)
    assert chart.table.rows == (("Bullying", "70", "50", "+20", "14 to 26", "+8", "more than usual"),)
    assert "+20 (+8)" in chart.reading
    assert "where teachers usually stand" in gaps_key([gap("larger")], EN, LIGHT)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("larger", "teachers are more favourable than is usual in this city about: bullying"),
        ("smaller", "teachers are less favourable than is usual in this city about: bullying"),
        ("usual", "as much as is usual in this city"),
        ("unknown", "too few schools to say which difference"),
    ],
)
def test_the_finding_of_a_gap_is_told_against_the_city(verdict: str, words: str) -> None:
    city = None if verdict == "unknown" else 8.0
    assert words in gaps_title([gap(verdict, city)], EN)


def test_a_gap_of_a_bound_is_a_dash() -> None:
    [row] = gaps([gap("unknown", None, None)], EN).table.rows
    assert (row[3], row[5], row[6]) == ("–", "–", "–")


# Bars


def test_a_share_that_is_a_bound_is_pale_and_never_called_the_most() -> None:
    chart = often([share("a", 0.1), share("b", 0.2, Status.AT_MOST), share("c", None)], EN)
    bars = [shape for shape in chart.figure.layout.shapes if shape.type == "rect"]
    assert [bar.fillcolor for bar in bars] == [LIGHT.sequence[2], LIGHT.own_ribbon]
    assert bars[1].x1 == pytest.approx(2 * bars[0].x1)
    assert chart.title.startswith("Mentioned most: 10\u00a0%")
    assert [row[1] for row in chart.table.rows] == [
        "10\u00a0%",
        "at most 20\u00a0%",
        "fewer than 10 answered",
    ]


def test_places_come_in_order_of_how_often_they_are_named() -> None:
    chart = hotspots([share("gate", 0.1), share("online", 0.2, Status.AT_MOST), share("toilets", 0.4)], EN)
    assert [row[0] for row in chart.table.rows] == ["toilets?", "gate?", "online?"]
    assert chart.title == "Named most as less safe: toilets? and gate?."


@pytest.mark.parametrize(
    ("shares", "title"),
    [
        ([share("a", 0.2, Status.AT_MOST)], "No place is named so often that a figure can be told."),
        ([share("a", None)], "There are too few answers to tell."),
    ],
)
def test_without_a_known_share_no_place_is_named(shares: list[Share], title: str) -> None:
    assert hotspots(shares, EN).title == title


# Changes


def change(points: float | None, verdict: str, reason: str = "") -> Change:
    return Change(T3, PUPILS, "1", "2023-24", points, verdict, reason)


def test_then_and_now_stand_where_the_figures_say() -> None:
    chart = changed([change(-12.0, "lower")], [score()], EN)
    scale = scale_of([63.0, 75.0])
    assert at(chart, "circle-open") == [scale.at(75.0)]
    assert at(chart, "circle") == [scale.at(63.0)]
    assert chart.table.rows == (("Bullying", "\N{MINUS SIGN}12", "less good", "2023-24"),)
    assert chart.title == "Less good than in the survey before: bullying."


@pytest.mark.parametrize(
    ("verdict", "title"),
    [
        ("no_clear_change", "No theme changed by more than chance."),
        ("not_compared", "This survey cannot be compared with the one before."),
    ],
)
def test_chance_is_no_change(verdict: str, title: str) -> None:
    assert changes_title([change(3.0, verdict)], EN) == title


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("other_form", "short form"),
        ("other_version", "questions changed"),
        ("other_questionnaire", "another questionnaire"),
        ("not_comparable", "too few answered"),
    ],
)
def test_why_two_surveys_are_not_compared(reason: str, words: str) -> None:
    unlike = change(None, "not_compared", reason)
    assert words in why_not([unlike, unlike], EN)
    assert why_not([unlike, unlike], EN) == why_not([unlike], EN)
    assert why_not([change(1.0, "higher")], EN) == ""


# Sentences


def test_what_stands_out_is_told_in_words(planted: SafetyView) -> None:
    said = safety_sentences(planted, EN)
    assert "**Less good than expected**: bullying and cyberbullying (pupils of 12 to 18)" in said
    assert said.endswith("part 2 shows every theme.")
    one = replace(planted, standing_out=planted.standing_out[:1])
    assert safety_sentences(one, EN).endswith("No other theme clearly stands out.")
    calm = replace(planted, standing_out=())
    assert safety_sentences(calm, EN).startswith("**No theme stands out**")
    alone = replace(score(), peers=PeerFigures(0), expected=None)
    assert "your own results" in safety_sentences(replace(calm, scores=(alone,)), EN)
    assert "Too few people answered" in safety_sentences(empty(), EN)


@pytest.mark.parametrize(
    ("response", "rate", "words"),
    [
        ("very_low", 0.2, "Fewer than three in ten answered."),
        ("low", 0.49, "Fewer than half answered."),
        ("caution", 0.51, "with some care"),
        ("wrong", None, "More people answered than were invited."),
        ("unknown", None, "Nobody knows who is missing"),
    ],
)
def test_a_response_that_is_not_good_says_what_it_means(
    response: str, rate: float | None, words: str
) -> None:
    taken = Participation(PUPILS, Told.TOLD, 50, None if response == "unknown" else 100, rate, response)
    assert words in participation_lines(replace(empty(), participation=(taken,)), EN)
    assert response_warning("good", EN) == ""


def test_how_many_took_part_is_told_as_far_as_it_is_known() -> None:
    good = Participation(PUPILS, Told.TOLD, 80, 95, 0.84, "good")
    assert participation_line(good, EN) == "about 80 of the 95 invited (84\u00a0%)"
    assert (
        participation_line(replace(good, rate=None, response="wrong"), EN) == "about 80, and 95 were invited"
    )
    assert "nobody noted" in participation_line(replace(good, invited=None, rate=None), EN)
    few = replace(good, told=Told.TOO_SMALL, participants=None, rate=None)
    assert participation_line(few, EN) == "fewer than 10 answered: nothing is told of them"
    view = replace(empty(), participation=(few,))
    assert participation_lines(view, EN).count("\n") == 0
    assert answered_opening(view, EN).startswith("No group has ten answers")


def test_below_thirty_the_page_says_indicative(snapshot: Snapshot) -> None:
    assert "indicative" in participation_lines(safety_view(snapshot, ADVISER, "S03", YEAR), EN).split("\n")[0]
    assert (
        "indicative"
        not in participation_lines(safety_view(snapshot, ADVISER, "S04", YEAR), EN).split("\n")[0]
    )


def test_groups_told_together_are_explained(snapshot: Snapshot, planted: SafetyView) -> None:
    few = safety_view(snapshot, ADVISER, FEW_OTHERS, YEAR)
    assert together_sentence(few, EN).startswith("Teachers and other staff are told together")
    assert "**Teachers and other staff together**" in participation_lines(few, EN)
    assert "nothing is told" in together_sentence(safety_view(snapshot, ADVISER, "S01", YEAR), EN)
    assert together_sentence(planted, EN) == ""


def test_when_and_how_a_survey_was_held() -> None:
    wave = Wave("1", YEAR, "imported", "full", date(2024, 11, 4), date(2024, 11, 22))
    held = "Held from 4 Nov 2024 to 22 Nov 2024, full form, answers brought in from another survey tool."
    assert when_sentence(wave, EN) == held
    assert when_sentence(Wave("1", YEAR), EN) == ""
    assert wave_label(wave, EN) == "4 Nov 2024"
    assert wave_label(Wave("3", YEAR), EN) == "Survey 3"


def test_doubts_are_told_only_where_there_are_any() -> None:
    view = replace(empty(), scores=(score(), score(T9), score(T9, group="teachers")))
    assert (doubts_sentence(view, EN), care_sentences(view, PUPILS, EN)) == ("", "")
    assert "having a say (teachers)" in doubts_sentence(replace(view, doubted=((T9, "teachers"),)), EN)
    loose = replace(view, with_care=((T9, PUPILS),))
    assert "loosely for having a say" in care_sentences(loose, PUPILS, EN)
    assert care_sentences(loose, "teachers", EN) == ""


@pytest.mark.parametrize(
    ("changed", "is_said"),
    [
        ({"peers": PeerFigures(7, 70.0)}, True),
        ({"peers": PeerFigures(7, 67.0)}, False),
        ({"peers": PeerFigures(15, 70.0, 65.0, 75.0)}, True),
        ({"peers": PeerFigures(15, 70.0, 62.0, 75.0)}, False),
        ({"peers": PeerFigures(7, 70.0), "verdict": Verdict.LOWER}, False),
        ({"peers": PeerFigures(0)}, False),
    ],
)
def test_a_word_that_is_more_careful_than_its_line_is_explained(
    changed: dict[str, Any], is_said: bool
) -> None:
    view = replace(empty(), scores=(score(**changed),))
    assert ("more careful than its line" in care_sentences(view, PUPILS, EN)) is is_said


def test_questions_of_most_themes_that_hang_together_loosely_are_said_once() -> None:
    view = replace(empty(), scores=(score(), score(T9)))
    assert "most themes" in care_sentences(replace(view, with_care=((T9, PUPILS), (T3, PUPILS))), PUPILS, EN)


def test_the_checklist_is_crossed_with_what_is_felt(planted: SafetyView) -> None:
    table = {row[0]: row for row in crossings_table(planted.crossings, EN).rows}
    assert table["Procedures and incidents"][1] == "1.0"
    assert table["Procedures and incidents"][3] == "Little in place, and felt: a place to begin"
    assert table["People and training"][3] == "In place, and felt"
    assert table["Policy"][1] == "not filled in"
    assert "Little in place, and felt: Procedures and incidents." in crossings_opening(planted.crossings, EN)
    none = tuple(replace(each, in_place=None) for each in planted.crossings)
    assert crossings_opening(none, EN).startswith("Beside the checklist")


@pytest.mark.parametrize(
    ("felt", "verdict", "words"),
    [
        (True, Verdict.HIGHER, "Both point the same way"),
        (True, Verdict.SIMILAR, "though absence is not clearly higher"),
        (False, Verdict.HIGHER, "tell of no clear obstacles"),
        (False, Verdict.LOWER, "Neither the answers nor absence"),
        (False, Verdict.UNKNOWN, "beside the school's own absence"),
    ],
)
def test_absence_is_told_as_a_sign(felt: bool, verdict: Verdict, words: str) -> None:
    from tests.unit import examples

    absence = (replace(examples.COMPARISONS[0], verdict=verdict),)
    assert words in obstacles_opening(replace(empty(), obstacles_are_felt=felt, absence=absence), EN)


def test_obstacles_are_told_by_group(planted: SafetyView) -> None:
    said = obstacles_lines(planted, EN)
    assert said.startswith("Coming to school and obstacles")
    assert "pupils of 12 to 18" in said
    assert "Nothing is told" in obstacles_lines(empty(), EN)


def test_support_is_a_proposal_with_its_reasons(planted: SafetyView) -> None:
    assert "you decide" in supports_opening(planted, EN)
    lines = reasons_lines(planted.supports[0].reasons, EN)
    assert lines[0] == "The theme scores below 50 out of 100. Bullying and cyberbullying: pupils of 12 to 18."
    few = [replace(each, is_indicative=True) for each in planted.supports[0].reasons]
    assert reasons_lines(few, EN)[0].endswith("pupils of 12 to 18 (few answered: an indication).")
    assert lines[-1].startswith("Bullying stops sooner")
    assert len(lines) == len(set(lines))
    assert "Nothing was found" in supports_opening(empty(), EN)


# The city


def test_the_city_shows_a_middle_half_and_a_median() -> None:
    shown = [CityTheme(T3, PUPILS, 20, 60.0, 55.0, 66.0), CityTheme(T9, PUPILS, 20, 70.0, 66.0, 75.0)]
    chart = city_themes(shown, EN)
    assert chart.table.rows[0] == ("Bullying", "60", "55 to 66", "20")
    assert len([s for s in chart.figure.layout.shapes if s.type == "rect"]) == 2
    assert city_title(shown, EN).startswith("Least favourable for pupils of 12 to 18: bullying")
    assert "close together" in city_title([shown[0], replace(shown[1], median=64.0)], EN)


def test_an_offer_says_why_and_what() -> None:
    offer = Offer(T3, PUPILS, True, 5, 20, 3, ({"en": "Training of the team", "nl": "x", "fr": "x"},))
    assert offer_sentence(offer, 50.0, EN) == (
        "**Bullying**, as pupils of 12 to 18 see it: the school in the middle scores below 50, 5 of 20 "
        "schools score below 50, and it stands out as less good than expected in 3 "
        "schools. Could be talked about: training of the team."
    )


def test_a_share_of_those_invited_is_told_only_where_it_can_be() -> None:
    shown = [
        CityParticipation(PUPILS, 20, 1500, 2000),
        CityParticipation("staff", 20, 300, None),
        CityParticipation("parents", 12, 300, 200),
    ]
    assert [row[3] for row in participation_table(shown, EN).rows] == ["75\u00a0%", "–", "–"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_city_can_be_told_in_every_language(snapshot: Snapshot, code: str) -> None:
    view = safety_city_view(snapshot, ADVISER, YEAR)
    say = Language(code)
    assert city_safety_sentences(view, say)
    assert len(reliability_table(view.reliability, say).rows) == len(view.reliability) > 0


# Words


def test_numbers_are_written_with_their_sign_and_bound() -> None:
    assert [signed(value, EN) for value in (3.0, 0.0, -3.0)] == ["+3", "0", "\N{MINUS SIGN}3"]
    assert written_points(Figure(90.0, status=Status.AT_LEAST), Told.TOLD, EN) == "at least 90"


def test_a_text_that_is_not_translated_is_told_in_its_first_language() -> None:
    assert told_in({"en": "Gate", "tr": "Kapı"}, Language("fr")) == "Gate"


def test_every_chart_of_the_city_has_a_table_and_a_reading(planted: SafetyView) -> None:
    charts = [
        *(themes(planted.of_group(group), EN) for group in planted.groups),
        gaps([each for each in planted.gaps if each.adults == "teachers"], EN),
        often([each for each in planted.often if each.group == PUPILS], EN),
        hotspots([each for each in planted.hotspots if each.group == PUPILS], EN),
        changed([each for each in planted.changes if each.group == PUPILS], planted.of_group(PUPILS), EN),
    ]
    for chart in charts:
        assert chart.title
        assert chart.reading
        assert chart.table.rows
        assert {len(row) for row in chart.table.rows} == {len(chart.table.header)}
        assert chart.height > 60
