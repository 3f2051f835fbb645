"""Where a rule has its like in published frameworks: named by framework and number.

Only what could be read in a published list is here. A rule refers to an entry of it, so a number
that is in no list cannot even be imported.
"""

from portcullis_policy.mappings.framework import Control, Framework
from portcullis_policy.mappings.openssf import OSPS, SCM, SCORECARD
from portcullis_policy.mappings.others import CIS_GITHUB, CIS_SUPPLY_CHAIN, SLSA, SSDF

FRAMEWORKS = (SCORECARD, OSPS, SCM, CIS_GITHUB, CIS_SUPPLY_CHAIN, SLSA, SSDF)


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


def osps(*requirements: str) -> tuple[Control, ...]:
    """Return requirements of the OSPS Baseline, named without their `OSPS-`."""
    return _of(OSPS, tuple(f"OSPS-{number}" for number in requirements))


def scm(*pages: str) -> tuple[Control, ...]:
    """Return recommendations of OpenSSF's guide for source code management."""
    return _of(SCM, pages)


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
