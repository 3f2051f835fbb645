"""EN: environments whose names look like that of a release environment."""

import unicodedata
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.release_environments import is_release
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_ENVIRONMENT: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_ALIKE = str.maketrans(
    {
        **dict(zip("аеорсухіјѕԁԛԝ", "aeopcyxijsdqw", strict=True)),  # noqa: RUF001 - these are meant
        **dict(zip("αερονικτυ", "aepovikty", strict=True)),
        "0": "o",
        "1": "l",
        # one for all of them: the letters of the alphabets above become it too
        **dict.fromkeys("iіıι", "l"),  # noqa: RUF001 - these are meant
        "3": "e",
        "5": "s",
        "|": "l",
    }
)
"""Letters of other alphabets, and digits, that look like a Latin letter."""


def skeleton(name: str) -> str:
    """Return a name as it looks, as far as it is known what letters look like."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(
        letter
        for letter in plain
        if letter.isalnum() or letter == "|" or unicodedata.category(letter) == "So"
    )
    return letters.translate(_ALIKE)


def looks_like(name: str, other: str) -> bool:
    """Say whether two names, as they look, are taken for each other.

    A letter of any other alphabet may look like the Latin one that stands in its place.
    """
    return len(name) == len(other) and all(
        one == two or one.isascii() != two.isascii() for one, two in zip(name, other, strict=True)
    )


class NoLookAlike(StackRule):
    """No unprotected environment has a name similar to a release environment's.

    A workflow that names `pypi_release` instead of `pypi-release`, or uses a letter of another
    alphabet, passes an environment without protection, and no reviewer sees the difference.
    """

    id = "EN010"
    title = "an unprotected environment has a look-alike name"
    severity = Severity.HIGH
    maps = cis("5.2.3")
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Remove it, or give it the reviewers and deployment policy of the other one."
    good = (
        stack(
            "names that differ clearly",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "docs"}, "b"),
        ),
        stack(
            "in another repository",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "pypi_release"}, "b"),
        ),
        stack(
            "a name as long, in another script",
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "environment": "\u767a\u884c-release"}, "a"),
            Declared(
                gh.ENVIRONMENT, {"repository": "escai", "environment": "\u8a66\u9a13-release"}, "b"
            ),
        ),
        stack(
            "a look-alike that is protected as well",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "environment": "pypi_release"}, "b"),
        ),
    )
    bad = (
        stack(
            "an underscore for a hyphen",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "pypi_release"}, "b"),
        ),
        stack(
            "a Cyrillic letter",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(
                gh.ENVIRONMENT,
                {"repository": "ESCAI", "environment": "pypi-r\N{CYRILLIC SMALL LETTER IE}lease"},
                "b",
            ),
        ),
        stack(
            "a letter of a third alphabet",
            Declared(gh.ENVIRONMENT, _ENVIRONMENT, "a"),
            Declared(
                gh.ENVIRONMENT,
                {"repository": "escai", "environment": "pyp\N{LATIN SMALL LETTER IOTA}-release"},
                "b",
            ),
        ),
        stack(
            "a digit",
            Declared(gh.ENVIRONMENT, {**_ENVIRONMENT, "environment": "prod"}, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "pr0d"}, "b"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        named: dict[str, list[tuple[str, Resource]]] = {}
        for item in stack.of(gh.ENVIRONMENT):
            repository, name = item.facts.text("repository"), item.facts.text("environment")
            if isinstance(repository, str) and isinstance(name, str):
                named.setdefault(repository.lower(), []).append((name.lower(), item))
        for environments in named.values():
            protected = [(name, item) for name, item in environments if _is_protected(item.facts)]
            for name, item in environments:
                if not _is_protected(item.facts) and any(
                    name != environment
                    and looks_like(skeleton(name), skeleton(environment))
                    and (is_release(item, settings) or is_release(other, settings))
                    for environment, other in protected
                ):
                    detail = (
                        "another environment of the repository looks the same, and is protected"
                    )
                    yield Finding(detail, urn=item.urn)


def _is_protected(environment: Facts) -> bool:
    """Say whether an environment has reviewers or admits only some refs; unknown is no."""
    reviewers = environment.entries("reviewers")
    chosen = environment.flag("deploymentBranchPolicy", "customBranchPolicies")
    return (reviewers is not UNKNOWN and bool(reviewers)) or chosen is True


RULES = (NoLookAlike,)
