"""Surveys made elsewhere: a tool's file is recognised, mapped and laid out, then taken in like any upload."""

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from mirrors.definitions import Profile, load_profile
from mirrors.intake import FileContent, Finding, Refused, Upload, read_upload
from mirrors.intake.survey import (
    AUTO,
    CONTRACT,
    TOOLS,
    Asked,
    Choice,
    Instrument,
    Responses,
    SurveyMapping,
    WaveOf,
    lay_out,
    look_over,
    read_responses,
)
from mirrors.jobs.job import UNKNOWN
from mirrors.jobs.uploading import note_refusal
from mirrors.progress import Progress, silent
from mirrors.store import Register, open_facts
from mirrors.survey.exports.codes import NOWHERE, RATHER_NOT, item_code, option_code
from mirrors.survey.exports.limesurvey import HOTSPOT
from mirrors.survey.questionnaire import POINTS, Questionnaire, load_questionnaires

PROFILE = "survey-import"
BACKGROUND_PREFIX = "BG"

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def instruments(folder: Path) -> dict[str, Instrument]:
    """Return what each group was asked, by group, in the words of the store's city; raises DefinitionError.

    Of several questionnaires for one group, the one that is called like the group counts, with the items that
    the others have beside it.
    """
    found: dict[str, Instrument] = {}
    for asked in sorted(load_questionnaires(folder).values(), key=lambda one: one.id != one.group):
        new = instrument_of(asked)
        known = found.get(asked.group)
        if known is None:
            found[asked.group] = new
        else:
            ids = {item.id for item in known.items}
            more = tuple(item for item in new.items if item.id not in ids)
            found[asked.group] = replace(known, items=known.items + more)
    return found


def instrument_of(asked: Questionnaire) -> Instrument:
    """Return a questionnaire as an import knows it."""
    return Instrument(
        asked.group,
        tuple(Asked(item.id, item_code(item.id), tuple(item.text.values())) for item in asked.items),
        tuple(tuple(tuple(text.values()) for text in scale.options) for scale in asked.scales.values()),
        tuple(option_code(option) for option in range(len(POINTS))),
        (RATHER_NOT, *asked.rather_not.values()),
        tuple(asked.hotspot.text.values()),
        HOTSPOT,
        tuple(Choice(place.id, tuple(place.text.values())) for place in asked.places),
        Choice(NOWHERE, tuple(asked.hotspot.nowhere.values())),
        tuple(Choice(one.id, tuple(one.text.values())) for one in asked.background),
        BACKGROUND_PREFIX,
    )


def known_schools(folder: Path) -> dict[str, str]:
    """Return the schools that the store knows, id -> name, in alphabetical order of name."""
    with open_facts(folder) as facts:
        ids = facts.table("SELECT DISTINCT school_id FROM schools").column(0).to_pylist()
        uploads = [upload.upload_id for upload in facts.in_force()]
    named = Register(folder).names(uploads)
    names = {school_id: named.get(school_id, school_id) for school_id in ids}
    return dict(sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0])))


def recognise(
    folder: Path, file: FileContent, tool: str = AUTO, *, by: str = UNKNOWN, wait: bool = True
) -> Responses:
    """Return the answers in a tool's file, without what tells who gave them.

    Raises Refused, once the ledger says so, and DefinitionError for a questionnaire that cannot be read.
    """
    try:
        return read_responses(file, instruments(folder).values(), tool)
    except Refused as refusal:
        note_refusal(folder, refusal, [file], _profile(folder, "", ""), by=by, wait=wait)
        raise


def as_upload(
    folder: Path,
    responses: Responses,
    mapping: SurveyMapping,
    wave: WaveOf,
    progress: Progress = silent,
) -> Upload:
    """Return laid-out answers as a checked upload that can be taken in; raises Refused, writes nothing."""
    instrument = instruments(folder)[mapping.group]
    respondents = look_over(responses, instrument, mapping, wave).respondents
    content = lay_out(responses, instrument, mapping, wave)
    profile = _profile(folder, responses.tool, f"{mapping.group}, {wave.school_year}, {wave.wave}")
    try:
        upload = read_upload(
            [_in_memory(responses, content)], profile, progress, known={"schools": _schools(folder)}
        )
    except Refused as refusal:
        raise Refused([_in_original(finding, responses) for finding in refusal.findings]) from None
    return _told_of_original(upload, responses, respondents)


def _in_memory(responses: Responses, content: bytes) -> FileContent:
    stem = _UNSAFE.sub("-", Path(responses.file).stem).strip("-") or "answers"
    return FileContent(f"{stem}.csv", pa.py_buffer(content))


def _schools(folder: Path) -> pa.Table:
    with open_facts(folder) as facts:
        return facts.table("SELECT * FROM schools")


def _told_of_original(upload: Upload, responses: Responses, respondents: int) -> Upload:
    """Return the upload as one of the tool's file, by which it is known again."""
    reports = tuple(
        replace(
            report,
            file=responses.file,
            sheet=responses.sheet,
            sha256=responses.sha256,
            size=responses.size,
            rows_read=responses.rows_read,
            rows_kept=respondents,
            dropped=dict(responses.dropped),
        )
        for report in upload.files
    )
    findings = [_in_original(finding, responses) for finding in upload.findings]
    return replace(upload, files=reports, findings=(*responses.findings, *dict.fromkeys(findings)))


def _in_original(finding: Finding, responses: Responses) -> Finding:
    """Return a finding about the laid-out rows as one about the tool's file: their order is another."""
    return replace(finding, file=responses.file, sheet=responses.sheet, row=None, rows=1, places=())


def _profile(folder: Path, tool: str, about: str) -> Profile:
    """Return the profile an import is read by: our template, by the rules and for the city of the store."""
    with open_facts(folder) as facts:
        in_force = facts.in_force()
    rules = in_force[-1].mapped_by if in_force else load_profile("templates")
    title = " · ".join(filter(None, (TOOLS[tool].title if tool else "", about))) or PROFILE
    return Profile(
        id=PROFILE,
        title=dict.fromkeys(rules.title, title),
        jurisdiction=rules.jurisdiction,
        city=rules.city,
        contracts=(CONTRACT,),
    )
