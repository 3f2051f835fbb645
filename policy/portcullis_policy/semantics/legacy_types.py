"""Resources of other types than rules know, read as those that they stand for."""

from dataclasses import replace

from portcullis_policy.facts import Facts
from portcullis_policy.rule import Resource
from portcullis_policy.semantics import github as gh

PROPOSED_FILE = "portcullis:index:ProposedFile"
"""The component of a file that comes by a pull request."""


def of_today(resource: Resource) -> Resource:
    """Return a resource as rules look at it.

    `RepositoryDeploymentBranchPolicy` admits branches to an environment, as
    `RepositoryEnvironmentDeploymentPolicy` does. A file that comes by a pull request is judged as
    one that is committed. Source:
    https://www.pulumi.com/registry/packages/github/api-docs/repositorydeploymentbranchpolicy/
    """
    if resource.type == PROPOSED_FILE:
        return replace(resource, type=gh.REPOSITORY_FILE)
    if resource.type != gh.DEPLOYMENT_BRANCH_POLICY:
        return resource
    facts = {
        "repository": resource.facts.at("repository"),
        "environment": resource.facts.at("environmentName"),
        "branchPattern": resource.facts.at("name"),
    }
    return replace(resource, type=gh.DEPLOYMENT_POLICY, facts=Facts(facts))
