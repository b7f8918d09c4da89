"""The administrator's pages: what they say, and that nobody breaks anything with them in a hurry."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors import jobs
from mirrors.access import Event, NotAllowed, Role
from mirrors.administration import acts
from mirrors.store.queue import turn
from mirrors.survey.wave import Invited
from mirrors.views.ledger import ledger_view, names_in_force, snapshots_view
from tests.collecting import PUPILS, TEAM, answer, codes, open_today
from tests.pages.conftest import SignIn
from tests.people import ADMINISTRATOR, ADVISER, CONSOLE, access, person
from tests.small_city import LAST, absence_csv
from tests.uploads import ABSENCE, CONTEXT, absence_row, context_row, csv_bytes

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["files", "check_first", "publish", "ledger"]
_PATIENCE = 120

NUMBER = "93051822361"
"""A well-known example of a national number that is valid by its check digits."""


@pytest.fixture
def store(small_city: Path, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the small city that the app serves to an administrator; a test may write to it."""
    shutil.copytree(small_city, tmp_path / "store")
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(ROOT)
    sign_in(tmp_path / "store", Role.ADMINISTRATOR)
    return tmp_path / "store"


def one_page(name: str) -> None:
    """Run one page as the front door does, without its navigation."""
    import importlib

    from pages import page

    page.style_sheet()
    page.choose_language()
    importlib.import_module(f"pages.{name}").show()


def opened(name: str, **link: str) -> AppTest:
    """Return a page opened by a link."""
    page = AppTest.from_function(one_page, args=(name,), default_timeout=60)
    for parameter, value in link.items():
        page.query_params[parameter] = value
    return page.run()


def words(page: AppTest) -> str:
    """Return everything a page says, without emphasis, escapes and hard spaces."""
    said = [*page.title, *page.header, *page.markdown, *page.caption, *page.info, *page.success]
    said += [*page.warning, *page.error, *page.progress, *page.checkbox]
    texts = [
        str(getattr(each, "label", "") or getattr(each, "text", "") or getattr(each, "value", ""))
        for each in said
    ]
    return " ".join(texts).replace("*", "").replace("\\", "").replace("\u00a0", " ")


def pressed(page: AppTest, label: str) -> AppTest:
    """Press the button with this label."""
    [button] = [each for each in page.button if each.label == label]
    page = button.click().run()
    assert not page.exception
    return page


def until(page: AppTest, text: str) -> AppTest:
    """Look again until the page says `text`."""
    end = time.monotonic() + _PATIENCE
    while text not in words(page) and time.monotonic() < end:
        time.sleep(0.1)
        page = page.run()
    assert text in words(page), words(page)
    assert not page.exception
    return page


def brought(name: str, content: bytes, **link: str) -> AppTest:
    """Return the page of files once a file was brought and read."""
    page = opened("files", **link)
    page.file_uploader[0].upload(name, content, "text/csv").run()
    return pressed(page, "Read and check")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
def test_every_page_opens_in_every_language(name: str, lang: str, store: Path) -> None:
    page = opened(name, lang=lang)
    assert not page.exception
    assert len(page.title) == 1


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_on_a_store_that_does_not_exist_yet(
    name: str, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "nothing here yet?"
    monkeypatch.setenv("MIRRORS_STORE", str(store))
    sign_in(store, Role.ADMINISTRATOR)
    before = {path.name for path in store.iterdir()}
    page = opened(name)
    assert not page.exception
    assert not page.error
    assert {path.name for path in store.iterdir()} == before, "looking at a page makes no store"


@pytest.mark.parametrize("name", [*PAGES, "administration", "mapping"])
def test_a_page_file_that_is_opened_directly_draws_nothing(name: str) -> None:
    alone = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60).run()
    assert not alone.exception
    assert len(alone.main.children) == 0


def test_the_front_door_opens_without_what_only_an_administrator_needs() -> None:
    code = "import sys, pages.front_door; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "pages.administration" in loaded
    assert not loaded & {"sklearn", "scipy", "mirrors.administration", "mirrors.jobs", "mirrors.intake"}


