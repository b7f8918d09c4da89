"""People: who can sign in here, inviting somebody, and what an administrator does with an account."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from urllib.parse import quote, urlsplit

import streamlit as st

from mirrors.access import Account, WrongAccount
from mirrors.administration.accounts import CityPerson, PeopleView, Person, people_view
from mirrors.charts.account_words import state_words, wrong_words
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import moment
from mirrors.doors import house
from mirrors.doors.address import INVITATION, public_address
from mirrors.locale import Language
from pages import administration, page, reader

_LINK = "one-time link"
_LONGEST_NAME, _LONGEST_SIGN_IN = 100, 254
_TEAM = "school_team"


def show() -> None:
    """Draw everybody who has an account, and the form to invite somebody."""
    say = page.language()
    administration.head(say.text("People"), say)
    with administration.told_calmly(say):
        view = people_view(page.store_folder(), page.administrator())
        active = sum(person.account.state == "active" for person in view.people)
        administration.verdict(_standing(active, say))
        administration.tell_notice()
        _tell_link(say)
        page.part(1, say.text("Invite somebody"))
        if administration.looks_on():
            _not_in_the_demo(say)
        else:
            _invite(view, say)
        page.part(2, say.text("Who has an account"))
        _everybody(view, say)
        if view.of_the_city:
            page.part(3, say.text("Who came by the city's own sign-in"))
            _of_the_city(view.of_the_city, say)


def _standing(active: int, say: Language) -> str:
    if not active:
        return say.text("Nobody has an account yet.")
    return say.plural("**{count} person** can sign in.", "**{count} people** can sign in.", active)


def _not_in_the_demo(say: Language) -> None:
    st.markdown(
        say.text(
            "Nobody is invited from a demo: its doors would close for everybody. Accounts of a real city "
            "start at the console of the machine:"
        )
    )
    st.code("python -m mirrors accounts first --store FOLDER", language=None, wrap_lines=True)


def _tell_link(say: Language) -> None:
    """Show a new link, once."""
    if (new := st.session_state.pop(_LINK, None)) is None:
        return
    name, link = new
    with st.container(border=True, key="one-time-link"):
        st.markdown(
            say.text(
                "**The link for {name}.** It works once, for seven days, and is shown only now. Hand it over "
                "in person, or by a way that only they read.",
                name=page.plain(name),
            )
        )
        st.code(link, language=None, wrap_lines=True)


def _keep_link(name: str, token: str) -> None:
    """Keep a link for the run that starts now, which shows it."""
    here = urlsplit(st.context.url or "")
    origin = public_address().origin or f"{here.scheme}://{here.netloc}"
    st.session_state[_LINK] = (name, f"{origin}{INVITATION}?token={quote(token)}")
    st.rerun()


def _roles(say: Language) -> dict[str, str]:
    return {role: reader.role_words(role, say) for role in ("adviser", _TEAM, "administrator")}


def _invite(view: PeopleView, say: Language) -> None:
    st.markdown(
        say.text("You get a link to hand over. Whoever opens it chooses a password, which you never see.")
    )
    with st.form("invite", border=False):
        first, second = st.columns(2)
        name = first.text_input(say.text("Name"), max_chars=_LONGEST_NAME)
        sign_in = second.text_input(say.text("E-mail address or user name"), max_chars=_LONGEST_SIGN_IN)
        role, schools = _role_boxes("invite", view.schools, say)
        if not st.form_submit_button(say.text("Make a link")):
            return
    if role is None:
        st.warning(say.text("Please choose what this person is."))
        return
    try:
        token = house.here().accounts.invite(page.administrator(), name, sign_in, role, schools)
    except WrongAccount as refusal:
        st.warning(wrong_words(refusal.why, say))
        return
    _keep_link(name, token)


def _role_boxes(
    key: str, names: Mapping[str, str], say: Language, account: Account | None = None
) -> tuple[str | None, frozenset[str]]:
    roles = _roles(say)
    chosen = list(roles).index(account.role) if account is not None else None
    role = st.selectbox(
        say.text("What this person is"),
        list(roles),
        index=chosen,
        format_func=lambda each: roles.get(each, each),
        placeholder=say.text("Choose"),
        key=f"role {key}",
    )
    mine = [each for each in names if account is not None and each in account.school_ids]
    schools = st.multiselect(
        say.text("Schools (of a school team only)"),
        list(names),
        default=mine,
        format_func=lambda each: names.get(each, each),
        placeholder=say.text("Choose"),
        key=f"schools {key}",
    )
    # A browser may send what the box never held.
    known = role if role in roles else None
    return known, frozenset(schools) & frozenset(names) if known == _TEAM else frozenset()


def _everybody(view: PeopleView, say: Language) -> None:
    if not view.people:
        st.markdown(say.text("Nobody yet."))
    for person in view.people:
        account = person.account
        parts = (account.name, reader.role_words(account.role, say), state_words(account.state, say))
        with st.expander(" · ".join(page.plain(each) for each in parts)):
            _person(person, view, say)


def _person(person: Person, view: PeopleView, say: Language) -> None:
    account = person.account
    st.markdown(say.text("Signs in as {name}.", name=page.plain(account.sign_in)))
    if person.schools:
        st.markdown(say.text("Schools: {schools}.", schools=page.plain(say.join(list(person.schools)))))
    code = say.text("A code is asked for.") if account.totp else say.text("No code is asked for.")
    now = say.plural("{count} session is open.", "{count} sessions are open.", person.sessions)
    st.caption(f"{upper_first(code)} {now}")
    if account.state != "closed":
        _acts(person, say)
        _another_role(account, view, say)


def _of_the_city(people: Sequence[CityPerson], say: Language) -> None:
    st.markdown(
        say.text(
            "Who they are, and what they may see, is said there. Ending their sessions here makes them sign "
            "in anew: to keep somebody out, take the role away there first."
        )
    )
    for each in people:
        label = f"{each.name or each.account} · {reader.role_words(each.role, say)}"
        with st.expander(page.plain(label)):
            now = say.plural("{count} session is open.", "{count} sessions are open.", each.sessions)
            last = say.text("Last seen {when}.", when=moment(each.seen_at, say))
            st.caption(f"{now} {last} {page.plain(each.account)}")
            if st.button(say.text("End all sessions"), key=f"end {each.account}"):
                sessions, by = house.here().sessions, page.administrator()
                ended = say.text("All sessions are ended.")
                _done(say, ended, partial(sessions.end_all, by, each.account))


def _acts(person: Person, say: Language) -> None:
    account, access, by = person.account, house.here(), page.administrator()
    with st.container(horizontal=True):
        if st.button(say.text("New link"), key=f"link {account.id}"):
            _told(say, lambda: _keep_link(account.name, access.accounts.reissue(by, account.id)))
        if account.state == "locked" and st.button(say.text("Unlock"), key=f"unlock {account.id}"):
            _done(say, say.text("Unlocked."), lambda: access.accounts.unlock(by, account.id))
        if person.sessions and st.button(say.text("End all sessions"), key=f"end {account.id}"):
            _done(say, say.text("All sessions are ended."), lambda: access.sessions.end_all(by, account.id))
        if account.totp and st.button(say.text("Ask for no code"), key=f"code {account.id}"):
            done = say.text("No code is asked for any more.")
            _done(say, done, lambda: access.accounts.drop_totp(by, account.id))
        if st.button(say.text("Close the account"), key=f"close {account.id}"):
            _done(say, say.text("The account is closed."), lambda: access.accounts.close(by, account.id))


def _another_role(account: Account, view: PeopleView, say: Language) -> None:
    with st.form(f"role of {account.id}", border=False):
        role, schools = _role_boxes(account.id, view.schools, say, account)
        if not st.form_submit_button(say.text("Change role and schools")):
            return
    if role is None:
        st.warning(say.text("Please choose what this person is."))
        return
    accounts, by = house.here().accounts, page.administrator()
    done = say.text("Changed. Open sessions are ended.")
    if role == account.role == _TEAM:
        _done(say, done, lambda: accounts.change_schools(by, account.id, schools))
    else:
        _done(say, done, lambda: accounts.change_role(by, account.id, role, schools))


def _told(say: Language, act: Callable[[], None]) -> bool:
    """Do something with an account; returns whether it was done, and says why it was not."""
    try:
        act()
    except WrongAccount as refusal:
        st.warning(wrong_words(refusal.why, say))
        return False
    return True


def _done(say: Language, told: str, act: Callable[[], None]) -> None:
    if _told(say, act):
        administration.notice(told)
