"""The shipped indicators: complete in every language, in catalogue order, enough for every jurisdiction."""

import re
from pathlib import Path

import pytest

from mirrors.definitions import Indicator, load_indicators, load_jurisdiction
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
    "B1",
    "B2",
    "B3",
    "B4",
    "B5",
    "B6",
    "B7",
    "B12",
    "B13",
]
INDICATORS = load_indicators().values()
LANGUAGES = {"en", "nl", "fr"}
SOURCES = {"authority", "city", "guidance_centre", "school"}
UNITS = {
    "rate": "percent",
    "prevalence": "percent",
    "per_100_pupils": "per_100_pupils",
    "quantile": "units",
    "distribution": "bands",
}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
each_indicator = pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.id)
each_jurisdiction = pytest.mark.parametrize("name", ["flanders", "new-york", "maryland"])


def id_in_name(path: Path) -> str:
    """Return the id a file name starts with: B01_... is B1, padded so that files sort like the catalogue."""
    return re.sub(r"(?<=[A-Z])0", "", path.stem.split("_")[0])


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
def test_the_unit_follows_from_the_kind(indicator: Indicator) -> None:
    assert indicator.unit == UNITS[indicator.kind]
    assert indicator.family == ("level" if indicator.id.startswith("A") else "prevalence")


@each_indicator
def test_what_is_counted_fits_the_kind(indicator: Indicator) -> None:
    counted = indicator.counted
    assert (counted.scale is not None) == (indicator.kind in ("prevalence", "distribution"))
    assert (counted.at_least is not None) == (indicator.kind == "prevalence")
    assert (counted.quantile is not None) == (indicator.kind == "quantile")
    assert counted.below is None or (counted.at_least is not None and counted.at_least < counted.below)


@each_indicator
def test_only_absence_a_school_can_act_on_has_a_better_side(indicator: Indicator) -> None:
    acted_on = {"any", "unauthorised"} & set(indicator.counted.categories)
    neutral = not acted_on or indicator.kind == "distribution"
    absent_pupils_or_time = "higher" if indicator.counted.at_least == 0 else "lower"
    assert indicator.direction == ("neutral" if neutral else absent_pupils_or_time)


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
    assert indicator.minimum_pupils == (10 if indicator.kind == "quantile" else 20)


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


@each_jurisdiction
def test_a_jurisdiction_names_indicators_that_exist(name: str) -> None:
    jurisdiction = load_jurisdiction(name)
    assert set(jurisdiction.headline) | set(jurisdiction.lists) <= set(load_indicators())


@each_jurisdiction
def test_ten_and_ten_are_chosen_on_shares_with_a_better_side(name: str) -> None:
    chosen = [load_indicators()[indicator_id] for indicator_id in load_jurisdiction(name).lists]
    assert all(indicator.is_share and indicator.direction != "neutral" for indicator in chosen)
