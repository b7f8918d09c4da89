"""The shipped indicators: complete in every language, in catalogue order, enough for every jurisdiction."""

import re
from pathlib import Path

import pytest

from mirrors.definitions import Indicator, load_contracts, load_indicators, load_jurisdiction
from mirrors.definitions.reading import FOLDER, read_definition

FILES = sorted((FOLDER / "indicators").glob("*.yaml"))
CATALOGUE = [
    "A1",
    "A2",
    "A3",
    "A4",
    "A5",
    "A6M",
    "A6P",
    "A7",
    "A8",
    "A9",
    "B1",
    "B2",
    "B3",
    "B4",
    "B5",
    "B6",
    "B7",
    "B8",
    "B9",
    "B10",
    "B11",
    "B12",
    "B13",
    "C1",
    "C2",
    "C3",
    "C4",
    "C5L",
    "C5S",
    "C6F",
    "C6L",
    "C7D",
    "C7",
    "C8",
    "C9",
    "D1",
    "D2",
    "D3",
    "D4",
    "D5",
    "E1",
    "E2F",
    "E2T",
    "E3L",
    "E3M",
    "E4",
    "E5",
    "E6",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8C",
    "F8L",
    "F9",
    "F10",
    "F11",
    "F12",
    "F13",
    "F14",
    "F15O",
    "F15U",
    "F16N",
    "F16",
    "G1",
    "G2",
    "G3A",
    "G3B",
    "G3C",
    "G4I",
    "G4O",
    "G5D",
    "G5U",
    "G6",
    "G7",
    "G8",
    "G9",
    "H1",
    "H2",
    "H3",
    "H4",
    "H5",
    "H6",
    "H7",
]
JURISDICTIONS = sorted(path.stem for path in (FOLDER / "jurisdictions").glob("*.yaml"))
INDICATORS = load_indicators().values()
LANGUAGES = {"en", "nl", "fr"}
SOURCES = {"authority", "city", "guidance_centre", "school"}
FAMILIES = {
    "A": "level",
    "B": "prevalence",
    "C": "pattern",
    "D": "distribution",
    "E": "lateness",
    "F": "process",
    "G": "trajectory",
    "H": "programme",
}
UNITS = {
    "rate": {"percent"},
    "prevalence": {"percent"},
    "per_100_pupils": {"per_100_pupils"},
    "quantile": {"units"},
    "distribution": {"bands"},
    "share_of_pupils": {"percent"},
    "share_of_amount": {"percent"},
    "amount": {"days", "per_100_pupils", "per_1000_pupils", "index", "minutes", "number"},
    "days": {"days"},
    "events": {"per_100_days"},
    "profile": {"table"},
    "programme": {"percent", "days", "number"},
}
WHOLE = ("F1", "F15U", "F16N")
"""Figures of the approach that rest on the whole school, and not on pupils at a threshold."""

ABSENCE = ("rate", "prevalence", "per_100_pupils", "quantile", "distribution")
"""Kinds that count the absence facts themselves."""

LOWER = [
    "A7",
    "A8",
    "B8",
    "B9",
    "B10",
    "C7",
    "E1",
    "E2F",
    "E2T",
    "E3L",
    "E3M",
    "E4",
    "E5",
    "E6",
    "F4",
    "F5",
    "F10",
    "F11",
    "F13",
    "F14",
    "G1",
    "G2",
    "G4O",
    "G6",
    "G7",
    "G8",
    "H3",
]
HIGHER = ["C7D", "F1", "F2", "F3", "F6", "F7", "F8C", "F8L", "F12", "F16", "H1", "H2", "H5"]
"""Sides that are better, of what is not read from the absence facts; the other figures have none."""

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
each_indicator = pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.id)
each_jurisdiction = pytest.mark.parametrize("name", JURISDICTIONS)


def id_in_name(path: Path) -> str:
    """Return the id a file name starts with: B01_... is B1, padded so that files sort like the catalogue."""
    return re.sub(r"(?<=[A-Z])0", "", path.stem.split("_")[0])


def values(contract: str, column: str) -> tuple[str, ...]:
    """Return the values that a column of a contract may have."""
    field = next(field for field in load_contracts()[contract].fields if field.name == column)
    assert field.constraints.enum
    return field.constraints.enum


def sentences(indicator: Indicator) -> list[str]:
    """Return every full-sentence text of an indicator."""
    fields = (indicator.definition, indicator.why, indicator.pitfalls)
    return [text for texts in fields for text in texts.values()]


def test_the_catalogue_is_complete_and_in_order() -> None:
    assert list(load_indicators()) == CATALOGUE


