"""The same questionnaire as a form of another tool, or on paper.

A questionnaire enters; the bytes of a file leave. Texts reach it as data: nothing in them is run.
"""

from mirrors.survey.exports.limesurvey import limesurvey_tsv
from mirrors.survey.exports.paper import paper_pdf
from mirrors.survey.exports.xlsform import xlsform

__all__ = ["limesurvey_tsv", "paper_pdf", "xlsform"]
