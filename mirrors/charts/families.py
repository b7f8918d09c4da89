"""The names of families of indicators, as a reader chooses among them."""

from collections.abc import Sequence

from mirrors.definitions import Indicator
from mirrors.locale import Language


def family_names(indicators: Sequence[Indicator], language: Language) -> dict[str, str]:
    """Return what each family is about that has one of these indicators, in the order of the catalogue."""
    names = {
        "level": language.text("how much absence there is"),
        "prevalence": language.text("how many pupils are absent often"),
        "pattern": language.text("when pupils are absent"),
        "distribution": language.text("who is absent"),
        "lateness": language.text("coming late and leaving early"),
        "process": language.text("how absence is followed up"),
        "trajectory": language.text("orientation and changes of school"),
        "programme": language.text("what the city does with the mirrors"),
    }
    present = {indicator.family for indicator in indicators}
    return {family: name for family, name in names.items() if family in present}
