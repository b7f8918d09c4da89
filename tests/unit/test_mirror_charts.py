"""Pictures of when, who and how a school responds: they draw the figures of their tables, in every case."""

import re
from dataclasses import replace

import pytest

from mirrors.charts import Chart
from mirrors.charts.composition import composition
from mirrors.charts.concentration import concentration_sentence
from mirrors.charts.drivers import drivers_sentence, drivers_table
from mirrors.charts.edges import edges
from mirrors.charts.features import features
from mirrors.charts.follow_up import chain_finding, follow_up, times_sentence
from mirrors.charts.groups import groups, groups_caption, widest_gap
from mirrors.charts.heat import heat
from mirrors.charts.months import months
from mirrors.charts.style import LIGHT
from mirrors.charts.trend import trend
from mirrors.charts.where_we_stand import where_we_stand
from mirrors.definitions import HALVES
from mirrors.locale import Language
from mirrors.views.beside import set_beside
from mirrors.views.figure import Against, Figure, PeerFigures, Pooled, Status, Verdict
from mirrors.views.pattern import Pattern, Profile
from mirrors.views.trend import Trend
from tests.unit import examples as example

ENGLISH = Language("en")


def plain(text: str) -> str:
    """Return `text` without emphasis and with ordinary spaces."""
    return text.replace("*", "").replace("\u00a0", " ")


def texts(chart: Chart) -> list[str]:
    """Return every text written into the picture."""
    return [plain(re.sub(r"<[^>]+>", "", note.text)) for note in chart.figure.layout.annotations]


def column(chart: Chart, place: int) -> list[str]:
    """Return the cells of a column of the table."""
    return [plain(row[place]) for row in chart.table.rows]


def bars(chart: Chart) -> list[float]:
    """Return how far each bar under the marks reaches."""
    return [shape.x1 for shape in chart.figure.layout.shapes if shape.type == "rect"]


# The week


def test_the_week_has_a_cell_a_half_day_with_its_number_and_wednesday_afternoon_stays_empty() -> None:
    chart = heat(example.WEEK, ENGLISH)
    cells = [shape for shape in chart.figure.layout.shapes if shape.type == "rect"]
    assert len(cells) == 9
    wednesday = [cell for cell in cells if cell.x0 < 2 < cell.x1]
    assert [cell.y0 < 0 < cell.y1 for cell in wednesday] == [True]
    assert set(column(chart, 1)) <= set(texts(chart))
    assert chart.title == "Friday afternoon stands out."
    assert "Highest: Friday afternoon (139); lowest: Wednesday morning (92)." in chart.reading


def test_higher_cells_are_never_paler() -> None:
    chart = heat(example.WEEK, ENGLISH)
    shades = [shape.fillcolor for shape in chart.figure.layout.shapes]
    by_item = {moment.item: moment.index for moment in example.WEEK.moments}
    pale = [LIGHT.sequence.index(shade) for shade in shades]
    drawn = [by_item[f"{day}_{half}"] for day in ("mon", "tue", "wed", "thu", "fri") for half in ("am", "pm")
             if f"{day}_{half}" in by_item]  # fmt: skip
    assert [shade for _, shade in sorted(zip(drawn, pale, strict=True))] == sorted(pale)


def test_a_week_in_which_nothing_stands_out_says_so() -> None:
    assert heat(replace(example.WEEK, stands_out=None), ENGLISH).title == (
        "No moment of the week clearly stands out."
    )


def test_too_little_absence_shows_the_week_of_similar_schools() -> None:
    week = Profile(example.moments(dict.fromkeys(("mon_am", "fri_pm")), {"mon_am": 90.0, "fri_pm": 121.0}))
    chart = heat(week, ENGLISH)
    assert "too little" in chart.title
    assert chart.reading == (
        "The cells are those of similar schools; 100 is their own average. "
        "Highest at similar schools: Friday afternoon."
    )
    assert {"90", "121"} <= set(texts(chart))
    assert column(chart, 1) == ["too few pupils", "too few pupils"]
    alone = Profile(example.moments({"mon_am": None}, {}))
    assert heat(alone, ENGLISH).reading == "Nor are there figures of similar schools."


