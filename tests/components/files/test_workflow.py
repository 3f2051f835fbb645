"""The rendered workflow files: what zizmor, actionlint and their structure promise."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.files import secret_audit
from components.files.library import render
from components.files.workflow import (
    CI_PATH,
    RELEASE_PATH,
    REQUIRED_CHECKS,
    WorkflowPlan,
    pin_actions,
    render_ci,
)
from engine import ensure_actionlint
from tests.components.workflow_cases.variants import (
    AUDIT,
    AUDITED,
    PINS,
    TEMPLATES,
    UNKNOWN,
    VARIANTS,
    WHOLE_TEMPLATES,
    before,
    files,
    load,
    plan,
    steps,
    variants,
)
from tests.support.extent import EVERY

if TYPE_CHECKING:
    from pathlib import Path


SCANS = {"codeql", "scorecard"}
"""The jobs that show on GitHub what they found in the code."""
READING_RUNS = {*SCANS, "notification", "security-validation"}
"""The jobs that read what other workflows or people did."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every variant's files, and the templates as they stand with their pins, as repositories."""
    root = tmp_path_factory.mktemp("variants")
    stored = {name: render(variant) for name, variant in VARIANTS.items()}
    stored["secret audit"] = secret_audit.render(AUDIT, AUDITED)
    stored["secret audit without secrets"] = secret_audit.render(AUDIT, ())
    stored["templates"] = {
        f".github/workflows/{name}": pin_actions(text) for name, text in WHOLE_TEMPLATES.items()
    }
    for name, contents in stored.items():
        for path, text in contents.items():
            target = root / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return root


