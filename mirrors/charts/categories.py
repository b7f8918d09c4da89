"""The canonical categories of absence, as a reader calls them."""

from mirrors.locale import Language


def category_name(category: str, language: Language) -> str:
    """Return the name of a canonical absence category."""
    return {
        "any": language.text("All absence"),
        "unauthorised": language.text("Unauthorised"),
        "illness": language.text("Illness"),
        "legal": language.text("For legal reasons"),
        "permitted": language.text("With the school's permission"),
    }.get(category, category)
