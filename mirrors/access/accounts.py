"""Accounts: people are invited by a link, choose a password, sign in, and are let go."""

from mirrors.access.own_account import OwnAccount
from mirrors.access.people import People
from mirrors.access.sign_in import SignIn


class Accounts(People, OwnAccount, SignIn):
    """The accounts of one desk: `Accounts(engine, audit, clock, passwords)`."""