def tool(name: str) -> str:
    """A development tool of this virtual environment."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found, f"{name} is not installed beside this Python: make test installs it"
    return found


def test_zizmor_finds_nothing(written: Path) -> None:
    """The strictest persona of zizmor finds nothing in any variant or template (issue 3)."""
    command = (tool("zizmor"), "--offline", "--persona=auditor", "--format=json", "--no-progress")
    done = subprocess.run([*command, written], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout) == []


def test_zizmor_is_silenced_only_where_a_token_was_declared(written: Path) -> None:
    """Without the ignore comments, what it finds is the tokens that the YAML asks for.

    Outside of their environments, a job asks only whether it can see one, and stops if it can.
    """
    command = (tool("zizmor"), "--offline", "--persona=auditor", "--format=json", "--no-progress")
    done = subprocess.run(
        [*command, "--no-ignores", written], capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    assert {finding["ident"] for finding in found} == {
        "use-trusted-publishing",
        "secrets-outside-env",
    }
    ignoring = [
        line
        for variant in VARIANTS.values()
        for text in render(variant).values()
        for line in text.splitlines()
        if "zizmor: ignore" in line
    ]
    assert ignoring
    assert all(
        re.search(
            r"secrets\.\w+ }} # zizmor: ignore\[use-trusted-publishing\] - declared: auth "
            r"(token|hybrid)$"
            r"|secrets\.\w+ != '' && '[\w. -]+' \|\| '' }} "
            r"# zizmor: ignore\[secrets-outside-env\] - expected to be empty$",
            line,
        )
        for line in ignoring
    )


def test_actionlint_finds_nothing(written: Path) -> None:
    """With shellcheck for the scripts, actionlint has no finding in any variant (issue 3).

    Without `make every`: in files that have each line of any variant.
    """
    command = (str(ensure_actionlint()), *UNKNOWN, "-shellcheck", tool("shellcheck"))
    done = subprocess.run(
        [*command, *chosen([*written.glob("*/.github/workflows/*.yml")])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def chosen(paths: list[Path]) -> list[Path]:
    """All files, or as few as have each line of any: shellcheck reads each script again."""
    lines = {path: frozenset(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    taken: list[Path] = []
    left = set().union(*lines.values())
    while left and not EVERY:
        taken.append(max(sorted(paths), key=lambda path: len(lines[path] & left)))
        left -= lines[taken[-1]]
    return taken or paths


@variants
def test_every_action_is_pinned_to_the_table(variant: WorkflowPlan) -> None:
    """Each `uses:` names a commit of workflows/pins.yaml, with its version as comment (R5)."""
    for text in render(variant).values():
        for value in re.findall(r"^.*\buses:\s*(.*)$", text, re.MULTILINE):
            action, _, rest = value.partition("@")
            pin = PINS["actions"]["/".join(action.split("/")[:2])]
            assert rest == f"{pin['sha']} # {pin['version']}"


def test_the_table_of_pins_is_used_and_well_formed() -> None:
    """A commit has 40 hexadecimal digits, and nothing in the table is left over (R5)."""
    parts = (TEMPLATES / "configuration").glob("*.yml")
    texts = "".join([*WHOLE_TEMPLATES.values(), *(each.read_text("utf-8") for each in parts)])
    used = re.findall(r"uses: ([^/\s]+/[^/\s@]+)\S*@pin(?: #.*)?$", texts, re.MULTILINE)
    assert set(used) == set(PINS["actions"])
    for pin in PINS["actions"].values():
        assert re.fullmatch(r"[0-9a-f]{40}", pin["sha"])
        assert re.fullmatch(r"v\d+\.\d+\.\d+", pin["version"])
    for name, version in PINS["tools"].items():
        assert f"__{name}__" in texts
        assert isinstance(version, str)


def test_an_action_without_a_commit_is_refused() -> None:
    """An action that the table does not have is never used unpinned; the message names it (R5)."""
    with pytest.raises(KeyError, match="no commit for the action someone/something"):
        pin_actions("- uses: someone/something@pin\n")


@variants
def test_tools_have_exact_versions(variant: WorkflowPlan) -> None:
    """What uvx runs has an exact version, and what comes with it is frozen by date (R5)."""
    for workflow in files(variant).values():
        for _, step in steps(workflow):
            called = re.findall(r"\buvx (?:--from )?(\S+)", step.get("run", ""))
            assert all(re.fullmatch(r'"[\w-]+==[\d.]+"', name) for name in called)
            assert not called or step["env"]["UV_EXCLUDE_NEWER"] == PINS["tools_until"]


@variants
def test_permissions_are_declared_job_by_job(variant: WorkflowPlan) -> None:
    """The workflow has no permission; each job says its own, and its limit in minutes (R2)."""
    for workflow in files(variant).values():
        assert workflow["permissions"] == {}
        for id_, job in workflow["jobs"].items():
            assert set(job["permissions"].items()) <= {
                ("contents", "write" if id_ == "github-release" else "read"),
                ("id-token", "write"),
                ("packages", "write" if id_ == "promote" else "read"),
                *((("security-events", "write"),) if id_ in SCANS else ()),
                *((("actions", "read"),) if id_ in READING_RUNS else ()),
                *((("issues", "write"),) if id_ == "issue" else ()),
                ("packages", "read" if id_.startswith("rollback-") else "write"),
                ("attestations", "write" if id_ == "attest" else "none"),
            }
            assert job["timeout-minutes"] > 0


@variants
def test_scripts_take_values_from_the_environment_only(variant: WorkflowPlan) -> None:
    """No expression stands in a script: inputs arrive as environment variables (R4, R9)."""
    for workflow in files(variant).values():
        assert not [step for _, step in steps(workflow) if "${{" in step.get("run", "")]


@variants
def test_no_credential_and_no_cache_is_left_behind(variant: WorkflowPlan) -> None:
    """A checkout keeps no token in the clone, and no job takes anything from a cache (R9)."""
    for workflow in files(variant).values():
        for _, step in steps(workflow):
            action, inputs = step.get("uses", "").partition("@")[0], step.get("with", {})
            if action == "actions/checkout":
                assert inputs["persist-credentials"] is False
            if action == "astral-sh/setup-uv":
                assert inputs["enable-cache"] is False
            if action == "actions/setup-node":
                assert inputs["package-manager-cache"] is False
            assert action != "actions/cache"


def test_the_address_of_testpypi_stands_in_one_place() -> None:
    """The upload address is written once in the templates; steps refer to it."""
    release = files(VARIANTS["python-hybrid"])[RELEASE_PATH]
    address = release["jobs"]["test-python-escai-framework"]["env"]["TEST_REGISTRY"]
    assert "".join(WHOLE_TEMPLATES.values()).count(address) == 1


# --- the CI workflow ---


def test_ci_runs_on_pull_requests_and_the_default_branch() -> None:
    """Proposed and merged code is checked, with the proposal's own rights, never with secrets."""
    workflow = load(render_ci(plan(default_branch="trunk/2")))
    assert set(workflow["on"]) == {"pull_request", "merge_group", "push"}
    assert workflow["on"]["push"] == {"branches": ["trunk/2"]}
    assert not re.search(r"\bsecrets\.(?!baseline)", render_ci(VARIANTS["both"]))


