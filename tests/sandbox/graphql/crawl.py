"""The documents with which a frugal reader reads a whole organization."""

from __future__ import annotations

_ACTOR = (
    "actor { __typename ... on App { slug databaseId } ... on Team { slug } ... on User { login } }"
)
_ALLOWANCES = " ".join(
    f"{name}(first: 10) {{ nodes {{ {_ACTOR} }} }}"
    for name in (
        "bypassForcePushAllowances",
        "bypassPullRequestAllowances",
        "pushAllowances",
        "reviewDismissalAllowances",
    )
)
_PATTERN = "name negate operator pattern"
RULESET = f"""
fragment ruleset on RepositoryRuleset {{
  id databaseId name target enforcement createdAt updatedAt
  source {{ __typename ... on Repository {{ nameWithOwner }} ... on Organization {{ login }} }}
  conditions {{
    refName {{ include exclude }}
    repositoryName {{ include exclude protected }}
    repositoryId {{ repositoryIds }}
    repositoryProperty {{
      include {{ name propertyValues source }} exclude {{ name propertyValues source }}
    }}
  }}
  bypassActors(first: 10) {{ nodes {{
    bypassMode deployKey enterpriseOwner organizationAdmin repositoryRoleName
    repositoryRoleDatabaseId
    actor {{ __typename ... on App {{ slug databaseId }} ... on Team {{ slug databaseId }} }}
  }} }}
  rules(first: 20) {{ nodes {{
    type
    parameters {{
      __typename
      ... on BranchNamePatternParameters {{ {_PATTERN} }}
      ... on CodeScanningParameters {{
        codeScanningTools {{ alertsThreshold securityAlertsThreshold tool }}
      }}
      ... on CommitAuthorEmailPatternParameters {{ {_PATTERN} }}
      ... on CommitMessagePatternParameters {{ {_PATTERN} }}
      ... on CommitterEmailPatternParameters {{ {_PATTERN} }}
      ... on FileExtensionRestrictionParameters {{ restrictedFileExtensions }}
      ... on FilePathRestrictionParameters {{ restrictedFilePaths }}
      ... on MaxFilePathLengthParameters {{ maxFilePathLength }}
      ... on MaxFileSizeParameters {{ maxFileSize }}
      ... on MergeQueueParameters {{
        checkResponseTimeoutMinutes groupingStrategy maxEntriesToBuild maxEntriesToMerge
        mergeMethod minEntriesToMerge minEntriesToMergeWaitMinutes
      }}
      ... on PullRequestParameters {{
        allowedMergeMethods dismissStaleReviewsOnPush requireCodeOwnerReview
        requireLastPushApproval requiredApprovingReviewCount requiredReviewThreadResolution
      }}
      ... on RequiredDeploymentsParameters {{ requiredDeploymentEnvironments }}
      ... on RequiredStatusChecksParameters {{
        doNotEnforceOnCreate strictRequiredStatusChecksPolicy
        requiredStatusChecks {{ context integrationId }}
      }}
      ... on TagNamePatternParameters {{ {_PATTERN} }}
      ... on UpdateParameters {{ updateAllowsFetchAndMerge }}
      ... on WorkflowsParameters {{
        doNotEnforceOnCreate workflows {{ path ref repositoryId sha }}
      }}
    }}
  }} }}
}}
"""
REPOSITORY = f"""
fragment repository on Repository {{
  id databaseId name nameWithOwner description homepageUrl visibility isPrivate isArchived isFork
  isTemplate isDisabled isLocked parent {{ nameWithOwner }} templateRepository {{ nameWithOwner }}
  repositoryTopics(first: 20) {{ nodes {{ topic {{ name }} }} }}
  defaultBranchRef {{ name target {{ oid }} }}
  hasIssuesEnabled hasWikiEnabled hasProjectsEnabled hasDiscussionsEnabled
  hasVulnerabilityAlertsEnabled mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed
  autoMergeAllowed allowUpdateBranch deleteBranchOnMerge forkingAllowed webCommitSignoffRequired
  mergeCommitTitle mergeCommitMessage squashMergeCommitTitle squashMergeCommitMessage
  isSecurityPolicyEnabled createdAt updatedAt pushedAt
  deployKeys(first: 20) {{ nodes {{ id title key readOnly verified createdAt }} }}
  collaborators(first: 50, affiliation: ALL) {{ totalCount edges {{
    permission
    permissionSources {{ permission roleName source {{
      __typename ... on Team {{ slug }} ... on Organization {{ login }} ... on Repository {{ name }}
    }} }}
    node {{ login databaseId }}
  }} }}
  environments(first: 20) {{ nodes {{
    databaseId name isPinned pinnedPosition
    protectionRules(first: 5) {{ nodes {{
      databaseId type timeout preventSelfReview
      reviewers(first: 6) {{ nodes {{
        __typename ... on User {{ login databaseId }} ... on Team {{ slug databaseId }}
      }} }}
    }} }}
  }} }}
  rulesets(first: 10, includeParents: false) {{ nodes {{ ...ruleset }} }}
  branchProtectionRules(first: 10) {{ nodes {{
    id databaseId pattern isAdminEnforced requiresApprovingReviews requiredApprovingReviewCount
    requiresCodeOwnerReviews requireLastPushApproval dismissesStaleReviews
    restrictsReviewDismissals requiresStatusChecks requiresStrictStatusChecks
    requiredStatusCheckContexts requiredStatusChecks {{ context app {{ slug databaseId }} }}
    requiresCommitSignatures requiresLinearHistory requiresConversationResolution
    requiresDeployments requiredDeploymentEnvironments lockBranch lockAllowsFetchAndMerge
    allowsDeletions allowsForcePushes blocksCreations restrictsPushes
    {_ALLOWANCES}
  }} }}
  object(expression: "HEAD:.github/workflows") {{ ... on Tree {{ entries {{
    name path oid type
    object {{ ... on Blob {{ text byteSize isBinary isTruncated }} ... on Tree {{ oid }} }}
  }} }} }}
}}
"""
REPOSITORIES = (
    """
query($org: String!, $after: String, $size: Int = 100) {
  rateLimit { cost remaining resetAt nodeCount }
  organization(login: $org) {
    repositories(first: $size, after: $after, orderBy: {field: NAME, direction: ASC}) {
      totalCount pageInfo { endCursor hasNextPage } nodes { ...repository }
    }
  }
}
"""
    + REPOSITORY
    + RULESET
)
"""A page of an organization's repositories with everything that GraphQL shows of them."""
ORGANIZATION = (
    """
query($org: String!) {
  organization(login: $org) {
    databaseId name description email location websiteUrl isVerified
    requiresTwoFactorAuthentication webCommitSignoffRequired membersCanForkPrivateRepositories
    viewerCanAdminister
    membersWithRole(first: 100) {
      totalCount pageInfo { endCursor hasNextPage }
      edges { role hasTwoFactorEnabled node { login databaseId } }
    }
    pendingMembers(first: 100) { totalCount nodes { login databaseId } }
    rulesets(first: 50, includeParents: false) { nodes { ...ruleset } }
    teams(first: 50) {
      totalCount pageInfo { endCursor hasNextPage }
      nodes {
        id databaseId slug name description privacy notificationSetting parentTeam { slug }
        reviewRequestDelegationEnabled reviewRequestDelegationAlgorithm
        reviewRequestDelegationMemberCount reviewRequestDelegationNotifyTeam
        members(first: 50, membership: IMMEDIATE) { totalCount edges { role node { login } } }
        repositories(first: 100) { totalCount edges { permission node { name } } }
      }
    }
  }
}
"""
    + RULESET
)
"""An organization with its people, teams and rulesets."""
