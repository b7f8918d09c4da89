"""Surveys made elsewhere, as an administrator brings them: recognised, mapped, looked over and taken in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mirrors import jobs
from mirrors.access import Event, Viewer
from mirrors.access.recording import record
from mirrors.administration.delivery import Refusal
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import FileContent, Finding, Refused
from mirrors.intake.rules import Problem
from mirrors.intake.survey import (
    AUTO,
    BACKGROUND,
    IGNORED,
    NOWHERE,
    PLACE,
    PLACES,
    SCHOOL,
    TOOLS,
    Instrument,
    Overview,
    Responses,
    SurveyMapping,
    WaveOf,
    guess_mapping,
    load_mapping,
    look_over,
    mapping_names,
    save_mapping,
    with_saved,
)
from mirrors.jobs import Ingested, survey_import
from mirrors.locale import Language
from mirrors.progress import Progress
from mirrors.survey.questionnaire import load_questionnaires

__all__ = [
    "AUTO",
    "SCHOOL",
    "TOOLS",
    "DefinitionError",
    "Finding",
    "Ingested",
    "Instrument",
    "Overview",
    "Refusal",
    "Refused",
    "Responses",
    "SurveyMapping",
    "WaveOf",
    "Words",
    "checked",
    "first_mapping",
    "group_words",
    "instruments",
    "likeliest_group",
    "read",
    "remarkable",
    "save",
    "saved",
    "schools",
    "take_in",
    "words",
]

_USUAL = (Problem.SURVEY_METADATA,)


@dataclass(frozen=True)
class Words:
    """What somebody chooses among, in words: groups; meanings of a column; options of an answer."""

    groups: Mapping[str, str]
    targets: Mapping[str, str]
    options: tuple[str, ...]


def instruments(folder: Path, viewer: Viewer) -> dict[str, Instrument]:
    """Return what each group was asked, by group."""
    viewer.require_administrator()
    return survey_import.instruments(folder)


def schools(folder: Path, viewer: Viewer) -> dict[str, str]:
    """Return the schools that the store knows, id -> name."""
    viewer.require_administrator()
    return survey_import.known_schools(folder)


def saved(folder: Path, viewer: Viewer, group: str) -> tuple[str, ...]:
    """Return the names of what was said and saved about survey files of a group."""
    viewer.require_administrator()
    return tuple(name for name in mapping_names(folder) if load_mapping(name, folder).group == group)


def read(folder: Path, viewer: Viewer, file: FileContent, tool: str, told: Progress) -> Responses | Refusal:
    """Return the answers in a tool's file, or why it is refused (which the ledger then says)."""
    viewer.require_administrator()
    told(file.name, 0.1)
    try:
        return survey_import.recognise(folder, file, tool, by=viewer.recorded)
    except Refused as refused:
        return Refusal(refused.findings, survey_import.PROFILE)


def remarkable(found: Responses | Ingested) -> tuple[Finding, ...]:
    """Return the warnings that are more than that a tool's own column was left out."""
    return tuple(finding for finding in found.findings if finding.problem not in _USUAL)


def likeliest_group(responses: Responses, asked: Mapping[str, Instrument]) -> str:
    """Return the group whose questionnaire knows most columns of a file."""
    known = {group: len(guess_mapping(responses, one).items) for group, one in asked.items()}
    return max(known, key=lambda group: known[group])


def first_mapping(
    folder: Path, viewer: Viewer, responses: Responses, instrument: Instrument, name: str = ""
) -> SurveyMapping:
    """Return what a file seems to mean, with what was saved as `name`; raises DefinitionError."""
    guessed = guess_mapping(responses, instrument, schools(folder, viewer))
    return with_saved(load_mapping(name, folder), guessed) if name else guessed


def checked(responses: Responses, instrument: Instrument, mapping: SurveyMapping, wave: WaveOf) -> Overview:
    """Return what would be taken, and what stands in the way."""
    return look_over(responses, instrument, mapping, wave)


def take_in(
    folder: Path,
    viewer: Viewer,
    responses: Responses,
    mapping: SurveyMapping,
    wave: WaveOf,
    told: Progress,
) -> Ingested | Refusal:
    """Take the answers in as one upload, or return why not; raises StoreTrouble."""
    viewer.require_lasting_acts()
    try:
        upload = survey_import.as_upload(folder, responses, mapping, wave, told)
        done = jobs.take_in(folder, upload, told, by=viewer.recorded)
    except Refused as refused:
        return Refusal(refused.findings, survey_import.PROFILE)
    record(folder, Event.UPLOADED, viewer, detail=f"upload {done.upload_id}")
    return done


def save(folder: Path, viewer: Viewer, mapping: SurveyMapping) -> None:
    """Keep what was said about a survey's files for the next one; raises DefinitionError."""
    viewer.require_lasting_acts()
    save_mapping(mapping, folder)
    record(folder, Event.PROFILE_SAVED, viewer, detail=f"survey {mapping.id}")


def words(folder: Path, viewer: Viewer, group: str, say: Language) -> Words:
    """Return in the reader's language what can be chosen for a file of a group."""
    viewer.require_administrator()
    sheets = [one for one in load_questionnaires(folder).values() if one.group == group]
    [asked, *_] = sorted(sheets, key=lambda one: one.id != group)
    targets = {
        IGNORED: say.text("not used"),
        **{item.id: f"{item.id} · {say.pick(item.text)}" for sheet in sheets for item in sheet.items},
        PLACES: say.text("all places that were chosen"),
        **{
            f"{PLACE}{place.id}": say.text("Place: {place}", place=say.pick(place.text))
            for place in asked.places
        },
        NOWHERE: say.text("Place: {place}", place=say.pick(asked.hotspot.nowhere)),
        SCHOOL: say.text("the school"),
        BACKGROUND: say.text("background (not stored)"),
    }
    options = [
        " / ".join(say.pick(scale.options[place]) for scale in asked.scales.values()) for place in range(5)
    ]
    return Words(group_words(say), targets, tuple(options))


def group_words(say: Language) -> dict[str, str]:
    """Return the groups in words."""
    return {
        "pupils_9_12": say.text("pupils of 9 to 12"),
        "pupils_12_18": say.text("pupils of 12 to 18"),
        "teachers": say.text("teachers"),
        "other_staff": say.text("other staff"),
        "parents": say.text("parents"),
    }
