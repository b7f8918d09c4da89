"""What a publish would change, in words and as tables."""

from collections import Counter
from collections.abc import Mapping

from mirrors.charts.amounts import amount
from mirrors.charts.chart import Table
from mirrors.charts.letters import lower_first
from mirrors.definitions import Indicator, load_indicators
from mirrors.locale import Language
from mirrors.views.ledger import Preview

_NAMED = 6


def preview_sentences(preview: Preview, names: Mapping[str, str], language: Language) -> list[str]:
    """Return what readers would see differently, one sentence a subject."""
    if preview.nothing_changes:
        return [language.text("Nothing would change: readers already see these figures.")]
    if preview.leaves_nothing:
        return [language.text("No upload counts any more: readers would see no figures at all.")]
    return [
        _figures(preview, language),
        *_years(preview, language),
        *_schools(preview, names, language),
        *_indicators(preview, language),
        *_surveys(preview, language),
    ]


def _figures(preview: Preview, language: Language) -> str:
    if preview.against is None and not preview.figures_new:
        return language.text("Nothing is published yet: what surveys tell would be shown for the first time.")
    if preview.against is None:
        return language.plural(
            "Nothing is published yet: {count} figure would be shown for the first time.",
            "Nothing is published yet: {count} figures would be shown for the first time.",
            preview.figures_new,
        )
    return language.text(
        "Against snapshot {snapshot}: {changed} figures change, {new} are new and {gone} go.",
        snapshot=int(preview.against),
        changed=language.number(preview.figures_changed),
        new=language.number(preview.figures_new),
        gone=language.number(preview.figures_gone),
    )


def _years(preview: Preview, language: Language) -> list[str]:
    told = []
    if preview.years_come:
        years = language.join(list(preview.years_come))
        told.append(language.text("School years that come: {names}.", names=years))
    if preview.years_go:
        years = language.join(list(preview.years_go))
        told.append(language.text("School years that go: {names}.", names=years))
    return told


def _schools(preview: Preview, names: Mapping[str, str], language: Language) -> list[str]:
    told = []
    if preview.schools_come:
        told.append(
            language.plural(
                "{count} school comes: {names}.",
                "{count} schools come: {names}.",
                len(preview.schools_come),
                names=_some(preview.schools_come, names, language),
            )
        )
    if preview.schools_go:
        told.append(
            language.plural(
                "{count} school goes: {names}.",
                "{count} schools go: {names}.",
                len(preview.schools_go),
                names=_some(preview.schools_go, names, language),
            )
        )
    return told


def _indicators(preview: Preview, language: Language) -> list[str]:
    told = []
    if preview.indicators_come:
        told.append(
            language.text("Indicators that come: {names}.", names=_titles(preview.indicators_come, language))
        )
    if preview.indicators_go:
        told.append(
            language.text("Indicators that go: {names}.", names=_titles(preview.indicators_go, language))
        )
    return told


def _surveys(preview: Preview, language: Language) -> list[str]:
    if any(table.startswith("survey_") for table in preview.other_tables):
        return [language.text("What the safety mirror tells of surveys changes.")]
    return []


def _some(schools: tuple[str, ...], names: Mapping[str, str], language: Language) -> str:
    shown = sorted(names.get(school, school) for school in schools)[:_NAMED]
    return language.join(shown) if len(schools) <= _NAMED else ", ".join(shown) + " …"


def _titles(indicators: tuple[str, ...], language: Language) -> str:
    return language.join([lower_first(_title(indicator, language)) for indicator in indicators])


def _title(indicator: str, language: Language) -> str:
    known = load_indicators().get(indicator)
    return language.pick(known.title) if known else indicator


def sizes_table(preview: Preview, language: Language) -> Table:
    """Return how many figures get another value and by how much, by indicator and year; no school's own."""
    header = (
        language.text("Indicator"),
        language.text("School year"),
        language.text("Figures that change"),
        language.text("Half of them by at most"),
        language.text("The largest change"),
    )
    known = load_indicators()
    rows = (
        (
            _title(size.indicator, language),
            size.school_year,
            language.number(size.figures),
            _amount(known[size.indicator], size.half, language),
            _amount(known[size.indicator], size.largest, language),
        )
        for size in preview.sizes
        if size.indicator in known
    )
    return Table(header, tuple(rows))


def _amount(indicator: Indicator, value: float, language: Language) -> str:
    return amount(indicator, value, 1 if indicator.is_share else 0, language)


def lists_table(preview: Preview, language: Language) -> Table:
    """Return how many schools enter and leave each of the three lists, by indicator and year."""
    header = (
        language.text("List"),
        language.text("Indicator"),
        language.text("School year"),
        language.text("Enter"),
        language.text("Leave"),
    )
    ways = Counter(
        (each.school_year, each.indicator, each.list, each.enters) for each in preview.list_changes
    )
    rows = (
        (
            list_words(kind, language),
            _title(indicator, language),
            year,
            language.number(ways[year, indicator, kind, True]),
            language.number(ways[year, indicator, kind, False]),
        )
        for year, indicator, kind in sorted({key[:3] for key in ways})
    )
    return Table(header, tuple(rows))


def list_words(kind: str, language: Language) -> str:
    """Return the name of one of the three lists."""
    return {
        "rose": language.text("Where it rose"),
        "improved": language.text("Where it improved"),
        "excellent": language.text("Where results are excellent"),
    }.get(kind, kind)
