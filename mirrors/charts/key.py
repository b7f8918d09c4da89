"""The key to the marks, in words, shown once a page."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from mirrors.charts.style import Palette
from mirrors.charts.where_we_stand import reference_name
from mirrors.locale import Language
from mirrors.views.figure import Against, Comparison, PeerFigures


class Compared(Protocol):
    """Anything that is set beside similar schools and what is expected."""

    @property
    def peers(self) -> PeerFigures: ...

    @property
    def expected(self) -> float | None: ...


def key(
    comparisons: Sequence[Comparison], language: Language, palette: Palette, against: Against = Against.PEERS
) -> str:
    """Return the key as HTML: every mark that is drawn as a small picture, then what it stands for."""
    if against is Against.PEERS:
        return peers_key(comparisons, language, palette)
    return marks_in_words([_own(palette, language), *_reference(comparisons, language, palette, against)])


def peers_key(compared: Sequence[Compared], language: Language, palette: Palette) -> str:
    """Return the key to own dots beside similar schools, as HTML."""
    return marks_in_words([_own(palette, language), *_peers(compared, language, palette)])


def marks_in_words(marks: Sequence[tuple[str, str]]) -> str:
    """Return marks, each drawn by a CSS style, with what they stand for, as HTML."""
    return " ".join(f"<span>{_drawing(style)}{words}</span>" for style, words in marks)


def _own(palette: Palette, language: Language) -> tuple[str, str]:
    dot = f"width:.7em;height:.7em;border-radius:50%;background:{palette.own}"
    return dot, language.text("you; the line is its margin of chance")


def _peers(
    comparisons: Sequence[Compared], language: Language, palette: Palette
) -> Iterator[tuple[str, str]]:
    peers = [each.peers for each in comparisons]
    many = max((each.count for each in peers), default=0)
    in_half = any(each.low is not None for each in peers)
    if in_half:
        yield (
            f"width:1.6em;height:.8em;background:{palette.band}",
            language.plural(
                "middle half of {count} similar school", "middle half of {count} similar schools", many
            ),
        )
    if any(each.median is not None for each in peers):
        of_all = language.plural(
            "median of {count} similar school", "median of {count} similar schools", many
        )
        yield line_style(palette.median), language.text("their median") if in_half else of_all
    if any(each.expected is not None for each in comparisons):
        yield _diamond(palette), language.text("expected for a school with such pupils")


def _reference(
    comparisons: Sequence[Comparison], language: Language, palette: Palette, against: Against
) -> Iterator[tuple[str, str]]:
    references = [each.beside[against] for each in comparisons if against in each.beside]
    if references:
        drawing = {
            Against.CITY: line_style(palette.ink),
            Against.PAST: f"width:.6em;height:.6em;border-radius:50%;border:1.75px solid {palette.own}",
        }.get(against, _diamond(palette))
        yield drawing, reference_name(against, references[0], language)


def line_style(colour: str) -> str:
    """Return the style of an upright thin line."""
    return f"width:2px;height:1.1em;background:{colour}"


def _diamond(palette: Palette) -> str:
    return f"width:.6em;height:.6em;transform:rotate(45deg);border:1.75px solid {palette.ink}"


def _drawing(style: str) -> str:
    inline = "display:inline-block;vertical-align:-.08em;margin-right:.45em"
    return f'<i aria-hidden="true" style="{inline};{style}"></i>'
