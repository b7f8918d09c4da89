"""Qualtrics: CSV or TSV with three rows of headings (name, words, import id), or Excel with two."""

from mirrors.intake.survey.responses import Grid, squeezed
from mirrors.locale import message

TITLE = "Qualtrics"
SIGNS = (("StartDate", "EndDate", "Progress"), ("ResponseId", "RecordedDate"))
OWN = (
    "StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished",
    "RecordedDate", "ResponseId", "RecipientLastName", "RecipientFirstName", "RecipientEmail",
    "ExternalReference", "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage",
    "Q_RecaptchaScore", "Q_RelevantIDDuplicate", "Q_RelevantIDFraudScore", "Q_DuplicateRespondent",
    "Q_BallotBoxStuffing", "Q_TerminateFlag", "Q_TotalDuration",
)  # fmt: skip

_NOT_REAL = ("Survey Preview", "Survey Test", "Spam", "1", "2", "8")
_UNFINISHED = ("False", "0")
_TOP = 3

TRIALS = message("previews and tests")
UNFINISHED = message("not submitted")


def unwrap(grid: Grid) -> tuple[Grid, dict[str, int]]:
    """Return the finished answers of respondents, with the words of the questions."""
    headings, labels = _headings(grid)
    body = grid.cut(headings, labels)
    trials = body.holding(["status"], _NOT_REAL)
    real = body.cut(trials)
    unfinished = real.holding(["finished"], _UNFINISHED)
    counts = {TRIALS: len(trials), UNFINISHED: len(unfinished)}
    return real.cut(unfinished), {why: count for why, count in counts.items() if count}


def _headings(grid: Grid) -> tuple[list[int], dict[str, str]]:
    """Return the places of the rows that still belong to the heading, and the words of every column."""
    top = range(min(_TOP, len(grid.lines)))
    ids = [row for row in top if any("ImportId" in (cells[row] or "") for cells in grid.cells.values())]
    start = grid.named("startdate")
    if ids:
        last = ids[0]
    elif start and top and squeezed(grid.cells[start[0]][0] or "") in ("startdate", "datededebut"):
        last = 0
    else:
        return [], {}
    words = {name: cells[0] or "" for name, cells in grid.cells.items()}
    return list(range(last + 1)), words if last or not ids else {}
