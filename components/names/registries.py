"""Names of packages, as the registries take them, and where the registries are.

Sources:
    https://packaging.python.org/specifications/name-normalization/
    https://docs.pypi.org/project-management/name-retention/
    https://github.com/npm/validate-npm-package-name
    https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field
    https://go.dev/ref/mod#module-path
    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
    https://central.sonatype.org/publish/requirements/coordinates/
"""

from __future__ import annotations

import re
import sys
from typing import Annotated

from pydantic import AfterValidator

from components.base import PythonPackageName, matching
from components.names.modules import read_path

LONGEST_NPM_NAME = 214

ADDRESSES = {
    "pypi": "https://pypi.org",
    "testpypi": "https://test.pypi.org",
    "npm": "https://registry" + ".npmjs.org",
    "crates": "https://crates.io",
    "maven": "https://repo1" + ".maven.org/maven2",
}
"""The registries' addresses, for reading what they publish about a package.

npm's and Maven's are in two parts: no file of the project holds their hosts, so that none can be
copied from a machine's own set-up unnoticed (tests/test_docs.py).
"""


def normalized(name: str) -> str:
    """Return the name of a Python package in the one spelling by which PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


_STANDARD_LIBRARY = frozenset(normalized(name.strip("_")) for name in sys.stdlib_module_names)
_RESERVED_AT_PYPI = frozenset({"requirements-txt", "rrequirements-txt", "requirements-txt-"})
_NODE_MODULES = frozenset(
    {
        *("assert", "buffer", "cluster", "console", "constants", "crypto", "dgram", "dns"),
        *("domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os"),
        *("path", "process", "punycode", "querystring", "readline", "repl", "stream", "sys"),
        *("timers", "tls", "tty", "url", "util", "v8", "vm", "wasi", "zlib"),
        *("async_hooks", "child_process", "diagnostics_channel", "perf_hooks", "string_decoder"),
        *("trace_events", "worker_threads"),
    }
)


def _python_name(value: str) -> str:
    """Refuse names that PyPI refuses, though they are well-formed."""
    if normalized(value) in _STANDARD_LIBRARY:
        raise ValueError("PyPI refuses names of Python's standard library; allowed: another name")
    if normalized(value) in _RESERVED_AT_PYPI:
        raise ValueError("PyPI refuses this name; allowed: another name")
    return value


def _npm_name(value: str) -> str:
    """Refuse names that npm refuses for new packages."""
    if len(value) > LONGEST_NPM_NAME:
        raise ValueError(
            f"npm refuses a name of this length; allowed: {LONGEST_NPM_NAME} characters"
        )
    if value in _NODE_MODULES or value in {"node_modules", "favicon.ico"}:
        raise ValueError("npm refuses names of Node's own modules; allowed: another name")
    return value


_RESERVED_AT_CRATES = frozenset(
    {
        *("alloc", "core", "proc-macro", "std", "test", "main", "rust", "rustc", "cargo"),
        *("con", "prn", "aux", "nul", "com1", "com2", "com3", "lpt1", "lpt2", "lpt3"),
    }
)


def _crate_name(value: str) -> str:
    """Refuse names that crates.io keeps for the language and for Windows."""
    if value.lower().replace("_", "-") in _RESERVED_AT_CRATES:
        raise ValueError("crates.io refuses this name; allowed: another name")
    return value


def _module_path(value: str) -> str:
    """Refuse paths that Go takes for no module, or that name a repository elsewhere."""
    read_path(value)
    return value


NameAtPypi = Annotated[PythonPackageName, AfterValidator(_python_name)]
"""The name of a package that PyPI takes."""
NameAtNpm = Annotated[
    str,
    matching(
        r"(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*",
        "allowed: lower-case letters, digits, . _ and -, with or without a scope such as @guild/",
    ),
    AfterValidator(_npm_name),
]
"""The name of a package that npm takes."""
NameAtCrates = Annotated[
    str,
    matching(
        r"[A-Za-z][A-Za-z0-9_-]{0,63}",
        "allowed: letters, digits, _ and -, a letter first, at most 64",
    ),
    AfterValidator(_crate_name),
]
"""The name of a package that crates.io takes."""
NameOfModule = Annotated[
    str,
    matching(
        r"(?!.*\.\.)(?!.{201})[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+",
        "allowed: the path of a module, such as github.com/guild/tool",
    ),
    AfterValidator(_module_path),
]
"""The path of a Go module."""
NameOfImage = Annotated[
    str,
    matching(
        r"(?!.{201})[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*",
        "allowed: lower-case letters and digits, with single . _ / or any - between them, "
        "at most 200; without registry, tag and digest",
    ),
]
"""The name of an image in a registry, without the registry's own."""
RegistryHost = Annotated[
    str,
    matching(
        r"(?=.*[.:])(?!.{201})[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?",
        "allowed: the host of a registry of images, such as quay.io, without https:// and path",
    ),
]
"""The host of a registry of images."""


def _coordinates(value: str) -> str:
    """Refuse namespaces that Maven Central does not verify."""
    if value.startswith("com.github."):
        raise ValueError(
            "Maven Central does not take com.github; allowed: a namespace such as io.github.guild"
        )
    return value


NameAtMaven = Annotated[
    str,
    matching(
        r"(?!.{201})[a-z][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)+:[A-Za-z0-9][A-Za-z0-9._-]*",
        "allowed: groupId:artifactId, such as io.github.guild:portal, at most 200 characters",
    ),
    AfterValidator(_coordinates),
]
"""The coordinates of a package at Maven Central, without the version."""
