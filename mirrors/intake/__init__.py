"""A file becomes rows we trust, or is refused with the reason: read, search for personal data, map, check.

Files and a profile enter; an `Upload` of checked facts leaves, ready for the store, or a `Refused` with
findings that name file, column and row. Nothing is written here.
"""

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.reading import FileContent, open_file
from mirrors.intake.upload import FileReport, Upload, read_upload

__all__ = ["FileContent", "FileReport", "Finding", "Refused", "Upload", "open_file", "read_upload"]
