"""What the questionnaires share: scales, themes, places, and where somebody can turn afterwards."""

from typing import Annotated, Literal

from pydantic import Field

from mirrors.definitions.reading import Definition
from mirrors.survey.definition_files import Code, Told, Translated

ScaleName = Literal["perception", "frequency"]


class Scale(Definition):
    """Five labelled options, from the least to the most; `lead` stands above the items that use it."""

    lead: Translated
    options: tuple[Translated, Translated, Translated, Translated, Translated]


class Scales(Definition):
    """What every questionnaire shares; `rather_not` is the answer that is never scored."""

    scales: dict[ScaleName, Scale]
    rather_not: Translated
    last: Translated


class Theme(Definition):
    """A theme of the safety mirror, such as T3."""

    id: Annotated[str, Field(pattern=r"^T[1-9]\d*$")]
    title: Translated


class Themes(Definition):
    """The themes in the order in which they are asked."""

    themes: tuple[Theme, ...]


class Choice(Definition):
    """An option of a question that is no scale."""

    id: Code
    text: Translated


class Places(Definition):
    """The places of the hotspot question."""

    places: tuple[Choice, ...]


class HelpContact(Definition):
    """A service where a respondent can turn."""

    id: Code
    name: Told
    telephone: Told
    web: Annotated[str, Field(pattern=r"^https://[^\s<>\"]+$")]
    audience: Literal["pupils", "adults", "everyone"]
    text: Translated

    def is_for(self, group: str) -> bool:
        """Return whether respondents of `group` are told about it."""
        mine = "pupils" if group.startswith("pupils") else "adults"
        return self.audience in ("everyone", mine)


class Help(Definition):
    """Where somebody can turn, per jurisdiction."""

    contacts: dict[str, tuple[HelpContact, ...]]
