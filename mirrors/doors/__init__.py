"""The doors: plain forms to sign in by, and the gate and headers around every page.

A request comes in; it is shown the door, or goes on, and its answer gets headers that keep it where it
belongs. Nothing here knows figures.
"""

from mirrors.doors.address import public_address
from mirrors.doors.gate import Gate
from mirrors.doors.headers import Headers
from mirrors.doors.routes import routes
from mirrors.doors.shell import shell_routes

__all__ = ["Gate", "Headers", "public_address", "routes", "shell_routes"]
