"""The rules a city has tightened: `disclosure.yaml` in the folder of its store, where there is one."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

import yaml

from mirrors.disclosure.rules import COUNT_STEP, HALF, Rules

SETTINGS = "disclosure.yaml"

RULE = "rule_"
"""What the name of a rule begins with in the table setting of a snapshot."""


class RulesLoosened(ValueError):
    """A setting would tell more than the rules allow, or is none."""


def read_rules(folder: Path) -> Rules:
    """Return the rules of the store in `folder`; raises RulesLoosened with a sentence for who wrote them."""
    path = folder / SETTINGS
    if not path.exists():
        return Rules()
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as trouble:
        raise RulesLoosened(f"{path} cannot be read: {trouble}") from trouble
    if not isinstance(written, dict):
        raise RulesLoosened(f"{path} holds no settings: write one a line, such as fewest_pupils: 30")
    return tightened(written)


def tightened(written: dict[str, object]) -> Rules:
    """Return the rules with these settings; raises RulesLoosened for one that is looser than they are."""
    standard = asdict(Rules())
    for name, value in written.items():
        if name not in standard:
            raise RulesLoosened(f"there is no rule {name}; there are: {', '.join(standard)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RulesLoosened(f"{name} is {value}: it takes a number of {standard[name]:g} or more")
        if not standard[name] <= value < float("inf"):
            raise RulesLoosened(
                f"{name} is {value:g}: settings can only tighten the rules, {standard[name]:g} is the least"
            )
    _whole_steps(written)
    whole = {field.name for field in fields(Rules) if field.type is int}
    return Rules(**{name: int(value) if name in whole else float(value) for name, value in written.items()})  # type: ignore[arg-type, call-overload]


def _whole_steps(written: dict[str, object]) -> None:
    """Raise RulesLoosened for a number that is no multiple of what it coarsens, or no whole number."""
    for name, value in written.items():
        step = {"count_step": COUNT_STEP, "peer_step": HALF}.get(name, 1.0)
        times = float(value) / step  # type: ignore[arg-type]
        if abs(times - round(times)) > 1e-9:
            raise RulesLoosened(f"{name} is {value}: it must be a multiple of {step:g}")


def changed_rules(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, tuple[object, object]]:
    """Return the rules that differ between the rows of two snapshots' table setting: before and after.

    One that was made before there were rules has none to differ from.
    """
    names = [name for name in after if name.startswith(RULE) and name in before]
    return {
        name.removeprefix(RULE): (before[name], after[name]) for name in names if before[name] != after[name]
    }
