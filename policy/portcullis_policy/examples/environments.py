"""A sound release environment, in parts that the examples of rules change."""

from collections.abc import Mapping

from portcullis_policy.examples.base import Declared, example
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.release_environments import ENVIRONMENT

PYPI_RELEASE: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "canAdminsBypass": False,
    "preventSelfReview": True,
    "reviewers": [{"teams": [11]}],
    "deploymentBranchPolicy": {"protectedBranches": False, "customBranchPolicies": True},
}
TESTPYPI: Mapping[str, object] = {**PYPI_RELEASE, "environment": "testpypi", "reviewers": []}
RELEASE_TAGS: Mapping[str, object] = {
    "repository": "escai",
    "environment": "pypi-release",
    "tagPattern": "v[0-9]*.[0-9]*.[0-9]*",
}
"""A deployment policy of `pypi-release`."""
SOUND = example("a release environment", gh.ENVIRONMENT, PYPI_RELEASE)
RELEASE = Declared(ENVIRONMENT, {"release": "release"}, "component")
"""A component that declares that what is below it releases."""
WHOSE_COMPONENT = "whose component declares a release"
"""Said in notes of examples below `RELEASE`."""
