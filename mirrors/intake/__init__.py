"""A file becomes rows we trust, or is refused with the reason: read, map, check.

Paths and a profile enter; an `Upload` of checked facts leaves, ready for the store, or a `Refused` with
findings that name file, column and row. Nothing is written here.
"""

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.upload import FileReport, Upload, read_upload

__all__ = ["FileReport", "Finding", "Refused", "Upload", "read_upload"]
