"""LimeSurvey: "Export responses" as CSV or Excel, with codes or full texts as headings.

With anonymised responses on, LimeSurvey writes 1980-01-01 for every date: the file itself proves that answers
were never tied to a person. A file that does not prove it is refused.
"""

import re

from mirrors.intake.survey.responses import Grid
from mirrors.locale import message

TITLE = "LimeSurvey"
SIGNS = (
    ("submitdate",),
    ("lastpage", "startlanguage"),
    ("date submitted",),
    ("last page", "start language"),
    ("laatste pagina", "starttaal"),
    ("dernière page", "langue de départ"),
)
OWN = (
    "id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr",
    "refurl", "Response ID", "Date submitted", "Last page", "Start language", "Access code", "Date started",
    "Date last action", "IP address", "Referrer URL", "Antwoord ID", "Datum ingestuurd", "Datum inzending",
    "Laatste pagina", "Starttaal", "Toegangscode", "Datum gestart", "Datum laatste actie", "IP-adres",
    "ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", "Tête de série",
    "Code d'accès", "Date de lancement", "Date de la dernière action", "Adresse IP", "URL de référence",
    "interviewtime", "Total time", "Totale tijd", "Temps total",
)  # fmt: skip

SUBMITTED = ("submitdate", "datesubmitted", "datumingestuurd", "datuminzending", "datedesoumission")
_OTHER_DATES = (
    "startdate", "datestamp", "datestarted", "datelastaction", "datumgestart", "datumlaatsteactie",
    "datedelancement", "datedeladerniereaction",
)  # fmt: skip
_POINTERS = (
    "token", "ipaddr", "accesscode", "ipaddress", "toegangscode", "ipadres", "codedacces", "adresseip",
)  # fmt: skip
_ANONYMOUS = re.compile(r"1980-01-01(?:[ T]00:00(?::00)?)?|01[-/.]01[-/.]1980(?: 00:00(?::00)?)?")

UNFINISHED = message("not submitted")


def unwrap(grid: Grid) -> tuple[Grid, dict[str, int]]:
    """Return the submitted answers, and why other rows were left out."""
    submitted = grid.named(*SUBMITTED)
    if not submitted:
        return grid, {}
    open_ = [place for place, text in enumerate(grid.cells[submitted[0]]) if not text]
    return grid.cut(open_), {UNFINISHED: len(open_)} if open_ else {}


def tells_apart(grid: Grid) -> str:
    """Return the heading that shows that respondents can be told apart, "" for anonymised answers.

    Where nothing proves the anonymised mode, it is the heading that would.
    """
    submitted = grid.named(*SUBMITTED)
    if not submitted:
        return SUBMITTED[0]
    for heading in [*submitted, *grid.named(*_OTHER_DATES)]:
        if any(text and not _ANONYMOUS.fullmatch(text) for text in grid.cells[heading]):
            return heading
    return next((heading for heading in grid.named(*_POINTERS) if any(grid.cells[heading])), "")
