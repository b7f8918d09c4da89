"""What may be shown: results enter, rounded tables leave, and nothing downstream recomputes a figure.

The protected cube is made once a publish, under rules that settings can only tighten, and audited: a snapshot
holds nothing else.
"""

from mirrors.disclosure.audit import NotProtected
from mirrors.disclosure.cube import TABLES, protected_cube
from mirrors.disclosure.publication import protect, without_figures
from mirrors.disclosure.settings import RulesLoosened, changed_rules, read_rules
from mirrors.disclosure.survey_cube import Surveys, survey_cube, with_surveys

__all__ = [
    "TABLES",
    "NotProtected",
    "RulesLoosened",
    "Surveys",
    "changed_rules",
    "protect",
    "protected_cube",
    "read_rules",
    "survey_cube",
    "with_surveys",
    "without_figures",
]
