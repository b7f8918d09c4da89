"""Headers and values of unknown files are guessed as a person of the trade would read them."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from mirrors.definitions import Profile, load_contracts, load_jurisdiction, load_profile, save_profile
from mirrors.definitions.profile import profile_names
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import read_upload
from mirrors.intake.guess import Guess, guess_columns, guess_file, profile_from
from mirrors.intake.likeness import compact, name_likeness, own_value
from mirrors.intake.reading import FileContent

FLANDERS = load_jurisdiction("flanders")
CONTRACTS = load_contracts()
TITLE = {"en": "Ours", "nl": "Van ons", "fr": "Le nôtre"}


def guessed(header: Sequence[str], *rows: Sequence[str]) -> Guess:
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    values = {name: sorted(set(column) - {""}) for name, column in zip(header, columns, strict=True)}
    guess = guess_file(header, values, FLANDERS)
    assert guess is not None
    return guess


def saved_profile(guess: Guess, header: Sequence[str], name: str = "ours") -> Profile:
    return profile_from(guess, header, name=name, title=TITLE, jurisdiction="flanders", city="Antwerpen")


DUTCH = ("Instellingsnummer", "Schooljaar", "Maand", "Afwezigheidscode", "Aantal halve dagen", "Opmaak")
DUTCH_ROWS = (("012345", "2024-2025", "9", "B", "12", "x"), ("012346", "2024-2025", "10", "z", "1,5", "y"))


class TestKindOfFile:
    def test_a_dutch_list_of_absences(self) -> None:
        guess = guessed(DUTCH, *DUTCH_ROWS)
        assert guess.contract == "absence"
        assert guess.columns == {
            "school_id": "Instellingsnummer",
            "school_year": "Schooljaar",
            "month": "Maand",
            "code": "Afwezigheidscode",
            "units": "Aantal halve dagen",
        }
        assert guess.constants == {"breakdown": "all", "member": ""}
        assert {column for column, sure in guess.confidence.items() if sure == "sure"} == set(guess.columns)
        assert guess.confidence["breakdown"] == "none"

    def test_a_french_list_by_weekday(self) -> None:
        header = (
            "établissement",
            "ANNÉE_SCOLAIRE",
            "jour",
            "demi-jour",
            "Code",
            "demi-jours",
            "demi-jours possibles",
        )
        guess = guessed(header, ("1", "2024-25", "lundi", "matin", "B", "3", "90"))
        assert guess.contract == "absence_pattern"
        assert guess.columns["units"] == "demi-jours"
        assert guess.columns["half_day"] == "demi-jour"
        assert guess.values == {"weekday": {"lundi": "1"}, "half_day": {"matin": "am"}}

    def test_our_own_templates(self) -> None:
        for contract in CONTRACTS.values():
            guess = guessed(contract.columns)
            assert (guess.contract, list(guess.columns)) == (contract.name, list(contract.columns))

    def test_a_kind_of_file_that_somebody_chose(self) -> None:
        guess = guess_columns("lateness", ("school", "jaar", "aantal", "kleur"), {}, FLANDERS)
        assert guess.contract == "lateness"
        assert guess.columns == {"school_id": "school", "school_year": "jaar", "events": "aantal"}
        assert guess_columns("lateness", ("kleur", "gewicht"), {}, FLANDERS).columns == {}

    def test_nothing_in_common_is_no_guess(self) -> None:
        assert guess_file(("kleur", "gewicht"), {}, FLANDERS) is None
        assert guess_file((), {}, FLANDERS) is None


class TestColumnsByTheirValues:
    def test_a_meaningless_header_with_telling_values(self) -> None:
        header = ("school", "kolom 2", "kolom 3", "dagdeel", "kolom 5")
        row = ("S1", "2024-25", "2025-02-14", "vm", "pedagogische studiedag")
        guess = guessed(header, row)
        assert guess.contract == "calendar"
        assert guess.columns == {
            "school_id": "school",
            "school_year": "kolom 2",
            "date": "kolom 3",
            "half_day": "dagdeel",
            "kind": "kolom 5",
        }
        assert guess.confidence["date"] == "likely"
        assert guess.values["kind"] == {"pedagogische studiedag": "free"}

    def test_values_decide_between_two_headers_that_are_alike(self) -> None:
        header = ("school", "schooljaar", "code afw", "code motief", "maand", "halve dagen")
        guess = guessed(header, ("S1", "2024-25", "griep en koorts", "B", "9", "4"))
        assert guess.columns["code"] == "code motief"

    def test_values_that_contradict_a_header_make_it_less_sure(self) -> None:
        header = ("school_id", "school_year", "month", "code", "units")
        assert guessed(header, ("S1", "2024-25", "9", "B", "4")).confidence["month"] == "sure"
        assert guessed(header, ("S1", "2024-25", "97", "B", "4")).confidence["month"] == "likely"


class TestValues:
    def test_finer_codes_of_a_school_count_as_the_code(self) -> None:
        guess = guessed(DUTCH, *DUTCH_ROWS, ("012347", "2024-25", "11", "B01", "2", "x"))
        assert guess.values["code"] == {"B": "B", "B01": "B", "z": "Z"}

    def test_texts_that_nobody_knows_are_told(self) -> None:
        guess = guessed(DUTCH, *DUTCH_ROWS, ("012347", "2024-25", "11", "Q9", "2", "x"))
        assert guess.untold == {"code": ("Q9",)}

    def test_texts_that_are_ours_need_no_translation(self) -> None:
        assert (
            guessed(("school_id", "school_year", "kind", "events"), ("S1", "2024-25", "late", "3")).values
            == {}
        )

    def test_percentages_are_noticed(self) -> None:
        header = (
            "school",
            "schooljaar",
            "groep",
            "thema",
            "uitgenodigd",
            "antwoorden",
            "gunstig",
            "ongunstig",
        )
        guess = guessed(header, ("S1", "2024-25", "leerlingen", "T1", "90", "80", "64,5", "0,1"))
        assert guess.contract == "survey_summary"
        assert guess.percent == {"favourable"}
        assert guess.decimal_comma
        assert guess.values["respondent_group"] == {"leerlingen": "pupils"}

    @pytest.mark.parametrize(
        ("label", "form"), [("2024-25", "2024-25"), ("2024/2025", "2024-25"), ("2025", "end_year")]
    )
    def test_how_school_years_are_written(self, label: str, form: str) -> None:
        assert (
            guessed(("school", "jaar", "kenmerk", "waarde"), ("S1", label, "oki", "1.2")).year_label == form
        )

    @pytest.mark.parametrize(
        ("text", "day_first"), [("2024-09-30", False), ("30/09/2024", True), ("30-9-2024", True)]
    )
    def test_how_dates_are_written(self, text: str, day_first: bool) -> None:
        header = ("school_id", "school_year", "date", "half_day", "kind")
        assert guessed(header, ("S1", "2024-25", text, "am", "free")).day_first is day_first

    def test_a_code_without_known_codes_is_any_short_code(self) -> None:
        column = next(column for column in CONTRACTS["absence"].fields if column.name == "code")
        assert own_value("A1", column, load_jurisdiction("maryland")) == "A1"
        assert own_value("unexcused", column, load_jurisdiction("maryland")) is None


class TestLikeness:
    @pytest.mark.parametrize(
        ("text", "compared"),
        [("Année_Scolaire ", "anneescolaire"), ("% gunstig", "percentgunstig"), ("N° FASE", "nfase")],
    )
    def test_case_accents_and_signs_do_not_count(self, text: str, compared: str) -> None:
        assert compact(text) == compared

    def test_better_names_are_more_alike(self) -> None:
        column = next(column for column in CONTRACTS["absence"].fields if column.name == "units")
        likeness = [
            name_likeness(text, column)
            for text in (
                "units",
                "Units absent",
                "halve dagen",
                "aantal halve dagn",
                "halve dagen dit jaar",
                "gewicht",
            )
        ]
        assert likeness == sorted(likeness, reverse=True)
        assert likeness[0] == 1.0
        assert likeness[-1] < 0.3


class TestProfile:
    def test_reads_the_file_it_was_guessed_from(self, tmp_path: Path) -> None:
        path = save_profile(saved_profile(guessed(DUTCH, *DUTCH_ROWS), DUTCH), tmp_path)
        assert path == tmp_path / "profiles" / "ours.yaml"
        text = "\n".join(";".join(row) for row in (DUTCH, *DUTCH_ROWS))
        upload = read_upload(
            [FileContent("export.csv", pa.py_buffer(text.encode()))], load_profile("ours", tmp_path)
        )
        assert upload.files[0].facts == {"absence": 2}

    def test_keeps_codes_that_were_not_in_the_first_file(self) -> None:
        [layout] = saved_profile(guessed(DUTCH, *DUTCH_ROWS), DUTCH).layouts
        source = layout.facts[0].take["code"]
        assert source.model_dump()["values"] == {
            **{code: code for code in (*FLANDERS.codes, *FLANDERS.aliases, "any")},
            "z": "Z",
        }

    def test_a_column_that_is_not_used_is_ignored_whatever_its_name(self) -> None:
        header = (*DUTCH[:-1], "Opm. [intern]*")
        [layout] = saved_profile(guessed(header, *DUTCH_ROWS), header).layouts
        assert layout.unknown(header) == ()
        assert layout.unknown((*DUTCH[:-1], "Opm. nternXX")) == ("Opm. nternXX",)

    def test_a_corrected_guess_is_followed(self) -> None:
        guess = guessed(DUTCH, *DUTCH_ROWS)
        corrected = dataclasses.replace(guess, columns={**guess.columns, "member": "Opmaak"})
        [layout] = saved_profile(corrected, DUTCH).layouts
        assert layout.columns["member"] == ("Opmaak",)
        assert layout.ignore == ()

    def test_comes_back_as_it_was_saved(self, tmp_path: Path) -> None:
        for contract in CONTRACTS.values():
            name = contract.name.replace("_", "-")
            profile = saved_profile(guessed(contract.columns), contract.columns, name)
            save_profile(profile, tmp_path)
            assert load_profile(name, tmp_path) == profile

    def test_shipped_profiles_come_back_too(self, tmp_path: Path) -> None:
        for name in profile_names():
            again = load_profile(name).model_copy(update={"id": f"my-{name}"})
            save_profile(again, tmp_path)
            assert load_profile(f"my-{name}", tmp_path) == again

    def test_saving_again_replaces(self, tmp_path: Path) -> None:
        first = saved_profile(guessed(DUTCH), DUTCH)
        save_profile(first, tmp_path)
        save_profile(first.model_copy(update={"city": "Gent"}), tmp_path)
        assert load_profile("ours", tmp_path).city == "Gent"
        assert [path.name for path in (tmp_path / "profiles").iterdir()] == ["ours.yaml"]

    def test_names_are_listed_with_the_shipped_ones(self, tmp_path: Path) -> None:
        save_profile(saved_profile(guessed(DUTCH), DUTCH), tmp_path)
        assert set(profile_names(tmp_path)) == {*profile_names(), "ours"}
        with pytest.raises(DefinitionError, match="ours"):
            load_profile("theirs", tmp_path)

    @pytest.mark.parametrize(
        "name", ["sample", "../x", "a/b", "", "Groot", ".x", "a" * 61, "x.yaml", "nul\0"]
    )
    def test_unsafe_and_shipped_names_are_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(DefinitionError):
            save_profile(saved_profile(guessed(DUTCH), DUTCH, name), tmp_path)
        assert list(tmp_path.rglob("*")) == []

    def test_a_saved_file_cannot_stand_for_a_shipped_profile(self, tmp_path: Path) -> None:
        (tmp_path / "profiles").mkdir()
        (tmp_path / "profiles" / "sample.yaml").write_text("id: other", encoding="utf-8")
        assert load_profile("sample", tmp_path).city == "Waterstad"
