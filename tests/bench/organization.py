"""An organization of many alike repositories, as YAML."""

from __future__ import annotations

HEAD = """\
organization: fleet
plan: team
settings: {display_name: Fleet, billing_email: billing@fleet.example}
teams:
  releasers: {members: [ana, ben]}
protection:
  main: {required_checks: [ci]}
tag_protection:
  releases: {created_by: [releasers]}
repositories:
"""

REPOSITORY = """\
  {name}:
    description: One of many
    visibility: public
    access: {{releasers: push}}
    workflows: false
    environments:
      production:
        reviewers: {{teams: [releasers]}}
        deploy_from: {{branches: [default]}}
        secrets:
          DEPLOY_KEY: {{from: {{config: deployKey}}}}
    secrets:
      SCAN_KEY: {{from: {{config: deployKey}}}}
"""


def fleet(count: int) -> str:
    """The YAML of ``count`` repositories."""
    return HEAD + "".join(REPOSITORY.format(name=f"repository-{i:03}") for i in range(count))
