"""One mistake a case: it is reported once, with its file, line and column, and what is allowed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from components.declaration.mistakes import nearest
from tests.components.declaration.sound import SOUND, mistakes, outcome, places, replaced, written

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Case:
    """``old`` of the sound file becomes ``new``, in which a mark stands before the mistake."""

    id: str
    old: str
    new: str
    what: str
    allowed: str = ""
    also: tuple[tuple[str, str], ...] = ()
    """Other edits, which are sound."""


PLAN = "plan: enterprise"
SETTINGS = "  display_name: Acme"
EMAIL = "billing_email: billing@acme.example"
ACTIONS = "actions: {}"
DEVS = "  devs: {members: [ana, ben]}"
MAIN = "  main: {}"
TAGS = "{created_by: [security]}"
TOKEN = "{from: {config: token}, visible_to: [app]}"
LEVEL = "{value: info, visible_to: all}"
WEB = "  web: {}"
ENVIRONMENTS = "    environments: {}"
PUBLISH = "    publish: [{python: app, approvers: [devs]}]"
OWNERS = """\
    access: {devs: maintain, security: push}
    ecosystems: [pip]
    code_owners: {"*": [devs]}"""
EXEMPTION = "{rule: BR012, resource: repositories.web, reason: one maintainer for now, expires: "

CASES = (
    # fields
    Case(
        "unknown field",
        SETTINGS,
        "  »web_commit_signof_required: true\n" + SETTINGS,
        "did you mean `web_commit_signoff_required`?",
        "billing_email, blog",
    ),
    Case(
        "security setting at the repository itself",
        WEB,
        "  web: {»push_protection: true}",
        "did you mean `security.secret_scanning_push_protection`?",
        "visibility",
    ),
    Case(
        "short name of a security setting",
        WEB,
        "  web: {security: {»push_protection: true}}",
        "did you mean `secret_scanning_push_protection`?",
        "vulnerability_alerts",
    ),
    Case(
        "beginning of a setting",
        SETTINGS,
        "  »secret_scanning: true\n" + SETTINGS,
        "did you mean `secret_scanning_enabled_for_new_repositories`?",
        "billing_email, blog",
    ),
    Case(
        "renamed from a name that is declared",
        WEB,
        "  web: {»renamed_from: app}",
        "`app` is declared too; if it is a new one, and the rename is done, remove renamed_from",
        "an old name that is not declared",
    ),
    Case(
        "renamed from itself",
        DEVS,
        "  devs: {members: [ana, ben], »renamed_from: devs}",
        "this is the name that it has",
        "the old name of this one",
    ),
    Case(
        "misspelt field of a repository",
        WEB,
        "  web: {»visibilty: public}",
        "`visibilty` is not a field of a repository; did you mean `visibility`?",
        "visibility",
    ),
    Case("unknown section", PLAN, PLAN + "\n»team: {}", "did you mean `teams`?", "teams"),
    Case("no organization", "organization: acme\n", "»", "`organization` is missing", "login"),
    Case(
        "no plan",
        "organization: acme\n" + PLAN,
        "»organization: acme",
        "`plan` is missing",
        "free, team, enterprise",
    ),
    Case(
        "no e-mail",
        "settings:\n" + SETTINGS + "\n  " + EMAIL,
        "»settings:\n" + SETTINGS,
        "`billing_email` is missing",
        "bills",
    ),
    Case(
        "no source",
        "TOKEN: " + TOKEN,
        "»TOKEN: {visible_to: [app]}",
        "`from` is missing",
        "source of the value",
    ),
    Case("no value", "LEVEL: " + LEVEL, "»LEVEL: {visible_to: all}", "`value` is missing"),
    Case("nothing under a name", ACTIONS, "»actions:", "it is empty"),
    Case("nothing under a mapping", DEVS, "  »devs:", "it is empty", "members"),
    # types
    Case("text for a truth value", MAIN, "  main: {»strict_checks: 'yes'}", "true or false"),
    Case("number for a truth value", MAIN, "  main: {»strict_checks: 1}", "true or false"),
    Case("text for a number", MAIN, "  main: {»approvals: two}", "a whole number"),
    Case("truth value for a number", MAIN, "  main: {»approvals: true}", "a whole number"),
    Case("number for a text", LEVEL, "{»value: 3.13, visible_to: all}", "a text (in quotes"),
    Case("text for a list", DEVS, "  devs: {»members: ana}", "has to be a list"),
    Case("mapping for a list", MAIN, "  main: {»required_checks: {ci: x}}", "has to be a list"),
    Case("list for a mapping", WEB, "  »web: []", "has to be a mapping of fields", "publish"),
    Case("number in a list", DEVS, "  devs: {members: [ana, »7]}", "item 2 of `members`"),
    Case(
        "value where a reference belongs",
        TOKEN,
        "{»from: s3cret, visible_to: [app]}",
        "`from` has to be a mapping",
        "config, env",
    ),
    Case(
        "value for a whole secret",
        "TOKEN: " + TOKEN,
        "»TOKEN: s3cret",
        "has to be a mapping",
        "from, kind, project, registry, rotate_every",
    ),
    Case("number as a name", DEVS, "  »7: {members: [ana]}", "a name has to be a text"),
    Case("list as a name", DEVS, "  ? »[a, b]\n  : {}", "a name has to be a text"),
    # closed sets
    Case("plan", PLAN, "»plan: teams", "did you mean `team`?", "free, team, enterprise"),
    Case("licence", "licenses: []", "licenses: [»ghas]", "is not known", "secret-protection"),
    Case("permission", "{devs: maintain,", "{»devs: write,", "is not known", "pull, triage, push"),
    Case("visibility", WEB, "  web: {»visibility: secret}", "is not known", "public, private"),
    Case("ecosystem", "[pip]", "[»pypi]", "is not known", "pip, uv, npm"),
    Case(
        "merge method",
        MAIN,
        "  main: {merge_methods: [»sqash]}",
        "did you mean `squash`?",
        "rebase",
    ),
    Case("enforcement", MAIN, "  main: {»enforcement: on}", "is not known", "active, evaluate"),
    Case("store", TOKEN, TOKEN[:-1] + ", stores: [»pages]}", "is not known", "codespaces"),
    Case(
        "secret visible to a word",
        TOKEN,
        "{from: {config: token}, »visible_to: public}",
        "`visible_to`",
        "all, private, a list of repositories (or patterns such as web-*), or properties",
    ),
    Case(
        "variable visible to nothing", LEVEL, "{value: info, »visible_to: 1}", "`visible_to`", "all"
    ),
    Case(
        "publishing by a word",
        PUBLISH,
        PUBLISH.replace("{python", "{»auth: odic, python"),
        "did you mean `oidc`?",
        "token, hybrid",
    ),
    # ranges and patterns
    Case("approvals", MAIN, "  main: {»approvals: 11}", "is too large", "at most 10"),
    Case("wait", ENVIRONMENTS, ENVIRONMENTS[:-2] + "{x: {»wait_timer: -1}}", "small", "at least 0"),
    Case("cooldown", WEB, "  web: {dependabot: {»cooldown_days: 91}}", "too large", "at most 90"),
    Case("App of a bypass", MAIN, "  main: {bypass: [{»app: 0}]}", "is too small", "more than 0"),
    Case("App of checks", MAIN, "  main: {»checks_app: -1}", "is too small", "more than 0"),
    Case(
        "pattern of actions",
        ACTIONS,
        "actions: {patterns_allowed: [docker/*, »'codecov, docker']}",
        "item 2 of `patterns_allowed`",
        "docker/*",
    ),
    Case("App", "{app_id: 7}", "{»app_id: 0}", "is too small", "more than 0"),
    Case(
        "Actions as App",
        "{app_id: 7}",
        "{»app_id: 15368}",
        "every workflow could push",
        "an App of your own",
    ),
    Case(
        "parentheses in a tag protection's name",
        "  releases:",
        "  »releases (names):",
        "the name `releases (names)`",
        "no parentheses",
    ),
    Case(
        "a tag protection's name that is too long",
        "  releases:",
        f"  »{'r' * 81}:",
        "the name",
        "1 to 80 characters",
    ),
    Case("no tag makers", TAGS, "{»created_by: []}", "too few items", "at least 1 item"),
    Case(
        "three approvers",
        PUBLISH,
        PUBLISH.replace("approvers: [devs]", "»approvers: [security, devs, ops]"),
        "too many items",
        "at most 2 items",
    ),
    Case("e-mail", EMAIL, "»billing_email: nobody", "`billing_email`", "an e-mail address"),
    Case("login", DEVS, "  devs: {members: [»'@ana']}", "item 1 of `members`", "a GitHub login"),
    Case(
        "team's slug", DEVS, DEVS + "\n  »The Devs: {}", "the name `The Devs`", "lower-case letters"
    ),
    Case("repository's name", WEB, "  »my web: {}", "the name `my web`", "at most 100"),
    Case("repository of dots", WEB, "  »..: {}", "the name `..`", "a repository's name"),
    Case("topic", WEB, "  web: {topics: [»Web]}", "item 1 of `topics`", "lower-case letters"),
    Case("tag prefix", TAGS, TAGS[:-1] + ", »prefix: 1}", "has to be a text"),
    Case("tag prefix's pattern", TAGS, TAGS[:-1] + ", »prefix: v*}", "`prefix`", "letters, digits"),
    Case("branch", WEB, "  web: {»default_branch: 'a b'}", "`default_branch`", "a branch's name"),
    Case("rotation", TOKEN, TOKEN[:-1] + ", »rotate_every: 6 months}", "`rotate_every`", "90d"),
    Case("rule's id", "{rule: BR012", "{»rule: no-force-push", "`rule`", "such as BR012"),
    Case(
        "no such day",
        EXEMPTION + "2027-03-31",
        EXEMPTION.replace("e: exp", "e, exp").replace("expires", "»expires") + "2027-02-30",
        "`expires`",
        "2027-03-31",
    ),
    Case(
        "reason",
        "reason: one maintainer for now",
        "»reason: why",
        "`reason` is too short",
        "10 characters",
    ),
    Case("secret of GitHub's", "  TOKEN:", "  »GITHUB_X:", "reserves names", "another name"),
    Case("secret's name", "  TOKEN:", "  »MY-TOKEN:", "the name `MY-TOKEN`", "underscores"),
    Case("key of a source", "{config: token}", "{»config: to ken}", "`config`", "never the value"),
    Case("managed path", WEB, "  web: {files: {»../x: {content: a}}}", "the name", "a path inside"),
    Case("owned path", '{"*": [devs]}', '{»"#x": [devs]}', "the name `#x`", "without blanks"),
    Case("registry name", "{python: app,", "{»python: -app,", "`python`", "beginning and ending"),
    Case(
        "folder", "{python: app,", "{»directory: ../x, python: app,", "`directory`", "such as sdk"
    ),
    # what GitHub refuses
    Case(
        "no merge method",
        WEB,
        "  web: {»merge: {allow_squash_merge: false, allow_rebase_merge: false}}",
        "no merge method is on",
        "allow_squash_merge, allow_rebase_merge or allow_merge_commit: true",
    ),
    Case(
        "a variable that is too long",
        LEVEL,
        f"{{»value: {'x' * 49_153}, visible_to: all}}",
        "`value`: the value is longer than 48 KB",
        "48 KB",
    ),
    Case(
        "a repository's variable that is too long, in bytes",
        WEB,
        f"  web: {{variables: {{»LONG: {'ä' * 24_577}}}}}",
        "longer than 48 KB",
    ),
    Case(
        "an environment's variable that is too long",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + f"{{x: {{variables: {{»LONG: {'x' * 49_153}}}}}}}",
        "longer than 48 KB",
    ),
    *(
        Case(f"branch {name}", WEB, f"  web: {{»default_branch: '{name}'}}", "`default_branch`", "")
        for name in (
            *("main/", "/main", "main.lock", "a.lock/b", "a..b", "a//b", "a/.b", ".a", "a."),
            *("refs/heads/main", "HEAD", "a" * 245, "0123456789" * 4, "-a", "a b", "a~b"),
        )
    ),
    *(
        Case(f"pattern {name}", MAIN, f"  main: {{branches: [»'{name}']}}", "item 1 of `branches`")
        for name in (
            *("refs/heads/main", "refs/tags/v1", "release/", "/x", "a..b", "a//b", "x.lock", "a."),
            *("v[1", "v[]", ".x"),
        )
    ),
    Case("a range of nothing", MAIN, "  main: {branches: [»'v[z-a]']}", "no character", "[a-z]"),
    *(
        Case(f"repository {name}", WEB, f"  »{name}: {{}}", f"the name `{name}`", "neither .git")
        for name in ("foo.git", "Foo.GIT", "foo.wiki")
    ),
    Case(
        "description of two lines",
        WEB,
        '  web: {»description: "one\\ntwo"}',
        "`description`",
        "one line of at most 350 characters",
    ),
    Case("long description", WEB, f"  web: {{»description: {'x' * 351}}}", "`description`", "350"),
    Case("long homepage", WEB, f"  web: {{»homepage: {'x' * 256}}}", "`homepage`", "255"),
    Case(
        "long description of the organization",
        SETTINGS,
        f"{SETTINGS}\n  »description: {'x' * 161}",
        "`description`",
        "at most 160 characters",
    ),
    Case(
        "public address", SETTINGS, SETTINGS + "\n  »email: nobody", "`email`", "an e-mail address"
    ),
    Case("21 topics", WEB, f"  web: {{»topics: {[f't{n}' for n in range(21)]}}}", "too many", "20"),
    Case(
        "501 variables of a repository",
        WEB,
        f"  web: {{»variables: {{{', '.join(f'V{n}: x' for n in range(501))}}}}}",
        "too many items",
        "at most 500 items",
    ),
    Case(
        "101 variables of an environment",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2]
        + f"{{x: {{»variables: {{{', '.join(f'V{n}: x' for n in range(101))}}}}}}}",
        "too many items",
        "at most 100 items",
    ),
    Case("login of an organization", "organization: acme", "»organization: acme_corp", "", "login"),
    Case("login of 40", DEVS, f"  devs: {{members: [»{'a' * 40}]}}", "item 1", "at most 39"),
    Case("login with a space", DEVS, "  devs: {members: [»a b]}", "item 1", "short code"),
    *(
        Case(
            f"environment {name}",
            ENVIRONMENTS,
            f"{ENVIRONMENTS[:-2]}{{»{json.dumps(name)}: {{}}}}",
            "the name",
            "without quotes, commas",
        )
        for name in ("it's", 'the "one"', "a,b", "a;b", "a`b", "a\\b", ".", "..")
    ),
    Case(".git in a path", WEB, "  web: {files: {».git/hooks: {content: a}}}", "the name", ".git"),
    *(
        Case(
            f"path {path}", WEB, f"  web: {{files: {{»'{path}': {{content: a}}}}}}", "the name", "%"
        )
        for path in ("docs/100%.md", "what?.md", "c#.md")
    ),
    Case("two slashes", WEB, "  web: {files: {»a//b: {content: a}}}", "the name", "a path inside"),
    Case(
        "security updates without alerts",
        WEB,
        "  web: {»security: {vulnerability_alerts: false, dependabot_security_updates: true}}",
        "dependabot_security_updates needs vulnerability_alerts",
        "dependabot_security_updates: false",
    ),
    Case(
        "push protection without scanning",
        WEB,
        "  web: {»security: {secret_scanning: false, secret_scanning_push_protection: true}}",
        "secret_scanning_push_protection needs secret_scanning",
        "secret_scanning: true",
    ),
    # accepted, without effect
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
    # contradictions
    Case(
        "two sources",
        TOKEN,
        TOKEN.replace("{config: token}", "{config: a, env: B}").replace("from", "»from"),
        "exactly one source",
        "config, env",
    ),
    Case(
        "no source named",
        TOKEN,
        TOKEN.replace("token}", "null}").replace("from", "»from"),
        "exactly one source",
        "config, env",
    ),
    Case(
        "no actor",
        MAIN,
        "  main: {bypass: [»{mode: always}]}",
        "exactly one actor",
        "team, app or role",
    ),
    Case(
        "two actors",
        MAIN,
        "  main: {bypass: [»{app: 1, role: admin}]}",
        "exactly one actor",
        "team, app or role",
    ),
    Case(
        "Actions as actor",
        MAIN,
        "  main: {bypass: [»{app: 15368}]}",
        "this is the App of GitHub Actions: every workflow could",
        "another App",
    ),
    Case(
        "approver twice",
        "approvers: [devs]",
        "»approvers: [devs, devs]",
        "item 2 is in the list already",
    ),
    Case("branch twice", MAIN, "  main: {»branches: [default, default]}", "is in the list already"),
    Case(
        "member twice, in other case",
        DEVS,
        "  devs: {»members: [ana, ben, Ana]}",
        "item 3 is in the list already: GitHub takes it and item 1 for the same login",
    ),
    Case(
        "maintainer twice, in other case",
        DEVS,
        "  devs: {members: [ana], »maintainers: [Ben, BEN]}",
        "item 2 is in the list already",
    ),
    Case(
        "reviewer twice, in other case",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {reviewers: {»users: [ines, Ines]}}}",
        "item 2 is in the list already",
    ),
    Case(
        "code owner twice",
        OWNERS,
        OWNERS.replace("code", "»code").replace("[devs]", "[devs, devs]"),
        "item 2 of `*` is in the list already",
    ),
    Case(
        "folder of manifests twice",
        WEB,
        "  web: {ecosystems: [npm], dependabot: {»directories: {npm: [/, /a, /]}}}",
        "item 3 of `npm` is in the list already",
    ),
    Case(
        "actor twice, with another mode",
        MAIN,
        "  main: {»bypass: [{team: devs}, {role: admin}, {team: devs, mode: always}]}",
        "item 3 names the actor of item 1 again",
        "one entry for each actor",
    ),
    Case(
        "the automation as an actor",
        MAIN,
        "  main: {bypass: [{»app: 7, mode: always}]}",
        "the organization's automation, which bypasses each ruleset already",
        "leave it out",
    ),
    Case(
        "Dependabot's file in its other spelling",
        ENVIRONMENTS,
        "    files: {».github/dependabot.yaml: {content: a}}",
        "Dependabot has one file, and GitHub documents `.github/dependabot.yml`",
        "one of them",
    ),
    Case(
        "Dependabot's file in both spellings",
        WEB,
        "  web: {files: {».github/dependabot.yaml: {content: a},"
        " .github/dependabot.yml: {content: b}}}",
        "`.github/dependabot.yml`, which is declared too",
    ),
    Case(
        "a managed workflow in its other spelling",
        ENVIRONMENTS,
        "    files: {».github/workflows/release.yaml: {content: a}}",
        "GitHub would run this beside `.github/workflows/release.yml`, which Portcullis writes",
        "workflows: false",
    ),
    Case(
        "a second place of code owners",
        ENVIRONMENTS,
        "    files: {»docs/CODEOWNERS: {content: a}}",
        "GitHub ignores this file, because it reads .github/CODEOWNERS first",
    ),
    Case("file without content", WEB, "  web: {files: {»a.md: {}}}", "content or from_file"),
    Case(
        "from nowhere",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {»deploy_from: {branches: [], tags: []}}}",
        "give branches or tags",
    ),
    Case(
        "from anywhere",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {deploy_from: {»any_ref: true}}}",
        "`any_ref` is not a field",
        "branches, tags",
    ),
    Case(
        "token without a token",
        PUBLISH,
        PUBLISH.replace("{python", "»{auth: token, python"),
        "needs tokens.pypi and tokens.testpypi",
    ),
    Case(
        "tokens that are nothing",
        PUBLISH,
        PUBLISH.replace("{python", "»{auth: token, tokens: {pypi: null, testpypi: null}, python"),
        "needs tokens.pypi and tokens.testpypi",
    ),
    Case(
        "a token that nothing uses",
        PUBLISH,
        PUBLISH.replace("{py", "»{py").replace("app,", "app, tokens: {pypi: {from: {config: x}}},"),
        "auth: oidc stores no token",
    ),
    Case(
        "one environment for both",
        PUBLISH,
        PUBLISH.replace("app,", "app, »environment: TestPyPI,"),
        "has another use in this repository",
        "an environment of its own for each package",
    ),
    Case(
        "one gate for both approvals",
        PUBLISH,
        PUBLISH.replace("app,", "app, »environment: Release-Approval,"),
        "one approval must not count for two environments",
    ),
    Case(
        "two first gates",
        PUBLISH,
        "    publish: [{python: app, approvers: [security, devs]},"
        " {npm: app, »approvers: [devs, security]}]",
        "share the first of two approvals",
        "security as the first of approvers",
    ),
    # references
    Case(
        "unknown team",
        "{devs: maintain,",
        "{»dev: push, devs: maintain,",
        "mean `devs`?",
        "security",
    ),
    Case(
        "tag makers", TAGS, "{created_by: [»securty]}", "did you mean `security`?", "devs, security"
    ),
    Case(
        "unlike any team",
        TAGS,
        "{created_by: [»qqqqqq]}",
        "there is no such team",
        "devs, security",
    ),
    Case(
        "parent",
        DEVS,
        "  devs: {members: [ana], »parent: securit}",
        "did you mean `security`?",
        "devs, security",
    ),
    Case(
        "bypassing team", MAIN, "  main: {bypass: [{»team: devz}]}", "did you mean `devs`?", "devs"
    ),
    Case("approver", "approvers: [devs]", "approvers: [»securit]", "did you mean", "security"),
    Case(
        "reviewer",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{x: {reviewers: {teams: [»devss]}}}",
        "mean `devs`",
        "devs",
    ),
    Case("code owner", '{"*": [devs]}', '{"*": [»devss]}', "did you mean `devs`?", "devs"),
    Case(
        "secret's reader", TOKEN, TOKEN.replace("[app]", "[app, »wep]"), "mean `web`?", "app, web"
    ),
    Case("variable's reader", LEVEL, "{value: a, visible_to: [»ap]}", "mean `app`?", "app, web"),
    Case(
        "pattern without use", MAIN, "  main: {repositories: [»lib-*]}", "no repository", "app, web"
    ),
    Case(
        "exclusion without use", TAGS, TAGS[:-1] + ", exclude_repositories: [»ap]}", "`app`", "web"
    ),
    Case("circle", DEVS, "  devs: {members: [ana], »parent: devs}", "in a circle: devs -> devs"),
    Case(
        "nested secret team",
        DEVS,
        DEVS + "\n  ops: {parent: security, »visibility: secret}",
        "cannot be nested",
        "closed",
    ),
    Case(
        "owner who may not push",
        OWNERS,
        OWNERS.replace("maintain", "pull").replace("[devs]", "[»devs]"),
        "may not push",
        "access: {devs: push} or more",
    ),
    Case(
        "owner who may not push, nested in a team that may not either",
        OWNERS,
        OWNERS.replace("maintain", "pull").replace("[devs]", "[»nested]"),
        "GitHub ignores the code owner `nested`, because it may not push",
        "access: {nested: push} or more",
        also=((DEVS, DEVS + "\n  nested: {members: [kim], parent: devs}"),),
    ),
    Case(
        "approver who may not read",
        OWNERS + "\n" + ENVIRONMENTS + "\n" + PUBLISH,
        OWNERS.replace("devs: maintain, ", "").replace("[devs]", "[security]")
        + "\n"
        + PUBLISH.replace("[devs]", "[»devs]"),
        "cannot read the repository",
        "access: {devs: pull} or more",
    ),
    Case(
        "missing file",
        WEB,
        "  web: {files: {a: {»from_file: files/b}}}",
        "no such file",
        "below the folder files/",
    ),
    Case(
        "file beside the folder",
        WEB,
        "  web: {files: {a: {»from_file: pyproject.toml}}}",
        "`from_file`",
        "below the folder files/",
    ),
    Case(
        "hidden file",
        WEB,
        "  web: {files: {a: {»from_file: files/.env}}}",
        "`from_file`",
        "below the folder files/",
    ),
    Case(
        "file out of the folder",
        WEB,
        "  web: {files: {a: {»from_file: files/../.env}}}",
        "`from_file`",
        "a path inside",
    ),
    Case(
        "file outside",
        WEB,
        "  web: {files: {a: {»from_file: ../b}}}",
        "`from_file`",
        "a path inside",
    ),
    Case(
        "folders of an ecosystem that is not there",
        WEB,
        "  web: {ecosystems: [npm], dependabot: {directories: {»pip: [/]}}}",
        "`pip` is not among",
        "npm",
    ),
    Case("same secret", "  TOKEN:", f"  token: {TOKEN}\n  »TOKEN:", "for the same name"),
    Case("same repository", WEB, WEB + "\n  »Web: {}", "`Web` and `web` for the same name"),
    Case(
        "another spelling of a gate",
        ENVIRONMENTS,
        ENVIRONMENTS[:-2] + "{»PyPI-Release: {}}",
        "which `publish` declares",
        "pypi-release",
    ),
    Case(
        "classic, only reporting",
        MAIN,
        "  main: {enforced_by: classic, »enforcement: evaluate}",
        "always active",
        "enforced_by: ruleset",
    ),
    Case(
        "classic, leaving out",
        MAIN,
        "  main: {enforced_by: classic, »exclude_branches: [x]}",
        "cannot leave branches out",
        "enforced_by: ruleset",
    ),
    Case(
        "classic, with an App",
        MAIN,
        "  main: {enforced_by: classic, »bypass: [{app: 1}]}",
        "no apps and no roles",
        "team",
    ),
    Case(
        "classic, with more approvals than it takes",
        MAIN,
        "  main: {enforced_by: classic, »approvals: 7}",
        "so many approvals",
        "at most 6",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_mistake_is_reported_with_its_place_and_what_is_allowed(
    case: Case, tmp_path: Path
) -> None:
    """Each mistake is answered by its place, what it is and what is allowed (issue 3)."""
    text, marked = places(replaced((case.old, case.new), *case.also))
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked
    assert case.what in found[0].what
    assert case.allowed in found[0].allowed


def test_a_code_owner_may_push_through_the_team_it_is_nested_in(tmp_path: Path) -> None:
    """GitHub gives a nested team what its parents have, so it may own code (issue 13)."""
    text = replaced(
        (DEVS, DEVS + "\n  nested: {members: [kim], parent: devs}\n  deep: {parent: nested}"),
        ('{"*": [devs]}', '{"*": [nested, deep]}'),
    )
    assert mistakes(written(tmp_path, text)) == []


def test_logins_of_managed_users_are_allowed(tmp_path: Path) -> None:
    """The logins of Enterprise Managed Users end in an underscore and a short code."""
    text = replaced(
        (DEVS, "  devs: {members: [ana_corp, mona-cat_octo], maintainers: [octo_admin]}"),
        ("security: {members: [ines]}", f"security: {{members: [{'a' * 30}_microsft]}}"),
        (ENVIRONMENTS, ENVIRONMENTS[:-2] + "{x: {reviewers: {users: [Ana_Corp]}}}"),
        (EXEMPTION, EXEMPTION.replace("rule", "approved_by: ana_corp, rule")),
    )
    assert mistakes(written(tmp_path, text)) == []


def test_the_sound_file_has_no_mistake(tmp_path: Path) -> None:
    """The file that the cases break is right, so each case's mistake is its own."""
    assert mistakes(written(tmp_path, SOUND)) == []


