"""Lists of components (SBOM): whether each is what the schema of CycloneDX asks for."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.release.harness.tools import Tools

_CHECK = """\
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for name in sys.argv[1:]:
    with open(name) as file:
        text = file.read()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    wrong = JsonStrictValidator(version).validate_str(text)
    if wrong:
        sys.exit(f"{name}: {wrong}")
"""


def packages(tools: Tools, folder: Path) -> list[str]:
    """Return the package that each list of a folder is about; every list fits the schema."""
    files = sorted(folder.iterdir())
    requirement = f"cyclonedx-bom=={tools.versions['cyclonedx_bom']}"
    subprocess.run(
        [
            *(str(tools.uv / "uv"), "tool", "run", "--offline", "--from", requirement),
            *("python", "-c", _CHECK, *map(str, files)),
        ],
        env={**os.environ, "UV_CACHE_DIR": str(tools.uv_cache)},
        check=True,
    )
    lists = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [each["metadata"]["component"]["purl"] for each in lists]
