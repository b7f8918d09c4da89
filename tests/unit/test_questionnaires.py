"""The shipped questionnaires keep the rules for good questions, and a city's own are read with care."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mirrors.definitions.reading import DefinitionError, read_yaml
from mirrors.survey.definition_files import OWN, SHIPPED, texts_of
from mirrors.survey.questionnaire import (
    Item,
    Questionnaire,
    load_help,
    load_questionnaire,
    load_questionnaires,
    questionnaire_names,
    shared_items,
)
from mirrors.survey.versions import StaleVersion, changed
from mirrors.survey.wording import LEAST_SHORT, remarks, words

PUPILS, STAFF = ("pupils_9_12", "pupils_12_18"), ("teachers", "other_staff")
LANGUAGES = ("en", "nl", "fr")

ITEMS = {
    "pupils_9_12": (4, 3, 5, 3, 3, 4, 4, 3, 2, 4, 3, 3),
    "pupils_12_18": (5, 4, 7, 5, 5, 5, 5, 5, 3, 5, 5, 3),
    "teachers": (4, 2, 4, 5, 4, 3, 3, 5, 3, 4, 4, 5),
    "other_staff": (4, 2, 3, 4, 3, 3, 3, 4, 3, 4, 2, 6),
    "parents": (2, 2, 2, 1, 2, 1, 2, 2, 2, 1, 2, 1),
}
"""How many items each group is asked about T1 to T12."""

FIRST_VERSIONS = {
    "other_staff": "73a78344",
    "parents": "096a1e2d",
    "pupils_12_18": "a7eef709",
    "pupils_9_12": "59f543f4",
    "teachers": "4c196aed",
}
"""The digests of version 1. When one changes, raise the version in its file, and write the new one here."""

each = pytest.mark.parametrize("name", ITEMS)
each_main = pytest.mark.parametrize("name", [*PUPILS, *STAFF])


def written(name: str) -> dict[str, Any]:
    """Return the content of a shipped questionnaire, to change."""
    content = copy.deepcopy(read_yaml(SHIPPED / f"{name}.yaml"))
    assert isinstance(content, dict)
    return content


def own(folder: Path, content: object, name: str) -> Path:
    """Write a city's own file into the store `folder`, and return the store."""
    (folder / OWN).mkdir(exist_ok=True)
    (folder / OWN / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder


def with_item(folder: Path, text: str, name: str = "pupils_12_18") -> Questionnaire:
    """Return a questionnaire of a city whose first item has this text in English."""
    content = written(name) | {"version": 2}
    content["items"][0]["text"]["en"] = text
    return load_questionnaire(name, own(folder, content, name))


def test_there_is_one_for_every_group() -> None:
    assert questionnaire_names() == tuple(sorted(ITEMS))
    assert {one.id: one.group for one in load_questionnaires().values()} == {name: name for name in ITEMS}


@each
def test_every_theme_has_its_number_of_items(name: str) -> None:
    themes = load_questionnaire(name).by_theme("full")
    assert [theme.id for theme, _ in themes] == [f"T{number}" for number in range(1, 13)]
    assert tuple(len(items) for _, items in themes) == ITEMS[name]


@each_main
def test_the_short_form_has_two_items_per_theme(name: str) -> None:
    themes = load_questionnaire(name).by_theme("short")
    assert [len(items) for _, items in themes] == [LEAST_SHORT] * 12
    assert len(load_questionnaire(name).asked("short")) == 24


def test_parents_have_one_form() -> None:
    parents = load_questionnaire("parents")
    assert parents.asked("short") == parents.asked("full")


@each
def test_the_items_keep_the_rules(name: str) -> None:
    assert remarks(load_questionnaire(name)) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You feel safe at school", "no_question"),
        ("Do you feel safe? Why?", "no_question"),
        ("Do you feel safe in class and at home?", "two_ideas"),
        ("Is there bullying or violence?", "two_ideas"),
        ("Do you feel " + "very " * 18 + "safe?", "too_long"),
        ("Do you never feel safe?", "negation"),
        ("Don't you feel safe?", "negation"),
        ("What is your religion?", "belief"),
        ("Would you vote at school?", "belief"),
        ("Who bullies you?", "somebody"),
        ("Which pupil bullies you?", "somebody"),
    ],
)
def test_a_question_that_breaks_a_rule_is_seen(tmp_path: Path, text: str, rule: str) -> None:
    found = remarks(with_item(tmp_path, text))
    assert [(one.rule, one.item, one.language) for one in found] == [(rule, "T1.1", "en")]


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("nl", "Voel je je veilig op school en thuis?", "two_ideas"),
        ("nl", "Welke leerkracht luistert naar jou?", "somebody"),
        ("nl", "Wat is jouw godsdienst?", "belief"),
        ("nl", "Voel je je niet veilig?", "negation"),
        ("fr", "Te sens-tu en sécurité à l'école ou à la maison ?", "two_ideas"),
        ("fr", "Crois-tu en Dieu ?", "belief"),
        ("fr", "Quel élève te harcèle ?", "somebody"),
        ("fr", "Ne te sens-tu jamais en sécurité ?", "negation"),
    ],
)
def test_the_rules_hold_in_every_language(tmp_path: Path, language: str, text: str, rule: str) -> None:
    content = written("pupils_12_18")
    content["items"][0]["text"][language] = text
    found = remarks(load_questionnaire("pupils_12_18", own(tmp_path, content, "pupils_12_18")))
    assert rule in {one.rule for one in found}
    assert {one.language for one in found} == {language}


