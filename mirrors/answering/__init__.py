"""The questionnaire on a phone: plain pages beside Streamlit, which work without a script.

A code comes in, answers go to the desk, and nothing else is kept here: what was filled in so far travels in
a sealed cookie of the respondent's own browser. Nobody signs in, and nothing is logged.
"""

from mirrors.answering.server import Answering

__all__ = ["Answering"]
