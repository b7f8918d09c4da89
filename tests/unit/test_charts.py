"""Charts say what their figures say: in words, in the picture and in the table, and never more."""

import json
import re
from dataclasses import replace

import pytest

from mirrors.charts import Chart
from mirrors.charts.bands import bands
from mirrors.charts.city_kinds import city_kinds
from mirrors.charts.city_readings import (
    city_sentences,
    completeness_sentences,
    completeness_table,
    listed_sentence,
)
from mirrors.charts.city_trend import city_trend
from mirrors.charts.composition import composition
from mirrors.charts.doubts import broken_years, completeness_sentence, match_sentence
from mirrors.charts.edges import edges
from mirrors.charts.features import features, features_table
from mirrors.charts.follow_up import follow_up, short_threshold, threshold_words
from mirrors.charts.groups import groups
from mirrors.charts.heat import heat
from mirrors.charts.key import key
from mirrors.charts.kinds import kinds
from mirrors.charts.months import months
from mirrors.charts.readings import change_sentence, change_title
from mirrors.charts.short_lists import card_facts
from mirrors.charts.spread import spread
from mirrors.charts.standing import standing_title
from mirrors.charts.style import DARK, LIGHT, Palette, ticks
from mirrors.charts.trend import trend
from mirrors.charts.verdict import verdict_sentences
from mirrors.charts.where_we_stand import where_we_stand
from mirrors.definitions import HALVES
from mirrors.locale import LANGUAGES, Language
from mirrors.views.beside import set_beside
from mirrors.views.city import CityCompleteness, CityView
from mirrors.views.figure import Against, Figure, PeerFigures, Status, Verdict
from mirrors.views.mirror import Completeness
from mirrors.views.trend import ChangeWords
from tests.unit import examples as example

ENGLISH = Language("en")
SPREAD_TYPES = {"primary": "primary school", "secondary": "secondary school"}
BESIDE = [set_beside(each, 0.06, ("2023-24", Figure(0.05, 0.045, 0.055))) for each in example.COMPARISONS]
DRAWN = {
    "where we stand": lambda language, palette: where_we_stand(example.COMPARISONS, language, palette),
    "trend": lambda language, palette: trend(example.TREND, language, palette),
    "kinds": lambda language, palette: kinds(example.KINDS, language, palette),
    "bands": lambda language, palette: bands(example.BANDS, "half_day", language, palette),
    "spread": lambda language, palette: spread(example.SPREADS, SPREAD_TYPES, language, palette),
    "city trend": lambda language, palette: city_trend(example.CITY_TREND, language, palette),
    "city kinds": lambda language, palette: city_kinds(example.CITY_KINDS, language, palette),
    "beside the past": lambda language, palette: where_we_stand(BESIDE, language, palette, Against.PAST),
    "beside the city": lambda language, palette: where_we_stand(BESIDE, language, palette, Against.CITY),
    "trend and expected": lambda language, palette: trend(example.TREND, language, palette, Against.EXPECTED),
    "week": lambda language, palette: heat(example.WEEK, language, palette),
    "months": lambda language, palette: months(example.YEAR, language, palette),
    "holidays and exams": lambda language, palette: edges(example.PATTERN, language, palette),
    "groups": lambda language, palette: groups(example.GRADES, language, palette),
    "composition": lambda language, palette: composition(example.DIFFERENCE, language, palette),
    "follow-up": lambda language, palette: follow_up(example.CHAIN, "half_day", language, palette),
    "features": lambda language, palette: features(example.MATCH, language, palette),
}
every_chart = pytest.mark.parametrize("draw", list(DRAWN.values()), ids=list(DRAWN))
every_language = pytest.mark.parametrize(
    "language", [Language(code) for code in LANGUAGES], ids=list(LANGUAGES)
)


def plain(text: str) -> str:
    """Return `text` without emphasis and with ordinary spaces, as a reader hears it."""
    return text.replace("*", "").replace("\u00a0", " ")


def shares(cells: list[str]) -> list[float]:
    """Return printed English percentages as shares."""
    return [float(cell.replace("\u00a0%", "").replace(",", "")) / 100 for cell in cells]


def column(chart: Chart, name: str) -> list[str]:
    """Return the cells of the table column called `name`."""
    place = chart.table.header.index(name)
    return [row[place] for row in chart.table.rows]


def texts(chart: Chart) -> list[str]:
    """Return every text written into the picture."""
    return [plain(re.sub(r"<[^>]+>", " ", note.text)) for note in chart.figure.layout.annotations]


# The verdict of a mirror


