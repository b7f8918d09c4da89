"""Accounts, sessions, what throttles sign-ins, and the audit log."""

import sqlalchemy as sa
from alembic import op

from mirrors.desk.migrations.growing import only_grows

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of access."""
    _accounts()
    _sessions()
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("school_id", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
    )
    op.create_index("audit_by_day", "audit", ["at"])
    names = {"UPDATE": "audit_no_update", "DELETE": "audit_no_delete"}
    only_grows("audit", "the audit log only grows", names)


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sign_in", sa.String, nullable=False, unique=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("totp_secret", sa.String, nullable=False),
        sa.Column("totp_on", sa.Boolean, nullable=False),
        sa.Column("totp_step", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "account_school",
        sa.Column("account_id", sa.String, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("school_id", sa.String, primary_key=True),
    )
    op.create_table(
        "link",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("account_id", sa.String, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
    )
    op.create_index("link_of_account", "link", ["account_id"])
    op.create_table(
        "attempt",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
    )


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("account_id", sa.String, sa.ForeignKey("account.id")),
        sa.Column("door", sa.String, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_index("session_of_account", "session", ["account_id"])
    op.create_table(
        "city_session",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_table(
        "city_end",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("before", sa.DateTime, nullable=False),
    )
