"""Answers to a questionnaire that were given in another tool become rows of our own template.

The file of a tool enters: LimeSurvey, Qualtrics, Microsoft Forms, Google Forms, KoboToolbox or ODK. What may
point to a respondent is dropped while the file is read. Rows of the contract `survey_responses` leave, with
random codes for respondents, in an order that has nothing to do with the file's.
"""

from mirrors.intake.survey.guess import guess_mapping, with_saved
from mirrors.intake.survey.instrument import Asked, Choice, Instrument
from mirrors.intake.survey.laying_out import CONTRACT, Overview, lay_out, look_over
from mirrors.intake.survey.mapping import (
    BACKGROUND,
    IGNORED,
    NOWHERE,
    PLACE,
    PLACES,
    SCHOOL,
    SurveyMapping,
    WaveOf,
    load_mapping,
    mapping_names,
    save_mapping,
)
from mirrors.intake.survey.responses import AnswerColumn, Responses
from mirrors.intake.survey.tools import AUTO, TOOLS, read_responses

__all__ = [
    "AUTO",
    "BACKGROUND",
    "CONTRACT",
    "IGNORED",
    "NOWHERE",
    "PLACE",
    "PLACES",
    "SCHOOL",
    "TOOLS",
    "AnswerColumn",
    "Asked",
    "Choice",
    "Instrument",
    "Overview",
    "Responses",
    "SurveyMapping",
    "WaveOf",
    "guess_mapping",
    "lay_out",
    "load_mapping",
    "look_over",
    "mapping_names",
    "read_responses",
    "save_mapping",
    "with_saved",
]