def test_no_id_is_used_twice() -> None:
    assert len(FILES) == len(INDICATORS)


@each_file
def test_the_file_name_starts_with_the_id(path: Path) -> None:
    assert read_definition(path, Indicator).id == id_in_name(path)


@each_file
def test_lines_are_short_enough_to_review(path: Path) -> None:
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 110


@each_indicator
@pytest.mark.parametrize("field", ["title", "short", "definition", "why", "pitfalls"])
def test_every_text_is_in_every_language(indicator: Indicator, field: str) -> None:
    texts = getattr(indicator, field)
    assert set(texts) == LANGUAGES
    assert all(text and text == text.strip() for text in texts.values())
    assert len(set(texts.values())) == len(LANGUAGES)


@each_indicator
def test_sentences_end_with_a_full_stop(indicator: Indicator) -> None:
    assert [text for text in sentences(indicator) if not text.endswith(".")] == []


@each_indicator
def test_a_definition_is_one_sentence_and_the_rest_at_most_two(indicator: Indicator) -> None:
    assert [text for text in indicator.definition.values() if ". " in text] == []
    assert [text for text in sentences(indicator) if text.count(". ") > 1] == []


@each_indicator
def test_titles_and_labels_are_no_sentences(indicator: Indicator) -> None:
    assert [text for text in indicator.title.values() if text.endswith(".") or not text[0].isupper()] == []
    assert [text for text in indicator.short.values() if len(text) > 28] == []


def test_no_two_indicators_share_a_chart_label() -> None:
    labels = [(language, text) for indicator in INDICATORS for language, text in indicator.short.items()]
    assert len(labels) == len(set(labels))


@each_indicator
def test_the_formula_is_short_and_no_sentence(indicator: Indicator) -> None:
    assert 3 <= len(indicator.formula) <= 80
    assert not indicator.formula.endswith(".")


def test_no_two_indicators_share_a_formula() -> None:
    formulas = [indicator.formula for indicator in INDICATORS]
    assert len(formulas) == len(set(formulas))


@each_indicator
def test_the_unit_follows_from_the_kind(indicator: Indicator) -> None:
    assert indicator.unit in UNITS[indicator.kind]
    assert indicator.family == FAMILIES[indicator.id[0]]


@each_indicator
def test_what_is_counted_fits_the_kind(indicator: Indicator) -> None:
    counted = indicator.counted
    assert bool(counted.categories) == (indicator.kind in ABSENCE)
    assert (counted.scale is not None) == (indicator.kind in ("prevalence", "distribution"))
    assert (counted.at_least is not None) == (indicator.kind == "prevalence")
    assert (counted.quantile is not None) == (indicator.kind == "quantile")
    assert (counted.profile is not None) == (indicator.kind == "profile")
    assert (counted.event is not None) == (indicator.kind == "events")
    assert (counted.of_measure is not None) == (indicator.unit == "index")
    assert counted.below is None or (counted.at_least is not None and counted.at_least < counted.below)


@each_indicator
def test_there_is_one_source_of_what_is_counted(indicator: Indicator) -> None:
    counted = indicator.counted
    sources = (counted.categories, counted.measure, counted.threshold, counted.outcome, counted.event)
    given = [source for source in (*sources, counted.profile) if source]
    assert len(given) == (0 if indicator.kind == "programme" else 1)


@each_indicator
def test_a_step_of_follow_up_belongs_to_a_threshold(indicator: Indicator) -> None:
    counted = indicator.counted
    assert (counted.step is None) == (counted.threshold is None)
    assert counted.of_step is None or counted.step is not None
    assert {counted.step, counted.of_step} <= {None, *values("follow_up", "step")}


@each_indicator
def test_measures_outcomes_and_events_are_in_the_contracts(indicator: Indicator) -> None:
    counted = indicator.counted
    assert {counted.measure, counted.of_measure} <= {None, *values("measure", "measure")}
    assert counted.outcome in (None, *values("trajectory", "outcome"))
    assert counted.event in (None, *values("lateness", "kind"))


def test_every_measure_of_the_contract_is_used() -> None:
    used = {name for one in INDICATORS for name in (one.counted.measure, one.counted.of_measure) if name}
    assert used == set(values("measure", "measure"))


