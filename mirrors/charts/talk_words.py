"""The words and tables on an adviser's notes for a talk."""

from mirrors.charts.amounts import NOTHING, amount_or_nothing, between, peer_decimals, written
from mirrors.charts.chart import Table
from mirrors.charts.doubts import alarm_sentences
from mirrors.charts.standing import verdict_word
from mirrors.locale import Language
from mirrors.views.figure import Comparison
from mirrors.views.talk import OwnPast, TalkView, ToAsk, YearBefore
from mirrors.views.ten_and_ten import Listed, evidence


def to_ask_sentences(asked: ToAsk, language: Language) -> str:
    """Return one thing to ask about in Markdown: what was seen, and a question that leaves all open."""
    if asked.listed is not None and asked.indicator is not None:
        name = language.pick(asked.indicator.title)
        return (
            f"**{name}.** {evidence(asked.listed, language)} {_question(asked.kind, asked.listed, language)}"
        )
    if asked.figure is not None:
        return _about_figure(asked.figure, language)
    seen = " ".join(alarm_sentences(asked.alarms, language))
    question = language.text(
        "What changed in the registers? Until that is known, no figure of this year counts."
    )
    return f"**{language.text('The registers.')}** {seen} {question}"


def _question(kind: str, listed: Listed, language: Language) -> str:
    if listed.certainty == "weak":
        return language.text("This may be chance: does the school recognise it?")
    return {
        "rose": language.text("What does the school see behind it?"),
        "improved": language.text("What did the school do, and would it tell others?"),
    }.get(kind, language.text("What works here that others could use?"))


def _about_figure(figure: Comparison, language: Language) -> str:
    indicator, own = figure.indicator, figure.own
    return language.text(
        "**{name}.** {own}; the median of similar schools is {median}. Which pupils are these, and what has "
        "been tried?",
        name=language.pick(indicator.title),
        own=written(indicator, own, language),
        median=amount_or_nothing(indicator, figure.peers.median, peer_decimals(indicator, own), language),
    )


def figures_table(view: TalkView, language: Language) -> Table:
    """Return the headline figures beside similar schools."""
    header = (
        language.text("Indicator"),
        language.text("This school"),
        language.text("Margin of chance"),
        language.text("Expected"),
        language.text("Similar schools: median"),
        language.text("Similar schools: middle half"),
        language.text("Compared with them"),
    )
    return Table(header, tuple(_figure_row(each, language) for each in view.mirror.comparisons))


def _figure_row(each: Comparison, language: Language) -> tuple[str, ...]:
    indicator, own, peers = each.indicator, each.own, each.peers
    return (
        language.pick(indicator.title),
        written(indicator, own, language),
        between(indicator, own.low, own.high, own.decimals, language),
        amount_or_nothing(indicator, each.expected, peer_decimals(indicator, own), language),
        amount_or_nothing(indicator, peers.median, peer_decimals(indicator, own), language),
        between(indicator, peers.low, peers.high, peer_decimals(indicator, own), language),
        verdict_word(each.verdict, language),
    )


def past_table(view: TalkView, language: Language) -> Table:
    """Return the headline figures beside those of the school's own years before."""
    header = (
        language.text("Indicator"),
        *(_unbroken(year) for year in (*view.years_before, view.mirror.school_year)),
        language.text("Beside its own past"),
    )
    return Table(header, tuple(_past_row(each, language) for each in view.past))


def _past_row(each: OwnPast, language: Language) -> tuple[str, ...]:
    indicator, now = each.indicator, each.now
    return (
        language.pick(indicator.title),
        *(_year_before(each, year, language) for year in each.before),
        written(indicator, now, language),
        past_words(each, language),
    )


def _year_before(each: OwnPast, year: YearBefore, language: Language) -> str:
    if year.figure is None:
        return NOTHING
    value = written(each.indicator, year.figure, language)
    if year.break_reason is not None or year.otherwise:
        return f"({value})"
    return value


def _unbroken(school_year: str) -> str:
    return school_year.replace("-", "\u2011")


def _joined(school_years: tuple[str, ...], language: Language) -> str:
    return language.join([_unbroken(year) for year in school_years])


def past_words(each: OwnPast, language: Language) -> str:
    """Return from which of the school's own years before this year clearly differs, and which way."""
    parts = []
    if each.higher_than:
        parts.append(language.text("higher than in {years}", years=_joined(each.higher_than, language)))
    if each.lower_than:
        parts.append(language.text("lower than in {years}", years=_joined(each.lower_than, language)))
    if parts:
        return "; ".join(parts)
    return language.text("no clear difference") if each.compared else language.text("not compared")


def past_sentence(view: TalkView, language: Language) -> str:
    """Return which figures clearly differ from the school's own years before, or that none does."""
    if not any(each.compared for each in view.past):
        return language.text("This year cannot be set beside earlier years.")
    names = {
        way: [language.pick(each.indicator.short) for each in view.past if getattr(each, way)]
        for way in ("higher_than", "lower_than")
    }
    told = []
    if found := names["higher_than"]:
        told.append(language.text("Higher than in a year before: {names}.", names=language.join(found)))
    if found := names["lower_than"]:
        told.append(language.text("Lower than in a year before: {names}.", names=language.join(found)))
    if told:
        return " ".join(told)
    return language.text("No figure clearly differs from this school's own years before.")


def brackets_sentence(view: TalkView, language: Language) -> str:
    """Return why figures of earlier years stand in brackets; empty when none does."""
    years = {year.school_year: year for each in view.past for year in each.before if year.figure is not None}
    broken = [
        f"{name} ({language.pick(year.break_reason)})"
        for name, year in sorted(years.items())
        if year.break_reason is not None
    ]
    told = []
    if broken:
        told.append(language.text("In brackets, not to be compared: {years}.", years=language.join(broken)))
    if any(year.otherwise for each in view.past for year in each.before if year.figure is not None):
        told.append(language.text("In brackets too: figures that were counted otherwise."))
    return " ".join(told)
