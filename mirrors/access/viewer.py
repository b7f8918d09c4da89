"""Who is looking: one role, and for a school team its schools. Every view and every act asks it."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The doors of the product; whoever comes by none of them may nothing."""

    ADMINISTRATOR = "administrator"
    ADVISER = "adviser"
    SCHOOL_TEAM = "school_team"


class NotAllowed(PermissionError):
    """The viewer may not see what was asked for."""


@dataclass(frozen=True)
class Viewer:
    """One reader: a role, for a school team the schools it belongs to, and who it is.

    `name` is for the page; `account` is the id that the ledger, the desk and the audit log know, such as
    "demo:adviser" or "console:an".
    """

    role: Role
    school_ids: frozenset[str] = frozenset()
    name: str = ""
    account: str = ""

    def require_administrator(self) -> None:
        """Raise NotAllowed unless the viewer may take files in, publish and manage accounts."""
        if self.role is not Role.ADMINISTRATOR:
            raise NotAllowed("this page is for administrators")

    @property
    def recorded(self) -> str:
        """Who did something, as it is kept: two people may bear one name, and a name may change."""
        return self.account or self.name

    @property
    def is_demo(self) -> bool:
        """Whether the viewer came by a demo door, without an account."""
        return self.account.startswith("demo:")

    def require_lasting_acts(self) -> None:
        """Raise NotAllowed unless the viewer may change what others see: an administrator, yet not of a demo.

        Whoever comes by the same demo door next finds the same city.
        """
        self.require_administrator()
        if self.is_demo:
            raise NotAllowed("a demo door looks on up to the last step")

    def require_keeper_of_accounts(self) -> None:
        """Raise NotAllowed unless the viewer may say who gets in: an administrator, yet not by a demo door.

        A visitor of the demo could else shut its doors for everybody, or leave an account behind.
        """
        self.require_administrator()
        if self.is_demo:
            raise NotAllowed("a demo door opens no accounts")

    def require_city(self) -> None:
        """Raise NotAllowed unless the viewer may see the city and its lists."""
        if not self.sees_city():
            raise NotAllowed("this page is for city advisers")

    def sees_city(self) -> bool:
        """Return whether the viewer may see the city and its lists."""
        return self.role is Role.ADVISER

    def require_adviser(self) -> None:
        """Raise NotAllowed unless the viewer works at the advisers' desk: what is noted of schools."""
        if self.role is not Role.ADVISER:
            raise NotAllowed("the desk is for city advisers")

    def require_city_staff(self) -> None:
        """Raise NotAllowed unless the viewer is an adviser or an administrator of the city."""
        if self.role not in (Role.ADMINISTRATOR, Role.ADVISER):
            raise NotAllowed("this page is for advisers and administrators of the city")

    def require_reader(self) -> None:
        """Raise NotAllowed unless the viewer may read what stands for no school: how figures are made."""
        if self.role not in (Role.ADMINISTRATOR, Role.ADVISER) and not self._own_schools():
            raise NotAllowed("this account belongs to no school")

    def sees_school(self, school_id: str) -> bool:
        """Return whether the viewer may see the mirror of `school_id`."""
        return self.role is Role.ADVISER or school_id in self._own_schools()

    def require_school(self, school_id: str) -> None:
        """Raise NotAllowed unless the viewer may see the mirror of `school_id`."""
        if not self.sees_school(school_id):
            raise NotAllowed("this mirror belongs to another school")

    def _own_schools(self) -> frozenset[str]:
        return self.school_ids if self.role is Role.SCHOOL_TEAM else frozenset()


def console_viewer(machine_account: str, name: str = "") -> Viewer:
    """Return the administrator who works at the console of the server, and needs no account here."""
    return Viewer(Role.ADMINISTRATOR, name=name or machine_account, account=f"console:{machine_account}")


def console_adviser(machine_account: str) -> Viewer:
    """Return who reads lists at the console of the server."""
    return Viewer(Role.ADVISER, name=machine_account, account=f"console:{machine_account}")
