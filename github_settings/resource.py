"""What a program declares: a setting of the table, and the provider that manages it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from github_settings.inputs import camel
from github_settings.table import PACKAGE

if TYPE_CHECKING:
    from components.github_access import GitHubAccess


class Setting(pulumi.CustomResource):
    """A setting, such as `Setting("RepositoryImmutableReleases", "tool", {...})`."""

    def __init__(
        self,
        kind: str,
        name: str,
        fields: dict[str, pulumi.Input[object]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare it.

        Args:
            kind: The type's name in the table.
            name: The resource's name.
            fields: By GitHub's names; `repository` for a setting of a repository.
            opts: Of the resource.
        """
        inputs = {camel(field): value for field, value in fields.items()}
        super().__init__(f"{PACKAGE}:index:{kind}", name, inputs, opts)


def provider(access: GitHubAccess, owner: str) -> pulumi.ProviderResource:
    """Return the provider of the organization ``owner``.

    A token of the environment is no input: the plugin reads it itself, and the state has none.
    """
    inputs: dict[str, pulumi.Input[str]] = {"owner": owner, "baseUrl": access.base_url}
    if access.app:
        inputs |= {
            "appId": access.app.app_id,
            "appInstallationId": access.app.installation_id,
            "appKey": pulumi.Output.secret(access.app.key),
        }
    elif access.token and not access.in_environment:
        inputs["token"] = pulumi.Output.secret(access.token)
    return pulumi.ProviderResource(PACKAGE, PACKAGE, inputs)
