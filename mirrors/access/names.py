"""Whom an id stands for: what is kept of acts are ids, and names are looked up when somebody reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from mirrors.desk import holds_desk, open_desk, reading
from mirrors.desk.tables import ACCOUNT, CITY_PERSON

_CONSOLE, _DEMO = "console:", "demo:"


@dataclass(frozen=True)
class Names:
    """The names of those who have, or had, an account or came by the city's own sign-in, by id."""

    known: Mapping[str, str] = field(default_factory=dict)

    def of(self, recorded: str) -> str:
        """Return the name to show for what was recorded of who did something.

        Who worked at the console is called as on that machine; what was recorded as a name stays one.
        """
        if recorded.startswith(_DEMO):
            return recorded.replace(":", " ").replace("_", " ")
        return self.known.get(recorded) or recorded.removeprefix(_CONSOLE)


def names_known(folder: Path) -> Names:
    """Return whom the ids of a store's desk stand for; raises StoreTrouble."""
    if not holds_desk(folder):
        return Names()
    with reading(open_desk(folder)) as connection:
        city = connection.execute(select(CITY_PERSON.c.account, CITY_PERSON.c.name)).all()
        here = connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.name)).all()
    return Names({row[0]: row[1] for row in (*city, *here)})
