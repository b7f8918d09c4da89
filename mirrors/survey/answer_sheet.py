"""An answer sheet: one sign an item and one a place, so that all sheets of a form are equally long."""

from dataclasses import dataclass

from mirrors.survey.questionnaire import FormName, Questionnaire

NONE = "-"
"""No answer: skipped, or rather not said; the two are not told apart."""

_BETWEEN = "|"
_OPTIONS = "01234"


@dataclass(frozen=True)
class AnswerSheet:
    """What one respondent chose: `options` by item id (None: no answer), and the ids of places.

    `places` is None when the question where was not answered; nothing in it says "nowhere".
    """

    options: dict[str, int | None]
    places: frozenset[str] | None


def written(sheet: AnswerSheet, questionnaire: Questionnaire, form: FormName) -> str:
    """Return a sheet as it is stored; raises ValueError for an answer to what is not asked."""
    items = [item.id for item in questionnaire.asked(form)]
    places = [place.id for place in questionnaire.places]
    if not set(sheet.options) <= set(items) or not (sheet.places or frozenset()) <= set(places):
        raise ValueError("an answer to something that is not asked")
    if any(option not in (None, *range(len(_OPTIONS))) for option in sheet.options.values()):
        raise ValueError("an answer that is no option")
    chosen = [sheet.options.get(item) for item in items]
    signs = "".join(NONE if option is None else _OPTIONS[option] for option in chosen)
    if sheet.places is None:
        return f"{signs}{_BETWEEN}{NONE * len(places)}"
    return f"{signs}{_BETWEEN}{''.join(str(int(place in sheet.places)) for place in places)}"


def read(text: str, questionnaire: Questionnaire, form: FormName) -> AnswerSheet:
    """Return a stored sheet of a questionnaire."""
    signs, marks = text.split(_BETWEEN)
    items = [item.id for item in questionnaire.asked(form)]
    options = {item: None if sign == NONE else int(sign) for item, sign in zip(items, signs, strict=True)}
    if NONE in marks:
        return AnswerSheet(options, None)
    ids = [place.id for place in questionnaire.places]
    return AnswerSheet(
        options, frozenset(place for place, mark in zip(ids, marks, strict=True) if mark == "1")
    )
