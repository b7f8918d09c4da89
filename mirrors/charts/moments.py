"""Days and moments as a reader's language writes them."""

from datetime import UTC, date, datetime

from babel import Locale
from babel.dates import format_date, format_datetime

from mirrors.locale import Language


def moment(when: datetime, language: Language) -> str:
    """Return a moment stored in UTC, as the clock of this machine and this language write it."""
    local = when.replace(tzinfo=UTC).astimezone()
    return format_datetime(local, "d MMM y, HH:mm", tzinfo=local.tzinfo, locale=language.code)


def day(when: date, language: Language) -> str:
    """Return a day as this language writes it."""
    return str(format_date(when, "d MMM y", locale=language.code))


def weekday(day: int, language: Language) -> str:
    """Return the name of a day of the week (1 = Monday)."""
    return str(Locale.parse(language.code).days["format"]["wide"][day - 1])


def weekday_short(day: int, language: Language) -> str:
    """Return the short name of a day of the week (1 = Monday)."""
    return str(Locale.parse(language.code).days["stand-alone"]["abbreviated"][day - 1]).rstrip(".")


def full_month(item: str, language: Language) -> str:
    """Return the full name of a month given as text ("9")."""
    return str(Locale.parse(language.code).months["stand-alone"]["wide"][int(item)])


_DAYS = ("mon", "tue", "wed", "thu", "fri")


def half_day_name(item: str, language: Language) -> str:
    """Return the name of a half-day ("fri_pm") or a whole day ("5") of the week."""
    if item.isdigit():
        return weekday(int(item), language)
    day, _, half = item.partition("_")
    name = weekday(_DAYS.index(day) + 1, language)
    if half == "am":
        return language.text("{day} morning", day=name)
    return language.text("{day} afternoon", day=name)