def test_a_damaged_store_is_told_in_a_sentence(store: Path) -> None:
    for path in store.glob("facts*.duckdb"):
        path.write_bytes(path.read_bytes()[:20_000])
    for name in ("check_first", "ledger"):
        page = opened(name)
        assert not page.exception
        assert "cannot be read" in words(page)
        assert "restore" in " ".join(each.value for each in page.code)


def test_only_an_administrator_may_look_and_act(store: Path) -> None:
    for look in (ledger_view, snapshots_view, names_in_force, acts.state_of, acts.alarms):
        with pytest.raises(NotAllowed):
            look(store, ADVISER)
    with pytest.raises(NotAllowed):
        acts.withdraw(store, ADVISER, 1, "no")
    with pytest.raises(NotAllowed):
        acts.restore(store, ADVISER, "0001")
    assert ledger_view(store, ADMINISTRATOR).uploads[0].in_force


def test_files_that_pass_wait_until_somebody_takes_them_in(store: Path) -> None:
    page = until(brought("absence.csv", absence_csv((LAST,), more=60)), "Ready to be taken in")
    assert "120 rows are ready" in words(page)
    assert len(jobs.uploads(store)) == 1
    rules = page.table[-1].value
    assert set(rules["Result"]) == {"PASS"}
    page = until(pressed(page, "Take in"), "Upload 2 is in.")
    assert jobs.uploads(store)[-1].by == person(store, Role.ADMINISTRATOR).id
    assert "Brought by Adam Administrator" in words(opened("ledger"))
    assert not page.file_uploader[0].value, "the files are forgotten"


def test_an_upload_waits_for_its_turn_and_can_be_stopped(store: Path) -> None:
    page = until(brought("absence.csv", absence_csv((LAST,), more=60)), "Ready to be taken in")
    with turn(store):
        page = pressed(page, "Take in")
        page = until(page, "Another upload is being written; yours is next.")
        page = until(pressed(page, "Cancel"), "Stopped. Nothing was changed.")
    assert len(jobs.uploads(store)) == 1


def test_what_was_taken_in_before_is_recognised(store: Path) -> None:
    page = until(brought("absence.csv", absence_csv()), "Ready to be taken in")
    until(pressed(page, "Take in"), "loaded before, as upload 1")
    assert [upload.decision for upload in jobs.uploads(store)] == ["taken", "refused"]


def test_a_refused_file_is_told_by_column_and_row_and_never_by_value(store: Path) -> None:
    wrong = csv_bytes(ABSENCE, [absence_row(units="plenty"), absence_row(month=13)])
    page = until(brought("wrong.csv", wrong), "Nothing was stored.")
    assert "wrong.csv, column units, row 2: this is not a number" in words(page)
    assert "wrong.csv, column month, row 3: the value is larger than 12" in words(page)
    assert "plenty" not in words(page)
    pressed(page, "Bring other files")
    assert "Not taken" not in words(page.run())


def test_a_column_that_may_hold_national_numbers_is_asked_about(store: Path) -> None:
    values = [1.5] * 9 + [NUMBER]
    rows = [context_row(feature=f"feature {place}", value=value) for place, value in enumerate(values)]
    page = until(brought("numbers.csv", csv_bytes(CONTEXT, rows)), "I have looked at the column “value”")
    assert NUMBER not in words(page)
    assert [button.disabled for button in page.button if button.label == "Read again"] == [True]
    page.checkbox[0].check().run()
    until(pressed(page, "Read again"), "Ready to be taken in")


def test_a_file_of_other_columns_can_be_mapped_from_its_refusal(store: Path) -> None:
    lines = ["Instelling;Schooljaar;Maand;Code;Halve dagen", "S1;2024-25;9;B;4,5"]
    page = until(brought("other.csv", "\n".join(lines).encode(), profile="templates"), "Nothing was stored.")
    page = until(pressed(page, "Say what the columns mean"), "What do the columns mean?")
    boxes = {box.label: box.value for box in page.selectbox}
    assert boxes["School id (needed)"] == "Instelling"
    assert boxes["Units absent (needed)"] == "Halve dagen"
    page.text_input[0].input("templates").run()
    assert "This name cannot be used." in words(pressed(page, "Save and read the files"))
    page.text_input[0].input("Ons pakket").run()
    page = until(pressed(page, "Save and read the files"), "Ready to be taken in")
    assert (store / "profiles" / "ons-pakket.yaml").is_file()


