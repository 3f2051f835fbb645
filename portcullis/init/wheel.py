"""The wheel of the running version: what a configuration repository pins."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from portcullis.project import UserError

DISTRIBUTION = "portcullis-program"
"""The name of the distribution. `portcullis` on PyPI is a project of others."""


@dataclass(frozen=True)
class Wheel:
    """A wheel of Portcullis."""

    file: str
    """Its file name."""
    version: str
    sha256: str
    """In hexadecimal digits."""


def this_wheel(path: Path | None) -> Wheel:
    """Return the wheel at ``path``, or the one that this program was installed from.

    pip and uv note the address of what they install from a file.
    Source: https://packaging.python.org/en/latest/specifications/direct-url/

    Raises:
        UserError: there is none, it is none of Portcullis, or another version.
    """
    try:
        installed = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        installed = None
    if path is None and installed and (noted := installed.read_text("direct_url.json")):
        address = urlsplit(json.loads(noted)["url"])
        path = Path(url2pathname(address.path)) if address.scheme == "file" else None
    if path is None or not path.is_file():
        raise UserError(
            f"the wheel of Portcullis{f' is not at {path}' if path else ' is not known'}, and its "
            "hash has to be pinned: name the file by --wheel"
        )
    wheel = _read(path)
    if installed and installed.version != wheel.version:
        raise UserError(
            f"{path.name} has version {wheel.version}, and {installed.version} is running: run "
            "init of the version that you pin"
        )
    return wheel


def _read(path: Path) -> Wheel:
    try:
        with zipfile.ZipFile(path) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            about = Parser().parsestr(archive.read(name).decode())
    except (OSError, ValueError, zipfile.BadZipFile):
        raise UserError(f"{path} is not a wheel") from None
    if about["Name"] != DISTRIBUTION:
        raise UserError(f"{path.name} is not a wheel of {DISTRIBUTION}")
    return Wheel(path.name, about["Version"], hashlib.sha256(path.read_bytes()).hexdigest())