@pytest.mark.parametrize(
    ("verdict", "quality", "words"),
    [
        (Verdict.SIMILAR, "good", "That is similar to schools like yours."),
        (Verdict.HIGHER, "good", "That is higher than at schools like yours."),
        (Verdict.LOWER, "good", "That is lower than at schools like yours."),
        (Verdict.HIGHER, "fair", "That is higher than at schools fairly like yours."),
        (Verdict.HIGHER, "poor", "That seems higher, but the schools compared with are not very alike."),
        (Verdict.SIMILAR, "poor", "That seems similar, but the schools compared with are not very alike."),
        (Verdict.UNKNOWN, "good", "That cannot be compared with schools like yours."),
    ],
)
def test_the_verdict_is_as_strong_as_the_match(verdict: Verdict, quality: str, words: str) -> None:
    opening = replace(example.COMPARISONS[0], verdict=verdict)
    view = replace(example.MIRROR, comparisons=(opening,), match=replace(example.MATCH, quality=quality))
    assert plain(verdict_sentences(view, ENGLISH)).startswith(
        f"Pupils were absent 6.4 % of the time. {words}"
    )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("too_small", "The school is too small"),
        ("incomplete", "The registers are too incomplete"),
        ("small_type", "There are too few schools of this type"),
        ("no_context", "Too little is known"),
    ],
)
def test_without_similar_schools_the_verdict_says_why(reason: str, words: str) -> None:
    match = replace(example.MATCH, quality="none", reason=reason, peers=0, features=())
    sentences = verdict_sentences(replace(example.MIRROR, match=match), ENGLISH)
    assert words in sentences
    assert "similar to schools" not in plain(sentences)


def test_a_year_that_cannot_be_compared_has_no_change() -> None:
    sentences = plain(verdict_sentences(replace(example.MIRROR, break_reason=example.CLOSED), ENGLISH))
    assert sentences == (
        "Pupils were absent 6.4 % of the time. That is similar to schools like yours. "
        "2024-25 cannot be compared with other years: schools closed for part of the year."
    )


def test_the_whole_verdict_reads_as_a_head_teacher_would_say_it() -> None:
    assert plain(verdict_sentences(example.MIRROR, ENGLISH)) == (
        "Pupils were absent 6.4 % of the time. That is similar to schools like yours. "
        "Unauthorised absence rose to 1.9 %, from about 1.1 % in the years before: more than expected."
    )


# Change


@pytest.mark.parametrize(
    ("direction", "certainty", "words"),
    [
        ("rose", "clear", "rose to 1.9 %, from about 1.1 % in the years before: more than expected."),
        ("fell", "clear", "fell to 1.9 %, from about 1.1 % in the years before: more than expected."),
        ("rose", "weak", "may have risen, to 1.9 % from about 1.1 % in the years before: too early to say."),
        ("fell", "weak", "may have fallen, to 1.9 % from about 1.1 % in the years before: too early to say."),
        ("stayed_as_others_fell", "clear", "stayed near 1.9 % while similar schools fell."),
        (
            "stayed_as_others_rose",
            "weak",
            "may have stayed near 1.9 % while similar schools rose: too early to say.",
        ),
        ("rose", "none", "similar to the years before."),
        ("similar", "none", "similar to the years before."),
        ("similar", "clear", "similar to the years before."),
    ],
)
def test_a_change_is_worded_as_sure_as_it_is(direction: str, certainty: str, words: str) -> None:
    changed = replace(example.TREND, change=ChangeWords(direction, certainty, 0.0113, 0.0188, 1))
    assert plain(change_sentence(changed, ENGLISH)).endswith(words)
    sure = any(
        word in change_title(changed, ENGLISH) for word in (" rose more", " fell more", " stayed as it was")
    )
    assert sure == (certainty == "clear" and direction != "similar")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("break_year", "this year cannot be compared with other years"),
        ("no_year_before", "there is no comparable year before it"),
        ("open_alarm", "its figures of this year or the last are being checked"),
        ("missing_year", "a year is missing"),
        ("too_small", "the school is too small"),
        ("implausible", "its figures are implausible"),
        ("roll_changed", "the number of pupils changed by more than half"),
        (None, "there are too few years"),
    ],
)
def test_a_change_that_is_not_judged_says_why(reason: str | None, words: str) -> None:
    unjudged = replace(example.TREND, change=None, not_judged=reason)
    assert plain(change_sentence(unjudged, ENGLISH)) == f"Unauthorised absence: too early to say, {words}."
    assert words in trend(unjudged, ENGLISH).reading


# Doubt


