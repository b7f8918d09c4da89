"""Who is looking, and what they may see.

Every view and every act takes a `Viewer` and asks it. Accounts do not exist yet: whoever opens the demo
is its adviser and its administrator, and the pages say so on screen.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The doors of the product that exist so far."""

    ADMINISTRATOR = "administrator"
    ADVISER = "adviser"
    SCHOOL_TEAM = "school_team"


class NotAllowed(PermissionError):
    """The viewer may not see what was asked for."""


@dataclass(frozen=True)
class Viewer:
    """One reader: a role, for a school team the schools it belongs to, and who it is for the ledger."""

    role: Role
    school_ids: frozenset[str] = frozenset()
    name: str = ""

    def require_administrator(self) -> None:
        """Raise NotAllowed unless the viewer may take files in, decide on alarms and publish."""
        if self.role is not Role.ADMINISTRATOR:
            raise NotAllowed("this page is for administrators")

    def require_city(self) -> None:
        """Raise NotAllowed unless the viewer may see the city and its lists."""
        if self.role is not Role.ADVISER:
            raise NotAllowed("this page is for city advisers")

    def require_adviser(self) -> None:
        """Raise NotAllowed unless the viewer works at the advisers' desk: what is noted of schools."""
        if self.role is not Role.ADVISER:
            raise NotAllowed("the desk is for city advisers")

    def sees_school(self, school_id: str) -> bool:
        """Return whether the viewer may see the mirror of `school_id`."""
        return self.role is Role.ADVISER or school_id in self.school_ids

    def require_school(self, school_id: str) -> None:
        """Raise NotAllowed unless the viewer may see the mirror of `school_id`."""
        if not self.sees_school(school_id):
            raise NotAllowed("this mirror belongs to another school")


def open_demo_viewer() -> Viewer:
    """Return the viewer of the open demo: an adviser of the city; the desk knows nobody better."""
    return Viewer(Role.ADVISER, name="open demo")


def open_demo_administrator() -> Viewer:
    """Return the administrator of the open demo; the ledger knows nobody better."""
    return Viewer(Role.ADMINISTRATOR, name="open demo")
