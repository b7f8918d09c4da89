"""From answers to the snapshot: files of answers, waves of the desk, and a city that has surveys only."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mirrors.disclosure.survey import participation
from mirrors.disclosure.survey_cube import oldest_first
from mirrors.intake import Refused
from mirrors.jobs import NothingToPublish, ingest, prepare_publish, publish, withdraw
from mirrors.jobs.publishing import NoFigures
from mirrors.store import NoSnapshot, PublishedStore, Snapshot, open_facts
from mirrors.survey.collected import ended_waves, everything_collected
from mirrors.survey.collecting import open_collecting
from mirrors.survey.hotspots import counted_places, hotspot_shares
from mirrors.survey.keys import RUNTIME
from mirrors.survey.questionnaire import load_questionnaire, load_questionnaires
from mirrors.survey.sources import editions, from_desk, from_files, together
from mirrors.survey.surveyed import of_answers
from mirrors.survey.wave import Invited
from mirrors.views.school import school_names
from tests.collecting import PUPILS, TEAM, answer, codes, collecting, open_today, wave
from tests.desks import Clock
from tests.uploads import csv_bytes, write

ROOT = Path(__file__).parents[2]
COLUMNS = (
    *("school_id", "school_year", "wave", "respondent_group", "respondent"),
    *("background", "item", "answer", "invited"),
)
YEAR = "2024-25"


def rows(
    school: str, group: str, people: int, option: int = 3, invited: int | str = 40, number: int = 1
) -> list[tuple[object, ...]]:
    """Return the answers of so many people of a group to the short form; every third chooses the gate."""
    sheet = load_questionnaire(group)
    found = []
    for person in range(people):
        who = (school, YEAR, number, group, f"p{person}", "")
        for item in sheet.asked("short"):
            chosen = min(option + (person % 3 == 0), 4)
            found.append((*who, item.id, 4 - chosen if item.reversed else chosen, invited))
        found += [
            (*who, f"place.{each.id}", int(each.id == "gate" and person % 3 == 0), invited)
            for each in sheet.places
        ]
    return found


def store(folder: Path, answers: list[tuple[object, ...]]) -> Path:
    """Return a store that holds schools and these answers, and nothing of absence."""
    schools = [(f"S{number}", YEAR, f"School {number}", "secondary") for number in (1, 2)]
    files = [
        write(folder / "schools.csv", csv_bytes(("school_id", "school_year", "name", "school_type"), schools))
    ]
    if answers:
        files.append(write(folder / "survey_responses.csv", csv_bytes(COLUMNS, answers)))
    ingest(folder / "store", "templates", files)
    return folder / "store"


def told(folder: Path) -> Snapshot:
    return PublishedStore(folder).current()


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    answers = [*rows("S1", PUPILS, 33), *rows("S1", "teachers", 12), *rows("S2", PUPILS, 9)]
    folder = store(tmp_path_factory.mktemp("files"), answers)
    publish(folder)
    return told(folder)


class TestFiles:
    def test_a_city_without_absence_is_published(self, snapshot: Snapshot) -> None:
        assert [each.school_id for each in school_names(snapshot)] == ["S1", "S2"]
        assert snapshot.rows("figure") == []

    def test_scores_are_those_of_the_answers(self, snapshot: Snapshot) -> None:
        row = snapshot.rows("survey_theme", school_id="S1", group=PUPILS, theme="T1")[0]
        # Every third person says 4, the others 3: 83.3 points, told to two points for 33 people.
        assert (row["status"], row["mean"], row["respondents"]) == ("exact", 84.0, 35.0)
        assert (row["wave"], row["response"]) == ("1", "good")

    def test_nine_are_too_few(self, snapshot: Snapshot) -> None:
        few = snapshot.rows("survey_theme", school_id="S2")
        assert few
        assert {row["status"] for row in few} == {"too_small"}
        assert all(row["mean"] is None and row["response"] == "unknown" for row in few)

    def test_places(self, snapshot: Snapshot) -> None:
        here = {"school_id": "S1", "group": PUPILS}
        gate = snapshot.rows("survey_hotspot", **here, place="gate")[0]
        assert (gate["status"], gate["value"], gate["value_status"]) == ("exact", 0.3, "exact")
        online = snapshot.rows("survey_hotspot", **here, place="online")[0]
        # 4 of as few as 33 people may be nobody or four.
        assert (online["value"], online["value_status"]) == (0.13, "at_most")
        assert not [
            row for row in snapshot.rows("survey_hotspot", school_id="S2") if row["value"] is not None
        ]

    def test_waves(self, snapshot: Snapshot) -> None:
        waves = snapshot.rows("survey_wave", order_by="school_id")
        assert [
            (row["school_id"], row["wave"], row["kind"], row["form"], row["opened"]) for row in waves
        ] == [
            ("S1", "1", "imported", "short", None),
            ("S2", "1", "imported", "short", None),
        ]


def test_without_a_survey_there_is_still_no_figure(tmp_path: Path) -> None:
    with pytest.raises(NoFigures):
        publish(store(tmp_path, []))


def test_nobody_knows_the_response_when_nobody_told_how_many_were_invited(tmp_path: Path) -> None:
    folder = store(tmp_path, rows("S1", PUPILS, 33, invited=""))
    publish(folder)
    [row] = told(folder).rows("survey_response", group=PUPILS)
    assert (row["status"], row["participants"], row["response"], row["response_rate"]) == (
        *("exact", 35.0, "unknown", None),
    )


def test_a_later_wave_is_compared_only_with_the_same_form(tmp_path: Path) -> None:
    full = [item.id for item in load_questionnaire(PUPILS).asked("full")]
    short = {item.id for item in load_questionnaire(PUPILS).asked("short")}
    beyond = next(item for item in full if item not in short)
    answers = [
        *rows("S1", PUPILS, 35),
        *rows("S1", PUPILS, 35, option=1, number=2),
        *rows("S2", PUPILS, 35),
        *rows("S2", PUPILS, 35, number=2),
        *[("S2", YEAR, 2, PUPILS, f"p{person}", "", beyond, 2, 40) for person in range(35)],
    ]
    folder = store(tmp_path, answers)
    publish(folder)
    changes = told(folder).rows("survey_change", group=PUPILS, theme="T1", order_by="school_id")
    assert [(row["school_id"], row["verdict"], row["reason"]) for row in changes] == [
        ("S1", "lower", ""),
        ("S2", "not_compared", "other_form"),
    ]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.usefixtures("memory")
class TestDesk:
    def test_an_ended_wave_of_a_school_that_no_file_names_is_published(self, tmp_path: Path) -> None:
        folder = store(tmp_path, rows("S2", PUPILS, 12))
        first = publish(folder)
        here, today = open_collecting(folder), date.today()
        opened = here.waves.open(
            *(TEAM, "S1", "2025-26", "short", (today, today + timedelta(days=7))),
            (Invited(PUPILS, 20), Invited("teachers", 12)),
            "flanders",
        )
        for number in range(14):
            answer(here, codes(opened, PUPILS)[0], number)
        for number, code in enumerate(codes(opened, "teachers")[:5]):
            answer(here, code, number)
        assert prepare_publish(folder).nothing_changes
        here.waves.close(TEAM, opened.wave.id)
        assert not prepare_publish(folder).nothing_changes
        assert publish(folder) > first
        snapshot, here_is = told(folder), {"wave": opened.wave.id}
        [group] = snapshot.rows("survey_response", group=PUPILS, **here_is)
        assert (group["status"], group["participants"], group["invited"]) == ("exact", 15.0, 20.0)
        [teachers] = snapshot.rows("survey_response", group="teachers", **here_is)
        assert (teachers["status"], teachers["participants"], teachers["invited"]) == (
            "too_small",
            None,
            None,
        )
        [place] = snapshot.rows("survey_hotspot", group=PUPILS, place="gate", **here_is)
        assert (place["value"], place["value_status"]) == (0.5, "exact")
        [known] = snapshot.rows("survey_wave", **here_is)
        assert (known["kind"], known["form"], known["opened"].date()) == ("collected", "short", today)
        assert prepare_publish(folder).nothing_changes

    def test_a_city_that_begins_with_questionnaires_is_published(self, tmp_path: Path) -> None:
        here, opened = open_today(tmp_path / "store", (Invited(PUPILS, 20),), "wallonia-brussels")
        for number in range(14):
            answer(here, codes(opened, PUPILS)[0], number)
        with pytest.raises(NothingToPublish):
            publish(here.folder)
        here.waves.close(TEAM, opened.wave.id)
        preview = prepare_publish(here.folder)
        assert (preview.against, preview.leaves_nothing, preview.uploads) == (None, False, ())
        assert publish(here.folder) == "0001"
        snapshot = told(here.folder)
        [group] = snapshot.rows("survey_response", group=PUPILS)
        assert (group["school_id"], group["participants"]) == ("S1", 15.0)
        assert [row["jurisdiction"] for row in snapshot.rows("meta")] == ["wallonia-brussels"]
        assert prepare_publish(here.folder).nothing_changes

    def test_what_was_asked_stays_when_every_upload_is_withdrawn(self, tmp_path: Path) -> None:
        folder = store(tmp_path, rows("S2", PUPILS, 12))
        here, opened = open_today(folder, (Invited(PUPILS, 20),))
        for number in range(12):
            answer(here, codes(opened, PUPILS)[0], number)
        here.waves.close(TEAM, opened.wave.id)
        publish(folder)
        withdraw(folder, 1, "not ours")
        publish(folder)
        assert {row["school_id"] for row in told(folder).rows("survey_wave")} == {"S1"}

    def test_where_too_few_answered_there_is_nothing_to_publish(self, tmp_path: Path) -> None:
        folder = store(tmp_path, rows("S2", PUPILS, 12))
        here, opened = open_today(folder, (Invited(PUPILS, 20),))
        for number in range(4):
            answer(here, codes(opened, PUPILS)[0], number)
        here.waves.close(TEAM, opened.wave.id)
        publish(folder)
        withdraw(folder, 1, "not ours")
        assert publish(folder) == ""
        with pytest.raises(NoSnapshot):
            told(folder)

    def test_a_wave_without_answers_stands_between_no_others(self, tmp_path: Path, clock: Clock) -> None:
        here = collecting(tmp_path / "store", clock)
        held = []
        for number in (12, 0, 12):
            opened = wave(here, (Invited(PUPILS, 20),), days=(clock.at.date(), clock.at.date()))
            held.append(opened.wave.id)
            for sheet in range(number):
                answer(here, codes(opened, PUPILS)[0], sheet)
            clock.at += timedelta(days=1)
        found = from_desk(everything_collected(here.folder, clock))
        assert set(found.waves["wave"]) == {held[0], held[2]}
        [edition] = of_answers(found, {})
        assert set(edition.changes["before"]) == {held[0]}

    def test_a_wave_that_runs_gives_nothing(self, tmp_path: Path, clock: Clock) -> None:
        here = collecting(tmp_path / "store", clock)
        opened = wave(here)
        for number in range(12):
            answer(here, codes(opened, PUPILS)[0], number)
        assert ended_waves(here.folder, clock) == ()
        assert everything_collected(here.folder, clock) == ()
        clock.at = clock.at.replace(year=clock.at.year + 1)
        [found] = everything_collected(here.folder, clock)
        assert len(found.invited) == 2
        assert found.asked[PUPILS].digest == load_questionnaire(PUPILS).digest

    def test_a_store_that_never_asked_gets_no_desk(self, tmp_path: Path) -> None:
        assert ended_waves(tmp_path) == ()
        assert list(tmp_path.iterdir()) == [tmp_path / "memory"]


def test_nothing_in_the_store_leads_from_an_answer_to_the_file(tmp_path: Path) -> None:
    """A provider's codes may be numbers of pupils, and its order the one of a list."""
    told = [
        (*row[:4], f"2024{int(str(row[4])[1:]):04d}", *row[5:]) for row in rows("S1", PUPILS, 40, option=2)
    ]
    folder = store(tmp_path, told)
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not [row[4] for row in told if str(row[4]).encode() in held]
    with open_facts(folder) as facts:
        kept = facts.frame("SELECT respondent, item, answer, source_row FROM survey_responses")
    assert kept["source_row"].isna().all()
    sheets = kept.sort_values("item").groupby("respondent", sort=False)["answer"].agg(tuple)
    given = pd.DataFrame([(row[4], row[6], row[7]) for row in told], columns=["who", "item", "answer"])
    expected = given.sort_values("item").groupby("who")["answer"].agg(tuple)
    assert sorted(sheets) == sorted(expected)
    # Nor does the order of rows: that of the new codes, which the file knows nothing of.
    assert kept["respondent"].is_monotonic_increasing


