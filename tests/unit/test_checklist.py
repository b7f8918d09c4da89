"""The checklist and the rules of support: complete, in three languages, and nobody passes or fails."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from mirrors.definitions import load_contracts
from mirrors.definitions.reading import FOLDER, DefinitionError, read_yaml
from mirrors.survey.checklist import load_checklist
from mirrors.survey.definition_files import OWN, texts_of
from mirrors.survey.questionnaire import load_questionnaire, load_questionnaires
from mirrors.survey.support import Finding, TriggerName, load_support_rules, proposals
from mirrors.survey.versions import StaleVersion, changed
from mirrors.survey.wording import words

LANGUAGES = {"en", "nl", "fr"}
SECTIONS = {"A": 10, "B": 10, "C": 7, "D": 11, "E": 7, "F": 6, "G": 8, "H": 7}
SHIPPED = {"checklist": FOLDER / "checklist.yaml", "support": FOLDER / "support" / "rules.yaml"}
FIRST_VERSION = "9613778e"
"""The digest of version 1 of the checklist. When it changes, raise the version and write it here."""

SCORES: tuple[TriggerName, ...] = ("low", "below_similar", "fell")


def written(name: str) -> dict[str, Any]:
    """Return the content of a shipped file, to change."""
    content = copy.deepcopy(read_yaml(SHIPPED[name]))
    assert isinstance(content, dict)
    return content


def own(folder: Path, content: object, name: str) -> Path:
    """Write a city's own file into the store `folder`, and return the store."""
    (folder / OWN).mkdir(exist_ok=True)
    (folder / OWN / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return folder


def kinds(*findings: Finding) -> list[str]:
    """Return the kinds of support that are proposed, in their order."""
    return [proposal.kind.id for proposal in proposals(load_support_rules(), findings)]


def test_there_are_66_items_in_eight_sections() -> None:
    checklist = load_checklist()
    assert {section.id: len(section.items) for section in checklist.sections} == SECTIONS
    ids = [item.id for item in checklist.items]
    assert ids == [
        f"{section}{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)
    ]


@pytest.mark.parametrize("definition", [load_checklist(), load_support_rules()], ids=["checklist", "support"])
def test_everything_is_said_in_three_languages(definition: Any) -> None:
    texts = dict(texts_of(definition))
    assert len(texts) > 50
    for place, text in texts.items():
        assert set(text) == LANGUAGES, place
        assert len(set(text.values())) > 1 or len(words(text["en"])) <= 2, place
        assert not [sign for sign in "?!:;" if f" {sign}" in text["fr"]], place


def test_every_item_has_one_sentence_that_explains_it() -> None:
    for item in load_checklist().items:
        for language in LANGUAGES:
            why = item.why[language]
            assert why.endswith("."), (item.id, language)
            assert ". " not in why, (item.id, language)
            assert len(words(why)) <= 30, (item.id, language)


def test_the_answers_are_those_of_the_file_that_schools_send() -> None:
    column = next(field for field in load_contracts()["checklist"].fields if field.name == "answer")
    assert tuple(answer.id for answer in load_checklist().answers) == column.constraints.enum
    assert [answer.points for answer in load_checklist().answers] == [0, 1, 2, 3, 4, None]


def test_sections_are_read_beside_themes_that_are_asked() -> None:
    asked = {theme.id for theme in load_questionnaire("teachers").themes}
    for section in load_checklist().sections:
        assert section.themes
        assert set(section.themes) <= asked


def test_a_section_is_the_mean_of_what_applies() -> None:
    answered = {"A1": "4", "A2": "1", "A3": "na", "B1": "na", "C1": "0"}
    assert load_checklist().section_means(answered) == {"A": 2.5, "C": 0.0}
    assert load_checklist().section_means({}) == {}
    with pytest.raises(KeyError):
        load_checklist().section_means({"A1": "5"})


def test_the_first_version_is_what_it_was() -> None:
    assert (load_checklist().version, load_checklist().digest[:8]) == (1, FIRST_VERSION)


def test_a_city_changes_the_list_under_another_version(tmp_path: Path) -> None:
    content = written("checklist")
    content["sections"][0]["items"][0]["text"]["en"] = "A vision"
    with pytest.raises(StaleVersion):
        changed(load_checklist(), load_checklist(own(tmp_path, content, "checklist")))
    content["version"] = 2
    other = load_checklist(own(tmp_path, content, "checklist"))
    assert changed(load_checklist(), other)
    assert other.items[0].text["en"] == "A vision"


def test_a_store_without_its_own_list_has_the_products(tmp_path: Path) -> None:
    assert load_checklist(tmp_path) == load_checklist()
    assert load_support_rules(tmp_path) == load_support_rules()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one["sections"][0]["items"][1].update(id="A1"), "two items have the id A1"),
        (lambda one: one["sections"][0]["items"][1].update(id="B11"), "B11 stands in section A"),
        (
            lambda one: one["sections"][0]["items"][1]["why"].pop("fr"),
            "sections.A.items.A2.why: no text in fr",
        ),
        (lambda one: one["answers"][1].update(points=5), "answers.1.points"),
        (lambda one: one["sections"][0].update(items=[]), "sections.0.items"),
    ],
)
def test_a_wrong_list_is_told_by_file_and_place(tmp_path: Path, change: Any, told: str) -> None:
    content = written("checklist")
    change(content)
    with pytest.raises(DefinitionError) as error:
        load_checklist(own(tmp_path, content, "checklist"))
    assert str(error.value).startswith(f"checklist.yaml: {told}")


