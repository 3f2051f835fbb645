"""AWS Systems Manager's Parameter Store as a destination: a parameter a value, always encrypted.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from portcullis.secrets.writers.aws import in_words
from portcullis.secrets.writers.writer import WriteError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_LARGEST = 8192
"""Bytes of a value at most: https://docs.aws.amazon.com/general/latest/gr/ssm.html"""


class ParameterStoreWriter:
    """Sets parameters `<path>/<key>`; without a key, the path itself is the parameter's name."""

    def __init__(self, client: SSMClient | None = None, *, region: str | None = None) -> None:
        """Take boto3's client; without one, the machine's own login and region are used."""
        with in_words("ssm"):
            self._client = client or boto3.client("ssm", region_name=region)

    def keys(self, path: str) -> frozenset[str]:
        """Return the last parts of the names directly below ``path``."""
        with in_words(path):
            pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=path)
            names = [each["Name"] for page in pages for each in page["Parameters"]]
        return frozenset(name.rpartition("/")[2] for name in names)

    def write(self, path: str, key: str, value: str) -> str:
        """Set the parameter as a SecureString; the number of its new version."""
        name = f"{path.rstrip('/')}/{key}" if key else path
        size = len(value.encode())
        if size > _LARGEST:
            raise WriteError(
                f"aws: {name}: the value has {size} bytes; allowed: {_LARGEST}; "
                "larger ones belong into Secrets Manager (aws:...)"
            )
        with in_words(name):
            made = self._client.put_parameter(
                Name=name,
                Value=value,
                Type="SecureString",
                Overwrite=True,
                Tier="Intelligent-Tiering",  # the cheaper one, where the value fits
            )
        return str(made["Version"])
