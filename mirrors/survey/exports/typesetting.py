"""Content set on A4 by a template of Typst, tagged for screen readers (PDF/UA-1)."""

import json
from collections.abc import Mapping
from pathlib import Path

_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
_LONG_AGO = 0
"""The moment written into the file: the same content gives the same bytes."""


def typeset(template: str, content: Mapping[str, object]) -> bytes:
    """Return the PDF that the `template` beside this file makes of values that JSON can carry."""
    import typst

    return typst.compile(
        _HERE / template,
        root=_HERE,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"content": json.dumps(content)},
        pdf_standards="ua-1",
        timestamp=_LONG_AGO,
    )
