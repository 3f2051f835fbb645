"""Kinds of records: which fields the data of each has. A module for each part of GitHub.

To add a kind, write a TypedDict and a `Kind` in the fitting module, make its records by
`world.make(KIND, parent, name, {...})`, and read them by `record.data["field"]`: mypy refuses a
field that is not there. A field that may be missing is `NotRequired`.
"""
