"""What `streamlit run` starts: the server around the front door.

The script of the app lies in `pages/`, not here: with a `pages/` folder beside it, a fresh process would
answer a link such as /mirror by running that file alone, past the front door
(test_walks.test_the_first_reader_after_a_restart_may_come_by_a_deep_link).
"""

import streamlit as st

app = st.App("pages/front_door.py")
