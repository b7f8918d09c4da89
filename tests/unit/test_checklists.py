"""The checklist as a school fills it in: whose it is, what is kept of it, and what is refused."""

import csv
import io
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from mirrors.access import NotAllowed, Viewer
from mirrors.casework import LONGEST_REASON, Unfit, UnfitWords
from mirrors.definitions.reading import FOLDER
from mirrors.desk import desk_file
from mirrors.locale import Language
from mirrors.survey.checklist import load_checklist
from mirrors.survey.checklists import Checklists, Entry, UnknownItem, open_checklists
from mirrors.survey.definition_files import OWN
from mirrors.survey.exports.filled_checklist import checklist_csv, checklist_pdf
from tests.collecting import ADVISER, OTHER_TEAM, PUBLISHER, TEAM
from tests.desks import START, Clock

FULL = Entry("3", "School rules, page 12", "prevention adviser", date(2026, 9, 1))


@pytest.fixture
def clock() -> Clock:
    """Return a clock that is set by hand."""
    return Clock()


@pytest.fixture
def lists(tmp_path: Path, clock: Clock) -> Checklists:
    """Return the checklists of a store that holds nothing yet."""
    return open_checklists(tmp_path, clock)


def test_an_entry_is_kept_with_the_day_and_without_a_name(lists: Checklists, tmp_path: Path) -> None:
    kept = lists.write(TEAM, "S1", "A1", FULL)
    assert kept == replace(FULL, changed_on=START.date(), version=1)
    assert lists.of(TEAM, "S1").entries == {"A1": kept}
    held = desk_file(tmp_path).read_bytes()
    assert b"prevention adviser" in held
    assert TEAM.name.encode() not in held, "nothing tells who of the team wrote it"


def test_what_was_written_last_counts_and_the_other_notes_stay(lists: Checklists, clock: Clock) -> None:
    lists.write(TEAM, "S1", "A1", FULL)
    clock.forward(days=3)
    colleague = replace(TEAM, name="Bert", account="a9")
    lists.change(colleague, "S1", "A1", lambda now: replace(now, answer="4"))
    lists.change(TEAM, "S1", "A1", lambda now: replace(now, owner="head teacher"))
    entry = lists.of(TEAM, "S1").entries["A1"]
    assert (entry.answer, entry.owner, entry.evidence) == ("4", "head teacher", FULL.evidence)
    assert entry.changed_on == date(2026, 3, 5)


def test_an_empty_entry_leaves_nothing_behind(lists: Checklists) -> None:
    lists.write(TEAM, "S1", "A1", FULL)
    assert lists.write(TEAM, "S1", "A1", Entry()) == Entry()
    assert lists.of(TEAM, "S1").entries == {}


def test_sections_have_means_of_what_applies_and_there_is_no_total(lists: Checklists) -> None:
    for item, answer in {"A1": "4", "A2": "1", "A3": "na", "B1": "na"}.items():
        lists.write(TEAM, "S1", item, Entry(answer))
    lists.write(TEAM, "S1", "C1", Entry(evidence="the bus stop"))
    found = lists.of(TEAM, "S1")
    assert found.means == {"A": 2.5}
    assert {section: count for section, count in found.looked_at.items() if count} == {"A": 3, "B": 1}
    assert len(found.looked_at) == 8


def test_an_adviser_learns_how_much_was_looked_at_and_nothing_of_it(lists: Checklists) -> None:
    lists.write(TEAM, "S1", "A1", FULL)
    found = lists.of(ADVISER, "S1")
    assert found.looked_at["A"] == 1
    assert (found.entries, found.means) == ({}, {})


@pytest.mark.parametrize("who", [OTHER_TEAM, PUBLISHER])
def test_nobody_else_reads_it(lists: Checklists, who: Viewer) -> None:
    with pytest.raises(NotAllowed):
        lists.of(who, "S1")


@pytest.mark.parametrize("who", [ADVISER, OTHER_TEAM, PUBLISHER])
def test_only_its_team_writes(lists: Checklists, who: Viewer) -> None:
    with pytest.raises(NotAllowed):
        lists.write(who, "S1", "A1", FULL)
    assert lists.of(TEAM, "S1").entries == {}


def test_schools_are_kept_apart(lists: Checklists) -> None:
    lists.write(TEAM, "S1", "A1", Entry("0"))
    lists.write(OTHER_TEAM, "S2", "A1", Entry("4"))
    assert lists.of(TEAM, "S1").entries["A1"].answer == "0"
    assert lists.of(OTHER_TEAM, "S2").entries["A1"].answer == "4"


