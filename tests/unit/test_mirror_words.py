"""The sentences of the mirror: never stronger than the figures behind them, and never missing."""

from dataclasses import replace

import pytest

from mirrors.charts.openings import outlook_opening, response_opening, standing_opening, what_kind_opening
from mirrors.charts.verdict import verdict_sentences
from mirrors.charts.weakest_words import room_for_practices, weakest_opening
from mirrors.locale import Language
from mirrors.views.beside import set_beside
from mirrors.views.figure import Against, Figure, PeerFigures, Pooled, Status, Verdict
from mirrors.views.mirror import Completeness, MirrorView
from mirrors.views.pattern import Pattern
from tests.unit import examples as example

ENGLISH = Language("en")
TOO_SMALL = Figure(None, status=Status.TOO_SMALL)
BEING_CHECKED = "This year's figures are being checked, so they take no part in comparisons."


def plain(text: str) -> str:
    """Return `text` without emphasis and with ordinary spaces."""
    return text.replace("*", "").replace("\u00a0", " ")


def small(pooled: bool = True, peers: bool = True, city: bool = True) -> MirrorView:
    """Return the example school as if it had too few pupils, with or without what may stand in."""
    together = Pooled(Figure(0.035, 0.02, 0.05), ("2022-23", "2023-24", "2024-25"))
    return replace(
        example.FULL,
        comparisons=tuple(
            replace(
                set_beside(each, 0.061 if city else None, None),
                own=TOO_SMALL,
                verdict=Verdict.UNKNOWN,
                peers=each.peers if peers else PeerFigures(0),
                pooled=together if pooled else None,
            )
            for each in example.COMPARISONS
        ),
        trends=(replace(example.TREND, change=None, not_judged="too_small"),),
    )


# Schools that are too small


def test_a_small_school_reads_its_years_together_first() -> None:
    assert plain(verdict_sentences(small(), ENGLISH)) == (
        "Pupils were absent 3.5 % of the time in 2022-23 to 2024-25 together: one year alone has too few "
        "pupils. At schools like yours it is about 6.3 %. Unauthorised absence: too early to say, the school "
        "is too small."
    )
    assert standing_opening(small(), ENGLISH) == (
        "One year alone has too few pupils, so these are figures of 2022-23 to 2024-25 together."
    )


@pytest.mark.parametrize(
    ("peers", "city", "words"),
    [
        (True, True, "At schools like yours it is about 6.3 %."),
        (False, True, "In the whole city it is 6.1 %."),
        (False, False, "The school is too small to be compared with others."),
    ],
)
def test_a_school_too_small_for_three_years_gets_a_fallback(peers: bool, city: bool, words: str) -> None:
    view = small(pooled=False, peers=peers, city=city)
    assert plain(verdict_sentences(view, ENGLISH)).startswith(f"Overall absence: too few pupils. {words}")
    assert standing_opening(view, ENGLISH).startswith(
        "There are too few pupils to show figures of this school"
    )
    assert ("similar schools are shown instead" in standing_opening(view, ENGLISH)) == peers


def test_years_that_do_not_follow_each_other_are_named_one_by_one() -> None:
    apart = Pooled(Figure(0.035), ("2018-19", "2021-22"))
    view = replace(small(), comparisons=(replace(small().comparisons[0], pooled=apart),))
    assert "2018-19 and 2021-22 together" in verdict_sentences(view, ENGLISH)


# Doubt softens


def test_a_poor_match_and_incomplete_registers_soften_the_opening() -> None:
    finding = "Higher than at similar schools: unauthorised absence."
    assert standing_opening(example.FULL, ENGLISH) == finding
    poor = replace(example.FULL, match=replace(example.MATCH, quality="poor"))
    assert standing_opening(poor, ENGLISH) == (
        f"{finding} The schools compared with are not very alike: take it as a hint."
    )
    lacking = replace(example.FULL, completeness=Completeness(0.8, (3, 4), ()))
    assert plain(standing_opening(lacking, ENGLISH)) == (
        f"{finding} Registers are complete for only 80 % of the months, so read it with care."
    )


def test_figures_that_are_being_checked_are_compared_with_nothing() -> None:
    view = replace(example.FULL, completeness=Completeness(1.0, (), ("missing_months",)))
    for against in Against:
        assert standing_opening(view, ENGLISH, against) == BEING_CHECKED
        assert BEING_CHECKED in verdict_sentences(view, ENGLISH, against)
    assert "being checked" in weakest_opening(view, ENGLISH)


def test_figures_found_wrong_are_not_told() -> None:
    view = replace(example.FULL, completeness=Completeness(1.0, (), (), ("absence_change",)))
    assert "found wrong" in standing_opening(view, ENGLISH)


def test_without_similar_schools_the_opening_says_why() -> None:
    match = replace(example.MATCH, quality="none", reason="small_type")
    view = replace(example.FULL, match=match)
    assert standing_opening(view, ENGLISH) == "There are too few schools of this type to compare with."
    assert "expected" in standing_opening(view, ENGLISH, Against.EXPECTED)


