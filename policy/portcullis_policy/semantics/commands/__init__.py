"""Commands and actions of a step: which program is called, and what it sends away."""
