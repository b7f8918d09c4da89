"""Answers as rows of our own template: by a mapping, with random respondents, in an order of chance."""

import csv
import io
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mirrors.intake.finding import MOST_PLACES, Finding, Refused
from mirrors.intake.likeness import compact
from mirrors.intake.rules import Problem
from mirrors.intake.survey.instrument import Instrument
from mirrors.intake.survey.mapping import PLACE, PLACES, SCHOOL, SurveyMapping, WaveOf
from mirrors.intake.survey.responses import Responses

CONTRACT = "survey_responses"
HEADER = (
    "school_id",
    "school_year",
    "wave",
    "respondent_group",
    "respondent",
    "item",
    "answer",
    "invited",
)

_CHOSEN = frozenset({"y", "yes", "ja", "oui", "1", "10", "true", "waar", "vrai", "checked", "x", "j", "o"})
_NOT_CHOSEN = frozenset({"n", "no", "nee", "non", "0", "00", "false", "onwaar", "faux", "unchecked", "na"})
_CODE_SIGNS, _CODE_LENGTH = "bcdfghjkmnpqrstvwxz", 14
"""Codes of respondents are consonants: no number and no name comes out by chance."""


Sheet = dict[str, int | None]
"""What one respondent said: item or place -> answer, None where nothing was said."""


@dataclass(frozen=True)
class Overview:
    """What would be taken: respondents by school id, and what stands in the way.

    `unknown` are texts without a meaning, by heading. `findings` refuse the import while there are any.
    """

    counts: Mapping[str, int]
    unknown: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]

    @property
    def respondents(self) -> int:
        """How many sheets would be taken."""
        return sum(self.counts.values())


def look_over(responses: Responses, instrument: Instrument, mapping: SurveyMapping, wave: WaveOf) -> Overview:
    """Return what would be taken of the answers by a mapping, and what stands in the way."""
    laying = _Laying(responses, instrument, mapping, wave)
    return Overview(
        Counter(school for school in laying.schools if school),
        {name: tuple(texts) for name, texts in laying.unknown.items()},
        tuple(laying.findings()),
    )


def lay_out(responses: Responses, instrument: Instrument, mapping: SurveyMapping, wave: WaveOf) -> bytes:
    """Return the rows of the contract `survey_responses` as CSV; raises Refused when something is unclear."""
    laying = _Laying(responses, instrument, mapping, wave)
    findings = list(laying.findings())
    if findings:
        raise Refused(findings)
    sheets = laying.sheets()
    # Nobody finds a respondent back by the place in the file.
    secrets.SystemRandom().shuffle(sheets)
    return _csv(sheets, mapping.group, wave)


