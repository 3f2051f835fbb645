"""What GitHub would accept without effect is a mistake with its place (issue 13, number 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.components.declaration.mistakes.cases import (
    ACTIONS,
    DEVS,
    ENVIRONMENTS,
    LEVEL,
    MAIN,
    PLAN,
    SETTINGS,
    TAGS,
    TOKEN,
    WEB,
    Case,
    reported,
)
from tests.components.declaration.sound import SOUND, mistakes, outcome, replaced, written

if TYPE_CHECKING:
    from pathlib import Path

FREE = SOUND
for old, new in (
    (PLAN, "plan: free"),
    (MAIN, "  main: {repositories: [app]}"),
    (TAGS, TAGS[:-1] + ", repositories: [app]}"),
    (LEVEL, LEVEL.replace("all", "[app]")),
):
    FREE = replaced((old, new), text=FREE)
TEAM = replaced((PLAN, "plan: team"))

GRANTED = (("  web: {}\n", "  web: {access: {security: push}}\n"),)
"""All repositories let `security` push."""

CASES = (
    Case(
        "a choice of actions where all are allowed",
        ACTIONS,
        "»actions: {allowed_actions: all, verified_allowed: false}",
        "verified_allowed has no effect",
        "allowed_actions: selected",
    ),
    Case(
        "repositories of no kind",
        "settings:\n" + SETTINGS,
        "»settings:\n  members_can_create_repositories: true\n" + SETTINGS,
        "members_can_create_repositories has no effect",
        "members_can_create_public_repositories",
    ),
    Case(
        "a method that is off in the repository",
        WEB,
        "  web: {merge: {allow_squash_merge: false},"
        " protection: {x: {merge_methods: [rebase, »squash]}}}",
        "`squash` has no effect: it is off in each repository that this covers",
        "rebase",
    ),
    Case(
        "a method that is off, alone",
        WEB,
        "  web: {merge: {allow_squash_merge: false}, protection: {x: {merge_methods: [»squash]}}}",
        "`squash` has no effect: it is off in each repository that this covers",
    ),
    Case(
        "a method that is off, alone, for the organization",
        MAIN,
        "  main: {repositories: [app], merge_methods: [»merge], require_linear_history: false}",
        "`merge` has no effect: it is off in each repository that this covers",
    ),
    Case(
        "merge commits in a linear history",
        MAIN,
        "  main: {merge_methods: [squash, »merge]}",
        "`merge` has no effect with require_linear_history",
        "require_linear_history: false",
    ),
    Case(
        "a method that is off in all repositories",
        MAIN,
        "  main: {merge_methods: [squash, »merge], require_linear_history: false}",
        "`merge` has no effect: it is off",
    ),
    Case(
        "nobody can merge",
        WEB,
        "  web: {»merge: {allow_squash_merge: false, allow_rebase_merge: false,"
        " allow_merge_commit: true}}",
        "nobody could merge into web: its merge methods and other protections leave merge",
        "the repository and each protection",
    ),
    Case(
        "nobody can merge with both protections",
        WEB,
        "  web: {protection: {a: {merge_methods: [squash]}, b: {»merge_methods: [rebase]}}}",
        "leave squash, and this one none of them",
    ),
    Case(
        "a secret that no repository sees",
        TOKEN,
        TOKEN.replace("visible_to: [app]", "»visible_to: []"),
        "no repository sees it",
    ),
    Case(
        "a variable that each repository overrides",
        LEVEL,
        LEVEL.replace("all", "[web]"),
        "each repository that sees it has its own",
        "LEVEL in fewer repositories",
        also=((WEB, "  web: {variables: {level: debug}}"), ("  LEVEL:", "  »LEVEL:")),
    ),
    Case(
        "a secret that each repository overrides",
        "  TOKEN:",
        "  »TOKEN:",
        "each repository that sees it has its own",
        also=((ENVIRONMENTS, ENVIRONMENTS + "\n    secrets: {TOKEN: {from: {config: own}}}"),),
    ),
    Case(
        "excluded repositories that are not included",
        TAGS,
        TAGS[:-1] + ", repositories: [app], exclude_repositories: [»web]}",
        "this excludes nothing: `repositories` does not include it",
        "leave it out",
    ),
    Case(
        "excluded branches that are not included",
        MAIN,
        "  main: {branches: [main], exclude_branches: [»release/*]}",
        "this excludes nothing: `branches` does not include it",
        "leave it out",
    ),
    Case(
        "an excluded branch beside the default branch of a repository",
        WEB,
        "  web: {protection: {x: {exclude_branches: [»develop]}}}",
        "this excludes nothing",
    ),
    Case(
        "less access than the team has from its parent",
        "{devs: maintain, security: push}",
        "{devs: maintain, security: push, »ops: pull}",
        "`ops` has maintain from the team it is nested in",
        "maintain or more",
        also=(("  devs: {members", "  ops: {parent: devs}\n  devs: {members"),),
    ),
    Case(
        "sign-off off below an organization that requires it",
        WEB,
        "  web: {security: {»web_commit_signoff_required: false}}",
        "the organization requires sign-off in every repository",
        "settings.web_commit_signoff_required: false",
    ),
    Case(
        "self-review without reviewers",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {»prevent_self_review: true}}",
        "prevent_self_review has no effect without reviewers",
        "reviewers",
    ),
    Case(
        "self-review in a derived environment without reviewers",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{testpypi: {»prevent_self_review: true}}",
        "prevent_self_review has no effect without reviewers",
    ),
    Case(
        "secret scanning without a license",
        WEB,
        "  web: {security: {»secret_scanning: true}}",
        "secret_scanning of a private repository needs a license",
        "licenses: [secret-protection]",
    ),
    Case(
        "Dependabot without ecosystems",
        WEB,
        "  web: {»dependabot: {cooldown_days: 3}}",
        "dependabot has no effect without ecosystems",
        "ecosystems",
    ),
    Case(
        "a secret team as code owner",
        "  devs: {members: [ana, ben]}",
        "  devs: {members: [ana, ben], visibility: secret}",
        "GitHub ignores the code owner `devs`, because the team is secret",
        "teams.devs.visibility: closed",
        also=(('"*": [devs]', '"*": [»devs]'),),
    ),
    Case(
        "a pull request from a branch to which nobody may push",
        MAIN,
        "  main: {»branches: [default, port*/*]}",
        "managed files of `app` come by a pull request from the branch `portcullis/managed-files`",
        "exclude_branches: [portcullis/managed-files]",
        also=(("automation: {app_id: 7}\n", ""),),
    ),
    Case(
        "code owners of workflow files beside workflow_owners",
        'code_owners: {"*": [devs]}',
        'code_owners: {"*": [devs], »/.github/workflows/: [devs]}',
        "workflow_owners of standard_files own these files, and win",
        "standard_files: {workflow_owners: []}",
        also=((WEB, "  web: {}\nstandard_files: {workflow_owners: [security]}"), *GRANTED),
    ),
    Case(
        "a secret team that owns workflow files",
        "    code_owners: {",
        "    standard_files: {workflow_owners: [»ghosts]}\n    code_owners: {",
        "GitHub ignores the code owner `ghosts`, because the team is secret",
        "teams.ghosts.visibility: closed",
        also=(
            (DEVS, f"{DEVS}\n  ghosts: {{members: [ana], visibility: secret}}"),
            ("security: push}", "security: push, ghosts: push}"),
        ),
    ),
    Case(
        "code owners before those of everything",
        'code_owners: {"*": [devs]}',
        'code_owners: {»/.github/: [security], "*": [devs]}',
        "this has no effect: `*` follows",
        "after `*`",
    ),
    Case(
        "code owners of a folder before those of the folder around it",
        'code_owners: {"*": [devs]}',
        'code_owners: {"*": [devs], »/docs/api/: [security], /docs/: [devs]}',
        "this has no effect: `/docs/` follows",
        "after `/docs/`",
    ),
    Case(
        "protection of branches that it excludes",
        MAIN,
        '  main: {branches: [release/1, "dev/*"], »exclude_branches: ["release/*", "dev/*"]}',
        "it excludes every branch that it includes",
        "fewer branches",
    ),
    Case(
        "protection of repositories that it excludes",
        MAIN,
        '  main: {repositories: [app, "w*"], »exclude_repositories: ["w*", app]}',
        "it excludes every repository that it includes",
        "fewer repositories",
    ),
    Case(
        "tag protection of no repository",
        TAGS,
        TAGS + '\n  more: {created_by: [security], »exclude_repositories: ["*"]}',
        "it excludes every repository that it includes",
        "fewer repositories",
    ),
    Case(
        "a second file of code owners",
        "    environments: {}",
        "    files: {»docs/CODEOWNERS: {content: x}}",
        "GitHub ignores this file, because it reads .github/CODEOWNERS first",
        "one CODEOWNERS file",
    ),
    Case(
        "the default branch left out",
        MAIN,
        "  main: {branches: [all], exclude_branches: [»default]}",
        "`default` has no special meaning in exclude_branches",
        "the branch's own name",
    ),
    Case(
        "strict checks without checks",
        MAIN,
        "  main: {»strict_checks: true}",
        "strict_checks has no effect without required_checks",
    ),
    Case(
        "an App of no checks",
        MAIN,
        "  main: {»checks_app: 7}",
        "checks_app has no effect without required_checks",
    ),
    Case(
        "classic, with an App for its checks",
        MAIN,
        "  main: {enforced_by: classic, required_checks: [x], »checks_app: 7}",
        "classic protection has no checks_app",
        "enforced_by: ruleset",
    ),
    Case(
        "classic, with merge methods",
        MAIN,
        "  main: {enforced_by: classic, »merge_methods: [squash]}",
        "classic protection has no merge_methods",
    ),
    Case(
        "classic, with a push past it",
        MAIN,
        "  main: {enforced_by: classic, bypass: [{team: devs, »mode: always}]}",
        "a bypass of classic protection is for pull requests only",
        "pull_request",
    ),
    Case(
        "alerts without the graph",
        SETTINGS,
        SETTINGS + "\n  »dependabot_alerts_enabled_for_new_repositories: true"
        "\n  dependency_graph_enabled_for_new_repositories: false",
        "no effect without dependency_graph_enabled_for_new_repositories",
        "false",
    ),
    Case(
        "managed workflows without their actions",
        ACTIONS,
        "actions: {»allowed_actions: local_only}",
        "the managed workflows use actions of GitHub and others",
        "workflows: false",
    ),
    Case(
        "managed workflows without GitHub's actions",
        ACTIONS,
        "actions: {»github_owned_allowed: false}",
        "the managed workflows use actions/",
        "actions/*",
    ),
    Case(
        "101 secrets of the organization in a repository",
        "TOKEN: " + TOKEN,
        "\n  ".join(f"S{n}: {{from: {{config: c}}, visible_to: [web]}}" for n in range(101)),
        "101 of the organization's secrets are visible here, and a workflow can use the first 100",
        also=((WEB, "  »web: {}"),),
    ),
    Case(
        "variables of 257 KB",
        WEB,
        "  web: {»variables: {" + ", ".join(f"V{n}: {'x' * 44_000}" for n in range(6)) + "}}",
        "the variables have 264,004 bytes, and a workflow can use 256 KB",
    ),
)
OF_PLANS = (
    Case(
        "free: an organization's secret for a private repository",
        TOKEN,
        "{from: {config: token}, »visible_to: [app, web]}",
        "on GitHub Free no private repository sees the organization's secrets: web",
        "plan: team",
    ),
    Case(
        "free: an organization's secret for private repositories",
        TOKEN,
        "{from: {config: token}, »visible_to: private}",
        "no private repository sees",
    ),
    Case(
        "free: an organization's secret for all",
        TOKEN,
        "{from: {config: token}, »visible_to: all}",
        "sees the organization's secrets: web",
    ),
    Case(
        "free: an organization's variable for a private repository",
        LEVEL.replace("all", "[app]"),
        "{value: info, »visible_to: [web]}",
        "sees the organization's variables: web",
        "variables of the repository",
    ),
    Case(
        "free: code owners of a private repository",
        WEB,
        '  web: {access: {devs: push}, »code_owners: {"*": [devs]}}',
        "GitHub Free has no code_owners for private repositories",
        "visibility: public",
    ),
    Case(
        "free: owners of workflow files of a private repository",
        WEB,
        "  web: {access: {devs: push}}\nstandard_files: {»workflow_owners: [devs]}",
        "GitHub Free has no code owners for private repositories, such as `web`",
        "standard_files: {workflow_owners: []} there",
    ),
    Case(
        "free: a private wiki", WEB, "  web: {features: {»wiki: true}}", "GitHub Free has no wiki"
    ),
    Case(
        "free: private auto-merge",
        WEB,
        "  web: {merge: {»allow_auto_merge: true}}",
        "GitHub Free has no allow_auto_merge",
    ),
    Case(
        "free: licenses",
        "licenses: []",
        "»licenses: [secret-protection]",
        "these licenses are for GitHub Team and Enterprise",
    ),
    Case(
        "team: self-review of a private repository",
        WEB,
        "  web: {environments: {x: {»prevent_self_review: true}}}",
        "prevent_self_review has no effect without reviewers",
    ),
    Case(
        "team: administrators of a private repository",
        WEB,
        "  web: {environments: {x: {»can_admins_bypass: true}}}",
        "needs GitHub Enterprise",
        "plan: enterprise",
    ),
    Case(
        "team: private repositories only",
        SETTINGS,
        SETTINGS + "\n  »members_can_create_private_repositories: true"
        "\n  members_can_create_repositories: true",
        "members may create repositories of both kinds or public ones",
        "plan: enterprise",
    ),
)


@pytest.mark.parametrize("case", [*CASES, *OF_PLANS], ids=lambda case: case.id)
def test_what_has_no_effect_is_reported(case: Case, tmp_path: Path) -> None:
    """It is reported while the file is read, with its place and what has an effect."""
    sound = {"free": FREE, "team": TEAM}.get(case.id.partition(":")[0], SOUND)
    reported(case, tmp_path, sound)


@pytest.mark.parametrize(
    "edits",
    [
        (WEB, "  web: {merge: {allow_squash_merge: false}}"),
        (WEB, "  web: {archived: true, security: {web_commit_signoff_required: false}}"),
        (SETTINGS, SETTINGS + "\n  members_can_fork_private_repositories: true"),
        (ACTIONS, 'actions: {github_owned_allowed: false, patterns_allowed: ["actions/*"]}'),
        (MAIN, "  main: {enforced_by: classic, bypass: [{team: devs}]}"),
        (ENVIRONMENTS, ENVIRONMENTS[:-2] + "{pypi-release: {prevent_self_review: true}}"),
        (WEB, "  web: {features: {wiki: true}, merge: {allow_auto_merge: true}}"),
        (MAIN, '  main: {branches: ["**/*"], exclude_branches: ["*"]}'),
        (MAIN, "  main: {branches: [release/1, dev], exclude_branches: [dev]}"),
        (MAIN, "  main: {exclude_repositories: [app, web]}"),  # GitHub may have others
        (MAIN, "  main: {exclude_branches: [master]}"),  # GitHub may have it as a default branch
        (WEB, "  web: {default_branch: keep, protection: {x: {exclude_branches: [develop]}}}"),
        (WEB, "  web: {protection: {x: {branches: [default, v/*], exclude_branches: [v/1]}}}"),
        (TAGS, TAGS[:-1] + ", repositories: [app, w*], exclude_repositories: [web]}"),
        (WEB, "  web: {variables: {LEVEL: debug}}"),  # other repositories see the organization's
        (ENVIRONMENTS, ENVIRONMENTS[:-2] + "{x: {secrets: {TOKEN: {from: {config: own}}}}}"),
        (
            ENVIRONMENTS,
            ENVIRONMENTS + "\n    secrets: {TOKEN: {from: {config: own}, stores: [dependabot]}}",
        ),
        (
            WEB,
            (
                "  web: {files: {.github/workflows/a.yml: {content: a},"
                " .github/workflows/a.yaml: {content: b}, docs/dependabot.yaml: {content: c}}}"
            ),
        ),
        (
            WEB,
            (
                "  web: {ecosystems: [pip], workflows: false,"
                " files: {.github/workflows/ci.yaml: {content: a}}}"
            ),
        ),
        ('{"*": [devs]}', '{"*": [devs], "*.md": [devs], /docs/: [devs], /docs-api/: [security]}'),
    ],
)
def test_what_has_an_effect_is_allowed(edits: tuple[str, str], tmp_path: Path) -> None:
    """Defaults ask for nothing, and what is there for some repositories has an effect."""
    assert mistakes(written(tmp_path, replaced(edits))) == []


def test_the_sound_files_of_the_plans_have_no_mistakes(tmp_path: Path) -> None:
    """What the cases of the plans break is right."""
    for name, text in (("free", FREE), ("team", TEAM)):
        written(tmp_path, text, f"orgs/{name}.yaml")
        assert not isinstance(outcome(tmp_path, name), Exception)