def test_missing_months_and_alarms_are_named() -> None:
    sentence = completeness_sentence(
        Completeness(0.8, (11, 12), ("missing_months", "registration_change")), ENGLISH
    )
    assert plain(sentence) == (
        "Registers complete for 80 % of the months. Missing: Nov and Dec. Check first: months are missing. "
        "Check first: the way absence is registered seems to have changed."
    )


@pytest.mark.parametrize(
    ("quality", "words"),
    [("good", "Good match: 12 of 15"), ("fair", "Fair match: 12 of 15"), ("poor", "Poor match: only 12")],
)
def test_the_match_is_named(quality: str, words: str) -> None:
    assert match_sentence(replace(example.MATCH, quality=quality), ENGLISH).startswith(words)


def test_a_match_on_type_and_size_alone_says_so() -> None:
    match = replace(example.MATCH, quality="poor", reason="no_context")
    assert match_sentence(match, ENGLISH).startswith("Poor match: only type and size are known")


def test_the_key_explains_the_marks_that_are_drawn_and_no_other() -> None:
    full = key(example.COMPARISONS, ENGLISH, LIGHT)
    assert full.count("<span>") == 4
    assert "middle half of 15 similar schools" in full
    assert "their median" in full
    few = replace(example.COMPARISONS[0], peers=PeerFigures(7, 0.06))
    assert "median of 7 similar schools" in key([few], ENGLISH, LIGHT)
    alone = replace(example.COMPARISONS[0], peers=PeerFigures(0), expected=None)
    assert key([alone], ENGLISH, LIGHT).count("<span>") == 1


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure(0.05, status=Status.AT_MOST, decimals=0), "at most 5 %"),
        (Figure(0.95, status=Status.AT_LEAST, decimals=0), "at least 95 %"),
        (Figure(None, status=Status.TOO_SMALL), "too few pupils"),
        (Figure(None, status=Status.MISSING), "not delivered"),
        (Figure(None, status=Status.NOT_ASKED), "not asked"),
        (Figure(0.2643, decimals=2), "26.43 %"),
        (Figure(0.35, decimals=1), "35.0 %"),
        (Figure(0.35, decimals=HALVES), "35 %"),
        (Figure(0.355, decimals=HALVES), "35.5 %"),
        (Figure(0.29, decimals=HALVES), "29 %"),
    ],
)
def test_a_figure_that_is_not_exact_is_words(figure: Figure, words: str) -> None:
    comparison = replace(example.COMPARISONS[0], own=figure)
    chart = where_we_stand([comparison], ENGLISH)
    assert plain(column(chart, "You")[0]) == words
    assert any(words in text for text in texts(chart))
    dots = [trace for trace in chart.figure.data if trace.marker.symbol is None and trace.mode == "markers"]
    assert bool(dots) == (figure.status is Status.EXACT)


# The picture and the table hold the same figures


def test_where_we_stand_prints_the_figures_of_its_table() -> None:
    chart = where_we_stand(example.COMPARISONS, ENGLISH)
    written = texts(chart)
    for value in column(chart, "You"):
        assert plain(value) in [text.strip() for text in written]


def test_where_we_stand_orders_its_marks_as_its_figures() -> None:
    for comparison in example.COMPARISONS[:4]:
        figure = where_we_stand([comparison], ENGLISH).figure
        own = next(
            trace.x[0] for trace in figure.data if trace.mode == "markers" and trace.marker.symbol is None
        )
        expected = next(trace.x[0] for trace in figure.data if trace.marker.symbol == "diamond-open")
        band = next(shape for shape in figure.layout.shapes if shape.type == "rect")
        assert 0 <= band.x0 < band.x1 <= 1
        assert (own > expected) == (comparison.own.value > comparison.expected)
        assert (own > band.x1) == (comparison.own.value > comparison.peers.high)


def test_a_trend_draws_the_figures_of_its_table() -> None:
    chart = trend(example.TREND, ENGLISH)
    lines = [trace for trace in chart.figure.data if trace.mode == "lines+markers"]
    drawn = {at: value for line in lines for at, value in zip(line.x, line.y, strict=True)}
    printed = shares(column(chart, "You"))
    assert drawn == {at: pytest.approx(printed[at]) for at in (0, 1, 4, 5, 6, 7)}


def test_no_line_crosses_a_year_that_cannot_be_compared() -> None:
    chart = trend(example.TREND, ENGLISH)
    lines = [trace for trace in chart.figure.data if trace.mode == "lines+markers"]
    assert [list(line.x) for line in lines] == [[0, 1], [4, 5, 6, 7]]
    assert texts(chart).count("not comparable") == 1
    assert broken_years((example.TREND,), ENGLISH) == (
        "2019-20 cannot be compared with other years: schools closed for part of the year. "
        "2020-21 cannot be compared with other years: quarantine and part-time school."
    )


