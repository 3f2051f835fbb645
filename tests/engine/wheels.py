"""Wheels made on the spot, for pip to install without a network."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str]) -> Path:
    """Write a wheel that holds `files` (path to text), all executable."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    content = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{about}/RECORD,,"]
    for inside, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record.append(f"{inside},sha256={digest.decode()},{len(text)}")
    content[f"{about}/RECORD"] = "\n".join(record) + "\n"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in content.items():
            member = zipfile.ZipInfo(inside)
            member.external_attr = 0o100755 << 16
            archive.writestr(member, text)
    return path


def sha256(path: Path) -> str:
    """The hash by which pip knows a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