def test_bullying_is_met_with_self_confidence_and_an_organisation() -> None:
    found = kinds(Finding("T3", "low", "pupils_12_18"))
    assert found[:2] == ["self_confidence", "support_organisation"]


@pytest.mark.parametrize("trigger", SCORES)
@pytest.mark.parametrize("group", sorted(load_questionnaires()))
def test_every_theme_of_every_group_has_support(group: Any, trigger: TriggerName) -> None:
    themes = load_questionnaire(group).by_theme("full")
    assert [theme.id for theme, _ in themes if not kinds(Finding(theme.id, trigger, group))] == []


def test_a_hotspot_is_met_where_it_is() -> None:
    assert kinds(Finding("T2", "hotspot", "pupils_9_12", "bus_stop")) == [
        "traffic_advice",
        "neighbourhood_talk",
    ]
    assert kinds(Finding("T12", "hotspot", "teachers", "toilets")) == ["supervision_review", "building_round"]
    assert kinds(Finding("T2", "hotspot", "pupils_9_12", "toilets")) == []
    assert kinds(Finding("T2", "hotspot", "pupils_9_12")) == []


def test_all_places_but_another_have_support() -> None:
    rules = load_support_rules().rules
    places = {place.id for place in load_questionnaire("pupils_9_12").places}
    assert {place for rule in rules for place in rule.places} == places - {"other"}


def test_staff_get_support_for_staff() -> None:
    assert kinds(Finding("T10", "low", "teachers")) == ["team_guidance"]
    assert "team_guidance" not in kinds(Finding("T10", "low", "pupils_12_18"))
    assert kinds(Finding("T4", "often", "other_staff"))[0] == "aggression_training"


def test_each_kind_is_proposed_once_with_every_reason() -> None:
    low, often = Finding("T3", "low", "pupils_9_12"), Finding("T3", "often", "pupils_9_12")
    found = proposals(load_support_rules(), [low, often, low])
    assert [one.kind.id for one in found] == kinds(low)
    assert all([finding for _, finding in one.because] == [low, often] for one in found)
    assert all(rule.reason["nl"] for one in found for rule, _ in one.because)


def test_every_kind_of_support_is_used() -> None:
    rules = load_support_rules()
    assert {kind for rule in rules.rules for kind in rule.kinds} == {kind.id for kind in rules.kinds}


def test_the_limits_are_those_agreed() -> None:
    rules = load_support_rules()
    found = {trigger.id: (rules.limit(trigger.id), trigger.unit) for trigger in rules.triggers}
    assert found == {
        "low": (50, "points"),
        "below_similar": (15, "points"),
        "fell": (15, "points"),
        "often": (0.10, "share"),
        "hotspot": (0.20, "share"),
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one["rules"][0].update(kinds=["nothing"]), "T1_score: there is no nothing"),
        (lambda one: one["triggers"].pop(), "there is no hotspot"),
        (lambda one: one["rules"][0].update(places=["gate"]), "T1_score: places and the trigger hotspot"),
        (lambda one: one["rules"][2].pop("places"), "T2_places: places and the trigger hotspot"),
        (lambda one: one["rules"][0].update(triggers=["sudden"]), "rules.0.triggers.0"),
        (lambda one: one["rules"][0].update(groups=["cooks"]), "rules.0.groups.0"),
        (lambda one: one["rules"][1].update(id="T1_score"), "two rules have the id T1_score"),
        (lambda one: one["triggers"][3].update(limit=10), "often: a share is at most 1"),
        (lambda one: one["rules"][0]["reason"].pop("nl"), "rules.T1_score.reason: no text in nl"),
    ],
)
def test_wrong_rules_are_told_by_file_and_place(tmp_path: Path, change: Any, told: str) -> None:
    content = written("support")
    change(content)
    with pytest.raises(DefinitionError) as error:
        load_support_rules(own(tmp_path, content, "support"))
    assert str(error.value).startswith("support.yaml: ")
    assert "Value error" not in str(error.value)
    assert told in str(error.value)
