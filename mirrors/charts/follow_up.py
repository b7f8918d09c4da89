"""The response: which share of the pupils at a threshold is notified, contacted, has a plan, returns."""

from mirrors.charts.amounts import NOTHING, days, status_words, years_together
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.rows import Row, band, baseline, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Against, Status, Verdict
from mirrors.views.response import Chain, Step


def follow_up(
    chain: Chain,
    unit: str,
    language: Language,
    palette: Palette = LIGHT,
    against: Against = Against.PEERS,
) -> Chart:
    """Return a bar a step, as wide as the share who reached it, with a tick for what it is set beside.

    `unit` (the jurisdiction's) is what the threshold counts. Times stand in words beside the bars' names.
    `against` chooses the tick, where it is known of any step: else it is the median of similar schools.
    """
    against = beside_chain(chain, against)
    figure = ruled([_row(step, chain, unit, language) for step in chain.steps], palette, palette.own)
    for place, step in enumerate(chain.steps):
        baseline(figure, place, palette)
        if step.share is not None:
            band(figure, place, 0, step.share, palette.sequence[2])
        beside = step.beside(against).share
        if beside is not None and step.step != "threshold":
            tick(figure, place, beside, palette.median if against is Against.PEERS else palette.ink)
    return Chart(
        figure,
        chain_finding(chain, language, against),
        _reading(chain, unit, against, language),
        _table(chain, against, language),
    )


def beside_chain(chain: Chain, against: Against) -> Against:
    """Return what the steps are set beside: similar schools where nobody knows what was asked for."""
    return against if chain.knows(against) else Against.PEERS


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
    return {
        "half_day": language.text("{limit} or more unauthorised half-days", limit=limit),
        "session": language.text("{limit} or more unauthorised sessions", limit=limit),
        "hour": language.text("{limit} or more unauthorised hours", limit=limit),
    }.get(unit, language.text("{limit} or more unauthorised days", limit=limit))


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
    return {
        "half_day": language.text("{limit} or more half-days", limit=limit),
        "session": language.text("{limit} or more sessions", limit=limit),
        "hour": language.text("{limit} or more hours", limit=limit),
    }.get(unit, language.text("{limit} or more days", limit=limit))


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
    if step.status is Status.AT_MOST:
        return language.text("fewer than five pupils")
    return status_words(step.status, language)


def chain_finding(chain: Chain, language: Language, against: Against = Against.PEERS) -> str:
    """Return where the follow-up is weakest beside what it is set beside, or that it is nowhere."""
    if not chain.shown:
        return language.text("Too few pupils reached the threshold to follow them step by step.")
    beside = beside_chain(chain, against)
    step = chain.breaks_at(beside)
    if step is not None:
        return _breaks(lower_first(step_name(step.step, language)), chain, beside, language)
    if any(each.beside(beside).verdict is not Verdict.UNKNOWN for each in chain.steps[1:]):
        return {
            Against.CITY: language.text("No step is reached by clearly fewer pupils than in the whole city."),
            Against.PAST: language.text(
                "No step is reached by clearly fewer pupils than in {years}.", years=_past(chain, language)
            ),
        }.get(beside, language.text("No step is reached by clearly fewer pupils than at similar schools."))
    return language.text("How far pupils get, from the threshold to being back at school.")


def _breaks(step: str, chain: Chain, beside: Against, language: Language) -> str:
    return {
        Against.CITY: language.text(
            "Clearly fewer pupils than in the whole city reach this step: {step}.", step=step
        ),
        Against.PAST: language.text(
            "Clearly fewer pupils than in {years} reach this step: {step}.",
            years=_past(chain, language),
            step=step,
        ),
    }.get(
        beside,
        language.text("Clearly fewer pupils than at similar schools reach this step: {step}.", step=step),
    )


def _past(chain: Chain, language: Language) -> str:
    """Return the years before that a chain is set beside; empty without any."""
    if len(chain.past_years) < 2:
        return "".join(chain.past_years)
    return years_together(chain.past_years, language)


