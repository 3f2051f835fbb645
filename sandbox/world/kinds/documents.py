"""Settings documents, such as an organization's Actions permissions."""

from __future__ import annotations

from typing import Any

from sandbox.world.records import Kind

DOCUMENT: Kind[dict[str, Any]] = Kind("document")
"""The record's name is the document's. `World.document` reads it, `World.set_document` sets it."""