def test_weekdays_without_half_days_are_one_row() -> None:
    chart = heat(Profile(example.moments({"1": 120.0, "5": 80.0}, {})), ENGLISH)
    assert column(chart, 0) == ["Monday", "Friday"]
    assert not {"morning", "afternoon"} & set(texts(chart))


def test_months_draw_their_index_and_leave_out_what_is_too_small() -> None:
    chart = months(example.YEAR, ENGLISH)
    tops = [shape.y1 for shape in chart.figure.layout.shapes if shape.type == "rect"]
    assert tops == [70.0, 110.0, 140.0]
    assert column(chart, 1) == ["70", "too few pupils", "110", "140"]
    assert chart.title == "No month clearly stands out."
    assert "Highest: June (140)." in chart.reading


def test_months_of_too_little_absence_say_so() -> None:
    chart = months(Profile(example.moments({"9": None}, {"9": 80.0})), ENGLISH)
    assert "too little" in chart.title
    assert chart.reading.startswith("The lines are those of similar schools")


@pytest.mark.parametrize(
    ("edge", "exam", "title"),
    [
        ("edge", None, "Absence is higher on the days next to holidays."),
        (None, "exam", "Absence is higher in exam weeks."),
        (None, None, "Neither holidays nor exam weeks clearly stand out."),
        ("off_edge", None, "Neither holidays nor exam weeks clearly stand out."),
    ],
)
def test_holidays_and_exams_are_told_only_where_they_stand_out(
    edge: str | None, exam: str | None, title: str
) -> None:
    assert example.PATTERN.edges is not None
    assert example.PATTERN.exams is not None
    pattern = replace(
        example.PATTERN,
        edges=replace(example.PATTERN.edges, stands_out=edge),
        exams=replace(example.PATTERN.exams, stands_out=exam),
    )
    chart = edges(pattern, ENGLISH)
    assert chart.title == title
    assert bars(chart)[0] / bars(chart)[1] == pytest.approx(176 / 91)


def test_without_holidays_and_exams_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="neither"):
        edges(Pattern(), ENGLISH)


# Groups


def test_groups_draw_the_figures_of_their_table_on_one_scale() -> None:
    chart = groups(example.GRADES, ENGLISH)
    dots = [trace.x[0] for trace in chart.figure.data if trace.mode == "markers"]
    assert dots[1] / dots[0] == pytest.approx(2.5)
    assert column(chart, 2) == ["1.0 %", "2.5 %", "too few pupils"]
    assert column(chart, 1) == ["115", "120", "–"]
    assert chart.title == "Secondary, grade 2: 1.8 times the unauthorised absence of the other pupils."


def test_a_gap_that_may_be_chance_is_not_told() -> None:
    unsure = replace(example.GRADES, gaps=(replace(example.GRADES.gaps[1], low=0.9),))
    assert groups(unsure, ENGLISH).title == "No group clearly stands out from the other pupils."


def test_rates_that_are_shown_as_the_same_have_no_gap_and_are_no_silence() -> None:
    alike = replace(example.GRADES, gaps=())
    assert groups(alike, ENGLISH).title == "No group clearly stands out from the other pupils."
    unknown = replace(example.GRADES, gaps=(), compared=False)
    assert groups(unknown, ENGLISH).title == "Unauthorised absence, by grade"


def test_groups_are_set_beside_the_whole_city() -> None:
    chart = groups(example.GRADES, ENGLISH, against=Against.CITY)
    assert (chart.table.header[4], column(chart, 4)) == ("The whole city", ["1.4 %", "1.7 %", "–"])
    assert {"city 1.4 %", "city 1.7 %"} <= set(texts(chart))
    assert "secondary, grade 1 1.0 % (1.4 %)" in plain(chart.reading)
    assert "in the whole city" in groups_caption(example.GRADES, ENGLISH, Against.CITY)


def test_groups_are_set_beside_themselves_in_the_year_before() -> None:
    chart = groups(example.GRADES, ENGLISH, against=Against.PAST)
    assert (chart.table.header[4], column(chart, 4)) == ("You, in 2023-24", ["2.0 %", "–", "–"])
    assert "23-24: 2.0 %" in texts(chart)
    marks = [trace for trace in chart.figure.data if trace.mode == "markers"]
    circles = [mark.x[0] for mark in marks if mark.marker.symbol == "circle-open"]
    dots = [mark.x[0] for mark in marks if mark.marker.symbol is None]
    assert circles == [pytest.approx(2 * dots[0])]
    assert "the same group in 2023-24" in groups_caption(example.GRADES, ENGLISH, Against.PAST)


