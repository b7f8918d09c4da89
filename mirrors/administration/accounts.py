"""What an administrator sees of the accounts: who there is, with which role and schools, who is in now."""

from dataclasses import dataclass
from pathlib import Path

from mirrors.access import Account, CityPerson, Viewer, open_access
from mirrors.views.ledger import names_in_force

__all__ = ["CityPerson", "PeopleView", "Person", "people_view"]


@dataclass(frozen=True)
class Person:
    """One account, the names of its schools in alphabetical order, and how many sessions it has open now."""

    account: Account
    schools: tuple[str, ...]
    sessions: int


@dataclass(frozen=True)
class PeopleView:
    """Everybody with an account by name, closed ones last, and the schools a team may be given, by id.

    `of_the_city` are those who came by the city's own sign-in: its provider says who and what they are.
    """

    people: tuple[Person, ...]
    schools: dict[str, str]
    of_the_city: tuple[CityPerson, ...]


def people_view(folder: Path, viewer: Viewer) -> PeopleView:
    """Return the accounts of a store; raises NotAllowed and StoreTrouble."""
    viewer.require_administrator()
    access = open_access(folder)
    names, open_now = names_in_force(folder, viewer), access.sessions.open_now(viewer)
    people = [
        Person(
            account,
            tuple(sorted(names.get(school_id, school_id) for school_id in account.school_ids)),
            open_now.get(account.id, 0),
        )
        for account in access.accounts.all(viewer)
    ]
    in_order = sorted(people, key=lambda person: person.account.state == "closed")
    schools = dict(sorted(names.items(), key=lambda pair: pair[::-1]))
    return PeopleView(tuple(in_order), schools, tuple(access.sessions.city_people(viewer)))