def test_a_restarted_series_is_cut_and_says_so() -> None:
    chart = trend(replace(example.TREND, series_restarts=("2023-24",)), ENGLISH)
    lines = [list(trace.x) for trace in chart.figure.data if trace.mode == "lines+markers"]
    assert lines == [[0, 1], [4, 5], [6, 7]]
    assert "new series" in texts(chart)
    assert "From 2023-24 on it is counted differently." in chart.reading


def test_kinds_draw_the_figures_of_their_table() -> None:
    chart = kinds(example.KINDS, ENGLISH)
    ends = [shape.x1 for shape in chart.figure.layout.shapes if shape.type == "rect"]
    printed = shares([cell.removeprefix("at most ") for cell in column(chart, "You")])
    assert [end / ends[0] for end in ends] == pytest.approx([value / printed[0] for value in printed])


def test_bands_draw_the_figures_of_their_table() -> None:
    chart = bands(example.BANDS, "half_day", ENGLISH)
    widths = [trace.x[0] for trace in chart.figure.data]
    assert widths == pytest.approx(
        shares(column(chart, "Your pupils") + column(chart, "Median of similar schools"))
    )


def test_band_labels_stand_inside_only_where_they_fit_and_are_never_turned() -> None:
    figure = bands(example.BANDS, "half_day", ENGLISH).figure
    inside = [note.text for note in figure.layout.annotations if note.xanchor is None]
    assert inside == ["0", "1–4", "5–9", "0", "1–4"]
    assert not any(note.textangle for note in figure.layout.annotations)


def test_a_middle_half_without_width_is_told_as_one_figure() -> None:
    *before, latest = example.TREND.points
    narrow = replace(latest, peers=replace(latest.peers, low=0.011, high=0.011))
    reading = trend(replace(example.TREND, points=(*before, narrow)), ENGLISH).reading
    assert "half of the similar schools lie near 1.1 %." in plain(reading)


def test_the_spread_draws_the_deciles_of_its_table() -> None:
    chart = spread(example.SPREADS, SPREAD_TYPES, ENGLISH)
    widest = [shape for shape in chart.figure.layout.shapes if shape.type == "rect"][::4]
    low = shares(column(chart, "10\u00a0% of schools lie below"))
    high = shares(column(chart, "90\u00a0% of schools lie below"))
    drawn = [end for shape in widest for end in (shape.x0, shape.x1)]
    printed = [end for pair in zip(low, high, strict=True) for end in pair]
    assert [end / drawn[-1] for end in drawn] == pytest.approx([end / printed[-1] for end in printed])


def test_the_city_prints_its_pooled_figure_with_its_decimals_and_its_schools() -> None:
    chart = city_trend(example.CITY_TREND, ENGLISH)
    assert plain(chart.reading) == "2024-25: 6.12 %, 448 schools."
    assert plain(column(chart, "All schools together")[-1]) == "6.12 %"
    view = CityView("2024-25", None, (example.CITY_TREND,), example.CITY_KINDS, example.SPREADS, (), (), ())
    assert plain(city_sentences(view, ENGLISH)) == (
        "Overall absence: 6.12 % in 2024-25, 448 schools; 6.05 % the year before."
    )


def test_the_city_is_not_set_beside_a_year_that_cannot_be_compared() -> None:
    until = replace(example.CITY_TREND, points=example.CITY_TREND.points[:5])
    view = CityView("2021-22", None, (until,), None, (), (), (), ())
    assert "the year before" not in city_sentences(view, ENGLISH)
    broken = replace(view, school_year="2020-21", break_reason=example.QUARANTINE)
    assert plain(city_sentences(broken, ENGLISH)) == (
        "Overall absence: 5.50 % in 2020-21, 448 schools. "
        "2020-21 cannot be compared with other years: quarantine and part-time school."
    )


def test_completeness_is_said_in_words_and_as_a_table() -> None:
    year = CityCompleteness("2024-25", 448, 440, 8, 2, 1)
    assert completeness_sentences(year, ENGLISH) == (
        "448 schools delivered figures; 440 of them are complete. 2 schools of the year before are missing. "
        "1 school should be checked before its figures are believed."
    )
    assert completeness_table((year,), ENGLISH).rows == (("2024-25", "448", "440", "8", "2", "1"),)


def test_the_short_lists_are_counted_in_words() -> None:
    assert listed_sentence((("excellent", 10), ("improved", 1), ("rose", 4)), ENGLISH) == (
        "Clear enough to say: it rose at 4 schools, 1 school improved, and 10 schools have excellent results."
    )