@pytest.mark.parametrize(("item", "answer"), [("A99", "1"), ("Z1", "1"), ("A1", "5"), ("", "1")])
def test_what_the_list_does_not_have_is_not_kept(lists: Checklists, item: str, answer: str) -> None:
    with pytest.raises(UnknownItem):
        lists.write(TEAM, "S1", item, Entry(answer))


@pytest.mark.parametrize(
    "owner", ["Sofie", "Peeters", "De Smet", "M. Dupont", "Mevr. Peeters", "Jan Peeters", "juf Els", "jan"]
)
def test_an_owner_is_no_person(lists: Checklists, owner: str) -> None:
    with pytest.raises(UnfitWords) as refused:
        lists.write(TEAM, "S1", "A1", replace(FULL, owner=owner))
    assert refused.value.why is Unfit.PERSONAL
    assert lists.of(TEAM, "S1").entries == {}


@pytest.mark.parametrize(
    "owner",
    [
        "Preventieadviseur",
        "conseiller en prévention",
        "head teacher",
        "CLB",
        "GOK-coördinator",
        "Titularis 3A",
        "Préfète",
    ],
)
def test_an_owner_is_a_function(lists: Checklists, owner: str) -> None:
    assert lists.write(TEAM, "S1", "A1", Entry(owner=owner)).owner == owner


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("ask mevrouw Peeters", Unfit.PERSONAL),
        ("an.claes@school.example", Unfit.PERSONAL),
        ("x" * (LONGEST_REASON + 1), Unfit.TOO_LONG),
    ],
)
def test_a_note_tells_of_no_person_and_is_short(lists: Checklists, note: str, why: Unfit) -> None:
    lists.write(TEAM, "S1", "A1", FULL)
    with pytest.raises(UnfitWords) as refused:
        lists.change(TEAM, "S1", "A1", lambda now: replace(now, evidence=note))
    assert refused.value.why is why
    assert lists.of(TEAM, "S1").entries["A1"].evidence == FULL.evidence


def test_what_to_look_at_next_is_what_is_due_the_longest_ago_first(lists: Checklists) -> None:
    days = {"A1": date(2026, 3, 2), "B1": date(2026, 1, 5), "C1": date(2026, 3, 3)}
    for item, day in days.items():
        lists.write(TEAM, "S1", item, Entry(review_on=day))
    assert lists.of(TEAM, "S1").to_review(START.date()) == ("B1", "A1")


def test_a_city_that_takes_an_item_or_an_answer_away_is_understood(lists: Checklists, tmp_path: Path) -> None:
    lists.write(TEAM, "S1", "A10", FULL)
    lists.write(TEAM, "S1", "A1", Entry("na"))
    (tmp_path / OWN).mkdir()
    own = tmp_path / OWN / "checklist.yaml"
    shutil.copy(FOLDER / "checklist.yaml", own)
    text = own.read_text(encoding="utf-8").replace("- id: A10\n", "- id: A11\n")
    own.write_text(text.replace('- id: "na"', '- id: "none"').replace("version: 1", "version: 2"), "utf-8")
    found = lists.of(TEAM, "S1")
    assert {item: each.answer for item, each in found.entries.items()} == {"A1": ""}
    assert found.looked_at["A"] == 0
    assert found.checklist.version == 2
    assert lists.write(TEAM, "S1", "A11", FULL).version == 2


def read_csv(content: bytes) -> list[list[str]]:
    """Return the rows of a table."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_table_has_a_row_an_item_and_nothing_that_runs(lists: Checklists) -> None:
    lists.write(TEAM, "S1", "A1", replace(FULL, evidence='=HYPERLINK("x")'))
    header, first, second, *rest = read_csv(checklist_csv(lists.of(TEAM, "S1"), Language("nl")))
    assert len(header) == 8
    assert len(rest) == 64
    assert first[1] == "A1"
    assert first[3] == "Aanwezig"
    assert first[4] == '\'=HYPERLINK("x")'
    assert first[5:] == ["prevention adviser", "2026-09-01", "2026-03-02"]
    assert second[1:2] + second[3:] == ["A2", "", "", "", "", ""]


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_the_paper_tells_every_item_and_no_total(lists: Checklists, language: str) -> None:
    lists.write(TEAM, "S1", "A1", replace(FULL, evidence="#strong[*rules*] page 12"))
    paper = checklist_pdf(lists.of(TEAM, "S1"), "Basisschool #S1", START.date(), Language(language))
    text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).split())
    checklist = load_checklist()
    assert [item.id for item in checklist.items if f"{item.id} " not in text] == []
    assert "Basisschool #S1" in text
    assert "#strong[*rules*] page 12" in text, "what was typed is not run"
    assert "prevention adviser" in text
    assert "%" not in text