def test_a_characteristic_of_a_respondent_is_not_kept(tmp_path: Path) -> None:
    told = [(*row[:5], "kept by nobody", *row[6:]) for row in rows("S1", PUPILS, 12)]
    folder = store(tmp_path, told)
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"kept by nobody" not in held
    with open_facts(folder) as facts:
        kept = facts.frame("SELECT * FROM survey_responses")
    assert len(kept) == len(told)
    assert "background" not in kept.columns


def test_the_same_answers_in_another_file_are_known_again(tmp_path: Path) -> None:
    answers = rows("S1", PUPILS, 40)
    folder = store(tmp_path, answers)
    again = write(tmp_path / "again" / "survey_responses.csv", csv_bytes(COLUMNS, answers[::-1]))
    with pytest.raises(Refused):
        ingest(folder, "templates", [again])


def test_the_city_counts_the_last_wave_of_a_school_that_asked_twice() -> None:
    """Ids of waves are random: of two in a year the one that opened last counts, whatever it is called."""
    schools = [f"S{number:02d}" for number in range(10)]
    waves = {"w9": date(2024, 9, 10), "w1": date(2025, 3, 10)}
    scores = pd.DataFrame(
        [
            (wave, school, YEAR, PUPILS, 40 if wave == "w9" else 30, 50)
            for school in schools
            for wave in sorted(waves)
        ],
        columns=["wave", "school_id", "school_year", "group", "participants", "invited"],
    )
    days = pd.DataFrame(
        [(school, YEAR, wave, pd.Timestamp(day)) for school in schools for wave, day in waves.items()],
        columns=["school_id", "school_year", "wave", "opened"],
    )
    [row] = participation(oldest_first(scores, days)).to_dict("records")
    assert (row["schools"], row["participants"], row["invited"]) == (10, 300, 500)


