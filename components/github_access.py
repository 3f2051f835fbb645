"""How this stack reaches GitHub: which one, and as whom.

Source: https://www.pulumi.com/registry/packages/github/installation-configuration/
"""

from __future__ import annotations

import functools
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pulumi
from pulumi.runtime.config import is_config_secret

if TYPE_CHECKING:
    import ssl

    import pulumi_github as github
    from githubkit import GitHub
    from githubkit.typing import RetryDecisionFunc

DOTCOM = "https://api.github.com/"

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Where a sandbox listens. No proxy stands before it."""


class AccessError(Exception):
    """GitHub cannot be reached as this stack is set up; the text says what to do."""


def address(base_url: str) -> str:
    """Return a base address in one form: with a slash at its end, and without the REST API's path.

    Args:
        base_url: As people write it, such as `https://github.acme.example/api/v3`.
    """
    return base_url.rstrip("/").removesuffix("/api/v3") + "/"


@dataclass(frozen=True)
class App:
    """A GitHub App's installation; ``key`` is the PEM text of its private key."""

    app_id: str
    installation_id: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class GitHubAccess:
    """Address and credentials; ``token`` or ``app`` is given, never both."""

    base_url: str
    token: str | None = field(default=None, repr=False)
    app: App | None = None
    in_environment: bool = False
    """Whether the token is that of the variable `GITHUB_TOKEN`, which the plugin reads itself."""

    @property
    def rest_url(self) -> str:
        """Where the REST API is: GitHub Enterprise Server and the sandbox have it below api/v3."""
        return self.base_url if self.base_url == DOTCOM else f"{self.base_url}api/v3/"

    @property
    def is_local(self) -> bool:
        """Whether this GitHub is a sandbox on this machine."""
        return urlsplit(self.base_url).hostname in LOOPBACK

    def provider(self, owner: str) -> github.Provider:
        """Return the provider of the organization ``owner``.

        ``legacy_client=False`` because the default client sleeps a second after each write and
        takes one lock for all of them.

        A token of the environment is no input: it would be kept in the state, and each other token
        (those of an App's installation live for an hour) would be a change of the provider.
        """
        import pulumi_github as github  # noqa: PLC0415 - costs 0.4 s, and the plugin of github_settings needs none of it

        return github.Provider(
            "github",
            owner=owner,
            base_url=self.base_url,
            token=pulumi.Output.secret(self.token) if self.token else None,
            app_auth=(
                github.ProviderAppAuthArgs(
                    id=self.app.app_id,
                    installation_id=self.app.installation_id,
                    pem_file=pulumi.Output.secret(self.app.key),
                )
                if self.app
                else None
            ),
            legacy_client=False,
            opts=pulumi.ResourceOptions(
                transformations=[_without_token] if self.in_environment else None
            ),
        )

    def client(self, retry: RetryDecisionFunc | None = None) -> GitHub[Any]:
        """Return a client for look-ups of our own; imported only when one is needed.

        Args:
            retry: Says whether a request is sent again; None: once for a rate limit, and up to
                three times for GitHub's own errors.
        """
        from githubkit import AppInstallationAuthStrategy, GitHub, TokenAuthStrategy  # noqa: PLC0415 - costs 0.2 s, and most runs look nothing up

        strategy: AppInstallationAuthStrategy | TokenAuthStrategy
        if self.app:
            strategy = AppInstallationAuthStrategy(
                self.app.app_id, self.app.key, int(self.app.installation_id)
            )
        else:
            strategy = TokenAuthStrategy(self.token or "")
        return GitHub(
            strategy,
            base_url=self.rest_url,
            trust_env=not self.is_local,
            ssl_verify=_authorities(not self.is_local),
            # an answer is never taken from before: what GitHub has now is compared
            http_cache=False,
            auto_retry=True if retry is None else retry,
        )


@functools.cache
def _authorities(trust_env: bool) -> ssl.SSLContext:  # noqa: FBT001 - as httpx has it
    """Return the certificate authorities, read once: githubkit reads them for each request."""
    import httpx  # noqa: PLC0415 - as githubkit above

    return httpx.create_ssl_context(trust_env=trust_env)


