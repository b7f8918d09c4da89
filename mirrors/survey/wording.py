"""Rules for the words of a question: everybody understands it the same way, and nobody is singled out."""

import re
from dataclasses import dataclass
from typing import Literal

from mirrors.survey.questionnaire import Item, Questionnaire

Rule = Literal[
    "no_question", "two_ideas", "too_long", "negation", "subordinate", "belief", "somebody", "too_few"
]

MOST_WORDS, MOST_WORDS_YOUNG = 20, 14
YOUNG = "pupils_9_12"
LEAST_SHORT = 2
"""The items of each theme that the short form needs: one alone has no reliability."""

_JOINING = {"en": "and|or", "nl": "en|of", "fr": "et|ou"}
_NEGATION = {
    "en": r"not|never|no|nobody|nothing|\w+n't",
    "nl": "niet|nooit|geen|niemand|niets",
    "fr": "pas|jamais|aucun|aucune|personne|rien|ne",
}
_SUBORDINATE = {
    "en": "that|which|who|whose|because|if|when|while|although|whether",
    "nl": "dat|die|omdat|als|wanneer|terwijl|hoewel|zodat",
    "fr": "qui|dont|parce|si|quand|lorsque|lorsqu|pendant que|puisque|où",
}
_BELIEF = {
    "en": r"relig\w*|god|faith|believ\w*|church|mosque|politic\w*|vote\w*|ideolog\w*",
    "nl": r"religi\w*|god|gelo(?:of|ven|vig)\w*|godsdienst\w*|kerk|moskee|politiek\w*|stem\w*|ideolog\w*",
    "fr": r"relig\w*|dieu|foi|croyan\w*|crois|croyez|église|mosquée|politique\w*|vote\w*|idéolog\w*",
}
_SOMEBODY = {
    "en": r"who|whose|names?|which (?:pupil|teacher|person|classmate|colleague)s?",
    "nl": r"wie|namen|naam|welke (?:leerling|leerkracht|persoon|klasgenoot|collega)\w*",
    "fr": r"noms?|prénoms?|quel(?:le)?s? (?:élève|enseignant|personne|camarade|collègue)\w*|qui est",
}
_ASKING_WHERE_TO_GO = {"nl": "bij wie|met wie"}
_QUESTION_MARKS = "?؟"


@dataclass(frozen=True)
class Remark:
    """A rule that a questionnaire does not keep, with the place; `item` is a theme for `too_few`."""

    rule: Rule
    item: str
    language: str
    text: str


def words(text: str) -> list[str]:
    """Return the words of a text; signs that stand apart, as in French, are none."""
    return [word for word in text.split() if any(sign.isalnum() for sign in word)]


def remarks(questionnaire: Questionnaire) -> tuple[Remark, ...]:
    """Return every rule that the items do not keep; elsewhere than in our languages only of sign and length.

    They are rules of thumb for who edits, and refuse nothing: a word can mean something else than it seems.
    """
    young = questionnaire.group == YOUNG
    found = [
        Remark(rule, item.id, language, item.text[language])
        for item in questionnaire.items
        for language in questionnaire.languages
        for rule in _broken(item, language, young)
    ]
    if questionnaire.group != "parents":
        for theme, items in questionnaire.by_theme("full"):
            short = sum(item.short for item in items)
            if short < LEAST_SHORT:
                found.append(Remark("too_few", theme.id, "", f"{short} in the short form"))
    return tuple(found)


def _broken(item: Item, language: str, young: bool) -> list[Rule]:
    text = item.text[language]
    broken: list[Rule] = []
    if text[-1] not in _QUESTION_MARKS or sum(text.count(mark) for mark in _QUESTION_MARKS) > 1:
        broken.append("no_question")
    if len(words(text)) > (MOST_WORDS_YOUNG if young else MOST_WORDS):
        broken.append("too_long")
    checks: list[tuple[Rule, dict[str, str]]] = [
        ("two_ideas", _JOINING),
        ("negation", _NEGATION),
        ("belief", _BELIEF),
        ("somebody", _SOMEBODY),
    ]
    if young:
        checks.append(("subordinate", _SUBORDINATE))
    broken += [rule for rule, lists in checks if _holds(text, lists.get(language, ""), language)]
    return broken


def _holds(text: str, listed: str, language: str) -> bool:
    allowed = _ASKING_WHERE_TO_GO.get(language, "")
    plain = re.sub(rf"\b(?:{allowed})\b", " ", text.casefold()) if allowed else text.casefold()
    return bool(listed and re.search(rf"\b(?:{listed})\b", plain))
