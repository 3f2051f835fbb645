"""Registries on this machine: PyPI and TestPyPI, npm, crates.io, and whom they trust."""
