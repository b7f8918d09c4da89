"""An index beside that of similar schools, in words and as a table; 100 is the school's own average."""

from collections.abc import Callable, Sequence

from mirrors.charts.amounts import NOTHING, status_words
from mirrors.charts.chart import Table
from mirrors.charts.letters import upper_first
from mirrors.locale import Language
from mirrors.views.pattern import Moment


def own_index(moment: Moment, language: Language) -> str:
    """Return the own index of a moment, or why there is none."""
    return status_words(moment.status, language) if moment.index is None else language.number(moment.index)


def peer_index(moment: Moment, language: Language) -> str:
    """Return the peers' index of a moment, or a dash."""
    return NOTHING if moment.peer_index is None else language.number(moment.peer_index)


def index_table(
    moments: Sequence[Moment], name: Callable[[str, Language], str], heading: str, language: Language
) -> Table:
    """Return one row a moment, called by `name`, under a `heading` for the first column."""
    header = (heading, language.text("You (100 = your average)"), language.text("Similar schools: median"))
    rows = (
        (upper_first(name(moment.item, language)), own_index(moment, language), peer_index(moment, language))
        for moment in moments
    )
    return Table(header, tuple(rows))
