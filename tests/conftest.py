"""What all tests share."""

from __future__ import annotations

import functools
import ssl

# Each HTTP client reads the certificate authorities again, which takes 25 ms of CPU. Tests make
# thousands of clients, and none of them leaves this machine.
ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]  # the cache wants arguments that can be hashed
