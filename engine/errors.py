"""The one error that installing the engine ends with."""

from __future__ import annotations


class EngineError(Exception):
    """No engine can be had; the message says what was tried, why it failed and what to do."""


class Unavailable(EngineError):  # noqa: N818 - one way among several, not the end
    """One way to the engine is closed on this machine; the message is the reason, in a clause."""
