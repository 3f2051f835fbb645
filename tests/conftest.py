"""What all tests share."""

from __future__ import annotations

import functools
import os
import ssl

# What the caller of the tests chose, such as make's STACK or the variables of `make env`, decides
# no test.
for _name in list(os.environ):
    if _name.startswith(("PULUMI_", "GITHUB_", "VAULT_")) or _name in {"STACK", "SECRETS", "PORT"}:
        del os.environ[_name]

# Each HTTP client reads the certificate authorities again, which takes 25 ms of CPU. Tests make
# thousands of clients, and none of them leaves this machine.
ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]  # the cache wants arguments that can be hashed