def test_a_card_says_what_it_rests_on() -> None:
    facts = card_facts(example.INDICATORS["A2"], example.LISTED, "primary school", None, ENGLISH)
    assert plain(facts).split("  \n") == [
        "Primary school · 412 pupils",
        "Certainty: clear. Registers complete for 98 % of the months. Nothing stands out in them.",
        "On this list last year too. No contact noted yet.",
    ]


def test_features_are_a_table_of_own_and_peers() -> None:
    rows = features_table(example.MATCH, ENGLISH).rows
    assert [tuple(map(plain, row[1:])) for row in rows] == [("1.7", "1.4 to 1.9"), ("6 %", "4 % to 7 %")]


# What no chart may do


@every_language
@every_chart
def test_no_chart_names_a_school_or_a_rank(draw, language: Language) -> None:
    chart = draw(language, LIGHT)
    everything = json.dumps([chart.figure.to_json(), chart.title, chart.reading, *chart.table.rows])
    assert example.LINDE.school_id not in everything
    assert example.LINDE.name not in everything
    assert not re.search(r"\brank|\bscore|\bbest\b|\bworst\b|↑|↓|▲|▼", everything, re.IGNORECASE)


@every_language
@every_chart
def test_every_chart_has_a_finding_a_reading_and_a_full_table(draw, language: Language) -> None:
    chart = draw(language, LIGHT)
    assert chart.title
    assert chart.reading
    assert chart.height > 0
    assert chart.table.rows
    assert all(len(row) == len(chart.table.header) for row in chart.table.rows)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@every_chart
def test_charts_use_only_the_roles_of_the_palette(draw, palette: Palette) -> None:
    colours = set(
        re.findall(
            r"#[0-9A-Fa-f]{6}", json.dumps(draw(ENGLISH, palette).figure.to_plotly_json(), default=str)
        )
    )
    roles = {palette.paper, palette.surface, palette.hairline, palette.ink, palette.quiet, palette.own}
    roles |= {palette.band, palette.median, *palette.sequence, *palette.on_sequence}
    assert colours <= roles


@every_chart
def test_charts_are_calm_and_their_bands_lie_below_the_marks(draw) -> None:
    layout = draw(ENGLISH, LIGHT).figure.layout
    assert layout.showlegend is False
    assert layout.dragmode is False
    assert all(shape.layer == "below" for shape in layout.shapes)


def test_the_title_of_where_we_stand_is_its_finding() -> None:
    assert (
        standing_title(example.COMPARISONS, ENGLISH)
        == "Higher than at similar schools: unauthorised absence."
    )
    similar = [replace(each, verdict=Verdict.SIMILAR) for each in example.COMPARISONS]
    assert standing_title(similar, ENGLISH) == "No figure stands out from similar schools."
    higher = [replace(each, verdict=Verdict.HIGHER) for each in example.COMPARISONS]
    assert standing_title(higher, ENGLISH) == "Every figure is higher than at similar schools."
    unknown = [replace(each, verdict=Verdict.UNKNOWN) for each in example.COMPARISONS]
    assert standing_title(unknown, ENGLISH) == "These figures cannot be compared with similar schools."


@pytest.mark.parametrize(("top", "marks"), [(0.09, (0, 0.05)), (0.021, (0, 0.02)), (1.0, (0, 0.5, 1.0))])
def test_ticks_are_few_and_round(top: float, marks: tuple[float, ...]) -> None:
    assert ticks(top, most=2) == pytest.approx(marks)


@pytest.mark.parametrize(
    ("unit", "one", "many"),
    [
        ("half_day", "half-day", "half-days"),
        ("session", "session", "sessions"),
        ("day", "day", "days"),
        ("hour", "hour", "hours"),
    ],
)
def test_bands_speak_of_the_unit_of_the_city(unit: str, one: str, many: str) -> None:
    chart = bands(example.BANDS, unit, ENGLISH)
    assert chart.title.endswith(f"of pupils had no unauthorised {one}.")
    assert f"pupils by unauthorised {many}:" in chart.reading
    assert chart.table.header[0] == f"Unauthorised {many}"


@pytest.mark.parametrize(
    ("unit", "many"),
    [("half_day", "half-days"), ("session", "sessions"), ("day", "days"), ("hour", "hours")],
)
def test_thresholds_speak_of_the_unit_of_the_city(unit: str, many: str) -> None:
    assert threshold_words(16, unit, ENGLISH) == f"16 or more unauthorised {many}"
    assert short_threshold(16, unit, ENGLISH) == f"16 or more {many}"
