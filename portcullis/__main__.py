"""`python -m portcullis`."""

from portcullis.cli import app

app()