@variants
def test_the_required_checks_wait_for_every_other_job(variant: WorkflowPlan) -> None:
    """Every job of CI is behind `ci` or `security-ci`, which run even when one failed (G7)."""
    workflow = load(render_ci(variant))
    behind = set()
    for check in variant.checks:
        assert workflow["jobs"][check]["name"] == check
        assert workflow["jobs"][check]["if"] == "${{ always() }}"
        behind |= before(workflow, check)
    jobs = set(workflow["jobs"])
    assert behind == (jobs - set(REQUIRED_CHECKS) if variant.checks else set())


def test_python_is_tested_on_three_systems_and_two_versions() -> None:
    """Ubuntu, Windows, macOS x Python 3.12, 3.13; lint, format, types; each in its folder (R6)."""
    jobs = load(render_ci(VARIANTS["both"]))["jobs"]
    matrix = jobs["python"]["strategy"]["matrix"]
    assert [system.split("-")[0] for system in matrix["os"]] == ["ubuntu", "windows", "macos"]
    assert matrix["python"] == ["3.12", "3.13"]
    assert matrix["directory"] == ["sdk"]
    lint = " ".join(step.get("run", "") for step in jobs["python-lint"]["steps"])
    assert all(word in lint for word in ("ruff check", "ruff format --check", "mypy"))


@pytest.mark.parametrize(
    ("job", "field", "versions", "auditing"),
    [
        ("python", "python", ["3.14", "3.9"], None),
        ("npm", "node", ["22", "26.1.0"], "26.1.0"),
        ("cargo", "rust", ["1.85.0", "1.90.1"], PINS["tools"]["rust"]),
        ("go", "go", ["1.25.10", "1.25.9"], f"go{PINS['tools']['go_version']}"),
        ("maven", "java", ["17", "25"], None),
    ],
)
def test_ci_runs_on_the_systems_and_versions_that_are_asked_for(
    job: str, field: str, versions: list[str], auditing: str | None
) -> None:
    """Each combination is a job of its own name; lint and audit take the newest version (R6).

    A tool that audits may need a newer one than the project is tested with.
    """
    jobs = load(render_ci(VARIANTS["ci-chosen"]))["jobs"]
    matrix = jobs[job]["strategy"]["matrix"]
    assert matrix["os"] == ["windows-2025", "macos-15"]
    assert jobs[job]["runs-on"] == "${{ matrix.os }}"
    assert matrix[field] == versions
    used = set(re.findall(r"\${{ matrix\.(\w+) }}", str(jobs[job])))
    named = set(re.findall(r"\${{ matrix\.(\w+) }}", jobs[job]["name"]))
    assert used == named == set(matrix)
    if auditing:
        assert auditing in re.findall(r"'([\w.]+)'", str(jobs[f"{job}-audit"]))
    newest = {"cargo-lint": "1.90.1", "go-lint": "go1.25.10"}
    if f"{job}-lint" in newest:
        assert newest[f"{job}-lint"] in jobs[f"{job}-lint"]["env"].values()
    assert {*jobs} >= {"ci", "security-ci"}


