"""Who is looking, and what they may see: accounts, sessions, roles, and the log of what was done.

A password, a token or a city's claims enter; a `Viewer` leaves, or None. Every view and every act takes a
`Viewer` and asks it; a page is never the guard. Secrets are kept as digests only.
"""

from mirrors.access.account import Account, State, Wrong, WrongAccount
from mirrors.access.accounts import Accounts
from mirrors.access.audit import AuditLog, AuditPage, AuditRow, Broken, Event, Head, Verified
from mirrors.access.bureau import WrongLink
from mirrors.access.city_sessions import CityPerson
from mirrors.access.demo import Door, demo_doors
from mirrors.access.names import Names, names_known
from mirrors.access.office import Access, open_access
from mirrors.access.own_account import TotpStart, WrongSecret
from mirrors.access.passwords import Passwords, Weak, WeakPassword
from mirrors.access.provider import ProviderSettings, provider_settings, viewer_of
from mirrors.access.sessions import Sessions
from mirrors.access.sign_in import Locked, MustChange, NeedsCode, Outcome, Refused, SignedIn
from mirrors.access.viewer import (
    NotAllowed,
    Role,
    Viewer,
    console_adviser,
    console_viewer,
)

__all__ = [
    "Access",
    "Account",
    "Accounts",
    "AuditLog",
    "AuditPage",
    "AuditRow",
    "Broken",
    "CityPerson",
    "Door",
    "Event",
    "Head",
    "Locked",
    "MustChange",
    "Names",
    "NeedsCode",
    "NotAllowed",
    "Outcome",
    "Passwords",
    "ProviderSettings",
    "Refused",
    "Role",
    "Sessions",
    "SignedIn",
    "State",
    "TotpStart",
    "Verified",
    "Viewer",
    "Weak",
    "WeakPassword",
    "Wrong",
    "WrongAccount",
    "WrongLink",
    "WrongSecret",
    "console_adviser",
    "console_viewer",
    "demo_doors",
    "names_known",
    "open_access",
    "provider_settings",
    "viewer_of",
]
