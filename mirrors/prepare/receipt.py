"""The receipt of a prepared folder: what was counted, what was written, and what that cannot promise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mirrors.intake.finding import Finding
from mirrors.locale import Language

FEWEST = 5
"""Fewer pupils than this are not told as a number."""


@dataclass(frozen=True)
class Counted:
    """What was read: rows by contract, and how many pupils, schools and school years the events are about."""

    rows: Mapping[str, int]
    pupils: int
    schools: int
    school_years: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """One file of the prepared folder."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Prepared:
    """What was prepared by the profile `profile`; `left_alone` are kinds of file that need no preparing."""

    profile: str
    keeps_events: bool
    counted: Counted
    files: tuple[Written, ...]
    warnings: tuple[Finding, ...]
    left_alone: tuple[str, ...]


def receipt(prepared: Prepared, language: Language) -> str:
    """Return the receipt as text; it names no pupil and no token."""
    sections = [
        [language.text("Prepared with School Mirrors, profile {profile}.", profile=prepared.profile)],
        [language.text("What was read"), *_read(prepared, language)],
        [language.text("What was written (rows, SHA-256)"), *_written(prepared, language)],
        [language.text("What this promises"), *promises(prepared.keeps_events, language)],
    ]
    if not prepared.keeps_events:
        sections.insert(3, [language.text("What the totals rest on"), *_grounds(language)])
    if prepared.warnings:
        sections.append([language.text("Warnings"), *(found.say(language) for found in prepared.warnings)])
    return "\n\n".join("\n  ".join(lines) for lines in sections) + "\n"


def _read(prepared: Prepared, language: Language) -> Iterator[str]:
    counted = prepared.counted
    for name, rows in counted.rows.items():
        yield f"{name}: " + language.plural("{count} row", "{count} rows", rows)
    yield language.plural("{count} school", "{count} schools", counted.schools) + (
        f", {language.join(list(counted.school_years))}"
    )
    if counted.pupils < FEWEST:
        yield language.text("fewer than {least} pupils", least=FEWEST)
    else:
        yield language.plural("{count} pupil", "{count} pupils", counted.pupils)
    if prepared.left_alone:
        yield language.text(
            "Not touched, as it holds totals already; hand it over as it is: {names}.",
            names=", ".join(prepared.left_alone),
        )


def _written(prepared: Prepared, language: Language) -> Iterator[str]:
    for file in prepared.files:
        yield f"{file.sha256}  {file.name}  {language.number(file.rows)}"


def _grounds(language: Language) -> Iterator[str]:
    yield language.text(
        "Pupils without absence come from enrolment: the pupils of a group that have no event."
    )
    yield language.text(
        "A pupil's possible half-days are those of the average pupil of the group, so that who came late or "
        "left early seems somewhat less absent."
    )
    yield language.text("A half-day that is no school day counts as absence, not in the pattern of the week.")


def promises(keeps_events: bool, language: Language) -> Iterator[str]:
    """Yield what the tool can and cannot promise about what it wrote."""
    yield language.text("The checks for personal data make a mistake less likely; they prove nothing.")
    if keeps_events:
        yield language.text(
            "Tokens remain personal data, at the least for whoever has the key. Keep the key with the "
            "provider, and never send it along."
        )
        yield language.text(
            "The same key gives a pupil the same token, so that a pupil is recognised between files and "
            "years."
        )
    else:
        yield language.text(
            "Totals of few pupils can still say something about one of them: send this folder by a safe way."
        )
