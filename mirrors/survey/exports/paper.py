"""A questionnaire on paper: an A4 PDF in large type, tagged for screen readers (PDF/UA-1)."""

from collections.abc import Sequence

from mirrors.survey.exports.typesetting import typeset
from mirrors.survey.parts import HelpContact
from mirrors.survey.questionnaire import FormName, Questionnaire


def paper_pdf(
    questionnaire: Questionnaire,
    form: FormName,
    language: str,
    contacts: Sequence[HelpContact] = (),
) -> bytes:
    """Return the form in one language as a PDF; raises ValueError for a language that it does not have."""
    if language not in questionnaire.languages:
        raise ValueError(f"{questionnaire.id} has no texts in {language!r}")
    return typeset("paper.typ", paper_content(questionnaire, form, language, contacts))


def paper_content(
    questionnaire: Questionnaire, form: FormName, language: str, contacts: Sequence[HelpContact]
) -> dict[str, object]:
    """Return what stands on the paper, in its order, as values that JSON can carry."""
    opening, closing = questionnaire.opening, questionnaire.closing
    rather_not = questionnaire.rather_not[language]
    numbers = {item.id: number for number, item in enumerate(questionnaire.asked(form), start=1)}

    def options(scale: str) -> list[str]:
        labels = next(labels for name, labels in questionnaire.scales.items() if name == scale)
        return [*(text[language] for text in labels.options), rather_not]

    return {
        "language": language,
        "title": questionnaire.title[language],
        "mark": f"{questionnaire.id} · {form} · {questionnaire.version} · {questionnaire.digest[:8]}",
        "opening": [getattr(opening, name)[language] for name in type(opening).model_fields],
        "themes": [
            {
                "title": theme.title[language],
                "items": [
                    {
                        "number": numbers[item.id],
                        "lead": questionnaire.scales[item.scale].lead[language],
                        "text": item.text[language],
                        "options": options(item.scale),
                    }
                    for item in items
                ],
            }
            for theme, items in questionnaire.by_theme(form)
        ],
        "last": questionnaire.last[language],
        "hotspot": {
            "text": questionnaire.hotspot.text[language],
            "options": [
                *(place.text[language] for place in questionnaire.places),
                questionnaire.hotspot.nowhere[language],
            ],
        },
        "background": [
            {
                "text": question.text[language],
                "options": [option.text[language] for option in question.options],
            }
            for question in questionnaire.background
        ],
        "thanks": closing.thanks[language],
        "closing": closing.text[language],
        "at_school": closing.at_school[language],
        "contacts": [
            {"name": one.name, "telephone": one.telephone, "web": one.web, "text": one.text[language]}
            for one in contacts
        ],
    }
