"""What changes and trends say, in calm words, with the doubt that belongs to each.

Nothing here ranks, scores or praises. A word is as strong as the comparison behind it, never stronger.
"""

from collections.abc import Sequence

from mirrors.charts.amounts import amount, peer_decimals, written, years_together
from mirrors.charts.reasons import not_judged_words
from mirrors.definitions import Indicator
from mirrors.locale import Language
from mirrors.views.figure import Against, Status
from mirrors.views.trend import Trend, TrendPoint


def latest_change(trends: Sequence[Trend], language: Language) -> str:
    """Return the clear changes in words; without any, the first weak one; without any, that none is."""
    clear = [trend for trend in trends if certainty(trend) == "clear"]
    weak = [trend for trend in trends if certainty(trend) == "weak"]
    judged = [trend for trend in trends if trend.change is not None]
    if clear or weak:
        return " ".join(change_sentence(trend, language) for trend in clear[:2] or weak[:1])
    if judged:
        return language.text("No figure clearly changed from the years before.")
    return change_sentence(trends[0], language) if trends else ""


def certainty(trend: Trend) -> str:
    """Return "clear", "weak" or "none": how far the latest change may be believed."""
    if trend.change is None or trend.change.direction == "similar":
        return "none"
    return trend.change.certainty


def change_sentence(trend: Trend, language: Language) -> str:
    """Return the latest change of one indicator as a sentence of Markdown, as sure as it is."""
    name, change = language.pick(trend.indicator.title), trend.change
    if change is None:
        why = not_judged_words(trend.not_judged, language)
        return language.text("{name}: **too early to say**, {why}.", name=name, why=why)
    values = {
        "name": name,
        "before": amount(trend.indicator, change.before, change.decimals, language),
        "now": amount(trend.indicator, change.now, change.decimals, language),
    }
    sentences = {
        ("rose", "clear"): language.text(
            "{name} **rose** to {now}, from about {before} in the years before: more than expected.", **values
        ),
        ("fell", "clear"): language.text(
            "{name} **fell** to {now}, from about {before} in the years before: more than expected.", **values
        ),
        ("rose", "weak"): language.text(
            "{name} may have risen, to {now} from about {before} in the years before: **too early to say**.",
            **values,
        ),
        ("fell", "weak"): language.text(
            "{name} may have fallen, to {now} from about {before} in the years before: **too early to say**.",
            **values,
        ),
        ("stayed_as_others_fell", "clear"): language.text(
            "{name} **stayed** near {now} while similar schools fell.", **values
        ),
        ("stayed_as_others_rose", "clear"): language.text(
            "{name} **stayed** near {now} while similar schools rose.", **values
        ),
        ("stayed_as_others_fell", "weak"): language.text(
            "{name} may have stayed near {now} while similar schools fell: **too early to say**.", **values
        ),
        ("stayed_as_others_rose", "weak"): language.text(
            "{name} may have stayed near {now} while similar schools rose: **too early to say**.", **values
        ),
    }
    return sentences.get(
        (change.direction, certainty(trend)),
        language.text("{name}: **similar** to the years before.", name=name),
    )


def change_title(trend: Trend, language: Language) -> str:
    """Return the finding above a trend: what changed, next to similar schools."""
    name, change = language.pick(trend.indicator.title), trend.change
    if trend.not_judged == "not_chosen":
        return language.text("{name} over the years", name=name)
    if change is None:
        return language.text("{name}: too early to say whether it changed", name=name)
    titles = {
        ("rose", "clear"): language.text("{name} rose more than at similar schools", name=name),
        ("fell", "clear"): language.text("{name} fell more than at similar schools", name=name),
        ("rose", "weak"): language.text("{name} may have risen; it is too early to say", name=name),
        ("fell", "weak"): language.text("{name} may have fallen; it is too early to say", name=name),
        ("stayed_as_others_fell", "clear"): language.text(
            "{name} stayed as it was while similar schools fell", name=name
        ),
        ("stayed_as_others_rose", "clear"): language.text(
            "{name} stayed as it was while similar schools rose", name=name
        ),
        ("stayed_as_others_fell", "weak"): language.text(
            "{name} may have stayed while similar schools fell; it is too early to say", name=name
        ),
        ("stayed_as_others_rose", "weak"): language.text(
            "{name} may have stayed while similar schools rose; it is too early to say", name=name
        ),
    }
    return titles.get(
        (change.direction, certainty(trend)),
        language.text("{name}: similar to the years before", name=name),
    )


