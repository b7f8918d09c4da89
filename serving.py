"""What `python -m mirrors serve` runs: `streamlit run`, with a setting of its server that it cannot name.

An answer should not name the server that gave it, also where no other server stands in front.
"""

from functools import partial

import uvicorn
from streamlit.web.cli import main

if __name__ == "__main__":
    # Streamlit asks for the name at every start, and hands on no more settings than its own.
    uvicorn.Config = partial(uvicorn.Config, server_header=False)  # type: ignore[misc,assignment]
    main(prog_name="streamlit")
