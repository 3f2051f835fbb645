"""The sandbox, judged by others: the GitHub provider's own acceptance tests run against it.

`make fidelity` builds them (once), runs them, and holds what they say against `table.yaml`.
"""