def test_words_for_the_young_are_shorter_and_plainer(tmp_path: Path) -> None:
    long = "Do you feel " + "very " * 11 + "safe?"
    assert len(words(long)) == 15
    assert [one.rule for one in remarks(with_item(tmp_path, long, "pupils_9_12"))] == ["too_long"]
    assert remarks(with_item(tmp_path, long)) == ()
    clause = "Do you feel safe when it is dark?"
    assert [one.rule for one in remarks(with_item(tmp_path, clause, "pupils_9_12"))] == ["subordinate"]


def test_a_theme_with_one_short_item_is_seen(tmp_path: Path) -> None:
    content = written("teachers")
    del content["items"][0]["short"]
    found = remarks(load_questionnaire("teachers", own(tmp_path, content, "teachers")))
    assert [(one.rule, one.item) for one in found] == [("too_few", "T1")]


@each
def test_everything_is_said_in_three_languages(name: str) -> None:
    questionnaire = load_questionnaire(name)
    texts = dict(texts_of(questionnaire))
    assert len(texts) > 70
    for place, text in texts.items():
        assert set(text) == set(LANGUAGES), place
        assert all(one == one.strip() for one in text.values()), place
    assert questionnaire.languages == LANGUAGES


@each
def test_french_signs_stand_after_a_space_that_does_not_break(name: str) -> None:
    for place, text in texts_of(load_questionnaire(name)):
        assert not [sign for sign in "?!:;" if f" {sign}" in text["fr"]], place
        assert text["fr"].count("?") == text["fr"].count("\N{NO-BREAK SPACE}?"), place


@each
def test_no_item_is_asked_twice(name: str) -> None:
    items = load_questionnaire(name).items
    for language in LANGUAGES:
        texts = [item.text[language].casefold() for item in items]
        assert len(texts) == len(set(texts))


@each
def test_nobody_is_asked_for_a_name(name: str) -> None:
    questionnaire = load_questionnaire(name)
    assert len(questionnaire.background) <= 3
    assert all(question.options[-1].id == "none" for question in questionnaire.background)
    assert len(questionnaire.places) == 12


def test_small_groups_have_no_background_question() -> None:
    assert load_questionnaire("other_staff").background == ()
    assert len(load_questionnaire("teachers").background) == 1


def test_the_same_idea_is_on_the_same_scale_in_every_group() -> None:
    kinds: dict[str, set[tuple[str, bool, bool]]] = {}
    for one in load_questionnaires().values():
        for item in one.items:
            kinds.setdefault(item.id, set()).add((item.scale, item.reversed, item.short))
    assert len(kinds) > 60
    assert {item_id for item_id, seen in kinds.items() if len(seen) > 1} == set()


@pytest.mark.parametrize("pupils", PUPILS)
@pytest.mark.parametrize("staff", STAFF)
def test_pupils_and_staff_are_asked_one_thing_in_every_theme(pupils: str, staff: str) -> None:
    shared = shared_items(load_questionnaire(pupils), load_questionnaire(staff), "short")
    assert {item_id.split(".")[0] for item_id in shared} == {f"T{number}" for number in range(1, 13)}


