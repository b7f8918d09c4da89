"""From a finding to a kind of support: rules that propose something to a person, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mirrors.definitions.reading import FOLDER, Definition, read_definition
from mirrors.survey.definition_files import OWN, Code, Told, Translated, check_ids, check_languages
from mirrors.survey.questionnaire import Group

TriggerName = Literal["low", "below_similar", "fell", "often", "hotspot"]


class Trigger(Definition):
    """What makes a rule speak: a limit in points 0..100, or in shares 0..1, and its words."""

    id: TriggerName
    limit: Annotated[float, Field(gt=0, le=100)]
    unit: Literal["points", "share"]
    text: Translated

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        if self.unit == "share" and self.limit > 1:
            raise ValueError(f"{self.id}: a share is at most 1")
        return self


class Kind(Definition):
    """A kind of support; a city hangs its practices and offers on the id."""

    id: Code
    title: Translated
    text: Translated


class Rule(Definition):
    """A theme and what was found there, the kinds of support that fit, and why."""

    id: Code
    theme: Annotated[str, Field(pattern=r"^T[1-9]\d*$")]
    triggers: Annotated[tuple[TriggerName, ...], Field(min_length=1)]
    places: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    reason: Translated

    @model_validator(mode="after")
    def _places_belong_to_hotspots(self) -> Self:
        if bool(self.places) != ("hotspot" in self.triggers):
            raise ValueError(f"{self.id}: places and the trigger hotspot go together")
        return self

    def holds_for(self, finding: "Finding") -> bool:
        """Return whether the rule speaks of `finding`."""
        return (
            self.theme == finding.theme
            and finding.trigger in self.triggers
            and (not self.groups or finding.group in self.groups)
            and (finding.trigger != "hotspot" or finding.place in self.places)
        )


class SupportRules(Definition):
    """All rules with the triggers and kinds of support that they name."""

    version: Annotated[int, Field(ge=1)]
    licence: Told
    languages: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    kinds: tuple[Kind, ...]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_ids("triggers", (trigger.id for trigger in self.triggers))
        check_ids("kinds", (kind.id for kind in self.kinds))
        check_ids("rules", (rule.id for rule in self.rules))
        kinds, triggers = {kind.id for kind in self.kinds}, {trigger.id for trigger in self.triggers}
        for rule in self.rules:
            unknown = [*sorted(set(rule.kinds) - kinds), *sorted(set(rule.triggers) - triggers)]
            if unknown:
                raise ValueError(f"{rule.id}: there is no {unknown[0]}")
        check_languages(self, self.languages)
        return self

    def limit(self, trigger: TriggerName) -> float:
        """Return the limit of a trigger; raises KeyError when the rules do not have it."""
        return {one.id: one.limit for one in self.triggers}[trigger]


@dataclass(frozen=True)
class Finding:
    """Something that stood out: a trigger on a theme in one group, with the place of a hotspot."""

    theme: str
    trigger: TriggerName
    group: Group
    place: str | None = None


@dataclass(frozen=True)
class Proposal:
    """A kind of support that a person may choose, the rules that speak for it and what they rest on."""

    kind: Kind
    because: tuple[tuple[Rule, Finding], ...]


def proposals(rules: SupportRules, findings: Iterable[Finding]) -> tuple[Proposal, ...]:
    """Return what could be offered, each kind once, in the order of the findings and then of the rules."""
    because: dict[str, list[tuple[Rule, Finding]]] = {}
    for finding in dict.fromkeys(findings):
        for rule in rules.rules:
            if rule.holds_for(finding):
                for kind in rule.kinds:
                    because.setdefault(kind, []).append((rule, finding))
    kinds = {kind.id: kind for kind in rules.kinds}
    return tuple(Proposal(kinds[kind], tuple(pairs)) for kind, pairs in because.items())


def load_support_rules(folder: Path | None = None) -> SupportRules:
    """Return the rules: the city's own of the store `folder` where there are, else the product's.

    Raises DefinitionError that names file and place.
    """
    own = folder / OWN / "support.yaml" if folder else None
    return read_definition(own, SupportRules) if own and own.is_file() else _shipped()


@cache
def _shipped() -> SupportRules:
    return read_definition(FOLDER / "support" / "rules.yaml", SupportRules)