def get_json(client: GitHub[Any], path: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the answer, or None where GitHub answers 404 or redirects to another name."""
    from githubkit.exception import RequestFailed  # noqa: PLC0415 - as in `client`

    try:
        answer = client.request("GET", path)
    except RequestFailed as error:
        if error.response.status_code == 404:  # noqa: PLR2004 - HTTP's own number
            return None
        raise
    # a repository that was renamed still answers to its old name, which is free again
    return None if answer.raw_response.history else answer.json()


def github_access(owner: str) -> GitHubAccess:
    """Read the address and the credentials from the stack's config and the environment.

    The environment beats the config for the address (`GITHUB_BASE_URL`), so that the same stack
    can be tried on another sandbox.

    Raises:
        AccessError: credentials are missing or in the open, or the sandbox is not there.
    """
    config = pulumi.Config("github")
    base_url = address(os.environ.get("GITHUB_BASE_URL") or config.get("baseUrl") or DOTCOM)
    if (other := os.environ.get("GITHUB_OWNER")) and other != owner:
        raise AccessError(
            f"the environment variable GITHUB_OWNER is {other}, and the provider would obey it "
            f"instead of the organization {owner}: unset GITHUB_OWNER"
        )
    answers(base_url)
    if app := _app():
        return GitHubAccess(base_url, app=app)
    kept, given = config.get("token"), os.environ.get("GITHUB_TOKEN")
    token = kept or given
    if not token:
        raise AccessError(
            f"no credentials for {base_url}: set portcullis:githubApp and its key "
            "(docs/own-organization.md), or github:token with `pulumi config set --secret`, "
            "or the environment variable GITHUB_TOKEN"
        )
    if kept:
        _encrypted("github:token")
    return GitHubAccess(base_url, token=token, in_environment=not kept)


def _without_token(
    args: pulumi.ResourceTransformationArgs,
) -> pulumi.ResourceTransformationResult:
    """Take out the token that the SDK puts among a provider's inputs by itself."""
    return pulumi.ResourceTransformationResult({**args.props, "token": None}, args.opts)


def _app() -> App | None:
    """Return the GitHub App of the stack, if it names one."""
    config = pulumi.Config()
    app = config.get_object("githubApp")
    if app is None:
        return None
    if not isinstance(app, dict) or set(app) != {"id", "installationId"}:
        raise AccessError("portcullis:githubApp: allowed: exactly the keys id and installationId")
    if not all(str(number).isdecimal() and int(number) for number in app.values()):
        raise AccessError(
            "portcullis:githubApp: allowed: id and installationId as numbers, "
            "as the App's settings page shows them"
        )
    key = config.get("githubAppKey") or os.environ.get("GITHUB_APP_PEM_FILE")
    if not key:
        raise AccessError(
            "portcullis:githubApp is set, but not its private key: "
            "pulumi config set --secret portcullis:githubAppKey < key.pem, "
            "or put the key's text into the environment variable GITHUB_APP_PEM_FILE"
        )
    if config.get("githubAppKey"):
        _encrypted("portcullis:githubAppKey")
    return App(str(app["id"]), str(app["installationId"]), key)


def _encrypted(key: str) -> None:
    if not is_config_secret(key):
        raise AccessError(
            f"{key} is plain text in Pulumi.{pulumi.get_stack()}.yaml: revoke it, then "
            f"encrypt a new one: pulumi config set --secret {key}"
        )


def answers(base_url: str) -> None:
    """Refuse a sandbox that is not running before the provider retries for seconds.

    Only a connection is opened: no request is made, and none at all to other machines.
    """
    wrong = AccessError(
        f"github:baseUrl or GITHUB_BASE_URL is {base_url}; allowed: an https address such as "
        f"{DOTCOM}, or http on this machine"
    )
    address = urlsplit(base_url)
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
    except ValueError:
        raise wrong from None
    local = address.hostname in LOOPBACK
    if not address.hostname or address.scheme not in ({"http", "https"} if local else {"https"}):
        raise wrong  # a token would travel in the open
    if not local:
        return
    try:
        socket.create_connection((address.hostname, port), timeout=5).close()
    except OSError as error:
        raise AccessError(
            f"nothing answers at {base_url} ({error.strerror or error}): "
            "start the sandbox with `make sandbox`, or set GITHUB_BASE_URL"
        ) from error
