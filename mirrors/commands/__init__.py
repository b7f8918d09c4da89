"""The jobs of an administrator as commands: files and words from the terminal enter, sentences leave.

`python -m mirrors` registers them. Everything here asks `mirrors.jobs`; output is in English.
"""