@each_indicator
def test_only_what_somebody_can_act_on_has_a_better_side(indicator: Indicator) -> None:
    acted_on = {"any", "unauthorised"} & set(indicator.counted.categories)
    if indicator.kind not in ABSENCE:
        expected = {**dict.fromkeys(LOWER, "lower"), **dict.fromkeys(HIGHER, "higher")}
        assert indicator.direction == expected.get(indicator.id, "neutral")
    elif not acted_on or indicator.kind == "distribution":
        assert indicator.direction == "neutral"
    else:
        assert indicator.direction == ("higher" if indicator.counted.at_least == 0 else "lower")


@pytest.mark.parametrize("indicator_id", ["A7", "B9", "C6F", "C6L"])
def test_texts_say_where_few_schools_have_the_data(indicator_id: str) -> None:
    pitfalls = load_indicators()[indicator_id].pitfalls
    assert "few schools" in pitfalls["en"]
    assert "weinig scholen" in pitfalls["nl"]
    assert "peu d'écoles" in pitfalls["fr"]


@each_indicator
def test_only_the_programme_waits_for_what_nobody_notes_yet(indicator: Indicator) -> None:
    waits = {"H3", "H4", "H5", "H6", "H7"}
    assert (indicator.waits_for is not None) == (indicator.id in waits)
    if indicator.waits_for is not None:
        assert set(indicator.waits_for) == set(indicator.title)
        assert len(set(indicator.waits_for.values())) == 3
        assert all(
            text.strip().endswith(tuple("abcdefghijklmnopqrstuvwxyzé"))
            for text in indicator.waits_for.values()
        )


@each_indicator
def test_categories_are_known_to_a_register(indicator: Indicator) -> None:
    known = {code.category for code in load_jurisdiction("flanders").codes.values() if code.absence}
    assert set(indicator.counted.categories) <= known | {"any"}


@each_indicator
def test_sources_are_known(indicator: Indicator) -> None:
    assert indicator.sources
    assert set(indicator.sources) <= SOURCES


@each_indicator
def test_small_groups_are_left_out(indicator: Indicator) -> None:
    over_a_threshold = indicator.id == "E6" or (indicator.family == "process" and indicator.id not in WHOLE)
    if indicator.kind == "programme":
        assert indicator.minimum_pupils == 0
    elif indicator.id in ("D1", "D2"):
        assert indicator.minimum_pupils == 40
    elif indicator.id == "A6P":
        # Of fewer, those above are fewer than five.
        assert indicator.minimum_pupils == 50
    else:
        small = indicator.kind == "quantile" or over_a_threshold
        assert indicator.minimum_pupils == (10 if small else 20)


@pytest.mark.parametrize(
    ("indicator_id", "limit"),
    [("B1", 5), ("B2", 10), ("B3", 15), ("B4", 30), ("B5", 10), ("B6", 50), ("B13", 20)],
)
def test_the_texts_name_the_limit_that_is_counted(indicator_id: str, limit: int) -> None:
    indicator = load_indicators()[indicator_id]
    assert indicator.counted.at_least is not None
    counted = indicator.counted.at_least * (100 if indicator.counted.scale == "share" else 1)
    assert int(counted) == limit
    for text in [*indicator.short.values(), *indicator.definition.values()]:
        assert str(limit) in re.findall(r"\d+", text)


@pytest.mark.parametrize(
    ("indicator_id", "limits"),
    [
        ("A8", {5}),
        ("B8", {4}),
        ("B9", {16, 4}),
        ("B10", {30}),
        ("B11", {4}),
        ("C5L", {10}),
        ("D1", {5}),
        ("E2F", {5}),
        ("E2T", {10}),
        ("E3L", {30}),
        ("E6", {5, 60}),
        ("F3", {10}),
        ("F6", {10}),
        ("F7", {2}),
        ("F10", {30}),
        ("F12", {40}),
        ("F13", {5, 60}),
        ("F16", {5}),
        ("G9", {6}),
    ],
)
def test_definitions_name_the_limits_of_a_measure_in_every_language(
    indicator_id: str, limits: set[int]
) -> None:
    for language, text in load_indicators()[indicator_id].definition.items():
        assert limits <= {int(number) for number in re.findall(r"\d+", text)}, language


@each_jurisdiction
def test_a_jurisdiction_names_indicators_that_exist(name: str) -> None:
    jurisdiction = load_jurisdiction(name)
    assert set(jurisdiction.headline) | set(jurisdiction.lists) <= set(load_indicators())


@each_jurisdiction
def test_ten_and_ten_are_chosen_on_shares_with_a_better_side(name: str) -> None:
    chosen = [load_indicators()[indicator_id] for indicator_id in load_jurisdiction(name).lists]
    assert all(indicator.is_share and indicator.direction != "neutral" for indicator in chosen)
