"""A sound release and CI workflow, and the same with one thing made weaker."""

from portcullis_policy.examples.base import Declared, Example
from portcullis_policy.semantics import github as gh

_CHECKOUT = f"actions/checkout@{'a1' * 20}"
_PUBLISH = f"pypa/gh-action-pypi-publish@{'b2' * 20}"

RELEASE = f"""\
name: release
on:
  push:
    tags: ["v[0-9]+.[0-9]+.[0-9]+"]
  workflow_dispatch:
    inputs:
      confirm:
        description: Type "release"
        type: string
        required: true
permissions: {{}}
concurrency:
  group: release-${{{{ github.ref }}}}
  cancel-in-progress: false
jobs:
  build:
    name: build
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: {_CHECKOUT}
        with:
          persist-credentials: false
      - run: uv build
  publish:
    name: publish
    needs: [build]
    runs-on: ubuntu-24.04
    permissions:
      id-token: write # for trusted publishing
    environment: pypi-release
    steps:
      - uses: {_PUBLISH}
"""
CI = f"""\
name: ci
on: [pull_request, push]
permissions:
  contents: read
concurrency:
  group: ci-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
  test:
    name: test
    runs-on: ubuntu-24.04
    steps:
      - uses: {_CHECKOUT}
        with:
          persist-credentials: false
      - env:
          TITLE: ${{{{ github.event.pull_request.title }}}}
        run: |
          echo "$TITLE"
          uv run pytest
"""
RELEASE_PATH = ".github/workflows/release.yml"
CI_PATH = ".github/workflows/ci.yml"


def file(content: object, path: object = RELEASE_PATH, name: str = "example") -> Declared:
    """Return a file that a program keeps in a repository."""
    return Declared(
        gh.REPOSITORY_FILE, {"repository": "escai", "file": path, "content": content}, name
    )


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Return a text with parts replaced.

    Raises:
        ValueError: a part is not there, so the example would show nothing.
    """
    for old, new in changes:
        if old not in text:
            raise ValueError(f"not in the example: {old}")
        text = text.replace(old, new)
    return text


def release(note: str, *changes: tuple[str, str]) -> Example:
    """Return the release workflow with parts replaced."""
    return Example(note, (file(changed(RELEASE, *changes)),))


def ci(note: str, *changes: tuple[str, str]) -> Example:
    """Return the CI workflow with parts replaced."""
    return Example(note, (file(changed(CI, *changes), CI_PATH),))


SOUND_RELEASE = release("a sound release workflow")
SOUND_CI = ci("a sound CI workflow")