@pytest.mark.parametrize(
    ("against", "own", "words"),
    [
        (Against.EXPECTED, Figure(0.064, 0.059, 0.069), "similar to what is expected for a school"),
        (Against.EXPECTED, Figure(0.08, 0.075, 0.085), "higher than expected for a school"),
        (Against.EXPECTED, Figure(0.04, 0.035, 0.045), "lower than expected for a school"),
        (Against.CITY, Figure(0.064, 0.059, 0.069), "similar to the whole city."),
        (Against.CITY, Figure(0.08, 0.075, 0.085), "higher than in the whole city."),
        (Against.PAST, Figure(0.064, 0.059, 0.069), "similar to 2023-24."),
        (Against.PAST, Figure(0.08, 0.075, 0.085), "higher than in 2023-24."),
        (Against.PAST, Figure(0.05, 0.045, 0.054), "lower than in 2023-24."),
        (Against.CITY, Figure(0.05, status=Status.AT_MOST), "cannot be compared with the whole city."),
    ],
)
def test_the_verdict_follows_what_is_compared_with(against: Against, own: Figure, words: str) -> None:
    opening = replace(example.COMPARISONS[0], own=own)
    beside = set_beside(opening, 0.0612, ("2023-24", Figure(0.06, 0.055, 0.066)))
    view = replace(example.FULL, comparisons=(beside,))
    assert words in plain(verdict_sentences(view, ENGLISH, against))


def test_what_is_not_there_cannot_be_compared_with() -> None:
    assert "There is no earlier year to compare with." in verdict_sentences(
        example.FULL, ENGLISH, Against.PAST
    )


# The other parts


def test_the_second_part_opens_with_what_stands_out() -> None:
    assert plain(what_kind_opening(example.FULL, ENGLISH)) == (
        "Most of it was illness: 4.1 % of the time. Friday afternoon stands out. "
        "Secondary, grade 2: 1.8 times the unauthorised absence of the other pupils."
    )
    assert example.PATTERN.months is not None
    quiet = Pattern(
        half_days=replace(example.WEEK, stands_out=None), months=replace(example.YEAR, stands_out="6")
    )
    assert "June stands out." in what_kind_opening(replace(example.FULL, pattern=quiet), ENGLISH)


def test_the_second_part_says_when_nothing_can_be_told() -> None:
    bare = replace(example.FULL, kinds=(), pattern=Pattern(), breakdowns=())
    assert what_kind_opening(bare, ENGLISH) == (
        "The figures do not tell kinds, moments or groups of pupils apart."
    )
    few = replace(bare, kinds=tuple(replace(kind, own=TOO_SMALL) for kind in example.KINDS))
    assert "Too few pupils" in what_kind_opening(few, ENGLISH)


def test_the_third_part_opens_with_the_chain_or_says_why_there_is_none() -> None:
    assert response_opening(example.FULL, ENGLISH).endswith("notified to the guidance centre.")
    steps = tuple(replace(step, share=None, pupils=None) for step in example.CHAIN.steps)
    few = replace(example.FULL, chains=(replace(example.CHAIN, steps=steps),))
    assert response_opening(few, ENGLISH).startswith("Too few pupils reached a threshold")
    nothing = replace(example.FULL, chains=())
    assert response_opening(nothing, ENGLISH).startswith("Nobody delivered how absence was followed up")


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("rising", "Over the last five comparable years it is rising."),
        ("falling", "Over the last five comparable years it is falling."),
        ("no_change", "Over the last five comparable years it neither rises nor falls clearly."),
        ("too_early", "Fewer than five comparable years: it is too early to say where it is going."),
        (None, ""),
    ],
)
def test_the_fourth_part_opens_with_change_and_trend(word: str | None, sentence: str) -> None:
    opening = plain(outlook_opening(replace(example.TREND, word=word), ENGLISH))
    assert opening.startswith("Unauthorised absence rose to 1.9 %, from about 1.1 % in the years before")
    assert opening.endswith(sentence)
    unjudged = replace(example.TREND, word=word, change=None, not_judged="not_chosen")
    assert outlook_opening(unjudged, ENGLISH) == f"Unauthorised absence, year by year. {sentence}".strip()


def test_without_a_series_the_fourth_part_says_so() -> None:
    assert outlook_opening(None, ENGLISH) == "There are no figures of earlier years."


def test_the_fifth_part_names_the_weakest_points_or_why_there_are_none() -> None:
    weak = replace(example.FULL, weakest=(example.COMPARISONS[1],))
    assert plain(weakest_opening(weak, ENGLISH)) == (
        "Least favourable beside similar schools: unauthorised absence (1.9 %; median of similar schools "
        "1.1 %)."
    )
    poor = replace(weak, match=replace(example.MATCH, quality="poor"))
    assert weakest_opening(poor, ENGLISH).startswith("Perhaps less favourable than at similar schools")
    assert weakest_opening(example.FULL, ENGLISH).startswith("No figure is clearly less favourable")
    assert weakest_opening(small(), ENGLISH).startswith("Nothing could be compared this year")
    assert "did about this" in room_for_practices(weak.weakest, ENGLISH)
    assert "once the city has collected it" in room_for_practices((), ENGLISH)
