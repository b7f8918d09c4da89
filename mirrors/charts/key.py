"""The key to the marks, in words, shown once a page."""

from collections.abc import Iterator, Sequence

from mirrors.charts.style import Palette
from mirrors.locale import Language
from mirrors.views.figure import Comparison


def key(comparisons: Sequence[Comparison], language: Language, palette: Palette) -> str:
    """Return the key as HTML: every mark that is drawn as a small picture, then what it stands for."""
    marks = _marks(comparisons, language, palette)
    return " ".join(f"<span>{_drawing(style)}{words}</span>" for style, words in marks)


def _marks(
    comparisons: Sequence[Comparison], language: Language, palette: Palette
) -> Iterator[tuple[str, str]]:
    dot = f"width:.7em;height:.7em;border-radius:50%;background:{palette.own}"
    yield dot, language.text("you; the line is its margin of chance")
    peers = [each.peers for each in comparisons]
    if any(each.low is not None for each in peers):
        many = language.plural(
            "middle half of {count} similar school",
            "middle half of {count} similar schools",
            max(each.count for each in peers),
        )
        yield f"width:1.6em;height:.8em;background:{palette.band}", many
    if any(each.median is not None for each in peers):
        yield f"width:2px;height:1.1em;background:{palette.median}", language.text("their median")
    if any(each.expected is not None for each in comparisons):
        diamond = f"width:.6em;height:.6em;transform:rotate(45deg);border:1.75px solid {palette.ink}"
        yield diamond, language.text("expected for a school with such pupils")


def _drawing(style: str) -> str:
    inline = "display:inline-block;vertical-align:-.08em;margin-right:.45em"
    return f'<i aria-hidden="true" style="{inline};{style}"></i>'
