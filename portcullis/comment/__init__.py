"""The comment on a pull request: what a plan would do, the most dangerous first."""