@pytest.mark.parametrize(
    ("against", "words"),
    [
        (Against.EXPECTED, "What is expected is not worked out for groups of pupils."),
        (Against.CITY, "There are no figures of these groups for the whole city."),
        (Against.PAST, "There are no figures of these groups for the year before."),
    ],
)
def test_what_nobody_knows_of_groups_is_said_and_similar_schools_are_shown(
    against: Against, words: str
) -> None:
    bare = tuple(replace(group, city=None, past=None) for group in example.GRADES.groups)
    shown = replace(example.GRADES, groups=bare, past_year=None)
    assert groups_caption(shown, ENGLISH, against).startswith(words)
    assert groups_caption(shown, ENGLISH, against).endswith("at similar schools.")
    assert groups(shown, ENGLISH, against=against) == groups(shown, ENGLISH)


def test_groups_that_are_all_too_small_say_so() -> None:
    small = replace(example.GRADES, groups=(example.GRADES.groups[2],), gaps=())
    assert not small.shown
    assert groups(small, ENGLISH).title == "The groups are too small to be shown one by one."


@pytest.mark.parametrize(
    ("composition_part", "rate", "title"),
    [
        (0.01, 0.03, "The difference lies mostly in absence within the same groups."),
        (0.03, 0.01, "The difference lies mostly in which pupils attend."),
        (-0.03, 0.01, "The difference lies mostly in which pupils attend."),
        (0.04, 0.03, "Both who attends and absence within the same groups play a part."),
        (0.02, -0.02, "Who attends and absence within the same groups outweigh each other."),
        (0.0, 0.0, "The difference from similar schools together is too small to divide."),
    ],
)
def test_a_difference_is_told_by_its_larger_part(composition_part: float, rate: float, title: str) -> None:
    shown = replace(
        example.DIFFERENCE,
        difference=composition_part + rate,
        composition=composition_part,
        rate=rate,
    )
    assert composition(shown, ENGLISH).title == title


def test_the_parts_of_a_difference_are_drawn_from_one_zero() -> None:
    chart = composition(replace(example.DIFFERENCE, difference=0.01, composition=-0.01, rate=0.02), ENGLISH)
    who, rate = (shape for shape in chart.figure.layout.shapes if shape.type == "rect")
    assert who.x1 == pytest.approx(rate.x0)
    assert (rate.x1 - rate.x0) / (who.x1 - who.x0) == pytest.approx(2.0)
    assert column(chart, 1) == ["−1 point", "+2 points", "+1 point"]


# The follow-up


def test_the_follow_up_draws_its_shares_and_says_where_it_lags_behind() -> None:
    chart = follow_up(example.CHAIN, "half_day", ENGLISH)
    assert bars(chart) == [1.0, 0.8, 0.73, 0.4, 0.1]
    assert column(chart, 2) == ["–", "80 %", "73 %", "40 %", "at most 10 %"]
    assert chart.title == (
        "Clearly fewer pupils than at similar schools reach this step: notified to the guidance centre."
    )
    assert "Notified, after 6.5 school days" in texts(chart)
    assert "about 150 pupils" in texts(chart)


@pytest.mark.parametrize(
    ("verdict", "title"),
    [
        (Verdict.SIMILAR, "No step is reached by clearly fewer pupils than at similar schools."),
        (Verdict.HIGHER, "No step is reached by clearly fewer pupils than at similar schools."),
        (Verdict.UNKNOWN, "How far pupils get, from the threshold to being back at school."),
    ],
)
def test_a_chain_that_lags_nowhere_or_is_not_compared(verdict: Verdict, title: str) -> None:
    steps = tuple(replace(step, verdict=verdict) for step in example.CHAIN.steps)
    assert follow_up(replace(example.CHAIN, steps=steps), "half_day", ENGLISH).title == title