def trend_reading(trend: Trend, language: Language, against: Against = Against.PEERS) -> str:
    """Return the last year of a trend beside its peers, how certain the change is, and restarts."""
    if not trend.points:
        return language.text("There are no figures for this indicator.")
    beside = drawn_beside(trend, against)
    parts = [years_together_sentence(trend, beside, language)]
    parts.append(_last_point(trend.indicator, trend.points[-1], beside, language))
    if trend.change is None and trend.not_judged != "not_chosen":
        why = not_judged_words(trend.not_judged, language)
        parts.append(language.text("The change of this year is not judged: {why}.", why=why))
    else:
        parts.append(
            {
                "clear": language.text("Certainty of the change: clear."),
                "weak": language.text("Certainty of the change: weak."),
            }.get(certainty(trend), "")
        )
    parts += [
        language.text("From {year} on it is counted differently.", year=year)
        for year in trend.series_restarts
    ]
    return " ".join(part for part in parts if part)


def drawn_beside(trend: Trend, against: Against) -> Against:
    """Return what a trend is drawn beside: the city where the own years and similar schools have nothing."""
    empty = not trend.has_own_year and not trend.has_peers
    return Against.CITY if against is Against.PEERS and empty else against


def years_together_sentence(trend: Trend, beside: Against, language: Language) -> str:
    """Return the figures of years together, or that there are none; empty for a large school."""
    if trend.windows:
        figures = language.join(
            [
                language.text(
                    "{value} in {years}",
                    value=written(trend.indicator, window.own, language),
                    years=years_together(window.school_years, language),
                )
                for window in trend.windows
            ]
        )
        if trend.has_own_year:
            return language.text("Years with too few pupils are added together: {figures}.", figures=figures)
        return language.text(
            "One year alone has too few pupils, so years are added together: {figures}.", figures=figures
        )
    if trend.has_own_year or not any(point.own.status is Status.TOO_SMALL for point in trend.points):
        return ""
    if beside is Against.PEERS and trend.has_peers:
        return language.text(
            "Every year has too few pupils, also together with others: the line is that of similar schools."
        )
    return language.text("Every year has too few pupils, also together with others.")


def going_sentence(trend: Trend, language: Language) -> str:
    """Return where the last five comparable years go; empty where nobody worked it out."""
    return {
        "rising": language.text("Over the last five comparable years it is rising."),
        "falling": language.text("Over the last five comparable years it is falling."),
        "no_change": language.text("Over the last five comparable years it neither rises nor falls clearly."),
        "too_early": language.text(
            "Fewer than five comparable years: it is too early to say where it is going."
        ),
    }.get(trend.word or "", "")


def reference_of(point: TrendPoint, against: Against) -> float | None:
    """Return what was expected of a school year, or the city's figure of it, as `against` asks."""
    return {Against.EXPECTED: point.expected, Against.CITY: point.city}.get(against)


def _last_point(indicator: Indicator, point: TrendPoint, against: Against, language: Language) -> str:
    own, peers = point.own, point.peers
    values = {"year": point.school_year, "value": written(indicator, own, language)}
    if against is Against.PEERS and peers.low is not None and peers.high is not None:
        low, high = (
            amount(indicator, end, peer_decimals(indicator, own), language) for end in (peers.low, peers.high)
        )
        if low == high:
            return language.text(
                "{year}: {value}; half of the similar schools lie near {low}.", **values, low=low
            )
        return language.text(
            "{year}: {value}; half of the similar schools lie between {low} and {high}.",
            **values,
            low=low,
            high=high,
        )
    reference = reference_of(point, against)
    if reference is None:
        return language.text("{year}: {value}.", **values)
    values["beside"] = amount(indicator, reference, peer_decimals(indicator, own), language)
    if against is Against.CITY:
        return language.text("{year}: {value}; the whole city: {beside}.", **values)
    return language.text("{year}: {value}; expected: {beside}.", **values)
