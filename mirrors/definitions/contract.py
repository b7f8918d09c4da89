"""A contract: the columns, types and key of one kind of file, as a Frictionless Table Schema.

The files follow the standard, so that any tool of it reads them. What the standard does not have stands
beside it as further properties, which it allows: `translations`, the headers (`synonyms`) and `values` that
exports of school software use for ours, the `level` of detail, and what is left out (`leftOut`).
"""

import json
from functools import cache
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from mirrors.definitions.reading import FOLDER, Definition, DefinitionError

EXAMPLE_SCHOOL = "EXAMPLE"
"""The school id of the example row in a template."""

_PACKAGE = "datapackage.json"


class Constraints(Definition):
    """What a column's values must satisfy."""

    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    maxLength: int | None = None  # noqa: N815 - the standard's own spelling
    pattern: str | None = None
    enum: tuple[str, ...] | None = None


class Wording(Definition):
    """What readers of one language call a thing, and how it is explained to them."""

    title: str
    description: str


class _Named(Definition):
    """A thing with a name for files and an English wording, and translations of it by language code."""

    name: str
    title: str
    description: str
    translations: dict[str, Wording]

    def wording(self, language: str) -> Wording:
        """Return the title and description in the language with this code; English when it is not there."""
        return self.translations.get(language, Wording(title=self.title, description=self.description))


class Column(_Named):
    """One column of a contract.

    `synonyms` are headers that mean this column, `values` the texts that mean one of our values, both as
    Dutch, French and English exports have them. `example` is a valid value as a file has it, empty for none.
    """

    type: Literal["string", "integer", "number", "date"]
    constraints: Constraints
    synonyms: tuple[str, ...]
    values: dict[str, tuple[str, ...]] = {}
    example: str = ""


class Reference(Definition):
    """The columns of another kind of file that a key points to."""

    resource: str
    fields: tuple[str, ...]


class ForeignKey(Definition):
    """Columns whose values must stand in another kind of file."""

    fields: tuple[str, ...]
    reference: Reference


class Contract(_Named):
    """The contract of one kind of file.

    Level A holds totals of a school; level B holds one row per event of a pupil token. An empty cell of the
    primary key counts as a value of its own: two rows that are empty there alike are the same row. Columns
    `left_out` may stand in a file, and are never stored: no figure needs them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    level: Literal["A", "B"]
    fields: tuple[Column, ...]
    primary_key: tuple[str, ...] = Field(alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Field(default=(), alias="foreignKeys")
    left_out: tuple[str, ...] = Field(default=(), alias="leftOut")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the file."""
        return tuple(column.name for column in self.fields)


@cache
def load_contracts() -> dict[str, Contract]:
    """Return every shipped contract by name; raises DefinitionError naming the file."""
    contracts = {}
    for path in sorted((FOLDER / "contracts").glob("*.json")):
        if path.name == _PACKAGE:
            continue
        try:
            contract = Contract.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (ValidationError, json.JSONDecodeError) as error:
            raise DefinitionError(f"{path.name}: {error}") from error
        contracts[contract.name] = contract
    return contracts
