"""Run otterdog's command line against the GitHub at `OTTERDOG_GITHUB`, instead of api.github.com.

This file runs in otterdog's own virtual environment: it imports nothing of Portcullis.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any


def _lead(client: Any, address: str) -> None:  # noqa: ANN401 - a class of otterdog's
    """Give each instance of a client another base address than the one in its code."""
    made = client.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as above
        made(self, *args, **kwargs)
        self._base_url = address

    client.__init__ = init


if __name__ == "__main__":
    base = os.environ["OTTERDOG_GITHUB"]
    _lead(import_module("otterdog.providers.github.rest.requester").Requester, f"{base}api/v3")
    _lead(import_module("otterdog.providers.github.graphql").GraphQLClient, f"{base}api/graphql")
    import_module("otterdog.cli").cli()
