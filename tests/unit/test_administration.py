"""The administrator's desk: what is read, found out, mapped and told, and by whom it may be asked."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from mirrors import jobs
from mirrors.access import NotAllowed, Role, Viewer
from mirrors.administration import draft
from mirrors.administration.delivery import (
    FIND_OUT,
    Delivery,
    Outcome,
    Ready,
    Refusal,
    Unknown,
    choices,
    in_memory,
    read,
    strange_table,
)
from mirrors.administration.findings import by_stage, checks_table, findings_csv, stage_words
from mirrors.benchmark.alarm import Kind, State
from mirrors.charts.alarm_evidence import what_it_may_be, what_was_seen
from mirrors.charts.moments import moment, weekday
from mirrors.charts.publish_words import lists_table, preview_sentences, sizes_table
from mirrors.definitions import load_profile
from mirrors.definitions.profile import save_profile
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import Finding
from mirrors.intake.guess import guess_columns
from mirrors.intake.rules import Problem, Stage
from mirrors.locale import LANGUAGES, Language
from mirrors.progress import silent
from mirrors.store import ListChange, Move, Preview, Size
from mirrors.views.alarms import AlarmView, alarms_view
from tests.small_city import absence_csv, write_small_city
from tests.uploads import ABSENCE, absence_row, csv_bytes

ENGLISH = Language("en")
ADMINISTRATOR = Viewer(Role.ADMINISTRATOR, name="administrator")


def told(folder: Path, content: bytes, profile: str = FIND_OUT, name: str = "brought.csv") -> Outcome:
    """Return what comes of bringing one file."""
    return read(folder, ADMINISTRATOR, Delivery((in_memory(name, content),), profile), silent)


def unknown(folder: Path, text: str) -> Unknown:
    """Return the table that nobody knows; fails when somebody does."""
    outcome = told(folder, text.encode())
    assert isinstance(outcome, Unknown), outcome
    return outcome


def test_only_an_administrator_is_one() -> None:
    ADMINISTRATOR.require_administrator()
    for viewer in (Viewer(Role.ADVISER, name="adviser"), Viewer(Role.SCHOOL_TEAM, frozenset({"S1"}))):
        with pytest.raises(NotAllowed):
            viewer.require_administrator()
    with pytest.raises(NotAllowed):
        ADMINISTRATOR.require_city()


def test_a_file_of_ours_is_found_out_and_ready(tmp_path: Path) -> None:
    outcome = told(tmp_path, csv_bytes(ABSENCE, [absence_row()]))
    assert isinstance(outcome, Ready)
    assert outcome.upload.profile.id == "templates"
    assert not any(tmp_path.iterdir()), "reading stores nothing"


def test_the_profile_used_last_is_tried_first(tmp_path: Path) -> None:
    for name in ("first", "later"):
        save_profile(load_profile("templates").model_copy(update={"id": name}), tmp_path / "store")
    jobs.ingest(tmp_path / "store", "later", write_small_city(tmp_path / "files"))
    outcome = told(tmp_path / "store", csv_bytes(ABSENCE, [absence_row()]))
    assert isinstance(outcome, Ready)
    assert outcome.upload.profile.id == "later"


def test_the_profile_of_the_synthetic_city_is_for_nobodys_files(tmp_path: Path) -> None:
    jobs.ingest(tmp_path / "store", "sample", write_small_city(tmp_path / "files"))
    outcome = told(tmp_path / "store", csv_bytes(ABSENCE, [absence_row()]))
    assert isinstance(outcome, Ready)
    assert outcome.upload.profile.id == "templates"
    assert "sample" not in choices(tmp_path / "store", ADMINISTRATOR)
    chosen = Delivery((in_memory("a.csv", csv_bytes(ABSENCE, [absence_row()])),), "sample")
    with pytest.raises(DefinitionError, match="synthetic city only"):
        read(tmp_path / "store", ADMINISTRATOR, chosen, silent)


def test_a_file_that_cannot_be_read_is_refused_and_noted(tmp_path: Path) -> None:
    outcome = told(tmp_path, b"%PDF-1.7 ...", name="letter.pdf")
    assert isinstance(outcome, Refusal)
    assert [finding.problem for finding in outcome.findings] == [Problem.UNKNOWN_FORMAT]
    assert [upload.decision for upload in jobs.uploads(tmp_path)] == ["refused"]


def test_personal_data_in_an_unknown_file_is_refused_before_anything_is_shown(tmp_path: Path) -> None:
    text = "Instelling;Waarde\n" + "\n".join(
        f"S{place};jan.peeters{place}@voorbeeld.be" for place in range(9)
    )
    outcome = told(tmp_path, text.encode())
    assert isinstance(outcome, Refusal)
    assert {stage for stage, _ in by_stage(outcome.findings)} == {Stage.PRIVACY}
    assert not outcome.may_be_read_again
    assert "peeters" not in str(outcome.findings) + findings_csv(outcome.findings, ENGLISH).decode()


def test_only_unknown_columns_lead_to_the_mapping(tmp_path: Path) -> None:
    content = b"Instelling,Schooljaar,Maand,Code,Halve dagen\nS1,2024-25,9,B,4\n"
    outcome = told(tmp_path, content, "templates")
    assert isinstance(outcome, Refusal)
    assert outcome.only_columns
    assert outcome.may_be_read_again
    again = Delivery((in_memory("brought.csv", content),), "templates")
    assert isinstance(strange_table(tmp_path, ADMINISTRATOR, again, silent), Unknown)


EXPORT = "Instelling;Schooljaar;Maand;Uren;Soort\nS1;2024-2025;9;4,5;problematisch\nS1;2024-2025;10;2;ziek\n"


def test_a_mapping_is_corrected_saved_and_known_from_then_on(tmp_path: Path) -> None:
    table = unknown(tmp_path, EXPORT).table
    rules = draft.rules_of(tmp_path, ADMINISTRATOR)
    guess = draft.guess_as("absence", table, rules)
    columns = {
        "school_id": "Instelling",
        "school_year": "Schooljaar",
        "month": "Maand",
        "units": "Uren",
        "code": "Soort",
    }
    guess = draft.corrected(guess, columns, {"code": {"problematisch": "B", "ziek": "Z"}}, "2024-25")
    assert draft.lacking(guess) == ()
    profile = draft.profile_of(guess, table, rules, "uren")
    rows = draft.first_rows(table, profile)
    assert rows[["school_year", "breakdown", "code", "units"]].to_numpy().tolist() == [
        ["2024-25", "all", "B", 4.5],
        ["2024-25", "all", "Z", 2.0],
    ]
    assert isinstance(draft.try_out(profile, in_memory("a.csv", EXPORT.encode()), silent), Ready)
    draft.save(tmp_path, ADMINISTRATOR, profile)
    assert choices(tmp_path, ADMINISTRATOR)[0] == "uren"
    known = told(tmp_path, EXPORT.encode())
    assert isinstance(known, Ready)
    assert known.upload.profile.id == "uren"


def test_a_saved_profile_learns_another_kind_of_file(tmp_path: Path) -> None:
    rules = draft.rules_of(tmp_path, ADMINISTRATOR)
    texts = (EXPORT, "Instelling;Schooljaar;Te laat of vroeg;Aantal\nS1;2024-25;late;4\n")
    for kind, text in zip(("absence", "lateness"), texts, strict=True):
        table = unknown(tmp_path, text).table
        draft.save(
            tmp_path,
            ADMINISTRATOR,
            draft.profile_of(draft.guess_as(kind, table, rules), table, rules, "ours"),
        )
    layouts = draft.load_profile("ours", tmp_path).layouts
    assert [layout.facts[0].into for layout in layouts] == ["absence", "lateness"]
    assert len({layout.id for layout in layouts}) == 2


def test_a_shipped_profile_is_never_overwritten(tmp_path: Path) -> None:
    table, rules = unknown(tmp_path, EXPORT).table, draft.rules_of(tmp_path, ADMINISTRATOR)
    profile = draft.profile_of(draft.guess_as("absence", table, rules), table, rules, "nyc")
    with pytest.raises(DefinitionError):
        draft.save(tmp_path, ADMINISTRATOR, profile)


def test_columns_that_must_be_there_and_mean_nothing_are_told(tmp_path: Path) -> None:
    guess = guess_columns("absence", ("one", "two"), {"one": ("x",), "two": ("y",)})
    assert set(draft.lacking(guess)) >= {"school_id", "school_year", "code", "units"}
    assert "breakdown" not in draft.lacking(guess)


def test_the_list_of_findings_has_a_line_a_row_and_no_formula() -> None:
    findings = [
        Finding(Problem.NOT_A_NUMBER, "=cmd.csv", None, "+units", 2, 3, "", (2, 5)),
        Finding(Problem.EMPTY, "b.csv"),
    ]
    lines = list(csv.reader(io.StringIO(findings_csv(findings, ENGLISH).decode("utf-8-sig"))))
    assert [line[:4] for line in lines[1:]] == [
        ["'=cmd.csv", "", "'+units", "2"],
        ["'=cmd.csv", "", "'+units", "5"],
        ["'=cmd.csv", "", "'+units", "and 1 more"],
        ["b.csv", "", "", ""],
    ]


def test_every_rule_about_content_that_is_checked_has_words(tmp_path: Path) -> None:
    outcome = told(tmp_path, absence_csv())
    assert isinstance(outcome, Ready)
    rows = checks_table(outcome.upload.checks, ENGLISH).rows
    assert rows
    assert {result for *_, result in rows} == {"PASS"}
    assert not {rule for _, _, rule, _ in rows} & {str(problem) for problem in Problem}
    assert len({stage_words(stage, ENGLISH) for stage in Stage}) == len(Stage)


def alarm(kind: Kind, **evidence: object) -> AlarmView:
    """Return an open alarm with this evidence."""
    given = {"before": None, "after": None, "low": None, "high": None, "against": "2023-24", "detail": ""}
    rest = {"note": "", "decided_by": "", "decided_at": None}
    return AlarmView(kind=kind, state=State.OPEN, **(given | evidence | rest))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (
            alarm(Kind.ABSENCE_CHANGE, before=0.07, after=0.05, low=0.055, high=0.094),
            "Absence went from 7.0 % in 2023-24 to 5.0 %; 5.5 % to 9.4 % was to be expected.",
        ),
        (
            alarm(Kind.UNAUTHORISED_CHANGE, before=0.01, after=0.02, low=0.005, high=0.015),
            "Unauthorised absence went from 1.0 % in 2023-24 to 2.0 %",
        ),
        (alarm(Kind.ROLL_CHANGE, before=1300.0, after=900.0), "pupils went from 1,300 in 2023-24 to 900."),
        (
            alarm(Kind.FEWER_ABSENTEES, before=0.1, after=0.6, high=0.2),
            "60.0 % of the pupils were never absent",
        ),
        (alarm(Kind.REPEATED_FIGURES, after=900.0), "Every count of absence is the same as in 2023-24."),
        (
            alarm(Kind.REPEATED_FIGURES, after=900.0, detail="replaced"),
            "the same as in 2023-24, before its figures were replaced.",
        ),
        (alarm(Kind.IMPLAUSIBLE, after=0.91, detail="absence"), "Absence of 91.0 % of the possible time"),
        (
            alarm(Kind.IMPLAUSIBLE, after=20.0, low=200.0, high=340.0, detail="possible"),
            "20 possible half-days a pupil are hardly possible; 200 to 340 would be.",
        ),
        (
            alarm(Kind.MISSING_MONTHS, before=10.0, after=8.0, detail="11,12"),
            "8 of 10 months came; Nov and Dec missing.",
        ),
        (alarm(Kind.REGISTERS_STOP, detail="4"), "Nothing came after Apr."),
        (
            alarm(Kind.SILENT_REGISTERS, before=40.0, detail="3am,5pm"),
            "No absence at all in Wednesday morning and Friday afternoon, where about 40 was to be expected.",
        ),
        (alarm(Kind.REGISTRATION_CHANGE, before=0.3, after=0.1), "between illness and unauthorised"),
        (alarm(Kind.UNKNOWN_CODES, before=0.1, after=0.6), "from unknown to unauthorised"),
        (alarm(Kind.SCHOOL_MISSING, before=200.0), "There were 200 pupils in 2023-24, and nothing came"),
    ],
)
def test_an_alarm_is_told_with_the_figures_it_rests_on(seen: AlarmView, words: str) -> None:
    assert words in what_was_seen(seen, "half_day", ENGLISH).replace("\u00a0", " ")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_of_alarm_can_be_told_in_every_language(code: str) -> None:
    language = Language(code)
    kinds = {what_it_may_be(kind, language) for kind in Kind}
    assert len(kinds) == len(Kind)
    assert all(what_was_seen(alarm(kind, detail="11"), "day", language) for kind in Kind)


def test_alarms_stand_by_school_and_year_the_newest_year_first() -> None:
    row = {
        "alarm": "roll_change", "state": "open", "before": 3.0, "after": None, "low": None,
        "high": None, "against": "", "detail": "", "note": None, "decided_by": None, "decided_at": pd.NaT,
    }  # fmt: skip
    about = [("B", "2023-24"), ("A", "2023-24"), ("C", "2024-25"), ("A", "2023-24")]
    frame = pd.DataFrame([{"school_id": school, "school_year": year, **row} for school, year in about])
    found = alarms_view(frame, {"A": "zeta", "B": "Alfa"}, ADMINISTRATOR)
    assert [(each.name, each.school_year, len(each.alarms)) for each in found] == [
        ("C", "2024-25", 1),
        ("Alfa", "2023-24", 1),
        ("zeta", "2023-24", 2),
    ]
    assert found[0].of(State.OPEN)
    decided = frame.head(1).assign(state="confirmed", decided_at=pd.Timestamp("2026-03-01 12:00"))
    [taken] = alarms_view(decided, {}, ADMINISTRATOR)[0].of(State.CONFIRMED)
    assert taken.decided_at is not None
    assert "1 Mar 2026" in moment(taken.decided_at, ENGLISH)
    assert not found[0].of(State.CONFIRMED)


def preview(**changed: object) -> Preview:
    """Return a preview in which nothing changes but what is given."""
    nothing: dict[str, object] = dict.fromkeys(
        ["schools_come", "schools_go", "years_come", "years_go", "indicators_come", "indicators_go"], ()
    )
    nothing |= dict.fromkeys(["figures_new", "figures_gone", "figures_changed", "open_alarms"], 0)
    nothing |= {"against": "0001", "uploads": (1,), "moves": (), "list_changes": (), "other_tables": ()}
    return Preview(**(nothing | changed))  # type: ignore[arg-type]


def sentences(shown: Preview) -> str:
    """Return what is said of a preview of two named schools."""
    return " ".join(preview_sentences(shown, {"S1": "De Linde", "S2": "De Els"}, ENGLISH))


def test_a_preview_says_what_comes_and_goes() -> None:
    assert sentences(preview()) == "Nothing would change: readers already see these figures."
    assert "72 figures would be shown for the first time" in sentences(preview(against=None, figures_new=72))
    said = sentences(
        preview(
            figures_changed=1200,
            schools_come=("S1", "S2"),
            schools_go=("S3",),
            years_come=("2024-25",),
            indicators_go=("A1",),
        )
    )
    assert "Against snapshot 1: 1,200 figures change, 0 are new and 0 go." in said
    assert "2 schools come: De Els and De Linde." in said
    assert "1 school goes: S3." in said
    assert "School years that come: 2024-25." in said
    assert "Indicators that go: overall absence." in said
    assert "surveys" not in said
    assert "surveys changes" in sentences(preview(other_tables=("survey_theme",)))


def test_a_preview_tells_an_administrator_sizes_and_no_school() -> None:
    everything = preview(
        moves=(Move("S1", "A1", "2024-25", 0.06, 0.08), Move("S1", "A5", "2024-25", 280.0, 285.0)),
        list_changes=(
            ListChange("A1", "2024-25", "rose", "S1", True),
            ListChange("A1", "2024-25", "rose", "S2", True),
            ListChange("A1", "2024-25", "improved", "S2", False),
        ),
        sizes=(Size("A1", "2024-25", 1200, 0.005, 0.02), Size("A5", "2024-25", 2, 5.0, 5.0)),
    )
    shown = everything.without_schools()
    assert "S1" in str(everything)
    assert not re.search(r"S\d", str(shown))
    assert not shown.nothing_changes
    sizes = [[cell.replace("\u00a0", " ") for cell in row] for row in sizes_table(shown, ENGLISH).rows]
    assert sizes[0] == ["Overall absence", "2024-25", "1,200", "0.5 %", "2.0 %"]
    assert sizes[1][2:] == ["2", "5", "5"]
    assert [row[0] for row in lists_table(shown, ENGLISH).rows] == ["Where it improved", "Where it rose"]
    assert [row[-2:] for row in lists_table(shown, ENGLISH).rows] == [("0", "1"), ("2", "0")]


def every_language() -> Iterator[Language]:
    """Yield every language."""
    yield from map(Language, LANGUAGES)


def test_days_and_moments_are_written_as_the_language_does() -> None:
    assert [weekday(3, language) for language in every_language()] == ["Wednesday", "woensdag", "mercredi"]
    assert all("2026" in moment(datetime(2026, 3, 1, 12), language) for language in every_language())
