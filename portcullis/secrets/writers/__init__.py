"""Where values are written: one module a destination, behind one small interface.

A value is never in an argument of a process, in what is printed, or in an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from portcullis.project import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portcullis.project import StackSettings

DESTINATIONS = ("esc", "vault", "aws", "ssm", "config")


class WriteError(UserError):
    """A destination did not take a value; the text names it and what to do, never the value."""


class Writer(Protocol):
    """A destination."""

    def keys(self, path: str) -> frozenset[str]:
        """The keys that ``path`` holds already; none where it is not there.

        Raises:
            UserError: the destination cannot be asked.
        """
        ...

    def write(self, path: str, key: str, value: str) -> str:
        """Set the value of ``key`` at ``path``; the others there stay as they are.

        Returns:
            The version that this made, or the date where the destination has no versions.

        Raises:
            UserError: the destination did not take it.
        """
        ...


def writer(
    destination: str, environment: Mapping[str, str], organization: str, settings: StackSettings
) -> Writer:
    """The writer of one of `DESTINATIONS`; only its own libraries are loaded.

    Args:
        destination: its name.
        environment: the run's environment: addresses and logins are there.
        organization: the ESC organization.
        settings: the stack, whose config and GitHub organization are meant.

    Raises:
        UserError: nobody is logged in there.
    """
    return _MAKERS[destination](environment, organization, settings)


def _esc(environment: Mapping[str, str], organization: str, _: StackSettings) -> Writer:
    from portcullis.esc.connection import account, connect  # noqa: PLC0415 - 0.3 s for others
    from portcullis.secrets.writers.esc import EscWriter  # noqa: PLC0415 - as above

    return EscWriter(connect(account(environment)), organization)


def _vault(environment: Mapping[str, str], _: str, __: StackSettings) -> Writer:
    from portcullis.secrets.writers.vault import VaultWriter, connect  # noqa: PLC0415 - as above

    return VaultWriter(connect(environment))


def _aws(environment: Mapping[str, str], _: str, __: StackSettings) -> Writer:
    from portcullis.secrets.writers.aws import SecretsManagerWriter  # noqa: PLC0415 - as above

    return SecretsManagerWriter(region=_region(environment))


def _ssm(environment: Mapping[str, str], _: str, __: StackSettings) -> Writer:
    from portcullis.secrets.writers.ssm import ParameterStoreWriter  # noqa: PLC0415 - as above

    return ParameterStoreWriter(region=_region(environment))


def _region(environment: Mapping[str, str]) -> str | None:
    """The region that providers and other tools know as AWS_REGION, boto3 as another variable."""
    return environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")


def _config(environment: Mapping[str, str], _: str, settings: StackSettings) -> Writer:
    from portcullis.secrets.writers.config import ConfigWriter  # noqa: PLC0415 - as above

    return ConfigWriter(settings, environment)


_MAKERS: Mapping[str, Callable[[Mapping[str, str], str, StackSettings], Writer]] = {
    "esc": _esc,
    "vault": _vault,
    "aws": _aws,
    "ssm": _ssm,
    "config": _config,
}
