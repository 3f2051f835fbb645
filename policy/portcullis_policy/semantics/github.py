"""Type tokens of pulumi-github, and GitHub's words, as the rules need them."""

from portcullis_policy.facts import Facts


def _token(module: str) -> str:
    """Return the type token of a pulumi-github resource, from its module name."""
    return f"github:index/{module}:{module[0].upper()}{module[1:]}"


ORGANIZATION_SETTINGS = _token("organizationSettings")
ACTIONS_ORGANIZATION_PERMISSIONS = _token("actionsOrganizationPermissions")
ACTIONS_ORGANIZATION_WORKFLOW_PERMISSIONS = _token("actionsOrganizationWorkflowPermissions")
ACTIONS_REPOSITORY_PERMISSIONS = _token("actionsRepositoryPermissions")
WORKFLOW_REPOSITORY_PERMISSIONS = _token("workflowRepositoryPermissions")
ACTIONS_RUNNER_GROUP = _token("actionsRunnerGroup")
ENTERPRISE_ACTIONS_PERMISSIONS = _token("enterpriseActionsPermissions")
ENTERPRISE_ACTIONS_WORKFLOW_PERMISSIONS = _token("enterpriseActionsWorkflowPermissions")
ENTERPRISE_SECURITY = _token("enterpriseSecurityAnalysisSettings")
ENTERPRISE_ACTIONS_RUNNER_GROUP = _token("enterpriseActionsRunnerGroup")

PROVIDER = "pulumi:providers:github"
"""The provider: what says whose repositories a program is about."""
REPOSITORY = _token("repository")
REPOSITORY_VULNERABILITY_ALERTS = _token("repositoryVulnerabilityAlerts")
REPOSITORY_SECURITY_UPDATES = _token("repositoryDependabotSecurityUpdates")
REPOSITORY_WEBHOOK = _token("repositoryWebhook")
ORGANIZATION_WEBHOOK = _token("organizationWebhook")
REPOSITORY_DEPLOY_KEY = _token("repositoryDeployKey")
REPOSITORY_COLLABORATOR = _token("repositoryCollaborator")
REPOSITORY_COLLABORATORS = _token("repositoryCollaborators")
BRANCH_DEFAULT = _token("branchDefault")
REPOSITORY_TOPICS = _token("repositoryTopics")
REPOSITORY_AUTOLINK = _token("repositoryAutolinkReference")
REPOSITORY_MILESTONE = _token("repositoryMilestone")
ORGANIZATION_CUSTOM_PROPERTIES = _token("organizationCustomProperties")
RELEASE = _token("release")
ISSUE = _token("issue")
ISSUE_LABEL = _token("issueLabel")
ISSUE_LABELS = _token("issueLabels")
REPOSITORY_CUSTOM_PROPERTY = _token("repositoryCustomProperty")
TEAM_REPOSITORY = _token("teamRepository")

TEAM = _token("team")
TEAM_MEMBERS = _token("teamMembers")
TEAM_MEMBERSHIP = _token("teamMembership")

REPOSITORY_FILE = _token("repositoryFile")
MEMBERSHIP = _token("membership")
ORGANIZATION_ROLE = _token("organizationRole")
ORGANIZATION_ROLE_USER = _token("organizationRoleUser")
ORGANIZATION_ROLE_TEAM = _token("organizationRoleTeam")
ORGANIZATION_ROLE_TEAM_ASSIGNMENT = _token("organizationRoleTeamAssignment")
ORGANIZATION_REPOSITORY_ROLE = _token("organizationRepositoryRole")
ORGANIZATION_CUSTOM_ROLE = _token("organizationCustomRole")
ORGANIZATION_SUBJECT = _token("actionsOrganizationOidcSubjectClaimCustomizationTemplate")
REPOSITORY_SUBJECT = _token("actionsRepositoryOidcSubjectClaimCustomizationTemplate")

REPOSITORY_RULESET = _token("repositoryRuleset")
ORGANIZATION_RULESET = _token("organizationRuleset")
RULESETS = (REPOSITORY_RULESET, ORGANIZATION_RULESET)
BRANCH_PROTECTION = _token("branchProtection")
BRANCH_PROTECTION_V3 = _token("branchProtectionV3")
CLASSIC = (BRANCH_PROTECTION, BRANCH_PROTECTION_V3)

ENVIRONMENT = _token("repositoryEnvironment")
DEPLOYMENT_POLICY = _token("repositoryEnvironmentDeploymentPolicy")
DEPLOYMENT_BRANCH_POLICY = _token("repositoryDeploymentBranchPolicy")

ACTIONS_SECRET = _token("actionsSecret")
ACTIONS_ORGANIZATION_SECRET = _token("actionsOrganizationSecret")
ACTIONS_ENVIRONMENT_SECRET = _token("actionsEnvironmentSecret")
DEPENDABOT_SECRET = _token("dependabotSecret")
DEPENDABOT_ORGANIZATION_SECRET = _token("dependabotOrganizationSecret")
CODESPACES_SECRET = _token("codespacesSecret")
CODESPACES_ORGANIZATION_SECRET = _token("codespacesOrganizationSecret")
ORGANIZATION_SECRETS = (
    ACTIONS_ORGANIZATION_SECRET,
    DEPENDABOT_ORGANIZATION_SECRET,
    CODESPACES_ORGANIZATION_SECRET,
)
ORGANIZATION_SECRET_REPOSITORIES = {
    _token("actionsOrganizationSecretRepositories"): ACTIONS_ORGANIZATION_SECRET,
    _token("actionsOrganizationSecretRepository"): ACTIONS_ORGANIZATION_SECRET,
    _token("dependabotOrganizationSecretRepositories"): DEPENDABOT_ORGANIZATION_SECRET,
    _token("dependabotOrganizationSecretRepository"): DEPENDABOT_ORGANIZATION_SECRET,
    _token("codespacesOrganizationSecretRepositories"): CODESPACES_ORGANIZATION_SECRET,
}
"""What lists the repositories of an organization secret apart from it, and the secret's type."""
SECRETS = (
    ACTIONS_SECRET,
    ACTIONS_ENVIRONMENT_SECRET,
    DEPENDABOT_SECRET,
    CODESPACES_SECRET,
    *ORGANIZATION_SECRETS,
)
ACTIONS_VARIABLE = _token("actionsVariable")
ACTIONS_ORGANIZATION_VARIABLE = _token("actionsOrganizationVariable")
ACTIONS_ENVIRONMENT_VARIABLE = _token("actionsEnvironmentVariable")
VARIABLES = (ACTIONS_VARIABLE, ACTIONS_ORGANIZATION_VARIABLE, ACTIONS_ENVIRONMENT_VARIABLE)

OF_ENVIRONMENTS = (ENVIRONMENT, DEPLOYMENT_POLICY, ACTIONS_ENVIRONMENT_SECRET)
"""What names an environment and is judged by what is published through it."""

GITHUB_ACTIONS_APP = 15368
"""The App as which every workflow acts; the same on all of github.com.
Source: https://api.github.com/apps/github-actions"""

MAINTAIN_ROLE, WRITE_ROLE, ADMIN_ROLE = 2, 4, 5
"""GitHub's ids of its built-in repository roles, as rulesets name them."""


def is_private(repository: Facts) -> bool:
    """Say whether a repository is surely not public; the provider's default is public."""
    visibility = repository.text("visibility")
    return visibility in ("private", "internal") or (
        visibility is None and repository.flag("private") is True
    )
