"""Rules that refuse a GitHub organization whose release path is not secure.

`rule.py` says what a rule is, `rules/` holds them by family, `registry.py` lists them, `judge.py`
applies them, and `analyzer.py` is the only module that knows Pulumi's policy SDK.
"""
