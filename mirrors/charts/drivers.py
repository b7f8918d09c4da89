"""What moved: the kinds of absence, grades and months in which absence changed most."""

from collections.abc import Sequence

from mirrors.charts.categories import category_name
from mirrors.charts.chart import Table
from mirrors.charts.letters import lower_first, upper_first
from mirrors.charts.members import member_name
from mirrors.charts.moments import full_month
from mirrors.locale import Language
from mirrors.views.outlook import Driver

_PARTS = ("category", "grade", "month")
_TINY = 0.0005


def drivers_sentence(drivers: Sequence[Driver], language: Language) -> str:
    """Return what moved most of each sort, in one sentence; empty where nobody knows."""
    most = [
        next(driver for driver in drivers if driver.part == part)
        for part in _PARTS
        if any(driver.part == part for driver in drivers)
    ]
    if not most:
        return ""
    told = [f"{_inside(driver, language)} ({points(driver.points, language)})" for driver in most]
    return language.text(
        "Against the mean of the two years before, overall absence moved most in: {drivers}.",
        drivers=language.join(told),
    )


def points(share: float, language: Language) -> str:
    """Return a difference of shares with its sign: "+0.4 points"."""
    sign = "+" if share > _TINY else "−" if share < -_TINY else ""
    return language.text("{value} points", value=f"{sign}{language.number(abs(100 * share), 1)}")


def _inside(driver: Driver, language: Language) -> str:
    name = driver_name(driver, language)
    return full_month(driver.item, language) if driver.part == "month" else lower_first(name)


def driver_name(driver: Driver, language: Language) -> str:
    """Return what moved: a kind of absence, a grade or a month."""
    if driver.part == "category":
        return category_name(driver.item, language)
    if driver.part == "grade":
        return member_name("grade", driver.item, language)
    return upper_first(full_month(driver.item, language)) if driver.item.isdigit() else driver.item


def drivers_table(drivers: Sequence[Driver], language: Language) -> Table:
    """Return one row a part: what it is, and by how many points of possible time it moved."""
    header = (language.text("Part"), language.text("Moved by"))
    rows = (
        (driver_name(driver, language), points(driver.points, language))
        for part in _PARTS
        for driver in drivers
        if driver.part == part
    )
    return Table(header, tuple(rows))
