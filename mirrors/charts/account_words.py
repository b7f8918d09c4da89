"""What the log and the accounts say, in words."""

from mirrors.locale import Language


def state_words(state: str, say: Language) -> str:
    """Return the state of an account."""
    return {
        "invited": say.text("invited"),
        "active": say.text("can sign in"),
        "locked": say.text("locked for a quarter of an hour"),
        "closed": say.text("closed"),
    }[state]


def wrong_words(why: str, say: Language) -> str:
    """Return why something asked of an account was not done, and what would do."""
    return {
        "sign_in_unfit": say.text("Please give an e-mail address or a user name without spaces."),
        "sign_in_taken": say.text("Somebody signs in by that name already."),
        "name_unfit": say.text("Please give a name."),
        "schools_missing": say.text("A school team needs at least one school."),
        "last_administrator": say.text("Somebody has to stay administrator: invite another one first."),
        "no_such_account": say.text("This account is not there any more."),
        "is_closed": say.text("This account is closed."),
    }.get(why, say.text("That was not done. Please look at the page again."))


def event_words(event: str, say: Language) -> str:
    """Return what a row of the audit log is about."""
    return {**_of_people(say), **_of_figures(say)}.get(event, event)


def _of_people(say: Language) -> dict[str, str]:
    return {
        "sign_in": say.text("signed in"),
        "sign_in_refused": say.text("sign-in refused"),
        "sign_out": say.text("signed out"),
        "locked": say.text("locked after failures"),
        "unlocked": say.text("unlocked"),
        "invited": say.text("invited"),
        "account_opened": say.text("account opened"),
        "account_closed": say.text("account closed"),
        "role_changed": say.text("role changed"),
        "schools_changed": say.text("schools changed"),
        "password_changed": say.text("password changed"),
        "password_to_change": say.text("password has to be changed"),
        "code_on": say.text("code from now on"),
        "code_off": say.text("no code any more"),
        "sessions_ended": say.text("all sessions ended"),
    }


def _of_figures(say: Language) -> dict[str, str]:
    return {
        "school_seen": say.text("saw a school"),
        "list_seen": say.text("saw a list of schools"),
        "exported": say.text("took figures along"),
        "uploaded": say.text("took an upload in"),
        "withdrawn": say.text("withdrew an upload"),
        "reinstated": say.text("had an upload count again"),
        "published": say.text("published"),
        "unpublished": say.text("took everything out of sight"),
        "restored": say.text("put a snapshot back"),
        "facts_restored": say.text("put a copy of the facts back"),
        "masked": say.text("figures masked"),
        "overridden": say.text("decided on what stood out"),
        "setting_changed": say.text("changed a setting"),
        "profile_saved": say.text("saved a profile"),
        "set_aside": say.text("set a school aside"),
        "taken_back": say.text("took that back"),
        "contact_noted": say.text("noted a contact"),
        "wave_opened": say.text("opened a questionnaire"),
        "wave_closed": say.text("closed a questionnaire"),
        "log_verified": say.text("checked the log"),
    }