def test_only_how_often_something_bad_happens_is_reversed() -> None:
    items = [item for one in load_questionnaires().values() for item in one.items]
    assert {item.scale for item in items if item.reversed} == {"frequency"}
    assert {item.reversed for item in items if item.scale == "frequency"} == {True}


def test_points_run_to_the_favourable_side() -> None:
    text = dict.fromkeys(LANGUAGES, "Is it safe?")
    good = Item(id="T1.1", scale="perception", text=text)
    bad = Item(id="T3.1", scale="frequency", text=text, reversed=True)
    assert [good.points(option) for option in range(5)] == [0, 25, 50, 75, 100]
    assert [bad.points(option) for option in range(5)] == [100, 75, 50, 25, 0]
    assert bad.theme == "T3"


def test_help_is_named_for_the_place_and_the_group() -> None:
    def numbers(jurisdiction: str, group: str) -> list[str]:
        return [contact.telephone for contact in load_help(jurisdiction, group=group)]

    assert numbers("flanders", "pupils_9_12") == ["102", "106", "1712"]
    assert numbers("flanders", "teachers") == ["106", "1712"]
    assert numbers("wallonia-brussels", "pupils_12_18") == ["103", "107"]
    assert numbers("netherlands", "pupils_12_18") == ["0800 0432"]
    assert numbers("nowhere", "pupils_12_18") == []


def test_a_city_names_its_own_help(tmp_path: Path) -> None:
    contact = {
        "id": "city",
        "name": "City desk",
        "telephone": "03 000 00 00",
        "web": "https://city.example",
        "audience": "everyone",
        "text": dict.fromkeys(LANGUAGES, "Listens"),
    }
    folder = own(tmp_path, {"contacts": {"flanders": [contact]}}, "help")
    assert [one.name for one in load_help("flanders", folder, "teachers")] == ["City desk"]


def test_the_first_version_is_what_it_was() -> None:
    assert {name: one.digest[:8] for name, one in load_questionnaires().items()} == FIRST_VERSIONS
    assert {one.version for one in load_questionnaires().values()} == {1}


def test_other_questions_need_another_version(tmp_path: Path) -> None:
    shipped, content = load_questionnaire("teachers"), written("teachers")
    content["items"][0]["text"]["nl"] = "Is het hier veilig?"
    same = load_questionnaire("teachers", own(tmp_path, content, "teachers"))
    with pytest.raises(StaleVersion, match="raise version above 1"):
        changed(shipped, same)
    content["version"] = 2
    assert changed(shipped, load_questionnaire("teachers", own(tmp_path, content, "teachers")))


def test_another_title_or_last_page_is_the_same_questionnaire(tmp_path: Path) -> None:
    content = written("teachers")
    content["title"]["en"] = "Another title"
    content["closing"]["thanks"]["en"] = "Goodbye"
    other = load_questionnaire("teachers", own(tmp_path, content, "teachers"))
    assert other.title["en"] == "Another title"
    assert not changed(load_questionnaire("teachers"), other)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("scales", lambda content: content["scales"]["frequency"]["options"][0].update(en="Not once")),
        ("scales", lambda content: content["rather_not"].update(nl="Geen antwoord")),
        ("places", lambda content: content["places"].pop()),
        ("themes", lambda content: content["themes"][0]["title"].update(fr="Sûreté")),
    ],
)
def test_other_scales_places_and_headings_are_other_questions(tmp_path: Path, file: str, change: Any) -> None:
    content = written(file)
    change(content)
    other = load_questionnaire("teachers", own(tmp_path, content, file))
    with pytest.raises(StaleVersion):
        changed(load_questionnaire("teachers"), other)


def test_a_city_adds_a_questionnaire_beside_the_others(tmp_path: Path) -> None:
    content = written("pupils_12_18") | {"id": "pupils_own"}
    folder = own(tmp_path, content, "pupils_own")
    assert set(load_questionnaires(folder)) == {*ITEMS, "pupils_own"}
    assert load_questionnaire("teachers", folder) == load_questionnaire("teachers")


def test_a_city_adds_an_item_and_a_theme(tmp_path: Path) -> None:
    themes, content = written("themes"), written("teachers")
    themes["themes"].append({"id": "T13", "title": dict.fromkeys(LANGUAGES, "Canteen")})
    item = {"id": "T13.1", "scale": "perception", "text": dict.fromkeys(LANGUAGES, "Is lunch good?")}
    content["items"].insert(0, item)
    folder = own(own(tmp_path, themes, "themes"), content, "teachers")
    assert load_questionnaire("teachers", folder).asked("full")[-1].id == "T13.1"


