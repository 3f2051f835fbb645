"""Find secrets on GitHub that an update set before it was killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portcullis.adopt.import_ids import escaped
from portcullis.secrets.drift import LISTS, listed, path_of, time_of
from portcullis.secrets.lists import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from githubkit import GitHub

    from portcullis.pulumi_runs.events import Planned

_CLOCKS = timedelta(minutes=1)
"""How far this machine's clock may be ahead of GitHub's."""


def is_secret(kind: str) -> bool:
    """Return whether a Pulumi type is that of a secret on GitHub."""
    package, _, name = kind.rpartition(":")
    return package.startswith("github:") and name in LISTS


def made_since(
    client: GitHub[Any], organization: str, planned: Mapping[str, Planned], begun: datetime
) -> dict[str, str]:
    """Return URN to import id, of the secrets among ``planned`` that were set since ``begun``.

    A secret that was set earlier is not of the update, which did not come to it.

    Args:
        client: A client of the organization's GitHub.
        organization: Its login.
        planned: URN to resource, of what the update was to create.
        begun: When the update began.

    Raises:
        githubkit.exception.GitHubException: GitHub cannot be asked.
    """
    secrets = {urn: each for urn, each in planned.items() if is_secret(each.type)}
    paths = {urn: path_of(_kind(each), organization, each.inputs) for urn, each in secrets.items()}
    once = list(dict.fromkeys(paths.values()))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        known = dict(zip(once, pool.map(lambda path: listed(client, path), once), strict=True))
    found: dict[str, str] = {}
    for urn, each in secrets.items():
        live = (known[paths[urn]] or {}).get(str(each.inputs.get("secretName")).upper())
        set_at = time_of(live.get("updated_at")) if live else None
        if set_at and set_at >= begun - _CLOCKS:
            found[urn] = _import_id(each)
    return found


def _kind(resource: Planned) -> str:
    return resource.type.rpartition(":")[2]


def _import_id(resource: Planned) -> str:
    """Return the id under which the provider imports a secret."""
    kind, inputs = _kind(resource), resource.inputs
    names = [str(inputs[name]) for name in ("repository", "environment") if name in inputs]
    separator = "/" if kind.startswith("Codespaces") else ":"
    return separator.join([*map(escaped, names), str(inputs["secretName"])])
