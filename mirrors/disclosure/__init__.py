"""What may be shown: results enter, rounded tables leave, and nothing downstream recomputes a figure.

This first cut applies the size and rounding rules to every figure; the snapshot holds only its output.
"""

from mirrors.disclosure.publication import protect

__all__ = ["protect"]
