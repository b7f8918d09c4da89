"""The desk's database: accounts, sessions, the audit log, and what advisers noted.

The folder of a store, or the address of a database server, enters; an engine leaves, its schema up to date.
No figure depends on it, and losing a published file reveals nothing that lies here.
"""

from mirrors.desk.copying import copy_desk
from mirrors.desk.database import URL_VARIABLE, desk_file, holds_desk, open_desk, reading, writing
from mirrors.desk.leftovers import leave_no_trace

__all__ = [
    "URL_VARIABLE",
    "copy_desk",
    "desk_file",
    "holds_desk",
    "leave_no_trace",
    "open_desk",
    "reading",
    "writing",
]
