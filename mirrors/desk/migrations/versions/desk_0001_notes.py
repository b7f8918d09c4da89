"""What advisers noted; a desk from before there were migrations has this table already, and keeps it."""

import sqlalchemy as sa
from alembic import op

from mirrors.desk.migrations.growing import only_grows

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the log of the desk, unless it is there."""
    if not sa.inspect(op.get_bind()).has_table("entry"):
        op.create_table(
            "entry",
            sa.Column("number", sa.Integer, primary_key=True),
            sa.Column("at", sa.DateTime, nullable=False),
            sa.Column("by", sa.String, nullable=False),
            sa.Column("what", sa.String, nullable=False),
            sa.Column("school_id", sa.String, nullable=False),
            sa.Column("school_year", sa.String, nullable=False),
            sa.Column("indicator", sa.String, nullable=False),
            sa.Column("list", sa.String, nullable=False),
            sa.Column("reason", sa.String, nullable=False),
            sa.Column("contact", sa.Date),
        )
    only_grows("entry", "the log of the desk only grows", {"UPDATE": "no_UPDATE", "DELETE": "no_DELETE"})