def test_ci_tests_with_the_version_of_releases_unless_others_are_chosen() -> None:
    """Node, Rust, Go and Java: exact versions of the table, and Node on one system (R5, R6)."""
    jobs = load(render_ci(VARIANTS["nothing-to-publish"]))["jobs"]
    tools = PINS["tools"]
    pinned = {"npm": tools["node"], "cargo": tools["rust"], "go": tools["go_version"]}
    pinned["maven"] = tools["java"]
    for job, version in pinned.items():
        matrix = dict(jobs[job]["strategy"]["matrix"])
        systems, _ = matrix.pop("os"), matrix.pop("directory")
        assert len(systems) == (1 if job == "npm" else 3)
        assert list(matrix.values()) == [[version]]


def test_security_ci_audits_each_ecosystem() -> None:
    """`security-ci` fails on pip-audit, bandit, npm audit, bad signatures, zizmor (G4)."""
    workflow = load(render_ci(VARIANTS["both"]))
    scripts = " ".join(
        step.get("run", "")
        for id_, step in steps(workflow)
        if id_ in before(workflow, "security-ci")
    )
    for command in ("pip-audit==", "bandit==", "npm audit --", "npm audit signatures", "zizmor=="):
        assert command in scripts
    assert "detect-secrets==" in scripts


@pytest.mark.parametrize(
    ("visibility", "licensed", "written"),
    [
        ("public", False, True),
        ("private", False, False),
        ("internal", False, False),
        ("private", True, True),
    ],
)
def test_dependencies_are_reviewed_where_github_compares_them(
    visibility: str, *, licensed: bool, written: bool
) -> None:
    """In public repositories, and in others with GitHub Code Security; never skipped (G4, G7)."""
    variant = plan(ecosystems=("pip",), visibility=visibility, code_security=licensed)
    workflow = load(render_ci(variant))
    assert ("dependency-review" in workflow["jobs"]) is written
    assert ("dependency-review" in before(workflow, "security-ci")) is written
    if written:
        job = workflow["jobs"]["dependency-review"]
        assert "if" not in job
        assert [step["if"] for step in job["steps"]] == [
            "${{ github.event_name == 'pull_request' }}"
        ]


@pytest.mark.parametrize(
    ("ecosystems", "jobs"),
    [
        (("github-actions",), set()),
        (("github-actions", "bundler", "gradle"), set()),
        (("pip",), {"python", "python-lint", "python-audit"}),
        (("uv",), {"python", "python-lint", "python-audit"}),
        (("npm",), {"npm", "npm-audit"}),
        (("docker",), {"image", "image-audit"}),
        (("maven",), {"maven", "maven-audit"}),
    ],
)
def test_ci_has_the_jobs_of_the_ecosystems(ecosystems: tuple[str, ...], jobs: set[str]) -> None:
    """A repository gets the jobs of its ecosystems and no others, beside those that all have."""
    variant = plan(ecosystems=ecosystems)
    everywhere = {"workflows", "secrets", *({"dependency-review"} if variant.checks else ())}
    assert set(load(render_ci(variant))["jobs"]) == everywhere | jobs | set(variant.checks)


UNTESTED = ("gradle", "bundler")
"""The ecosystems that the CI workflow does not test yet."""


@given(ecosystems=st.sets(st.sampled_from([*UNTESTED, "github-actions"])).map(tuple))
def test_no_check_is_green_without_a_test(ecosystems: tuple[str, ...]) -> None:
    """A required check is never written for ecosystems that no job tests (issue 13, number 10)."""
    variant = plan(ecosystems=ecosystems)
    files = render(variant)
    assert variant.checks == ()
    assert set(variant.untested) == set(ecosystems) - {"github-actions"}
    assert set(files) == ({CI_PATH} if "github-actions" in ecosystems else set())
    for text in files.values():
        workflow = load(text)
        assert workflow["name"] == "workflows"
        assert set(workflow["jobs"]) == {"workflows", "secrets"}


@pytest.mark.parametrize("tested", ["pip", "uv", "npm"])
def test_what_is_tested_beside_it_says_nothing_about_the_rest(tested: str) -> None:
    """With one language that is tested the checks are written; the others are reported."""
    variant = plan(ecosystems=(tested, *UNTESTED))
    assert variant.checks == REQUIRED_CHECKS
    assert set(load(render(variant)[CI_PATH])["jobs"]) > set(REQUIRED_CHECKS)
    assert variant.untested == UNTESTED
