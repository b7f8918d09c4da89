"""One module a page: each asks a view and draws it, and does nothing when it is only imported.

`front_door` registers the pages. Run directly, without it, a page module draws nothing.
"""
