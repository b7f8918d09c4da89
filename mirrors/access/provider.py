"""A city's own sign-in: what its provider says of a person, read by the city's settings, else denied."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from mirrors.access.city_sessions import city_account, moment_of
from mirrors.access.viewer import Role, Viewer
from mirrors.definitions.reading import Definition, read_definition

SETTINGS = "access.yaml"


class ProviderSettings(Definition):
    """How a city's claims are read; a claim within a claim is named with dots, as "realm_access.roles".

    `school_pattern` is matched against every value of `school_claim`; its group named "school", or all of it,
    is the school's id. `role_pattern` is for providers that put role and school into one value: its group
    "role" is looked up in `roles`, and its group "school", where it has one, is a school of that role.
    """

    issuer: str = Field(min_length=1)
    role_claim: str = Field(min_length=1)
    roles: Mapping[str, Role] = Field(min_length=1)
    role_pattern: re.Pattern[str] = re.compile(r"(?P<role>.+)")
    school_claim: str = ""
    school_pattern: re.Pattern[str] = re.compile(r"(?P<school>.+)")
    name_claim: str = "name"
    title: str = ""

    @field_validator("role_pattern")
    @classmethod
    def _names_the_role(cls, pattern: re.Pattern[str]) -> re.Pattern[str]:
        if "role" not in pattern.groupindex:
            raise ValueError('the pattern has a group "role"')
        return pattern

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        if not re.match(r"https://|http://(localhost|127\.0\.0\.1)[:/]", issuer):
            raise ValueError("the issuer's address begins with https://")
        return issuer


def provider_settings(store_folder: Path) -> ProviderSettings | None:
    """Return the settings of `access.yaml` in a store, or None where a city has no sign-in of its own.

    Raises DefinitionError for a file that cannot be understood.
    """
    path = store_folder / SETTINGS
    return read_definition(path, ProviderSettings) if path.is_file() else None


def viewer_of(claims: Mapping[str, Any], settings: ProviderSettings, now: datetime) -> Viewer | None:
    """Return who the claims tell of at `now` (UTC), or None.

    None for another issuer, claims that expired or do not say when, no known role or more than one, and a
    school team without a school.
    """
    expires = moment_of(claims.get("exp"))
    if claims.get("iss") != settings.issuer or not claims.get("sub") or expires is None or expires <= now:
        return None
    found = map(settings.role_pattern.fullmatch, _texts(_claim(claims, settings.role_claim)))
    matches = [match for match in found if match and match["role"] in settings.roles]
    roles = {settings.roles[match["role"]] for match in matches}
    if len(roles) != 1:
        return None
    [role] = roles
    with_role = frozenset(match.groupdict().get("school") or "" for match in matches) - {""}
    schools = with_role | _schools(claims, settings) if role is Role.SCHOOL_TEAM else frozenset()
    if role is Role.SCHOOL_TEAM and not schools:
        return None
    name = _claim(claims, settings.name_claim)
    return Viewer(role, schools, name if isinstance(name, str) else "", city_account(claims))


def _schools(claims: Mapping[str, Any], settings: ProviderSettings) -> frozenset[str]:
    if not settings.school_claim:
        return frozenset()
    found = map(settings.school_pattern.fullmatch, _texts(_claim(claims, settings.school_claim)))
    named = "school" in settings.school_pattern.groupindex
    return frozenset(match["school"] if named else match[0] for match in found if match) - {""}


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    # A provider may use a dot, or a whole address, within the name of one claim.
    if name in claims:
        return claims[name]
    inner: Any = claims
    for part in name.split("."):
        if not isinstance(inner, Mapping):
            return None
        inner = inner.get(part)
    return inner


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [each for each in values if isinstance(each, str)]
