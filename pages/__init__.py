"""One module a page: each asks a view and draws it, and does nothing when it is only imported.

`app.py` registers the pages. Opened directly, without it, a page module draws nothing.
"""
