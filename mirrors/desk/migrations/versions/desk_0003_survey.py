"""Waves of the safety mirror, the codes that open them, and the answers, which belong to nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of collecting."""
    op.create_table(
        "survey_wave",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("school_id", sa.String, nullable=False),
        sa.Column("school_year", sa.String, nullable=False),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("jurisdiction", sa.String, nullable=False),
        sa.Column("at_school", sa.String, nullable=False),
    )
    op.create_index("survey_wave_of_school", "survey_wave", ["school_id"])
    op.create_table(
        "survey_group",
        sa.Column("wave_id", sa.String, sa.ForeignKey("survey_wave.id"), primary_key=True),
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("invited", sa.Integer, nullable=False),
        sa.Column("questionnaire", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_access",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("wave_id", sa.String, sa.ForeignKey("survey_wave.id"), nullable=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("class_code", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("survey_access_of_wave", "survey_access", ["wave_id"])
    _answers()


def _answers() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("wave_id", sa.String, sa.ForeignKey("survey_wave.id"), primary_key=True),
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("spent", sa.Text, nullable=False),
        sa.Column("incomplete", sa.Boolean, nullable=False),
        sa.Column("sheets", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_waiting",
        sa.Column("wave_id", sa.String, sa.ForeignKey("survey_wave.id"), primary_key=True),
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
