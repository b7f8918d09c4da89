"""Files as they come become tables of texts; a file that cannot be read whole is refused.

The bytes of a CSV, XLSX, Parquet or ZIP file enter; `SourceFile`s leave: every table with its rows numbered
as a spreadsheet numbers them, and every text that stands outside the tables, for the privacy gate to
search. Nothing is interpreted here and nothing is written.
"""

from mirrors.intake.reading.file import read_files
from mirrors.intake.reading.table import ROW, FileContent, Margin, SourceFile, SourceTable, open_file

__all__ = ["ROW", "FileContent", "Margin", "SourceFile", "SourceTable", "open_file", "read_files"]
