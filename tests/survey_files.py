"""Files as survey tools write them, with the same answers of the same people, and who these people are."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import xlsxwriter

from mirrors.survey.exports.codes import NOWHERE, RATHER_NOT, item_code, option_code, place_code
from mirrors.survey.questionnaire import Questionnaire

SECRETS = (
    "an.peeters@voorbeeld.be",
    "Peeters, An",
    "81.82.200.17",
    "uuid:5d1f6a3e-77aa-4c52-9c1d-0f6f2f0b8a11",
    "2025-11-21 08:14",
    "tok3nvanan",
    "51.219448",
)
"""What tools know of a respondent: nothing of it may be found anywhere afterwards."""

Rows = list[list[str]]


@dataclass(frozen=True)
class Person:
    """What one respondent answered: item -> option (None: not said), and the places (None: no answer)."""

    options: dict[str, int | None]
    places: frozenset[str] | None
    skipped: frozenset[str] = field(default_factory=frozenset)

    @property
    def told(self) -> tuple[tuple[str, int | None], ...]:
        """The answers as rows of the contract tell them, in order."""
        return tuple(sorted(self.options.items()))


def people(asked: Questionnaire, number: int, seed: int = 1) -> list[Person]:
    """Return what some respondents answered to the full form, drawn at random."""
    rng = random.Random(seed)
    found = []
    for _ in range(number):
        options: dict[str, int | None] = {
            item.id: rng.choice([0, 1, 2, 3, 4, None]) for item in asked.asked("full")
        }
        ids = [place.id for place in asked.places]
        places = rng.choice([None, frozenset(), frozenset(rng.sample(ids, rng.randint(1, 4)))])
        skipped = frozenset(item for item, option in options.items() if option is None and rng.random() < 0.5)
        found.append(Person(options, places, skipped))
    return found


def csv_text(rows: Rows, separator: str = ",", quoted: bool = True) -> bytes:
    """Return rows as a CSV file in UTF-8 with a byte order mark."""
    written = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(written, delimiter=separator, quoting=quoting).writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def xlsx(rows: Rows, sheet: str = "Sheet1") -> bytes:
    """Return rows as a workbook with one sheet of texts."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for line, row in enumerate(rows):
        for column, text in enumerate(row):
            page.write_string(line, column, text)
    book.close()
    return written.getvalue()


def limesurvey(asked: Questionnaire, answered: Sequence[Person], long: str = "", apart: bool = False) -> Rows:
    """Return an export with codes as headings, answers short or (`long`) in the words of a language.

    `apart` is a survey whose answers can be tied to people.
    """
    when = SECRETS[4] if apart else "1980-01-01 00:00:00"
    items = asked.asked("full")
    heading = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    heading += [f"{item.theme}{item.scale[0].upper()}[{item_code(item.id)}]" for item in items]
    heading += [f"HOTSPOT[{place_code(place.id)}]" for place in asked.places] + [f"HOTSPOT[{NOWHERE}]"]
    heading += [f"BG{one.id.upper()}" for one in asked.background]
    rows = [heading]
    for number, person in enumerate(answered, start=1):
        row = [str(number), when, "13", "nl", str(1_900_000_000 + 37 * number)]
        row += [_option(asked, person, item.id, long) for item in items]
        chosen = None if person.places is None else person.places or {NOWHERE}
        yes = {"": "Y", "en": "Yes", "nl": "Ja", "fr": "Oui"}[long]
        ids = [*(place.id for place in asked.places), NOWHERE]
        row += [yes if chosen and one in chosen else "" for one in ids]
        row += ["A1" for _ in asked.background]
        rows.append(row)
    rows.append([str(len(answered) + 1), "", "2", "nl", "5", *["A1" for _ in heading[5:]]])
    return rows