def test_the_follow_up_is_set_beside_the_whole_city() -> None:
    chart = follow_up(example.CHAIN, "half_day", ENGLISH, against=Against.CITY)
    assert chart.title == "No step is reached by clearly fewer pupils than in the whole city."
    assert (chart.table.header[3], column(chart, 3)) == ("The whole city", ["–", "–", "–", "35 %", "–"])
    assert len(chart.table.header) == len(chart.table.rows[0]) == 5
    assert "plan with partners 40 % (35 %)" in plain(chart.reading)
    assert times_sentence(example.CHAIN, ENGLISH, Against.CITY).endswith(
        "The line across a bar is the whole city."
    )


def test_the_follow_up_is_set_beside_the_own_past() -> None:
    chart = follow_up(example.CHAIN, "half_day", ENGLISH, against=Against.PAST)
    assert chart.title == "Clearly fewer pupils than in 2023-24 reach this step: plan with partners."
    assert chart.table.header[3:] == (
        "You, in 2023-24", "School days since the step before, median", "School days in 2023-24"
    )  # fmt: skip
    assert chart.table.rows[3][3:] == ("62\u00a0%", "13", "11")
    assert "your own share in 2023-24" in times_sentence(example.CHAIN, ENGLISH, Against.PAST)
    several = replace(example.CHAIN, past_years=("2020-21", "2021-22"))
    assert "than in 2020-21 to 2021-22 together reach" in chain_finding(several, ENGLISH, Against.PAST)


@pytest.mark.parametrize("against", [Against.EXPECTED, Against.CITY, Against.PAST])
def test_what_nobody_knows_of_steps_is_said_and_similar_schools_are_shown(against: Against) -> None:
    bare = replace(example.CHAIN, steps=tuple(replace(step, others={}) for step in example.CHAIN.steps))
    told = {
        Against.EXPECTED: "What is expected is not worked out for the steps of the follow-up.",
        Against.CITY: "There are no figures of these steps for the whole city.",
        Against.PAST: "There are no figures of these steps for the years before.",
    }
    assert times_sentence(bare, ENGLISH, against) == f"{told[against]} {times_sentence(bare, ENGLISH)}"
    assert follow_up(bare, "half_day", ENGLISH, against=against) == follow_up(bare, "half_day", ENGLISH)


def test_years_added_up_are_named() -> None:
    chain = replace(example.CHAIN, school_years=("2022-23", "2023-24", "2024-25"))
    assert times_sentence(chain, ENGLISH).startswith(
        "2022-23 to 2024-25 together, for one year has too few pupils."
    )
    assert "in 2022-23 to 2024-25 together" in follow_up(chain, "half_day", ENGLISH).reading
    assert "At similar schools they are 8, 6, and 13." in times_sentence(chain, ENGLISH)


def test_a_chain_of_too_few_pupils_shows_similar_schools() -> None:
    steps = tuple(
        replace(step, pupils=None, share=None, days=None, status=Status.TOO_SMALL, verdict=Verdict.UNKNOWN)
        for step in example.CHAIN.steps
    )
    chart = follow_up(replace(example.CHAIN, steps=steps), "day", ENGLISH)
    assert chart.title == "Too few pupils reached the threshold to follow them step by step."
    assert bars(chart) == []
    assert texts(chart).count("too few pupils") == len(steps)
    assert "5 or more days" in texts(chart)
    assert "5 or more unauthorised days" in chart.reading
    ticks = [
        shape.x0 for shape in chart.figure.layout.shapes if shape.type == "line" and shape.x0 == shape.x1
    ]
    assert ticks == [0.9, 0.71, 0.41, 0.25]


# Beside something else than similar schools


def test_beside_the_own_past_the_earlier_figure_is_an_open_circle() -> None:
    beside = set_beside(example.COMPARISONS[1], None, ("2022-23", Figure(0.011, 0.009, 0.013)))
    chart = where_we_stand([beside], ENGLISH, against=Against.PAST)
    assert "circle-open" in [trace.marker.symbol for trace in chart.figure.data]
    assert chart.title == "Every figure is higher than in the last comparable year."
    assert plain(chart.table.rows[0][3]) == "1.1 % (2022-23)"
    assert not bars(chart), "the band of similar schools is left out"


