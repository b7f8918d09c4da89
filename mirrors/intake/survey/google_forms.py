"""Google Forms: CSV, or the sheet of answers, with the words of questions as headings."""

from mirrors.intake.survey.responses import Grid

TITLE = "Google Forms"
SIGNS = (("Timestamp",), ("Tijdstempel",), ("Horodateur",))
OWN = (
    "Timestamp", "Tijdstempel", "Horodateur", "Email Address", "E-mailadres", "Adresse e-mail", "Username",
    "Gebruikersnaam", "Nom d'utilisateur", "Score", "Totalscore",
)  # fmt: skip


def unwrap(grid: Grid) -> tuple[Grid, dict[str, int]]:
    """Return the answers as they are: only forms that were sent in are in the file."""
    return grid, {}
