"""Deploy keys: GraphQL has them, and REST the numbers by which the provider knows them.

Source: https://docs.github.com/rest/deploy-keys/deploy-keys
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portcullis.live.asking import Unread
from portcullis.live.resource import LiveResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portcullis.live.asking import Asking


def read(
    asking: Asking, organization: str, repository: str, shown: Sequence[Mapping[str, Any]]
) -> list[LiveResource]:
    """Return the deploy keys of a repository that has some.

    Args:
        asking: A conversation with GitHub.
        organization: Its login.
        repository: The repository's name.
        shown: What GraphQL has of each key. One whose number REST does not show is still a key.
    """
    listed = asking.listed(f"/repos/{organization}/{repository}/keys")
    numbers = {} if isinstance(listed, Unread) else {each["key"]: each["id"] for each in listed}
    return [_key(each, repository, str(numbers.get(each["key"], ""))) for each in shown]


def _key(key: Mapping[str, Any], repository: str, number: str) -> LiveResource:
    inputs = {
        "repository": repository,
        "title": key["title"],
        "key": key["key"],
        "readOnly": key["readOnly"],
    }
    return LiveResource(
        "RepositoryDeployKey",
        f"{repository}/{key['title']}",
        f"{repository}:{number}",
        inputs,
        number=number,
    )
