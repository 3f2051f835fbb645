"""From files to a checked organization: every mistake at once, each with its place."""

from components.declaration.load import Declaration, load
from components.declaration.mistakes import DeclarationError, Mistake

__all__ = ["Declaration", "DeclarationError", "Mistake", "load"]
