"""PyPI and TestPyPI: the provenance of each file of the latest release.

PyPI has checked it when the file was uploaded, and publishes the trusted publisher with it.

Sources: https://docs.pypi.org/api/index-api/, https://docs.pypi.org/api/integrity/ and
https://peps.python.org/pep-0740/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from components.names.registries import normalized
from portcullis.publishers.asking import UnknownError
from portcullis.publishers.verdict import Source, Verdict, compare, workflow_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.version import Version

    from components.declaration.release.publishers import Publisher
    from portcullis.publishers.asking import Registry

_INDEX = "application/vnd.pypi.simple.v1+json"
_PROVENANCE = "application/vnd.pypi.integrity.v1+json"
_MOST_FILES = 200
"""Files of one release that are asked about; more are a reason not to know."""


def check(registry: Registry, declared: Publisher) -> Verdict:
    """Return who published the files of the latest release.

    The latest release is the one with the file that was uploaded last: a file can be added to a
    release for some days.

    Raises:
        UnknownError: the registry does not say.
    """
    name = normalized(declared.package)
    index = registry.get("simple", name, "", accept=_INDEX)
    files = _files(registry, index) if index is not None else []
    if not files:
        return Verdict("unknown", reason=f"{registry.name} has no release of it")
    latest = max(files, key=lambda each: each["upload-time"])
    versions = {each["filename"]: _version(each["filename"], name) for each in files}
    release = versions[latest["filename"]]
    if release is None:
        raise registry.strange()
    version = str(release)
    of_release = [file for file, found in versions.items() if found == release]
    first = min(each["upload-time"] for each in files if each["filename"] in of_release)
    for each in files:
        if versions[each["filename"]] is None and each["upload-time"] >= first:
            reason = f"the name {each['filename']} does not tell of which release the file is"
            return Verdict("unknown", version, reason=reason)
    has_none = {each["filename"] for each in files if each.get("provenance", "") is None}
    if len(of_release) > _MOST_FILES:
        reason = f"it has {len(of_release)} files; at most {_MOST_FILES} are checked"
        return Verdict("unknown", version, reason=reason)
    spellings = [str(versions[each]) for each in of_release]
    return _judged(
        registry, declared, version, dict(zip(of_release, spellings, strict=True)), has_none
    )


def _judged(
    registry: Registry, declared: Publisher, version: str, files: Mapping[str, str], bare: set[str]
) -> Verdict:
    """Return the verdict on a release: a file by another publisher decides, wherever it is.

    Args:
        registry: where the release is.
        declared: who is declared to publish it.
        version: its version.
        files: its files, each with the version as the file spells it.
        bare: the files without provenance.
    """
    verdicts: list[Verdict] = []
    unknown: list[str] = []
    trouble: UnknownError | None = None
    for file, own in files.items():
        spellings = (own, *files.values())
        try:
            sources = [] if file in bare else list(_sources(registry, declared, spellings, file))
        except UnknownError as error:
            trouble = error
            continue
        verdicts += [compare(declared, version, source) for source in sources]
        unknown += [] if sources else [file]
    other = next((each for each in verdicts if each.status == "other"), None)
    if other:
        return other
    if trouble:
        return Verdict("unknown", version, reason=str(trouble))
    if unknown:
        what = (
            f"no attestation of {', '.join(unknown)}: uploaded with a token, or without "
            f"attestations, and {registry.name} does not publish by whom"
        )
        return Verdict("unknown", version, reason=what)
    return verdicts[0]


def _files(registry: Registry, index: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the files of a project, each with a name and the time of its upload."""
    files = index.get("files")
    if not isinstance(files, list):
        raise registry.strange()
    for each in files:
        if not isinstance(each, dict) or not isinstance(each.get("filename"), str):
            raise registry.strange()
        if not isinstance(each.get("upload-time"), str):
            raise UnknownError(f"{registry.name} does not publish when files were uploaded")
    return files


def _version(filename: str, project: str) -> Version | None:
    """Return the version in a file's name: 1.0 and 1.0.0 are one, and the file has either."""
    try:
        if filename.endswith(".whl"):
            name, version = parse_wheel_filename(filename)[:2]
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    return version if name == project else None


def _sources(
    registry: Registry, declared: Publisher, spellings: Sequence[str], file: str
) -> Iterator[Source]:
    """Yield who made the attestations of a file."""
    name = normalized(declared.package)
    provenance = None
    # PyPI takes each spelling of a version; an index may know a file by its own one only
    for spelling in dict.fromkeys(spellings):
        path = ("integrity", name, quote(spelling), quote(file), "provenance")
        provenance = provenance or registry.get(*path, accept=_PROVENANCE)
    if provenance is None:
        return
    bundles = provenance.get("attestation_bundles")
    if not isinstance(bundles, list):
        raise registry.strange()
    for bundle in bundles:
        publisher = bundle.get("publisher") if isinstance(bundle, dict) else None
        if not isinstance(publisher, dict):
            raise registry.strange()
        yield _source(registry, publisher)


def _source(registry: Registry, publisher: Mapping[str, Any]) -> Source:
    kind = str(publisher.get("kind"))
    if kind != "GitHub":
        named = publisher.get("repository") or publisher.get("email") or ""
        return Source(f"{kind} {named}".strip())
    repository, workflow = publisher.get("repository"), publisher.get("workflow")
    if not isinstance(repository, str) or not isinstance(workflow, str):
        raise registry.strange()
    environment = publisher.get("environment")
    return workflow_of(repository, workflow, str(environment) if environment else None)
