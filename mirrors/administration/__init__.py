"""The administrator's desk: what may be done to the store, for a viewer who may do it.

Files in memory, choices and notes enter; what came of them leaves, ready to be drawn. Only pages knock, and
only once an administrator comes: this room leans on intake and jobs, which no reader's page needs.
"""
