"""The tables of the desk; `migrations` makes them, and a test holds both to the same schema."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

ENTRY = Table(
    "entry",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("what", String, nullable=False),
    Column("school_id", String, nullable=False),
    Column("school_year", String, nullable=False),
    Column("indicator", String, nullable=False),
    Column("list", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("contact", Date),
)
"""What advisers did: a row an act."""

ACCOUNT = Table(
    "account",
    METADATA,
    Column("id", String, primary_key=True),
    Column("sign_in", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("state", String, nullable=False),
    Column("password", String, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("totp_secret", String, nullable=False),
    Column("totp_on", Boolean, nullable=False),
    Column("totp_step", Integer, nullable=False),
    Column("opened_at", DateTime, nullable=False),
)
"""People who sign in here; `password` is an argon2id hash, `totp_step` the last half minute that was used."""

ACCOUNT_SCHOOL = Table(
    "account_school",
    METADATA,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("school_id", String, primary_key=True),
)
"""The schools of a school team's account."""

LINK = Table(
    "link",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("purpose", String, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Index("link_of_account", "account_id"),
)
"""One-time tokens that were not used yet, by their SHA-256."""

SESSION = Table(
    "session",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("account_id", ForeignKey("account.id")),
    Column("door", String, nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Index("session_of_account", "account_id"),
)
"""Who is signed in, by the SHA-256 of the token; `door` is a demo door where there is no account."""

CITY_SESSION = Table(
    "city_session",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("ended", Boolean, nullable=False),
)
"""Sign-ins by a city's own provider, by the SHA-256 of issuer, subject and time."""

CITY_END = Table(
    "city_end",
    METADATA,
    Column("account", String, primary_key=True),
    Column("before", DateTime, nullable=False),
)
"""Since when a city's account has to sign in anew: what was issued before counts no more."""

CITY_PERSON = Table(
    "city_person",
    METADATA,
    Column("account", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("seen_at", DateTime, nullable=False),
)
"""Who came by a city's own provider: name and role as it told them last, and the last click."""

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", DateTime, nullable=False),
    Column("until", DateTime, nullable=False),
)
"""Failed tries, by the SHA-256 of the name, of name and address, or of the address they came with.

None is heard before `until`.
"""

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("event", String, nullable=False),
    Column("who", String, nullable=False),
    Column("role", String, nullable=False),
    Column("school_id", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False),
    Index("audit_by_day", "at"),
)
"""The audit log: each row carries the digest of the one before it."""

SURVEY_WAVE = Table(
    "survey_wave",
    METADATA,
    Column("id", String, primary_key=True),
    Column("school_id", String, nullable=False),
    Column("school_year", String, nullable=False),
    Column("form", String, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("closed_on", Date),
    Column("settled", Boolean, nullable=False),
    Column("jurisdiction", String, nullable=False),
    Column("at_school", String, nullable=False),
    Index("survey_wave_of_school", "school_id"),
)
"""Times at which a school asks; `settled` once it has ended and nothing waits or opens any more."""

SURVEY_GROUP = Table(
    "survey_group",
    METADATA,
    Column("wave_id", ForeignKey("survey_wave.id"), primary_key=True),
    Column("group", String, primary_key=True),
    Column("invited", Integer, nullable=False),
    Column("questionnaire", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""Whom a wave asks, and the questionnaire as it was when the wave was opened (JSON)."""

SURVEY_ACCESS = Table(
    "survey_access",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("wave_id", ForeignKey("survey_wave.id"), nullable=False),
    Column("group", String, nullable=False),
    Column("label", String, nullable=False),
    Column("class_code", String, nullable=False),
    Index("survey_access_of_wave", "wave_id"),
    sqlite_with_rowid=False,
)
"""Codes by their keyed digest. They are written with the wave and never touched: none tells of being used.

The code of a class can be printed again; of an adult's code nothing but the digest is kept.
"""

SURVEY_ANSWER = Table(
    "survey_answer",
    METADATA,
    Column("wave_id", ForeignKey("survey_wave.id"), primary_key=True),
    Column("group", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("spent", Text, nullable=False),
    Column("incomplete", Boolean, nullable=False),
    Column("sheets", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""All answer sheets of a group in one row, as a sorted list (JSON): they have no order, number or time.

`spent` is the sorted list of digests of one-time codes; `incomplete` once sheets that waited were lost.
"""

SURVEY_WAITING = Table(
    "survey_waiting",
    METADATA,
    Column("wave_id", ForeignKey("survey_wave.id"), primary_key=True),
    Column("group", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The sheets and spent codes that wait for others, sealed with a key that lies elsewhere."""

CHECKLIST_ENTRY = Table(
    "checklist_entry",
    METADATA,
    Column("school_id", String, primary_key=True),
    Column("item", String, primary_key=True),
    Column("answer", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("review_on", Date),
    Column("changed_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
)
"""What a school's team filled in: its own, of no figure. `answer` is "" where only a note was made.

`version` is that of the checklist when the item was last written; nothing tells who wrote it.
"""
