"""Microsoft Forms: the workbook of "Open results in Excel", with the words of questions as headings."""

from mirrors.intake.survey.responses import Grid

TITLE = "Microsoft Forms"
SIGNS = (
    ("Start time", "Completion time"),
    ("Begintijd", "Tijd van voltooien"),
    ("Heure de début", "Heure de fin"),
)
OWN = (
    "ID", "Start time", "Completion time", "Email", "Name", "Last modified time", "Language",
    "Begintijd", "Tijd van voltooien", "E-mail", "E-mailadres", "Naam", "Tijd van laatste wijziging", "Taal",
    "Heure de début", "Heure de fin", "Adresse de messagerie", "Courrier électronique", "Nom",
    "Heure de la dernière modification", "Langue", "Total points", "Quiz feedback",
)  # fmt: skip


def unwrap(grid: Grid) -> tuple[Grid, dict[str, int]]:
    """Return the answers as they are: only forms that were sent in are in the file."""
    return grid, {}