PLANS = (
    Case(
        "internal below Enterprise",
        "team",
        "  web: {»visibility: internal}",
        "GitHub Enterprise",
        "private",
    ),
    Case(
        "evaluate below Enterprise",
        "team",
        "  web: {protection: {x: {»enforcement: evaluate}}}",
        "`evaluate` needs",
        "disabled",
    ),
    Case(
        "reviewers of a private repository",
        "team",
        "  web: {access: {devs: pull}, environments: {x: {»reviewers: {teams: [devs]}}}}",
        "on Enterprise only",
        "plan: enterprise",
    ),
    Case(
        "wait timer of a private repository",
        "team",
        "  web: {environments: {x: {»wait_timer: 5}}}",
        "on Enterprise only",
        "visibility: public",
    ),
    Case(
        "publishing from a private repository",
        "team",
        "  web: {access: {security: push, devs: pull}, »publish: [{npm: w, approvers: [devs]}]}",
        "on Enterprise only",
        "plan: enterprise",
    ),
    Case(
        "rulesets of a private repository",
        "free",
        "  web: {»protection: {x: {}}}",
        "GitHub Free lacks for private repositories",
        "plan: team",
    ),
    Case(
        "environments of a private repository",
        "free",
        "  web: {»environments: {x: {}}}",
        "GitHub Free lacks for private repositories",
        "plan: team",
    ),
)


