"""The changes of the desk's schema, in order."""
