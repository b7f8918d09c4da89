"""The response: which share of the pupils at a threshold is notified, contacted, has a plan, returns."""

from mirrors.charts.amounts import NOTHING, days, status_words, years_together
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.rows import Row, band, baseline, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Status, Verdict
from mirrors.views.response import Chain, Step


def follow_up(chain: Chain, unit: str, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return a bar a step, as wide as the share who reached it, with the peers' median as a tick.

    `unit` ("half_day" or "day") is what the threshold counts. Times stand in words beside the bars' names.
    """
    figure = ruled([_row(step, chain, unit, language) for step in chain.steps], palette, palette.own)
    for place, step in enumerate(chain.steps):
        baseline(figure, place, palette)
        if step.share is not None:
            band(figure, place, 0, step.share, palette.sequence[2])
        if step.peer_share is not None and step.step != "threshold":
            tick(figure, place, step.peer_share, palette.median)
    return Chart(
        figure, chain_finding(chain, language), _reading(chain, unit, language), _table(chain, language)
    )


def step_name(step: str, language: Language) -> str:
    """Return a step of the follow-up as a reader calls it."""
    return {
        "threshold": language.text("Reached the threshold"),
        "notified": language.text("Notified to the guidance centre"),
        "contact": language.text("First contact"),
        "plan": language.text("Plan with partners"),
        "returned": language.text("Back at school"),
    }.get(step, step)


def threshold_words(threshold: int, unit: str, language: Language) -> str:
    """Return a threshold: "5 or more unauthorised half-days"."""
    limit = language.number(threshold)
    if unit == "half_day":
        return language.text("{limit} or more unauthorised half-days", limit=limit)
    return language.text("{limit} or more unauthorised days", limit=limit)


def _row(step: Step, chain: Chain, unit: str, language: Language) -> Row:
    if step.step == "threshold":
        at = pupils_words(step, language)
        return Row(short_threshold(chain.threshold, unit, language), at, bold=step.pupils is not None)
    name = short_step(step.step, language)
    if step.days is not None:
        name = language.text("{step}, after {days}", step=name, days=days(step.days, 1, language))
    return Row(name, _share(step, language), bold=step.share is not None)


def short_threshold(threshold: int, unit: str, language: Language) -> str:
    """Return a threshold beside a bar, short enough for a phone: "5 or more half-days"."""
    limit = language.number(threshold)
    if unit == "half_day":
        return language.text("{limit} or more half-days", limit=limit)
    return language.text("{limit} or more days", limit=limit)


def short_step(step: str, language: Language) -> str:
    """Return the name of a step beside a bar, short enough for a phone."""
    return language.text("Notified") if step == "notified" else step_name(step, language)


def _decimals(value: float) -> int:
    return 0 if value == int(value) else 1


def _share(step: Step, language: Language) -> str:
    if step.share is None:
        return status_words(step.status, language)
    share = language.percent(step.share, 0)
    if step.status is Status.AT_MOST:
        return language.text("at most {value}", value=share)
    if step.status is Status.AT_LEAST:
        return language.text("at least {value}", value=share)
    return share


def pupils_words(step: Step, language: Language) -> str:
    """Return about how many pupils reached a step; the published count is rounded to five."""
    if step.pupils is not None:
        return language.text("about {count} pupils", count=language.number(step.pupils))
    if step.status in (Status.AT_MOST, Status.TOO_SMALL):
        return language.text("fewer than five pupils")
    return status_words(step.status, language)


def chain_finding(chain: Chain, language: Language) -> str:
    """Return where the follow-up is weakest beside similar schools, or that it is nowhere."""
    if not chain.shown:
        return language.text("Too few pupils reached the threshold to follow them step by step.")
    step = chain.breaks_at
    if step is not None:
        name = lower_first(step_name(step.step, language))
        return language.text(
            "Clearly fewer pupils than at similar schools reach this step: {step}.", step=name
        )
    if any(each.verdict is not Verdict.UNKNOWN for each in chain.steps[1:]):
        return language.text("No step is reached by clearly fewer pupils than at similar schools.")
    return language.text("How far pupils get, from the threshold to being back at school.")


def _reading(chain: Chain, unit: str, language: Language) -> str:
    values = {
        "threshold": threshold_words(chain.threshold, unit, language),
        "steps": language.join([_words(step, language) for step in chain.steps[1:]]),
    }
    if len(chain.school_years) > 1:
        return language.text(
            "Of the pupils with {threshold} in {years}, with the median of similar schools in "
            "brackets: {steps}.",
            years=years_together(chain.school_years, language),
            **values,
        )
    return language.text(
        "Of the pupils with {threshold}, with the median of similar schools in brackets: {steps}.", **values
    )


def _words(step: Step, language: Language) -> str:
    name, value = lower_first(step_name(step.step, language)), _share(step, language)
    if step.peer_share is None:
        return f"{name} {value}"
    return f"{name} {value} ({language.percent(step.peer_share, 0)})"


def _table(chain: Chain, language: Language) -> Table:
    header = (
        language.text("Step"),
        language.text("Pupils"),
        language.text("Share of those at the threshold"),
        language.text("Similar schools: median"),
        language.text("School days since the step before, median"),
        language.text("Similar schools: school days"),
    )
    return Table(header, tuple(_table_row(step, language) for step in chain.steps))


def _table_row(step: Step, language: Language) -> tuple[str, ...]:
    first = step.step == "threshold"
    return (
        step_name(step.step, language),
        pupils_words(step, language),
        NOTHING if first else _share(step, language),
        NOTHING if first or step.peer_share is None else language.percent(step.peer_share, 0),
        *(_days(value, language) for value in (step.days, step.peer_days)),
    )


def _days(value: float | None, language: Language) -> str:
    return NOTHING if value is None else language.number(value, _decimals(value))


def times_sentence(chain: Chain, language: Language) -> str:
    """Return which years a chain is of, and how to read its days and lines beside similar schools."""
    told = []
    if len(chain.school_years) > 1:
        told.append(_years(chain, language))
    waited = [step for step in chain.steps if step.days is not None]
    if waited:
        told.append(language.text("Days are medians since the step before."))
    known = [_days(step.peer_days, language) for step in waited if step.peer_days is not None]
    if known and len(known) == len(waited):
        told.append(language.text("At similar schools they are {days}.", days=language.join(known)))
    if any(step.peer_share is not None for step in chain.steps[1:]):
        told.append(language.text("The line across a bar is the median of similar schools."))
    return " ".join(told)


def _years(chain: Chain, language: Language) -> str:
    together = years_together(chain.school_years, language)
    if chain.shown:
        return language.text("{years}, for one year has too few pupils.", years=together)
    return language.text("Even {years} are too few pupils.", years=together)