class TestEditions:
    def test_waves_that_asked_other_words_are_scored_apart(self) -> None:
        facts = pd.DataFrame(rows("S1", PUPILS, 3) + rows("S2", PUPILS, 3), columns=list(COLUMNS))
        found = from_files(facts, load_questionnaires())
        changed = found.waves.assign(
            version=found.waves["version"].mask(found.waves["school_id"] == "S2", "other")
        )
        sheet = next(iter(found.asked.values()))
        mixed = together([found])
        asked = {**mixed.asked, "other": sheet}
        one = type(mixed)(mixed.answers, mixed.hotspots, mixed.invited, changed, asked)
        assert [set(each.answered.waves["school_id"]) for each in editions(one)] == [{"S1"}, {"S2"}]
        assert [len(each.answered.answers) for each in editions(one)] == [3 * 24, 3 * 24]
        assert len(editions(mixed)) == 1

    def test_groups_of_one_wave_stay_together(self) -> None:
        facts = pd.DataFrame(rows("S1", PUPILS, 3) + rows("S1", "teachers", 3), columns=list(COLUMNS))
        [edition] = editions(from_files(facts, load_questionnaires()))
        assert set(edition.key["group"]) >= {PUPILS, "teachers"}


class TestPlaces:
    def test_who_skipped_the_question_does_not_count(self) -> None:
        who = {"wave": "1", "school_id": "S1", "school_year": YEAR, "group": "teachers"}
        answers = [
            *({**who, "respondent": str(n), "item": "place.gate", "option": float(n < 2)} for n in range(4)),
            *({**who, "respondent": str(n), "item": "place.other", "option": 0.0} for n in range(4)),
            {**who, "respondent": "9", "item": "place.gate", "option": np.nan},
        ]
        counts = counted_places(pd.DataFrame(answers))
        assert counts.set_index("place")[["chosen", "answered"]].to_numpy().tolist() == [[2, 4], [0, 4]]
        shares = hotspot_shares(counts).set_index(["group", "place"])["value"]
        assert shares[("teachers", "gate")] == shares[("staff", "gate")] == 0.5

    def test_a_whole_is_made_of_people(self) -> None:
        who = {"wave": "1", "school_id": "S1", "school_year": YEAR, "place": "gate"}
        counts = pd.DataFrame(
            [
                {**who, "group": "teachers", "chosen": 1, "answered": 10},
                {**who, "group": "other_staff", "chosen": 5, "answered": 5},
            ]
        )
        whole = hotspot_shares(counts).set_index("group").loc["staff"]
        assert (whole["respondents"], whole["value"]) == (15, 6 / 15)


def test_only_a_publish_and_the_handing_over_may_read_answers() -> None:
    """No page, view or form imports what reads answers without asking who is looking."""
    readers = {"mirrors.survey.collected", "mirrors.jobs.surveys"}
    users = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "mirrors").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
        if any(
            f"from {name} import" in path.read_text() or f"import {name}" in path.read_text()
            for name in readers
        )
    }
    assert users == {
        "mirrors/jobs/publishing.py",
        "mirrors/jobs/surveys.py",
        "mirrors/survey/handing_over.py",
        "mirrors/survey/sources.py",
    }