def test_a_city_adds_a_language_when_everything_has_it(tmp_path: Path) -> None:
    content = written("teachers") | {"languages": [*LANGUAGES, "tr"]}
    with pytest.raises(DefinitionError, match=r"teachers\.yaml: title: no text in tr"):
        load_questionnaire("teachers", own(tmp_path, content, "teachers"))
    for name in ("scales", "themes", "places", "teachers"):
        file = written(name)
        for text in all_texts(file):
            text["tr"] = "Güvenli mi?"
        if name == "teachers":
            file["languages"] = [*LANGUAGES, "tr"]
        own(tmp_path, file, name)
    assert load_questionnaire("teachers", tmp_path).items[0].text["tr"] == "Güvenli mi?"


def all_texts(content: Any) -> list[dict[str, str]]:
    """Return every text of a file by language."""
    if isinstance(content, dict) and "en" in content:
        return [content]
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else []
    return [text for part in parts for text in all_texts(part)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "T1.0"}, "items.0.id"),
        ({"id": "T1.2"}, "two items have the id T1.2"),
        ({"id": "T99.1"}, "T99.1: there is no theme T99"),
        ({"scale": "agreement"}, "items.0.scale"),
        ({"reversed": True}, "T1.1: only an item on the frequency scale can be reversed"),
        ({"text": {"en": "Is it safe?", "nl": "Is het veilig?"}}, "items.T1.1.text: no text in fr"),
        ({"text": dict.fromkeys(LANGUAGES, " ")}, "the text is empty"),
        ({"text": dict.fromkeys(LANGUAGES, "=1+1?")}, "formula"),
        ({"text": dict.fromkeys(LANGUAGES, "Is {TOKEN} safe?")}, "braces"),
        ({"text": dict.fromkeys(LANGUAGES, "Is it\tsafe?")}, "tabs"),
        ({"names": "who"}, "items.0.names"),
    ],
)
def test_a_wrong_file_is_told_by_file_and_place(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    content = written("teachers")
    content["items"][0].update(change)
    with pytest.raises(DefinitionError) as error:
        load_questionnaire("teachers", own(tmp_path, content, "teachers"))
    assert str(error.value).startswith("teachers.yaml: ")
    assert told in str(error.value)


def test_more_than_three_background_questions_are_refused(tmp_path: Path) -> None:
    content = written("pupils_12_18")
    content["background"] = [{**content["background"][0], "id": f"b{number}"} for number in range(4)]
    with pytest.raises(DefinitionError, match=r"pupils_12_18\.yaml: background"):
        load_questionnaire("pupils_12_18", own(tmp_path, content, "pupils_12_18"))


def test_a_file_is_called_as_its_questionnaire(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="is 'teachers', the file is called 'docents'"):
        load_questionnaire("docents", own(tmp_path, written("teachers"), "docents"))


def test_a_questionnaire_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("scales", "../teachers", ""):
        with pytest.raises(DefinitionError, match="there are: other_staff, parents"):
            load_questionnaire(name)
        with pytest.raises(DefinitionError, match="there are: other_staff, parents"):
            load_questionnaire(name, own(tmp_path, written("teachers"), "teachers"))


@given(st.text(min_size=1))
def test_a_text_that_a_tool_would_run_is_refused(text: str) -> None:
    harmless = bool(text.strip()) and text[0] not in "=+-@"
    harmless = harmless and not any(sign in "{}\\" or ord(sign) < 32 or ord(sign) == 127 for sign in text)
    try:
        item = Item(id="T1.1", scale="perception", text={"en": text})
    except ValueError:
        assert not harmless
    else:
        assert harmless
        assert item.text["en"] == text


@given(
    st.sampled_from(sorted(ITEMS)),
    st.integers(0, 19),
    st.sampled_from(LANGUAGES),
    st.text(st.characters(categories=["L"]), min_size=1),
)
def test_any_other_word_gives_another_digest(name: str, number: int, language: str, text: str) -> None:
    shipped = load_questionnaire(name)
    item = shipped.items[number]
    other = item.model_copy(update={"text": {**item.text, language: text}})
    items = (*shipped.items[:number], other, *shipped.items[number + 1 :])
    changed_one = shipped.model_copy(update={"items": items})
    assert (changed_one.digest == shipped.digest) == (item.text[language] == text)
