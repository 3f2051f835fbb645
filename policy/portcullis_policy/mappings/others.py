"""What CIS, SLSA and NIST publish: titles are short words of our own.

Only numbers that a rule serves are here. SLSA's source levels are not: they need a summary that
the platform signed for each revision, which no configuration shows.
Source: https://slsa.dev/spec/v1.2/source-requirements
"""

from collections.abc import Mapping

from portcullis_policy.mappings.framework import Framework

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
        "PW.4.1": "acquire and maintain well-secured components",
    },
)
