"""Where a rule has its like in published frameworks: named by framework and number.

Only what could be read in a published list stands here; a rule refers to an entry of it, so that a
number that is in no list cannot even be imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Framework:
    """A published list of controls.

    Attributes:
        key: short name, as written in a rule and in the tags of a policy.
        name: full name.
        version: the version whose numbers are used.
        url: where it is published.
        controls: titles in short by number or name.
    """

    key: str
    name: str
    version: str
    url: str
    controls: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework.

    Attributes:
        framework: the list.
        number: its number or name there.
    """

    framework: Framework
    number: str

    @property
    def title(self) -> str:
        """Return its title in short."""
        return self.framework.controls[self.number]

    @property
    def tag(self) -> str:
        """Return the control as one word, such as `ssdf:PS.1.1`."""
        return f"{self.framework.key}:{self.number}".replace(" ", "-")


_SHARED_BY_CIS: Mapping[str, str] = {
    "1.1.3": "two approvals for each change",
    "1.1.4": "approvals dismissed when a change is changed",
    "1.1.5": "few may dismiss a review",
    "1.1.7": "code owners' review required",
    "1.1.9": "all checks pass before merging",
    "1.1.10": "branches up to date before merging",
    "1.1.11": "comments resolved before merging",
    "1.1.12": "signed commits verified before merging",
    "1.1.13": "linear history required",
    "1.1.14": "branch protection holds for administrators",
    "1.1.15": "pushing restricted to chosen people or teams",
    "1.1.16": "force pushes denied",
    "1.1.17": "branch deletions denied",
    "1.2.2": "repository creation limited",
    "1.2.3": "repository deletion limited",
    "1.3.3": "number of the organization's administrators",
    "1.3.8": "strict base permissions",
    "2.1.5": "access to build environments limited",
    "2.3.5": "who may start the build process",
    "2.3.7": "pipelines scanned for vulnerabilities",
    "2.3.8": "scanners for sensitive data in pipeline files",
    "2.4.2": "external dependencies of the build locked",
}


def _in_order(controls: Mapping[str, str]) -> dict[str, str]:
    """Sort controls by their dotted numbers."""
    return dict(sorted(controls.items(), key=lambda item: [*map(int, item[0].split("."))]))


SCORECARD = Framework(
    "scorecard",
    "OpenSSF Scorecard",
    "5",
    "https://github.com/ossf/scorecard",
    {
        "Branch-Protection": "default and release branches are protected",
        "CI-Tests": "tests run before pull requests are merged",
        "Code-Review": "changes are reviewed before they are merged",
        "Dangerous-Workflow": "no dangerous patterns in workflows",
        "Dependency-Update-Tool": "a dependency update tool is used",
        "Pinned-Dependencies": "dependencies of the build are pinned",
        "Token-Permissions": "workflow tokens are read-only by default",
        "Vulnerabilities": "no known unfixed vulnerabilities",
        "Webhooks": "webhooks have a secret",
    },
)
CIS_GITHUB = Framework(
    "cis-github",
    "CIS GitHub Benchmark",
    "1.0.0",
    "https://www.cisecurity.org/benchmark/github",
    _in_order(
        {
            **_SHARED_BY_CIS,
            "1.2.6": "changes of visibility are tracked",
            "1.4.4": "only secured webhooks",
            "1.5.1": "scanners for sensitive data in code",
            "1.5.5": "scanners for vulnerabilities in used packages",
            "2.1.7": "build secrets limited to the least scope",
            "3.1.7": "dependencies pinned to a verified version",
            "3.2.2": "packages scanned for known vulnerabilities",
            "4.2.2": "few may upload new artifacts",
            "5.2.3": "access to production limited",
        }
    ),
)
CIS_SUPPLY_CHAIN = Framework(
    "cis-supply-chain",
    "CIS Software Supply Chain Security Guide",
    "1.0",
    "https://www.cisecurity.org/insights/white-papers/cis-software-supply-chain-security-guide",
    _SHARED_BY_CIS,
)
SLSA = Framework(
    "slsa",
    "SLSA",
    "1.2",
    "https://slsa.dev/spec/v1.2/",
    {
        "Source L2": "history and provenance",
        "Source L3": "continuous technical controls",
        "Source L4": "two-party review",
        "Build L3": "hardened build platform",
    },
)
SSDF = Framework(
    "ssdf",
    "NIST SSDF (SP 800-218)",
    "1.1",
    "https://csrc.nist.gov/pubs/sp/800/218/final",
    {
        "PO.3.2": "securely deploy and maintain tools",
        "PO.4.1": "criteria for security checks, tracked",
        "PO.5.1": "separate and protect development environments",
        "PS.1.1": "store code with least privilege",
        "PS.2.1": "make integrity verification information available",
        "PS.3.1": "securely archive release files",
        "PS.3.2": "collect and share provenance",
        "PW.4.1": "acquire and maintain well-secured components",
    },
)
FRAMEWORKS = (SCORECARD, CIS_GITHUB, CIS_SUPPLY_CHAIN, SLSA, SSDF)


def cis(*numbers: str) -> tuple[Control, ...]:
    """Return controls of both CIS documents: the benchmark kept the guide's numbers.

    Raises:
        KeyError: a number stands in neither.
    """
    found = []
    for number in numbers:
        lists = [each for each in (CIS_GITHUB, CIS_SUPPLY_CHAIN) if number in each.controls]
        if not lists:
            raise KeyError(f"neither CIS document has {number} here")
        found += [Control(each, number) for each in lists]
    return tuple(found)


def scorecard(*checks: str) -> tuple[Control, ...]:
    """Return checks of OpenSSF Scorecard."""
    return _of(SCORECARD, checks)


def slsa(*levels: str) -> tuple[Control, ...]:
    """Return levels of SLSA's tracks."""
    return _of(SLSA, levels)


def ssdf(*tasks: str) -> tuple[Control, ...]:
    """Return tasks of NIST's Secure Software Development Framework."""
    return _of(SSDF, tasks)


def _of(framework: Framework, numbers: tuple[str, ...]) -> tuple[Control, ...]:
    """Return controls of one framework.

    Raises:
        KeyError: it has no such control here.
    """
    missing = [number for number in numbers if number not in framework.controls]
    if missing:
        raise KeyError(f"{framework.name} has no {', '.join(missing)} here")
    return tuple(Control(framework, number) for number in numbers)
