"""The codes of a wave on the screen, and on slips to print; those of adults are shown once."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from mirrors.answering.house import here
from mirrors.answering.slips import link, picture, slips
from mirrors.charts.safety_words import group_title
from mirrors.doors.address import PublicAddress, public_address
from mirrors.locale import Language
from mirrors.survey.codes import readable
from mirrors.survey.groups import PUPILS, WHOLES
from mirrors.survey.team import require_team
from mirrors.survey.wave import Wave
from mirrors.survey.waves import Code, Opened
from pages import page, reader

_ONCE = "codes shown once"
_PAGE = "text/html"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def keep_once(opened: Opened) -> None:
    """Keep the codes of a wave for this reader, until they say that they have them."""
    st.session_state[_ONCE] = opened


def shown_once(school_id: str) -> Opened | None:
    """Return the wave of a school whose codes of adults are still on the screen."""
    opened: Opened | None = st.session_state.get(_ONCE)
    return opened if opened is not None and opened.wave.school_id == school_id else None


def draw_once(opened: Opened, say: Language) -> None:
    """Draw all codes of a wave that was just opened."""
    adults = [code for code in opened.codes if code.group not in WHOLES[PUPILS]]
    with st.container(border=True, key="codes-once"):
        st.markdown(say.text("**The questionnaire is ready.** Respondents type a code, or point a camera."))
        if adults:
            st.warning(
                say.text(
                    "The codes of adults are shown now and never again: nobody is to look up who got which. "
                    "Download the slips and print them before you leave this page or load it anew."
                )
            )
            _download(say.text("Slips for adults, to print"), "adults", adults, opened.wave, say)
            st.caption(say.text("Cut them apart, put them in a hat, and let nobody note who drew which."))
            _listed(adults, say)
        if len(adults) < len(opened.codes):
            told = say.text("The codes of classes stand below as long as the questionnaire runs.")
            st.caption(told)
        st.button(say.text("I have the codes"), type="primary", on_click=_let_go, key="i have the codes")


def _let_go() -> None:
    st.session_state.pop(_ONCE, None)


def _listed(adults: Sequence[Code], say: Language) -> None:
    for group in dict.fromkeys(code.group for code in adults):
        mine = [readable(code.code) for code in adults if code.group == group]
        label = say.text("{group}: {count} codes", group=group_title(group, say), count=say.number(len(mine)))
        with st.expander(label):
            st.code("\n".join(mine), language=None)


def draw_classes(codes: Sequence[Code], wave: Wave, say: Language) -> None:
    """Draw the codes of the classes: one large on the screen of a classroom, and all of them to print."""
    if not codes:
        return
    with st.expander(say.text("Codes of the classes")):
        labels = {str(place): _label(code, say) for place, code in enumerate(codes)}
        chosen = st.selectbox(
            say.text("Class"), list(labels), format_func=labels.__getitem__, key=f"class {wave.id}"
        )
        if chosen in labels:
            _large(codes[int(chosen)], say)
        _download(say.text("Sheets for the classes, to print"), "classes", codes, wave, say)


def _large(code: Code, say: Language) -> None:
    address, port = _address()
    leads_to = link(code, address, port)
    with st.container(horizontal=True, vertical_alignment="center", key="class-code"):
        st.image(
            picture(code, address, port),
            width=240,
            alt=say.text("The QR code of the link below, for {label}", label=_label(code, say)),
        )
        st.markdown(
            say.text(
                "Go to **{place}** and type this code:",
                place=page.plain(leads_to.split("#")[0].split("//")[1]),
            )
        )
        st.header(readable(code.code), anchor=False)
    st.caption(say.text("The link, for a message to this class:"))
    st.code(leads_to, language=None, wrap_lines=True)


def _label(code: Code, say: Language) -> str:
    group = group_title(code.group, say)
    return f"{group} · {code.label}" if code.label else group


def _download(label: str, name: str, codes: Sequence[Code], wave: Wave, say: Language) -> None:
    address, port = _address()
    make = partial(_paper, tuple(codes), wave.id, address, say, port)
    require = partial(require_team, school_id=wave.school_id)
    file = f"{wave.id}-{name}.html"
    st.download_button(
        label,
        reader.handed_over(file, require, make),
        file,
        _PAGE,
        on_click="ignore",
        key=f"slips {name} {wave.id}",
    )


def _paper(codes: Sequence[Code], wave_id: str, address: PublicAddress, say: Language, port: int) -> bytes:
    groups = {code.group for code in codes}
    asked = {group: here().answers.questionnaire(wave_id, group) for group in groups}
    return slips(codes, asked, address, say, port).encode()


def _address() -> tuple[PublicAddress, int]:
    """Return the address that respondents know, and the port where there is none."""
    seen = urlsplit(st.context.url or "http://localhost:8501")
    return public_address(), seen.port or _DEFAULT_PORTS.get(seen.scheme, 80)