def _reading(chain: Chain, unit: str, against: Against, language: Language) -> str:
    of = threshold_words(chain.threshold, unit, language)
    if len(chain.school_years) > 1:
        together = years_together(chain.school_years, language)
        of = language.text("{threshold} in {years}", threshold=of, years=together)
    values = {
        "threshold": of,
        "steps": language.join([_words(step, against, language) for step in chain.steps[1:]]),
    }
    return {
        Against.CITY: language.text(
            "Of the pupils with {threshold}, with the whole city in brackets: {steps}.", **values
        ),
        Against.PAST: language.text(
            "Of the pupils with {threshold}, with your own share in {past} in brackets: {steps}.",
            past=_past(chain, language),
            **values,
        ),
    }.get(
        against,
        language.text(
            "Of the pupils with {threshold}, with the median of similar schools in brackets: {steps}.",
            **values,
        ),
    )


def _words(step: Step, against: Against, language: Language) -> str:
    name, value = lower_first(step_name(step.step, language)), _share(step, language)
    beside = step.beside(against).share
    return f"{name} {value}" if beside is None else f"{name} {value} ({language.percent(beside, 0)})"


def _table(chain: Chain, against: Against, language: Language) -> Table:
    past = _past(chain, language)
    beside = {
        Against.CITY: (language.text("The whole city"), ""),
        Against.PAST: (
            language.text("You, in {year}", year=past),
            language.text("School days in {year}", year=past),
        ),
    }.get(against, (language.text("Similar schools: median"), language.text("Similar schools: school days")))
    header = (
        language.text("Step"),
        language.text("Pupils"),
        language.text("Share of those at the threshold"),
        beside[0],
        language.text("School days since the step before, median"),
        *filter(None, beside[1:]),
    )
    return Table(header, tuple(_table_row(step, against, language) for step in chain.steps))


def _table_row(step: Step, against: Against, language: Language) -> tuple[str, ...]:
    first, beside = step.step == "threshold", step.beside(against)
    days_beside = () if against is Against.CITY else (_days(beside.days, language),)
    return (
        step_name(step.step, language),
        pupils_words(step, language),
        NOTHING if first else _share(step, language),
        NOTHING if first or beside.share is None else language.percent(beside.share, 0),
        _days(step.days, language),
        *days_beside,
    )


def _days(value: float | None, language: Language) -> str:
    return NOTHING if value is None else language.number(value, _decimals(value))


def times_sentence(chain: Chain, language: Language, against: Against = Against.PEERS) -> str:
    """Return which years a chain is of, and how to read its days and lines; what nobody knows comes first."""
    beside = beside_chain(chain, against)
    told = [] if beside is against else [_unknown(against, language)]
    if len(chain.school_years) > 1:
        told.append(_years(chain, language))
    waited = [step for step in chain.steps if step.days is not None]
    if waited:
        told.append(language.text("Days are medians since the step before."))
    known = [_days(days, language) for step in waited if (days := step.beside(beside).days) is not None]
    if known and len(known) == len(waited):
        values = {"days": language.join(known)}
        told.append(
            language.text("In {years} they were {days}.", years=_past(chain, language), **values)
            if beside is Against.PAST
            else language.text("At similar schools they are {days}.", **values)
        )
    if chain.knows(beside):
        told.append(_line(chain, beside, language))
    return " ".join(told)


def _unknown(against: Against, language: Language) -> str:
    """Return that there is nothing of this kind to set the steps beside."""
    return {
        Against.EXPECTED: language.text("What is expected is not worked out for the steps of the follow-up."),
        Against.CITY: language.text("There are no figures of these steps for the whole city."),
        Against.PAST: language.text("There are no figures of these steps for the years before."),
    }.get(against, "")


def _line(chain: Chain, beside: Against, language: Language) -> str:
    return {
        Against.CITY: language.text("The line across a bar is the whole city."),
        Against.PAST: language.text(
            "The line across a bar is your own share in {years}.", years=_past(chain, language)
        ),
    }.get(beside, language.text("The line across a bar is the median of similar schools."))


def _years(chain: Chain, language: Language) -> str:
    together = years_together(chain.school_years, language)
    if chain.shown:
        return language.text("{years}, for one year has too few pupils.", years=together)
    return language.text("Even {years} are too few pupils.", years=together)
