"""Load the stack's organization and declare it."""

from components.stack import declare

declare()
