"""A contract: the columns, types and key of one kind of file, as a Frictionless Table Schema."""

import json
from functools import cache
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from mirrors.definitions.reading import FOLDER, Definition, DefinitionError


class Constraints(Definition):
    """What a column's values must satisfy."""

    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    maxLength: int | None = None  # noqa: N815 - the standard's own spelling
    pattern: str | None = None
    enum: tuple[str, ...] | None = None


class Column(Definition):
    """One column of a contract."""

    name: str
    type: Literal["string", "integer", "number"]
    description: str
    constraints: Constraints


class Contract(Definition):
    """The contract of one kind of file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    title: str
    fields: tuple[Column, ...]
    primary_key: tuple[str, ...] = Field(alias="primaryKey")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the file."""
        return tuple(column.name for column in self.fields)


@cache
def load_contracts() -> dict[str, Contract]:
    """Return every shipped contract by name; raises DefinitionError naming the file."""
    contracts = {}
    for path in sorted((FOLDER / "contracts").glob("*.json")):
        try:
            contract = Contract.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (ValidationError, json.JSONDecodeError) as error:
            raise DefinitionError(f"{path.name}: {error}") from error
        contracts[contract.name] = contract
    return contracts