@pytest.mark.parametrize(
    ("against", "title", "reference"),
    [
        (Against.EXPECTED, "Every figure is higher than expected.", "1.2 %"),
        (Against.CITY, "Every figure is lower than in the whole city.", "3 %"),
        (Against.PEERS, "Every figure is higher than at similar schools.", "1.2 %"),
    ],
)
def test_the_finding_follows_what_is_compared_with(against: Against, title: str, reference: str) -> None:
    beside = set_beside(example.COMPARISONS[1], 0.03, None)
    chart = where_we_stand([beside], ENGLISH, against=against)
    assert chart.title == title
    assert plain(chart.table.rows[0][3]) == reference


def test_what_nothing_can_be_set_beside_says_so() -> None:
    chart = where_we_stand(example.COMPARISONS, ENGLISH, against=Against.CITY)
    assert chart.title == "These figures cannot be compared with the whole city."
    assert set(column(chart, 4)) == {"not compared"}


def test_a_trend_beside_the_city_draws_its_line_and_no_ribbon_of_schools() -> None:
    points = tuple(replace(point, city=0.02) for point in example.TREND.points)
    series = replace(example.TREND, points=points)
    chart = trend(series, ENGLISH, against=Against.CITY)
    assert plain(chart.reading).startswith("2024-25: 1.9 %; the whole city: 2 %.")
    assert chart.table.header[3] == "The whole city"
    ribbons = [trace for trace in chart.figure.data if trace.fill == "toself"]
    with_peers = [trace for trace in trend(series, ENGLISH).figure.data if trace.fill == "toself"]
    assert len(ribbons) < len(with_peers)
    assert len(trend(series, ENGLISH, against=Against.PAST).table.header) == 4


def small_trend(*windows: Pooled, peers: bool = True) -> Trend:
    """Return the example trend of a school with too few pupils in every year."""
    points = tuple(
        replace(
            point,
            own=Figure(None, status=Status.TOO_SMALL),
            peers=point.peers if peers else PeerFigures(0),
            city=0.02,
        )
        for point in example.TREND.points
    )
    return replace(example.TREND, points=points, change=None, not_judged="too_small", windows=windows)


def test_a_small_school_sees_years_together_as_its_trend() -> None:
    first = Pooled(Figure(0.035, 0.02, 0.05, decimals=HALVES), ("2021-22", "2022-23"))
    second = Pooled(Figure(0.04, 0.025, 0.055, decimals=HALVES), ("2023-24", "2024-25"))
    chart = trend(small_trend(first, second), ENGLISH)
    assert plain(chart.reading).startswith(
        "One year alone has too few pupils, so years are added together: 3.5 % in 2021-22 to 2022-23 "
        "together and 4 % in 2023-24 to 2024-25 together."
    )
    levels = [trace for trace in chart.figure.data if trace.mode == "lines" and trace.line.width == 3]
    assert [tuple(trace.y) for trace in levels] == [(0.035, 0.035), (0.04, 0.04)]
    assert [round(sum(trace.x) / 2, 6) for trace in levels] == [4.5, 6.5]
    assert levels[0].x[1] < levels[1].x[0]
    assert {"3.5 %", "4 %"} <= set(texts(chart))
    assert column(chart, 0)[-1] == "2023-24 to 2024-25 together"
    assert column(chart, 1)[-2:] == ["too few pupils", "4 %"]
    assert {len(row) for row in chart.table.rows} == {len(chart.table.header)}
    # The axis reaches over the margin of chance.
    assert chart.figure.layout.yaxis.range[1] > 0.055


def test_a_bound_of_years_together_is_drawn_as_far_as_it_reaches() -> None:
    bound = Pooled(Figure(0.05, status=Status.AT_MOST, decimals=0), ("2023-24", "2024-25"))
    chart = trend(small_trend(bound), ENGLISH)
    assert "at most 5 % in 2023-24 to 2024-25 together" in plain(chart.reading)
    ribbons = [trace for trace in chart.figure.data if trace.fillcolor == LIGHT.own_ribbon]
    assert [(min(trace.y), max(trace.y)) for trace in ribbons] == [(0.0, 0.05)]


