"""Every contract follows the Table Schema standard, speaks three languages, and names no header twice."""

import json
from pathlib import Path

import pytest
from frictionless import Package, Schema

from mirrors.definitions import Contract, load_contracts
from mirrors.definitions.contract import Column
from mirrors.definitions.reading import FOLDER
from mirrors.intake.likeness import compact
from mirrors.intake.template import template_csv

CONTRACTS = load_contracts()
FILES = FOLDER / "contracts"
KINDS = [
    *("schools", "context", "enrolment", "absence", "absence_pattern", "pupil_band", "absence_quantile"),
    *("follow_up", "trajectory", "lateness", "measure", "calendar", "incidents", "survey_responses"),
    *("survey_summary", "checklist", "absence_events", "lesson_events", "late_events", "followup_events"),
]

each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """The data package as an administrator has it on disk, with the example row of every kind beside it."""
    for path in FILES.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for contract in CONTRACTS.values():
        (tmp_path / f"{contract.name}.csv").write_bytes(template_csv(contract))
    return Package.from_descriptor(str(tmp_path / "datapackage.json"))


def spellings(column: Column) -> set[str]:
    titles = (column.title, *(wording.title for wording in column.translations.values()))
    return {compact(text) for text in (column.name, *titles, *column.synonyms)}


class TestTheStandard:
    def test_there_is_a_contract_for_every_kind_of_file(self) -> None:
        assert sorted(CONTRACTS) == sorted(KINDS)

    @each_contract
    def test_every_contract_is_a_table_schema(self, contract: Contract) -> None:
        descriptor = json.loads((FILES / f"{contract.name}.json").read_text(encoding="utf-8"))
        schema = Schema.from_descriptor(descriptor)
        assert schema.to_descriptor() == descriptor
        assert schema.primary_key == list(contract.primary_key)
        assert [(field.name, field.type) for field in schema.fields] == [
            (c.name, c.type) for c in contract.fields
        ]

    def test_the_package_lists_every_contract(self) -> None:
        package = Package.from_descriptor(str(FILES / "datapackage.json"))
        assert package.resource_names == KINDS
        assert [resource.path for resource in package.resources] == [f"{kind}.csv" for kind in KINDS]
        for resource in package.resources:
            assert resource.schema.to_descriptor()["name"] == resource.name
        assert package.title
        assert package.licenses[0]["name"] == "EUPL-1.2"

    def test_the_examples_pass_the_package(self, package: Package) -> None:
        assert package.validate().flatten(["message"]) == []

    @pytest.mark.parametrize(
        ("kind", "good", "bad", "error"),
        [
            ("absence", b",9,", b",13,", "constraint-error"),
            ("absence", b"EXAMPLE", b"S9", "foreign-key"),
            ("calendar", b",am,", b",night,", "constraint-error"),
            ("lateness", b"240", b"many", "type-error"),
        ],
    )
    def test_a_wrong_cell_does_not_pass(
        self, package: Package, kind: str, good: bytes, bad: bytes, error: str
    ) -> None:
        path = Path(str(package.basepath)) / f"{kind}.csv"
        path.write_bytes(path.read_bytes().replace(good, bad))
        found = package.validate().flatten(["type"])
        assert found == [[error]]

    def test_a_calendar_row_for_every_school_passes(self, package: Package) -> None:
        path = Path(str(package.basepath)) / "calendar.csv"
        path.write_bytes(path.read_bytes().replace(b"EXAMPLE", b""))
        assert package.validate().valid

    def test_the_package_is_read_without_a_network(
        self, package: Package, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("something was fetched")

        monkeypatch.setattr("socket.socket.connect", refuse)
        assert package.validate().valid


class TestReferences:
    @each_contract
    def test_all_but_schools_and_calendar_refer_to_the_schools(self, contract: Contract) -> None:
        key = ("school_id", "school_year")
        found = [(one.fields, one.reference.resource, one.reference.fields) for one in contract.foreign_keys]
        assert found == ([] if contract.name in ("schools", "calendar") else [(key, "schools", key)])

    @each_contract
    def test_keys_are_columns(self, contract: Contract) -> None:
        assert set(contract.primary_key) <= set(contract.columns)
        assert len(set(contract.columns)) == len(contract.columns)

    def test_pupil_tokens_are_level_b(self) -> None:
        assert {name for name, contract in CONTRACTS.items() if contract.level == "B"} == {
            name for name, contract in CONTRACTS.items() if "token" in contract.columns
        }


class TestWords:
    @each_contract
    @pytest.mark.parametrize("language", ["nl", "fr"])
    def test_everything_is_said_in_the_language(self, contract: Contract, language: str) -> None:
        for thing in (contract, *contract.fields):
            assert thing.wording(language) == thing.translations[language]
            assert thing.wording(language).title.strip()
            assert thing.wording(language).description.strip()
            # Words such as "Type d'école" cannot be the same in English; single words can.
            assert thing.wording(language).description != thing.description

    @each_contract
    def test_english_is_the_standards_own_title(self, contract: Contract) -> None:
        assert contract.wording("en").title == contract.title
        assert contract.fields[0].wording("en").description == contract.fields[0].description

    @each_contract
    def test_no_header_means_two_columns(self, contract: Contract) -> None:
        meant: dict[str, str] = {}
        for column in contract.fields:
            for spelling in spellings(column):
                assert spelling
                assert meant.setdefault(spelling, column.name) == column.name, spelling

    @each_contract
    def test_no_text_means_two_values(self, contract: Contract) -> None:
        for column in contract.fields:
            meant: dict[str, str] = {}
            for value, texts in column.values.items():
                for text in (value, *texts):
                    assert meant.setdefault(compact(text), value) == value, (column.name, text)

    @each_contract
    def test_every_allowed_value_is_known_in_other_words(self, contract: Contract) -> None:
        for column in contract.fields:
            if column.constraints.enum:
                assert set(column.values) == set(column.constraints.enum), column.name

    @each_contract
    def test_synonyms_are_written_small(self, contract: Contract) -> None:
        for column in contract.fields:
            assert [text for text in column.synonyms if text != text.lower()] == []
