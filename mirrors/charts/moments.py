"""Days and moments as a reader's language writes them."""

from datetime import UTC, datetime

from babel import Locale
from babel.dates import format_datetime

from mirrors.locale import Language


def moment(when: datetime, language: Language) -> str:
    """Return a moment stored in UTC, as the clock of this machine and this language write it."""
    local = when.replace(tzinfo=UTC).astimezone()
    return format_datetime(local, "d MMM y, HH:mm", tzinfo=local.tzinfo, locale=language.code)


def weekday(day: int, language: Language) -> str:
    """Return the name of a day of the week (1 = Monday)."""
    return str(Locale.parse(language.code).days["format"]["wide"][day - 1])