def test_a_questionnaire_that_ended_meanwhile_makes_the_administrator_look_again(store: Path) -> None:
    here, just = open_today(store, (Invited(PUPILS, 20),))
    for number in range(12):
        answer(here, codes(just, PUPILS)[0], number)
    page = until(pressed(opened("publish"), "See what will change"), "Nothing would change")
    here.waves.close(TEAM, just.wave.id)
    page = page.run()
    assert "The data changed since you looked." in words(page)
    until(pressed(page, "See what will change"), "What the safety mirror tells of surveys changes.")


def test_publishing_shows_first_what_will_change(store: Path) -> None:
    assert "Readers see snapshot 1." in words(opened("publish"))
    page = until(pressed(opened("publish"), "See what will change"), "Nothing would change")
    jobs.withdraw(store, 1, "meanwhile", by="somebody else")
    page = page.run()
    assert "The data changed since you looked." in words(page)
    assert "Publish" not in [button.label for button in page.button]
    page = until(pressed(page, "See what will change"), "readers would see no figures at all")
    until(pressed(page, "Publish"), "Nothing is published any more")


def test_withdrawing_needs_a_note_and_can_be_taken_back(store: Path) -> None:
    page = pressed(opened("ledger"), "Withdraw")
    assert "Please say in a few words why." in words(page)
    assert jobs.uploads(store)[0].in_force
    page.text_input[0].input("sent by mistake")
    page = pressed(page, "Withdraw")
    assert "Upload 1 is withdrawn." in words(page)
    assert jobs.uploads(store)[0].note == "sent by mistake"
    page.text_input[0].input("it was right")
    assert "Upload 1 counts again." in words(pressed(page, "Take back"))


def test_files_about_single_pupils_need_an_impact_assessment(store: Path) -> None:
    label = "Take files about single pupils"
    assert "Both are needed" in words(pressed(opened("ledger"), label))
    assert jobs.level_b(store) is None
    page = opened("ledger")
    page.text_input[-2].input("C. Officer")
    page.text_input[-1].input("DPIA 2026/4")
    page = pressed(page, label)
    assert "C. Officer confirmed the impact assessment “DPIA 2026/4”" in words(page)
    pressed(page, "Take them no more")
    assert jobs.level_b(store) is None


def test_a_decision_on_what_stands_out_is_kept_with_its_note(store: Path) -> None:
    page = opened("check_first")
    assert "Every count of absence is the same as in 2023-24." in words(page)
    assert "Please say in a few words what you found out." in words(pressed(page, "The data are wrong"))
    page.text_input[0].input("an old file <b>again</b>")
    page = pressed(page, "The data are wrong")
    assert "Nothing waits for you." in words(page)
    [decided] = [table.value.to_dict("records") for table in page.table]
    [row] = decided
    assert (row["School year"], row["Decision"]) == ("2024\u201125", "rejected\\: the data are wrong")
    assert row["What stood out"].startswith("Every count of absence is the same as in 2023")
    assert "an old file" in row["What was found out"]
    assert "<b>" not in row["What was found out"]


def test_a_template_can_be_asked_for_by_link(store: Path) -> None:
    page = opened("files", kind="calendar", lang="nl")
    assert "calendar" in [box.value for box in page.selectbox]
    page = opened("files", kind="no such kind")
    assert not page.exception
    assert "This link asks for something" in words(page)


def test_who_saw_what_stands_out_is_in_the_log_once(store: Path) -> None:
    opened("check_first").run()
    rows = access(store).audit.search(CONSOLE, event=Event.LIST_SEEN).rows
    assert [(row.detail, row.role) for row in rows] == [("check-first", "administrator")]
