"""Over how many pupils unauthorised absence is spread, in words."""

from mirrors.charts.amounts import beside_own, written
from mirrors.locale import Language
from mirrors.views.figure import Comparison, Status


def concentration_sentence(top: Comparison | None, none: Comparison | None, language: Language) -> str:
    """Return how much of it the 5 % of pupils with most account for, and how many pupils had none.

    The two belong together: where few pupils are ever absent, a handful holds nearly everything. Empty
    without the first.
    """
    if top is None or top.own.value is None:
        return ""
    text = language.text(
        "The 5\u00a0% of pupils with most unauthorised absence account for {share} of it.",
        share=written(top.indicator, top.own, language),
    )
    if top.peers.median is not None:
        median = beside_own(top.indicator, top.peers.median, top.own, language)
        text += " " + language.text("At similar schools it is {share}.", share=median)
    if none is not None and none.own.status is Status.EXACT and none.own.value is not None:
        share = written(none.indicator, none.own, language)
        text += " " + language.text("{share} of pupils had none at all.", share=share)
    return text
