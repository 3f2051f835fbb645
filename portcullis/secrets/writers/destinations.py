"""Open a destination of values by its name; only its own libraries are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portcullis.project import StackSettings
    from portcullis.secrets.writers.writer import Writer

DESTINATIONS = ("esc", "vault", "aws", "ssm", "config")


def open_writer(
    destination: str, environment: Mapping[str, str], organization: str, settings: StackSettings
) -> Writer:
    """Return the writer of one of `DESTINATIONS`.

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
    """Return the region: AWS_REGION for most tools, another variable for boto3."""
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
