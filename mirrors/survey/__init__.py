"""The safety mirror: what is asked, whom, and what the answers say together.

Definitions and answers enter; questionnaires, a checklist, forms for other tools and scores leave. Nobody in
this room knows who answered.
"""
