"""EN: release environments beside each other: look-alikes, and two gates that are one."""

import unicodedata
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN, Facts
from portcullis_policy.mappings import cis, ssdf
from portcullis_policy.rule import RELEASE, Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.release_environments import is_release
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_GATE: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
_TEAM = "github:index/team:Team"
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
            "other names",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "docs"}, "b"),
        ),
        stack(
            "in another repository",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "x", "environment": "pypi_release"}, "b"),
        ),
        stack(
            "as long, in another script",
            Declared(gh.ENVIRONMENT, {**_GATE, "environment": "\u767a\u884c-release"}, "a"),
            Declared(
                gh.ENVIRONMENT, {"repository": "escai", "environment": "\u8a66\u9a13-release"}, "b"
            ),
        ),
        stack(
            "protected as well",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_GATE, "environment": "pypi_release"}, "b"),
        ),
    )
    bad = (
        stack(
            "another hyphen",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(gh.ENVIRONMENT, {"repository": "escai", "environment": "pypi_release"}, "b"),
        ),
        stack(
            "a Cyrillic letter",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {"repository": "ESCAI", "environment": "pypi-r\N{CYRILLIC SMALL LETTER IE}lease"},
                "b",
            ),
        ),
        stack(
            "a letter of yet another alphabet",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {"repository": "escai", "environment": "pyp\N{LATIN SMALL LETTER IOTA}-release"},
                "b",
            ),
        ),
        stack(
            "a digit",
            Declared(gh.ENVIRONMENT, {**_GATE, "environment": "prod"}, "a"),
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
            guarded = [(name, item) for name, item in environments if _is_guarded(item.facts)]
            for name, item in environments:
                if not _is_guarded(item.facts) and any(
                    name != gate
                    and looks_like(skeleton(name), skeleton(gate))
                    and (is_release(item, settings) or is_release(other, settings))
                    for gate, other in guarded
                ):
                    detail = "another environment of the repository looks the same, and is guarded"
                    yield Finding(detail, urn=item.urn)


class TwoGatesTwoTeams(StackRule):
    """The two environments of a release have different teams as reviewers.

    A release with two approvals is seen by two people only if no team can give both. A repository
    may also publish a package that needs one approval only, so the rule applies if no release
    environment has a team of its own.
    """

    id = "EN011"
    title = "a team guards both gates of a release"
    severity = Severity.HIGH
    maps = (*cis("4.2.2", "5.2.3"), *ssdf("PO.5.1"))
    resource_types = (gh.ENVIRONMENT,)
    remediation = "Name another team in one of them."
    good = (
        stack(
            "two teams",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_GATE, "environment": "release-approval", "reviewers": [{"teams": [12]}]},
                "b",
            ),
        ),
        stack(
            "two packages, one team",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_GATE, "environment": "npm-release"}, "b"),
        ),
        stack(
            "a second package with one team",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_GATE, "environment": "npm-release", "reviewers": [{"teams": [12]}]},
                "b",
            ),
            Declared(gh.ENVIRONMENT, {**_GATE, "environment": "release-approval"}, "c"),
        ),
        stack(
            "not known yet",
            Declared(gh.ENVIRONMENT, {**_GATE, "reviewers": [{"teams": [UNKNOWN]}]}, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_GATE, "environment": "release-approval", "reviewers": [{"teams": [UNKNOWN]}]},
                "b",
            ),
        ),
    )
    bad = (
        stack(
            "the same team",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(gh.ENVIRONMENT, {**_GATE, "environment": "release-approval"}, "b"),
        ),
        stack(
            "one of two",
            Declared(gh.ENVIRONMENT, _GATE, "a"),
            Declared(
                gh.ENVIRONMENT,
                {**_GATE, "environment": "First-Gate", "reviewers": [{"teams": [12, "11"]}]},
                "b",
            ),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. Teams that have no id yet are distinguished by the resources they come from."""
        seconds: dict[str, list[set[object]]] = {}
        firsts: list[tuple[str, Resource]] = []
        for item in stack.of(gh.ENVIRONMENT):
            repository, name = item.facts.text("repository"), item.facts.text("environment")
            if not isinstance(repository, str) or not isinstance(name, str):
                continue
            if settings.is_approval_environment(name):
                firsts.append((repository.lower(), item))
            elif is_release(item, settings) and item.release in (None, RELEASE):
                seconds.setdefault(repository.lower(), []).append(_reviewers(item))
        for repository, item in firsts:
            guards, others = _reviewers(item), seconds.get(repository, [])
            if others and all(guards & other for other in others):
                detail = "a team that guards it guards each release environment behind it, too"
                yield Finding(detail, ("reviewers",), urn=item.urn)


def _is_guarded(gate: Facts) -> bool:
    """Say whether an environment has reviewers or admits only some refs; unknown is no."""
    reviewers = gate.entries("reviewers")
    chosen = gate.flag("deploymentBranchPolicy", "customBranchPolicies")
    return (reviewers is not UNKNOWN and bool(reviewers)) or chosen is True


def _reviewers(item: Resource) -> set[object]:
    """Return the teams and people who guard an environment: ids, or resources while unknown."""
    blocks = item.facts.blocks("reviewers")
    if blocks is UNKNOWN:
        return set()
    found: set[object] = {
        (kind, str(number).removesuffix(".0"))
        for block in blocks
        for kind in ("teams", "users")
        for number in _known(block.entries(kind))
    }
    made = [urn for urn in item.depends.get("reviewers", ()) if f"{_TEAM}::" in urn]
    return found | set(made)


def _known(listed: object) -> list[object]:
    return [item for item in listed if item is not UNKNOWN] if isinstance(listed, list) else []


RULES = (NoLookAlike, TwoGatesTwoTeams)
