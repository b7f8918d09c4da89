"""The key to the marks, in words, shown once a page."""

from mirrors.charts.style import Palette
from mirrors.locale import Language


def key(peers: int, language: Language, palette: Palette) -> str:
    """Return the key as HTML: every mark as a small drawing, then what it stands for."""
    marks = (
        (
            f"width:.7em;height:.7em;border-radius:50%;background:{palette.own}",
            language.text("you; the line is its margin of chance"),
        ),
        (
            f"width:1.6em;height:.8em;background:{palette.band}",
            language.plural(
                "middle half of {count} similar school", "middle half of {count} similar schools", peers
            ),
        ),
        (f"width:2px;height:1.1em;background:{palette.median}", language.text("their median")),
        (
            f"width:.6em;height:.6em;transform:rotate(45deg);border:1.75px solid {palette.ink}",
            language.text("expected for a school with such pupils"),
        ),
    )
    return " ".join(f"<span>{_drawing(style)}{words}</span>" for style, words in marks)


def _drawing(style: str) -> str:
    inline = "display:inline-block;vertical-align:-.08em;margin-right:.45em"
    return f'<i aria-hidden="true" style="{inline};{style}"></i>'
