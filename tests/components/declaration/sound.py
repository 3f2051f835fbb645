"""A sound organization's file, and how tests break one thing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.declaration import Declaration, DeclarationError, Mistake, load

if TYPE_CHECKING:
    from pathlib import Path

HERE = "»"
"""Stands in a test's text where the mistake is; it is taken out before the file is written."""

SOUND = """\
organization: acme
plan: enterprise
licenses: []
settings:
  display_name: Acme
  billing_email: billing@acme.example
automation: {app_id: 7}
actions: {}
teams:
  devs: {members: [ana, ben]}
  security: {members: [ines]}
protection:
  main: {}
tag_protection:
  releases: {created_by: [security]}
secrets:
  TOKEN: {from: {config: token}, visible_to: [app]}
variables:
  LEVEL: {value: info, visible_to: all}
repositories:
  app:
    visibility: public
    access: {devs: maintain, security: push}
    ecosystems: [pip]
    code_owners: {"*": [devs]}
    environments: {}
    publish: [{python: app, approvers: [devs]}]
  web: {}
exemptions:
  - {rule: BR012, resource: repositories.web, reason: one maintainer for now, expires: 2027-03-31}
"""


def replaced(*edits: tuple[str, str], text: str = SOUND) -> str:
    """``text`` with pieces replaced, each of which stands there exactly once."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} has to stand once in the sound file"
        text = text.replace(old, new)
    return text


def places(text: str, file: str = "orgs/acme.yaml") -> tuple[str, list[str]]:
    """The text without its marks, and `file:line:column` of each mark."""
    found: list[str] = []
    while HERE in text:
        before, _, after = text.partition(HERE)
        lines = before.split("\n")
        found.append(f"{file}:{len(lines)}:{len(lines[-1]) + 1}")
        text = before + after
    return text, found


def written(root: Path, text: str | bytes, file: str = "orgs/acme.yaml") -> Path:
    """Write a file of the project in ``root``; ``root``."""
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def outcome(root: Path, name: str = "acme") -> Declaration | DeclarationError:
    """What loading says; nothing but a DeclarationError may be raised."""
    try:
        return load(name, root)
    except DeclarationError as error:
        return error


def mistakes(root: Path, name: str = "acme") -> list[Mistake]:
    """The mistakes of the organization ``name`` in ``root``."""
    found = outcome(root, name)
    return found.mistakes if isinstance(found, DeclarationError) else []