@pytest.mark.parametrize("case", PLANS, ids=lambda case: case.id)
def test_what_a_plan_lacks_is_reported_before_github_refuses_it(case: Case, tmp_path: Path) -> None:
    """A gate that the plan does not offer is a mistake, never a gate that silently is not there."""
    protected = "{repositories: [app]}" if case.old == "free" else "{}"
    tags = TAGS[:-1] + ", repositories: [app]}" if case.old == "free" else TAGS
    level = LEVEL.replace("all", "[app]")
    edits = (
        *((PLAN, f"plan: {case.old}"), (MAIN, f"  main: {protected}"), (TAGS, tags)),
        (LEVEL, level),
    )
    text, marked = places(replaced(*edits, (WEB, case.new)))
    (mistake,) = mistakes(written(tmp_path, text))
    assert [str(mistake.place)] == marked
    assert case.what in mistake.what
    assert case.allowed in mistake.allowed


def test_free_protection_of_everything_names_the_private_repositories(tmp_path: Path) -> None:
    """On GitHub Free an organization's protection that covers a private repository is refused."""
    text, marked = places(
        replaced(
            (PLAN, "plan: free"),
            (MAIN, "  »main: {}"),
            ("  releases", "  »releases"),
            (LEVEL, LEVEL.replace("all", "[app]")),
        )
    )
    found = mistakes(written(tmp_path, text))
    assert [str(mistake.place) for mistake in found] == marked
    assert all("private repositories: web" in mistake.what for mistake in found)


def test_a_message_reads_as_lines_for_a_terminal(tmp_path: Path) -> None:
    """Place first, then what, then what is allowed, then that nothing was changed."""
    text, _ = places(replaced((WEB, "  web: {»visibilty: public}")))
    lines = str(outcome(written(tmp_path, text))).splitlines()
    assert lines[0] == "error  orgs/acme.yaml:28:9  repositories.web.visibilty"
    assert (
        lines[1] == "      `visibilty` is not a field of a repository; did you mean `visibility`?"
    )
    assert lines[2].startswith("      allowed: access, archived, ")
    assert lines[3:] == ["1 mistake; nothing was changed"]


def test_no_security_setting_stands_for_another() -> None:
    """A name that is near by its letters alone is not suggested."""
    assert nearest("push_protection", ["protection", "visibility"]) == ""
    assert nearest("branch_protection", ["tag_protection", "protection"]) == ""
    assert nearest("dependabot_alerts", ["dependabot_security_updates"]) == ""
    assert nearest("release-manager", ["release-managers"]).endswith("`release-managers`?")
