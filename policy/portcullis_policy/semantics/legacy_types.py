"""Resources that the provider has under an older name, read as those of today."""

from dataclasses import replace

from portcullis_policy.facts import Facts
from portcullis_policy.rule import Resource
from portcullis_policy.semantics import github as gh


def of_today(resource: Resource) -> Resource:
    """Return a resource as rules look at it.

    `RepositoryDeploymentBranchPolicy` admits branches to an environment, as
    `RepositoryEnvironmentDeploymentPolicy` does. Source:
    https://www.pulumi.com/registry/packages/github/api-docs/repositorydeploymentbranchpolicy/
    """
    if resource.type != gh.DEPLOYMENT_BRANCH_POLICY:
        return resource
    facts = {
        "repository": resource.facts.at("repository"),
        "environment": resource.facts.at("environmentName"),
        "branchPattern": resource.facts.at("name"),
    }
    return replace(resource, type=gh.DEPLOYMENT_POLICY, facts=Facts(facts))
