"""Pupils by band of absence: the school's pupils above those of similar schools, from none to most."""

import plotly.graph_objects as go

from mirrors.charts.amounts import NOTHING
from mirrors.charts.amounts import share as percentage
from mirrors.charts.chart import Chart, Table
from mirrors.charts.rows import Row, marks_at, ruled
from mirrors.charts.style import LIGHT, Palette, words
from mirrors.definitions import HALVES
from mirrors.locale import Language
from mirrors.views.mirror import Band, Bands

_NARROW_PAGE = 340
_LETTER = 7.5
_AIR = 10
_BAR = 0.5
_UNBROKEN_DASH = "\u2060–\u2060"


def bands(shown: Bands, unit: str, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return two stacked bars; `unit` (the jurisdiction's) is what the bounds of the bands count."""
    rows = [Row(language.text("You"), ""), Row(language.text("Similar schools"), "")]
    figure = ruled(rows, palette, palette.own)
    figure.update_layout(barmode="overlay")
    labels = [band_label(band, shown.scale, language) for band in shown.bands]
    own, peers = ([getattr(band, side) for band in shown.bands] for side in ("own", "peers"))
    _draw_bar(figure, 0, own, _whole(own), labels, language, palette)
    # Medians of bands are of different schools: together they make more or less than all pupils.
    _draw_bar(figure, 1, peers, max(1.0, _whole(peers)), labels, language, palette)
    return Chart(
        figure,
        _title(shown, unit, language),
        _reading(labels, shown, unit, language),
        _table(shown, unit, language),
    )


def band_label(band: Band, scale: str, language: Language) -> str:
    """Return the bounds of a band: "1-4", "30+", or "5-10 %" on the share scale."""
    if scale == "share":
        low, high = language.number(100 * band.at_least), ""
        if band.below is None or band.below >= 1:
            return f"{low}+\u00a0%"
        high = language.number(100 * band.below)
        return f"{low}–{high}\u00a0%"
    if band.below is None:
        return f"{language.number(band.at_least)}+"
    last = band.below - 1
    if last == band.at_least:
        return language.number(last)
    return f"{language.number(band.at_least)}–{language.number(last)}"


def _draw_bar(
    figure: go.Figure,
    place: int,
    shares: list[float | None],
    whole: float,
    labels: list[str],
    language: Language,
    palette: Palette,
) -> None:
    start = 0.0
    middle = marks_at(place) + 0.06
    for step, (share, label) in enumerate(zip(shares, labels, strict=True)):
        if not share:
            continue
        shade = min(step, len(palette.sequence) - 1)
        width = share / whole
        figure.add_bar(
            x=[width], y=[middle], base=start, width=_BAR, orientation="h",
            marker={"color": palette.sequence[shade], "line": {"color": palette.paper, "width": 2}},
            hovertemplate=f"{label}: {percentage(share, HALVES, language)}<extra></extra>",
        )  # fmt: skip
        if _fits(label, width):
            words(figure, label, start + width / 2, middle, palette.on_sequence[shade])
        start += width
    if not any(shares):
        words(figure, language.text("too few pupils"), 0, middle, palette.quiet, xanchor="left")


def _whole(shares: list[float | None]) -> float:
    """Return what fills the bar: rounded shares seldom add up to one; where one is hidden a gap remains."""
    told = [share for share in shares if share is not None]
    return sum(told) if any(told) and len(told) == len(shares) else 1.0


def _fits(label: str, width: float) -> bool:
    """Whether a label fits in its band on the narrowest page: it is left out rather than turned."""
    return width * _NARROW_PAGE >= _LETTER * len(label) + _AIR


def _title(shown: Bands, unit: str, language: Language) -> str:
    if not shown.bands or shown.bands[0].own is None:
        return language.text("There are too few pupils to show how absence is spread.")
    share = language.percent(shown.bands[0].own, 0)
    if shown.scale == "share":
        limit = language.percent(shown.bands[0].below or 0.0, 0)
        return language.text(
            "{share} of pupils were absent less than {limit} of the time.", share=share, limit=limit
        )
    return {
        "half_day": language.text("{share} of pupils had no unauthorised half-day.", share=share),
        "session": language.text("{share} of pupils had no unauthorised session.", share=share),
        "hour": language.text("{share} of pupils had no unauthorised hour.", share=share),
    }.get(unit, language.text("{share} of pupils had no unauthorised day.", share=share))


def _reading(labels: list[str], shown: Bands, unit: str, language: Language) -> str:
    order = ", ".join(label.replace("–", _UNBROKEN_DASH) for label in labels)
    if shown.scale == "share":
        text = language.text("From left to right, pupils by share of the time absent: {bands}.", bands=order)
    else:
        text = {
            "half_day": language.text(
                "From left to right, pupils by unauthorised half-days: {bands}.", bands=order
            ),
            "session": language.text(
                "From left to right, pupils by unauthorised sessions: {bands}.", bands=order
            ),
            "hour": language.text("From left to right, pupils by unauthorised hours: {bands}.", bands=order),
        }.get(unit, language.text("From left to right, pupils by unauthorised days: {bands}.", bands=order))
    own = [band.own for band in shown.bands]
    if None in own and any(own):
        text += " " + language.text("Bands of fewer than five of your pupils are left open.")
    peers = shown.bands[0].peers if shown.bands else None
    if peers is None:
        return text
    first = percentage(peers, HALVES, language)
    return f"{text} " + language.text(
        "At similar schools the median of the first band is {share}; medians do not add up to 100 %.",
        share=first,
    )


def _table(shown: Bands, unit: str, language: Language) -> Table:
    counted = language.text("Share of the time absent")
    if shown.scale == "units":
        counted = {
            "half_day": language.text("Unauthorised half-days"),
            "session": language.text("Unauthorised sessions"),
            "hour": language.text("Unauthorised hours"),
        }.get(unit, language.text("Unauthorised days"))
    header = (counted, language.text("Your pupils"), language.text("Median of similar schools"))
    rows = (
        (band_label(band, shown.scale, language), _share(band.own, language), _share(band.peers, language))
        for band in shown.bands
    )
    return Table(header, tuple(rows))


def _share(share: float | None, language: Language) -> str:
    return NOTHING if share is None else percentage(share, HALVES, language)
