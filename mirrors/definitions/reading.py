"""Read a definition file and say which file is wrong when it is."""

from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast where PyYAML was built with libyaml."""

Texts: TypeAlias = dict[str, str]
"""One text in every language of the product, keyed by language code."""


class DefinitionError(ValueError):
    """A definition file does not follow its form; the message names the file and the field."""


class Definition(BaseModel):
    """A value read from a definition file: unknown fields are errors, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Form = TypeVar("Form", bound=Definition)


def read_yaml(path: Path) -> Any:
    """Return the content of one YAML file; raises DefinitionError when it does not parse."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _LOADER)
    except yaml.YAMLError as error:
        raise DefinitionError(f"{path.name}: not readable as YAML: {error}") from error
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path.name}: not a text in UTF-8") from error


def read_definition(path: Path, form: type[Form]) -> Form:
    """Return the YAML file at `path` as a `form`; raises DefinitionError naming file and field."""
    try:
        return form.model_validate(read_yaml(path))
    except ValidationError as error:
        raise DefinitionError(f"{path.name}: {problems_of(error)}") from error


def problems_of(error: ValidationError) -> str:
    """Return what is wrong in one line, each problem after its place; a rule of ours in its own words."""
    return "; ".join(
        ": ".join(
            part
            for part in (".".join(map(str, problem["loc"])), problem["msg"].removeprefix("Value error, "))
            if part
        )
        for problem in error.errors()
    )
