"""What an adviser may look for schools by, in words."""

from collections.abc import Sequence

from mirrors.charts.letters import upper_first
from mirrors.locale import Language
from mirrors.views.schools import Flag, SchoolEntry


def flag_words(flag: Flag, language: Language) -> str:
    """Return what a flag says, as an entry of a list."""
    return {
        Flag.ROSE: language.text("on the list of rises"),
        Flag.IMPROVED: language.text("on the list of improvements"),
        Flag.EXCELLENT: language.text("on the list of excellent results"),
        Flag.WEAK: language.text("a weak signal of change"),
        Flag.ALARM: language.text("figures being checked"),
        Flag.REJECTED: language.text("figures found wrong"),
        Flag.INCOMPLETE: language.text("registers incomplete"),
        Flag.SMALL: language.text("too few pupils for its change to be judged"),
        Flag.ASIDE: language.text("set aside by the adviser"),
    }[flag]


def entry_words(entry: SchoolEntry, school_type: str, language: Language) -> str:
    """Return the facts of a school in one line: type, district, size."""
    parts = [upper_first(school_type), entry.district]
    parts.append(language.plural("{count} pupil", "{count} pupils", entry.pupils))
    return " · ".join(part for part in parts if part)


def flags_sentence(flags: Sequence[Flag], language: Language) -> str:
    """Return what is known of a school in one sentence; empty when there is nothing."""
    if not flags:
        return ""
    return upper_first(language.join([flag_words(flag, language) for flag in flags])) + "."