def test_a_small_school_without_years_together_sees_similar_schools_or_the_city() -> None:
    alike = trend(small_trend(), ENGLISH)
    assert plain(alike.reading).startswith(
        "Every year has too few pupils, also together with others: the line is that of similar schools."
    )
    alone = trend(small_trend(peers=False), ENGLISH)
    assert "the whole city: 2 %" in plain(alone.reading)
    assert alone.table.header[3] == "The whole city"
    assert len(alone.figure.data) > 0


def test_years_together_are_drawn_and_named() -> None:
    small = replace(
        example.COMPARISONS[0],
        own=Figure(None, status=Status.TOO_SMALL),
        verdict=Verdict.UNKNOWN,
        pooled=Pooled(Figure(0.035, 0.02, 0.05), ("2022-23", "2023-24", "2024-25")),
    )
    chart = where_we_stand([small], ENGLISH)
    assert plain(chart.table.rows[0][1]) == "3.5 % (2022-23 to 2024-25 together)"
    assert {"3.5 %", "3 years together"} <= set(texts(chart))


def test_a_figure_without_a_margin_of_chance_is_never_called_higher() -> None:
    days = example.comparison(
        "F4", Figure(12.0, decimals=HALVES), PeerFigures(15, 8.0, 6.0, 8.5), None, Verdict.UNKNOWN
    )
    chart = where_we_stand([days], ENGLISH)
    assert chart.title.startswith("Outside the middle half of similar schools: ")
    assert {"12 school days", "median 8"} <= set(texts(chart))
    checked = where_we_stand([replace(days, judged=False)], ENGLISH)
    assert checked.title == "These figures cannot be compared with similar schools."


# Words


def test_what_moved_is_told_by_kind_grade_and_month() -> None:
    assert drivers_sentence(example.DRIVERS, ENGLISH) == (
        "Against the mean of the two years before, overall absence moved most in: illness (+1.2 points), "
        "primary, grade 4 (−0.5 points), and February (+0.3 points)."
    )
    assert drivers_sentence((), ENGLISH) == ""
    assert drivers_table(example.DRIVERS, ENGLISH).rows[-1] == ("March", "+0.1 points")


def test_concentration_is_told_with_how_many_pupils_were_never_absent() -> None:
    top = example.comparison("D1", Figure(0.62, decimals=0), PeerFigures(15, 0.4), None, Verdict.UNKNOWN)
    none = example.comparison("B7", Figure(0.55, decimals=0), PeerFigures(0), None, Verdict.UNKNOWN)
    assert plain(concentration_sentence(top, none, ENGLISH)) == (
        "The 5 % of pupils with most unauthorised absence account for 62 % of it. At similar schools it is "
        "40 %. 55 % of pupils had none at all."
    )
    assert concentration_sentence(None, none, ENGLISH) == ""
    small = replace(top, own=Figure(None, status=Status.TOO_SMALL))
    assert concentration_sentence(small, none, ENGLISH) == ""


def test_features_outside_the_middle_half_are_named() -> None:
    inside = features(example.MATCH, ENGLISH)
    assert inside.title == "On every feature you lie among the middle half of similar schools."
    outside = replace(example.MATCH.features[0], own=2.4)
    chart = features(replace(example.MATCH, features=(outside,)), ENGLISH)
    assert chart.title == "You lie outside the middle half of similar schools on: deprivation index (0 to 4)."


@pytest.mark.parametrize(
    ("status", "is_outside"), [(Status.EXACT, True), (Status.AT_MOST, False), (Status.AT_LEAST, True)]
)
def test_a_bound_lies_outside_only_where_it_says_so(status: Status, is_outside: bool) -> None:
    share = replace(example.MATCH.features[1], own=0.09, status=status)
    chart = features(replace(example.MATCH, features=(share,)), ENGLISH)
    assert ("outside" in chart.title) is is_outside
    assert column(chart, 1) == [
        {"exact": "9 %", "at_most": "at most 9 %", "at_least": "at least 9 %"}[status]
    ]


def test_the_surest_gap_is_found_among_all_breakdowns() -> None:
    other = replace(example.GRADES, indicator=example.INDICATORS["A1"], gaps=())
    assert widest_gap([example.GRADES, other]) == ("grade", example.GRADES.gaps[1])
    assert widest_gap([other]) is None