class _Laying:
    """The work on one file: what every cell means."""

    def __init__(
        self, responses: Responses, instrument: Instrument, mapping: SurveyMapping, wave: WaveOf
    ) -> None:
        self.responses, self.instrument, self.mapping, self.wave = responses, instrument, mapping, wave
        there = {column.heading: column for column in responses.columns}
        self.columns = {name: there[name] for name in mapping.columns if name in there}
        self.items = self._there(mapping.items)
        self.places = self._there(mapping.place_columns)
        self.joined = [self.columns[name] for name in mapping.headings(PLACES) if name in there]

    @cached_property
    def schools(self) -> list[str]:
        """The school of every respondent, "" where it is not known."""
        if self.wave.school_id:
            return [self.wave.school_id] * self.responses.respondents
        for name in self.mapping.headings(SCHOOL):
            if name in self.columns:
                texts = self.columns[name].texts
                return [self.mapping.school_of(text or "") for text in texts]
        return [""] * self.responses.respondents

    @cached_property
    def unknown(self) -> dict[str, list[str]]:
        """The texts that mean nothing yet, by heading."""
        found = {
            name: sorted({text for text in self.columns[name].texts if text} - set(self.mapping.answers))
            for name in self.items
        }
        found |= {
            name: sorted(
                {text for text in self.columns[name].texts if text and self._chosen(text, place) is None}
            )
            for name, place in self.places.items()
        }
        found |= {
            column.heading: sorted(
                {text for text in column.texts if text and self.instrument.places_in(text) is None}
            )
            for column in self.joined
        }
        return {name: texts for name, texts in found.items() if texts}

    def findings(self) -> Iterator[Finding]:
        """Yield all that stands in the way."""
        yield from self.columns_in_doubt()
        yield from self.unknown_answers()
        yield from self.without_school()

    def columns_in_doubt(self) -> Iterator[Finding]:
        """Yield what is wrong with the columns: no question among them, or one that stands twice."""
        if not self.items:
            yield self._finding(Problem.NO_QUESTIONS)
        asked = {item.id for item in self.instrument.items} | {
            f"{PLACE}{place.id}" for place in (*self.instrument.places, self.instrument.nowhere)
        }
        targets = {**self.items, **{name: f"{PLACE}{place}" for name, place in self.places.items()}}
        times = Counter(targets.values())
        for name, target in targets.items():
            if times[target] > 1:
                yield self._finding(Problem.QUESTION_TWICE, name, detail=target)
            if target not in asked:
                yield self._finding(Problem.NO_QUESTIONS, name)

    def unknown_answers(self) -> Iterator[Finding]:
        """Yield the columns with texts that mean nothing yet, told by row and never by text."""
        for name, texts in self.unknown.items():
            unknown = set(texts)
            lines = self._lines(text in unknown for text in self.columns[name].texts)
            yield self._finding(Problem.UNKNOWN_ANSWER, name, lines)

    def without_school(self) -> Iterator[Finding]:
        """Yield the rows whose school is not known."""
        lines = self._lines(not school for school in self.schools)
        if lines:
            heading = next(iter(self.mapping.headings(SCHOOL)), None)
            yield self._finding(Problem.NO_SCHOOL, heading, lines)

    def sheets(self) -> list[tuple[str, Sheet]]:
        """Return (school, what was said) of every respondent."""
        return [(school, self._sheet(place)) for place, school in enumerate(self.schools)]

    def _sheet(self, place: int) -> Sheet:
        said: Sheet = {}
        for name, item in self.items.items():
            text = self.columns[name].texts[place]
            said[item] = self.mapping.answers[text] if text else None
        chosen = self._places_of(place)
        if chosen:
            said |= {f"{PLACE}{one.id}": int(one.id in chosen) for one in self.instrument.places}
        return said

    def _places_of(self, place: int) -> set[str]:
        """Return the places that a respondent chose, "nowhere" among them; empty where nothing was."""
        chosen = {
            one
            for name, one in self.places.items()
            if (text := self.columns[name].texts[place]) and self._chosen(text, one)
        }
        for column in self.joined:
            chosen |= self.instrument.places_in(column.texts[place] or "") or frozenset()
        return chosen

    def _chosen(self, text: str, place: str) -> bool | None:
        """Return whether a text in the column of a place means that it was chosen; None when unknown."""
        told = compact(text)
        if told in _CHOSEN or self.instrument.place_of.get(told) == place:
            return True
        return False if told in _NOT_CHOSEN else None

    def _there(self, targets: Mapping[str, str]) -> dict[str, str]:
        return {name: target for name, target in targets.items() if name in self.columns}

    def _lines(self, wrong: Iterator[bool]) -> list[int]:
        return [line for line, is_wrong in zip(self.responses.lines, wrong, strict=True) if is_wrong]

    def _finding(
        self, problem: Problem, column: str | None = None, lines: list[int] | None = None, detail: str = ""
    ) -> Finding:
        rows = lines or []
        return Finding(
            problem,
            self.responses.file,
            self.responses.sheet,
            column,
            rows[0] if rows else None,
            max(len(rows), 1),
            detail,
            tuple(rows[:MOST_PLACES]),
        )


def _csv(sheets: list[tuple[str, Sheet]], group: str, wave: WaveOf) -> bytes:
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEADER)
    for school, said in sheets:
        respondent = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
        invited = wave.invited.get(school, "")
        for item in sorted(said):
            answer = said[item]
            cells = (school, wave.school_year, wave.wave, group, respondent, item)
            table.writerow((*cells, "" if answer is None else answer, invited))
    return written.getvalue().encode()
