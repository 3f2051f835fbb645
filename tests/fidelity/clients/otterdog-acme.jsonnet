// An organization as otterdog describes it, with one of nearly everything that otterdog manages.
local orgs = import 'vendor/defaults/defaults.libsonnet';

orgs.newOrg('acme', 'acme') {
  settings+: {
    name: 'Acme',
    description: 'Things that work',
    location: 'Here',
    default_repository_permission: 'none',
    members_can_create_public_repositories: false,
    security_managers: ['watch'],
    custom_properties: [
      orgs.newCustomProperty('tier') { value_type: 'single_select', allowed_values: ['gold', 'tin'] },
    ],
    workflows+: {
      allowed_actions: 'selected',
      allow_action_patterns: ['octo-org/*'],
      default_workflow_permissions: 'read',
    },
  },
  roles: [
    orgs.newOrgRole('reader') { description: 'Reads the audit log', permissions: ['read_audit_logs'], base_role: 'read' },
  ],
  teams: [
    orgs.newTeam('release') { description: 'Releases', members: ['ben'] },
    orgs.newTeam('watch') { description: 'Watches', members: ['ana'] },
  ],
  secrets: [
    orgs.newOrgSecret('SHARED') { value: 'canary-otterdog' },
  ],
  variables: [
    orgs.newOrgVariable('REGION') { value: 'north', visibility: 'selected', selected_repositories: ['site'] },
  ],
  webhooks: [
    orgs.newOrgWebhook('https://hooks.example/org') { events: ['push'] },
  ],
  rulesets: [
    orgs.newOrgRuleset('everywhere') {
      include_refs: ['~DEFAULT_BRANCH'],
      bypass_actors: ['#OrganizationAdmin:pull_request'],
      requires_linear_history: true,
    },
  ],
  _repositories+:: [
    orgs.newRepo('widget') {
      description: 'A widget',
      homepage: 'https://widget.example',
      topics: ['python'],
      allow_merge_commit: false,
      merge_commit_title: 'MERGE_MESSAGE',
      delete_branch_on_merge: true,
      secret_scanning: 'enabled',
      secret_scanning_push_protection: 'enabled',
      dependabot_alerts_enabled: true,
      dependabot_security_updates_enabled: true,
      private_vulnerability_reporting_enabled: true,
      custom_properties: { tier: 'gold' },
      team_permissions: { release: 'push' },
      secrets: [orgs.newRepoSecret('TOKEN') { value: 'canary-otterdog' }],
      variables: [orgs.newRepoVariable('COLOUR') { value: 'green' }],
      webhooks: [orgs.newRepoWebhook('https://hooks.example/widget') { events: ['push'] }],
      environments: [
        orgs.newEnvironment('release') {
          wait_timer: 5,
          reviewers: ['@acme/release', '@ben'],
          prevent_self_review: true,
          deployment_branch_policy: 'selected',
          branch_policies: ['release/*', 'tag:v*'],
          secrets: [orgs.newEnvSecret('PYPI') { value: 'canary-otterdog' }],
          variables: [orgs.newEnvVariable('TIER') { value: 'gold' }],
        },
      ],
      branch_protection_rules: [
        orgs.newBranchProtectionRule('legacy/*') {
          required_approving_review_count: 1,
          bypass_pull_request_allowances: ['@ana'],
          restricts_pushes: true,
          push_restrictions: ['@acme/release'],
          requires_status_checks: true,
          required_status_checks: ['any:ci'],
        },
      ],
      rulesets: [
        orgs.newRepoRuleset('main') {
          include_refs: ['~DEFAULT_BRANCH'],
          bypass_actors: ['@acme/release'],
          requires_commit_signatures: true,
          required_pull_request: orgs.newPullRequest() { requires_code_owner_review: true },
          required_status_checks: orgs.newStatusChecks() { status_checks: ['ci'], strict: true },
        },
        orgs.newRepoRuleset('tags') { target: 'tag', include_refs: ['refs/tags/v*'], allows_creations: false },
      ],
    },
    orgs.newRepo('site') { allow_merge_commit: false, has_wiki: false, dependabot_alerts_enabled: true },
    orgs.newRepo('vault') {
      private: true,
      allow_forking: false,
      description: 'Kept private',
      workflows+: { enabled: false },
    },
  ],
}