def qualtrics(asked: Questionnaire, answered: Sequence[Person], language: str = "en") -> Rows:
    """Return a CSV export with three rows of headings and answers as labels."""
    items = asked.asked("full")
    own = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished"]
    own += ["RecordedDate", "ResponseId", "RecipientLastName", "RecipientEmail", "LocationLatitude"]
    ids = [f"Q{1 + place // 5}_{1 + place % 5}" for place in range(len(items))]
    words = [f"{asked.scales[item.scale].lead[language]} - {item.text[language]}" for item in items]
    spot = asked.hotspot.text[language]
    rows = [
        [*own, *ids, "Q99"],
        ["Start Date", "End Date", "Response Type", *own[3:], *words, spot],
        [f'{{"ImportId":"{name}"}}' for name in [*own, *ids, "Q99"]],
    ]
    for number, person in enumerate(answered, start=1):
        known = [SECRETS[4], SECRETS[4], "IP Address", SECRETS[2], "100", "240", "True", SECRETS[4]]
        row = [*known, f"R_{number}", SECRETS[1], SECRETS[0], SECRETS[6]]
        row += [_option(asked, person, item.id, language) or "-99" for item in items]
        rows.append([*row, _joined(asked, person, language, ",")])
    trial = [
        SECRETS[4],
        SECRETS[4],
        "Survey Preview",
        *["" for _ in own[3:]],
        *["Completely" for _ in items],
        "",
    ]
    return [*rows, trial]


def microsoft_forms(asked: Questionnaire, answered: Sequence[Person], language: str = "nl") -> Rows:
    """Return the rows of the workbook of Microsoft Forms, with an open question nobody should have asked."""
    items = asked.asked("full")
    rows = [
        ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam"]
        + [item.text[language] for item in items]
        + [asked.hotspot.text[language], "Wil je nog iets kwijt?"]
    ]
    for number, person in enumerate(answered, start=1):
        row = [str(number), SECRETS[4], SECRETS[4], SECRETS[0], SECRETS[1]]
        row += [_option(asked, person, item.id, language) for item in items]
        row += [
            _joined(asked, person, language, ";"),
            f"Ik heb het zelf al {number} keer gezegd tegen meester Jan",
        ]
        rows.append(row)
    return rows


def google_forms(asked: Questionnaire, answered: Sequence[Person], language: str = "fr") -> Rows:
    """Return the rows of a CSV of Google Forms: scales as grids, places as check boxes."""
    items = asked.asked("full")
    lead = {item.id: asked.scales[item.scale].lead[language] for item in items}
    rows = [
        ["Horodateur", "Adresse e-mail"]
        + [f"{lead[item.id]} [{item.text[language]}]" for item in items]
        + [asked.hotspot.text[language]]
    ]
    for person in answered:
        row = [SECRETS[4], SECRETS[0]] + [_option(asked, person, item.id, language) for item in items]
        rows.append([*row, _joined(asked, person, language, ", ")])
    return rows


def kobo(asked: Questionnaire, answered: Sequence[Person], between: str = "/") -> Rows:
    """Return the rows of KoboToolbox (groups before "/") or ODK Central ("-"), with XML values."""
    items = asked.asked("full")
    heading = ["start", "end", "deviceid"] + [f"{item.theme}{between}{item_code(item.id)}" for item in items]
    heading += [f"last{between}HOTSPOT"]
    ids = [*(place.id for place in asked.places), NOWHERE]
    heading += [f"last{between}HOTSPOT/{one}" for one in ids]
    heading += [f"last{between}BG{one.id}" for one in asked.background]
    heading += ["_id", "_uuid", "_submission_time", "_submitted_by", "_index"]
    rows = [heading]
    for number, person in enumerate(answered, start=1):
        row = [SECRETS[4], SECRETS[4], SECRETS[5]]
        row += [_option(asked, person, item.id, "") for item in items]
        chosen = None if person.places is None else person.places or {NOWHERE}
        row += [" ".join(sorted(chosen or ()))]
        row += ["" if chosen is None else str(int(one in chosen)) for one in ids]
        row += ["1" for _ in asked.background]
        rows.append([*row, str(number), SECRETS[3], SECRETS[4], "an_peeters", str(number)])
    return rows


def _option(asked: Questionnaire, person: Person, item_id: str, language: str) -> str:
    option = person.options[item_id]
    if item_id in person.skipped:
        return ""
    if not language:
        return RATHER_NOT if option is None else option_code(option)
    [scale] = [item.scale for item in asked.items if item.id == item_id]
    return asked.rather_not[language] if option is None else asked.scales[scale].options[option][language]


def _joined(asked: Questionnaire, person: Person, language: str, between: str) -> str:
    if person.places is None:
        return ""
    words = [place.text[language] for place in asked.places if place.id in person.places]
    return between.join(words or [asked.hotspot.nowhere[language]])
