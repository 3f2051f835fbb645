"""The documentation is true: links, commands, examples, quoted findings, named tests."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from portcullis_policy.examples.base import example
from portcullis_policy.profiles import ON_THE_RELEASE_PATH
from portcullis_policy.registry import RULES
from portcullis_policy.semantics import github as gh
from ruamel.yaml import YAML
from typer.testing import CliRunner

from components.declaration import DeclarationError, load
from components.names.versions import ReleaseTags, Scheme
from components.trust import aws, vault
from portcullis.check.program import declared
from portcullis.cli import app
from portcullis.generate.generated import pages
from tests.policy.harness import ids, judged

ROOT = Path(__file__).resolve().parents[1]
README_LINES = 90
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("policy/*.md"))
)
GENERATED = {
    "docs/reference.md",
    *(page for page in PAGES if page.startswith(("docs/rules/", "docs/runbooks/"))),
}
WRITTEN = [page for page in PAGES if page not in GENERATED]

REQUIREMENTS = {"E": 8, "R": 16, "A": 10, "S": 16, "G": 10, "C": 5}

# written in parts, so that this file does not hold what it forbids
FOREIGN = re.compile(
    "|".join(
        (
            "python" + "hosted",
            "proxy" + r"\.golang",
            "sum" + "db",
            "registry" + r"\.npm",
            "static" + r"\.crates",
            r"repo[0-9]?\." + "maven",
            "deb" + r"\.debian",
            "/simp" + r"le[\"'/ ]",
            r"(?<![\w.}*])/" + r"(?:work/(?:main|shared|steering|\.library)|farm|root|tmp/x)\b",
        )
    )
)


@cache
def text_of(page: str) -> str:
    """The text of a file of the project."""
    return (ROOT / page).read_text(encoding="utf-8")


def fences(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language; an empty text is none."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(page: str) -> frozenset[str]:
    """What a link may name behind `#`: GitHub's own anchors of headings, and written ones."""
    found: set[str] = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text_of(page)))
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (name := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(name)
    return frozenset(found)


def anchors_of(path: Path) -> frozenset[str]:
    """As `anchors`, by a path that may go up and down."""
    return anchors(str(path.resolve().relative_to(ROOT)))


def links(page: str) -> list[str]:
    """The targets of links to files of the project."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [target for target in targets if not target.startswith(("http://", "https://"))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Each link to a file finds it, and each anchor its heading."""
    broken = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        if not path.exists() or (anchor and anchor not in anchors_of(path)):
            broken.append(target)
    assert broken == []


def test_every_page_is_reached_from_the_readme() -> None:
    """A reader who follows links from the README finds every page."""
    reached, new = {"README.md"}, {"README.md"}
    while new:
        new = {page for each in new for page in linked_pages(each)} - reached
        reached |= new
    assert set(PAGES) - reached == set()


def linked_pages(page: str) -> set[str]:
    """The pages that a page links to."""
    targets = ((ROOT / page).parent / target.partition("#")[0] for target in links(page))
    return {str(path.resolve().relative_to(ROOT)) for path in targets} & set(PAGES)


def test_pages_that_messages_name_are_there() -> None:
    """An error that says where to read on names a page that exists."""
    named: set[str] = set()
    for path in tracked():
        if path.suffix in {".py", ".yaml", ".in", ".toml"} or path.name == "Makefile":
            named.update(
                re.findall(r"\bdocs/(?:rules/)?[a-z-]{3,}\.md\b", path.read_text(encoding="utf-8"))
            )
    assert {name for name in named if not (ROOT / name).is_file()} == set()


@pytest.mark.parametrize("page", WRITTEN)
def test_make_targets_are_there(page: str) -> None:
    """Each `make target` of a page is one that make has."""
    targets = set(re.findall(r"^([a-z]+):.*##", text_of("Makefile"), re.MULTILINE))
    code = [*fences(page, r"\w*"), *re.findall(r"`([^`\n]+)`", prose(page))]
    named = {
        name
        for piece in code
        for name in re.findall(r"(?<![\w-])make(?: -\w+| [A-Z]+=\S+)* ([a-z]+)\b", piece)
    }
    assert named - targets == set()


@pytest.mark.parametrize("page", WRITTEN)
def test_yaml_examples_can_be_loaded(page: str, tmp_path: Path) -> None:
    """An example of an organization's file, or of a part of one, has no mistake."""
    for block in fences(page, "yaml"):
        mark = block.partition("\n")[0]
        assert mark.startswith(("# orgs/<name>.yaml", "# part of orgs/<name>.yaml")), mark
        yaml = YAML(typ="safe", pure=True)
        data: dict[str, Any] = yaml.load(block)
        if mark.startswith("# part of"):
            data = merged(yaml.load(text_of("orgs/guild.yaml")), data)
        (tmp_path / "orgs").mkdir(exist_ok=True)
        with (tmp_path / "orgs/example.yaml").open("w", encoding="utf-8") as file:
            YAML().dump(data, file)
        assert load("example", tmp_path).config.organization == data["organization"]


def merged(base: Any, part: Any) -> Any:  # noqa: ANN401 - any YAML
    """``part`` over ``base``: mappings key by key, everything else replaced."""
    if not (isinstance(base, dict) and isinstance(part, dict)):
        return part
    return {**base, **{key: merged(base.get(key), value) for key, value in part.items()}}


@pytest.mark.parametrize("page", WRITTEN)
def test_quoted_findings_are_the_rules_own(page: str) -> None:
    """A finding in the docs has the rule's level, title and remedy, and its place in the file."""
    rules = {rule.id: rule for rule in RULES}
    quoted = re.findall(
        r"^(mandatory|advisory)  ([A-Z]{2}\d{3})  \S.*\n +(.+)\n(?: +(\S+?):(\d+):\d+  (\S+)\n)?"
        r"(?: {8}.*\n)+ +fix: (.+)$",
        text_of(page),
        re.MULTILINE,
    )
    assert len(quoted) == len(re.findall(r"^(?:mandatory|advisory)  ", text_of(page), re.MULTILINE))
    for level, rule_id, title, file, line, path, fix in quoted:
        rule = rules[rule_id]
        assert (title, fix) == (rule.title, rule.remediation)
        assert level == rule.severity.level
        if file:  # a finding about the stack has no place in the YAML
            assert len(text_of(file).splitlines()) >= int(line)
            assert path.rpartition(".")[2] in text_of(file)


def test_quoted_mistakes_are_those_of_the_example(tmp_path: Path) -> None:
    """The mistakes in docs/first-steps.md are what Portcullis reports for them today."""
    text = text_of("orgs/guild.yaml").replace("    visibility: public", "    visibilty: public", 1)
    text = re.sub(r"(escai-maintainers: maintain, release-manager)s:", r"\1:", text, count=1)
    (tmp_path / "orgs").mkdir()
    (tmp_path / "orgs/guild.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError) as error:
        load("guild", tmp_path)
    printed = "\n".join(" ".join(line.split()) for line in str(error.value).splitlines())
    (block,) = (each for each in fences("docs/first-steps.md", "") if "visibilty" in each)
    for line in block.splitlines():
        words = " ".join(line.split()).removeprefix("error ").removesuffix("...")
        assert words in printed or words == "2 mistakes; nothing was changed"


@pytest.mark.parametrize("page", WRITTEN)
def test_named_tests_are_there(page: str) -> None:
    """A test that is given as proof exists."""
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text_of(page)):
        names = {node.name for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)}
        assert name in names, f"{file}::{name}"


@cache
def tree(file: str) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(text_of(file))


def test_messages_of_the_troubleshooting_page_are_printed() -> None:
    """A message that readers look up is one that the code, or Pulumi, prints."""
    pulumis = {"cannot be deleted because it is protected"}
    # a text of Python that goes over several lines is joined
    code = [
        re.sub(r"\"\s*f?\"", "", path.read_text(encoding="utf-8"))
        for path in tracked()
        if path.suffix in {".py", ".yml"} or path.name == "Makefile"
    ]
    cells = [
        line.split("|")[1]
        for line in text_of("docs/troubleshooting.md").splitlines()
        if line.startswith("| ")
    ]
    quoted = re.findall(r"[`\"]([^`\"]+)[`\"]", "\n".join(cells))
    pieces = {piece.strip() for quote in quoted for piece in quote.split("...")} - pulumis
    missing = [piece for piece in pieces if len(piece) > 8 and not any(piece in c for c in code)]
    assert quoted
    assert missing == []


def test_every_requirement_has_its_row() -> None:
    """docs/requirements.md leaves none out, and each that works names the test that shows it."""
    rows = re.findall(
        r"^\| ([A-Z]\d+) \| .+? \| (works|partly|later) \| (.*?) ?\|$",
        text_of("docs/requirements.md"),
        re.MULTILINE,
    )
    wanted = [f"{kind}{n}" for kind, most in REQUIREMENTS.items() for n in range(1, most + 1)]
    assert [row[0] for row in rows] == wanted
    assert [row[0] for row in rows if row[1] == "works" and "::test_" not in row[2]] == []


def test_figures_of_the_practice_organization_are_right() -> None:
    """The numbers of resources and findings that pages quote are those that the commands print."""
    declaration = load("guild", ROOT)
    recorded = declared(declaration, ROOT, stack="dev", base_url="http://127.0.0.1/", changed={})
    managed = len({each.urn for each in recorded})
    for page in ("README.md", "docs/first-steps.md", "docs/interruptions.md"):
        quoted = re.findall(r"^(?:preview|update) +(\d+ .*) in \d+ s$", text_of(page), re.MULTILINE)
        for line in quoted:
            assert sum(map(int, re.findall(r"\d+", line))) == managed, f"{page}: {line}"
    counts = CliRunner().invoke(app, ["check", "orgs/insecure.yaml"]).output.splitlines()[-1]
    assert counts in text_of("docs/policy.md").splitlines()


def test_folders_of_the_contributors_page_are_there() -> None:
    """CONTRIBUTING.md describes the folders as they are."""
    table = "\n".join(re.findall(r"^\| (`[^|]+) \|", text_of("CONTRIBUTING.md"), re.MULTILINE))
    named = re.findall(r"`([^`]+)/`", table)
    assert {"components", "sandbox/world"} <= set(named)
    assert [name for name in named if not (ROOT / name).is_dir()] == []


_ODD = (
    r"\b(?:is|are|was|were|be|been|being) (?:told|said)\b",
    r"\bsaid so\b",
    r"\bstands? nowhere\b",
    r"\bwhat is not said\b",
    r"\btwo gates, but one key\b",
    r"\bwhose eyes\b",
    r"\bsomething of this\b",
    r"\bwhoever\b",
    r"\btold\b(?! of,)",
    r"\bmend(?:s|ed|ing)?\b",
    r"\bbabbl\w*",
    r"\bhad happened\b",
    r"\bmakes? (?:a |its |the )?release tags?\b",
    r"\bbehind everybody's back\b",
    r"\bthe gates? (?:would|is|are) ",
    r"\bopens? (?:two|both) gates\b",
)
ODD = re.compile("|".join(_ODD), re.IGNORECASE)
"""Phrases that readers stumbled over, and private words for the field's own."""
ODD_IN_PAGES = re.compile(rf"{ODD.pattern}|(?<!\?)\bgates?\b", re.IGNORECASE)
"""As `ODD`; and a page says environment, or approval. A parameter's pattern may have `.?gate`."""
READ = {".md", ".py", ".go", ".yaml", ".yml", ".html", ".toml"}
"""What people read, by the ends of file names."""


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_in_plain_english(page: str) -> None:
    """No page has an odd phrase; CONTRIBUTING.md describes the style."""
    assert [each[0] for each in ODD_IN_PAGES.finditer(" ".join(text_of(page).split()))] == []


def test_code_is_in_plain_english() -> None:
    """No message, docstring or comment has an odd phrase."""
    files = {path: path.read_text(encoding="utf-8") for path in tracked() if path.suffix in READ}
    del files[Path(__file__).resolve()]  # it names them
    odd = [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := ODD.search(line))
    ]
    assert odd == []


def test_the_readme_is_short() -> None:
    """One screen and a half."""
    assert len(text_of("README.md").splitlines()) <= README_LINES


def test_the_number_of_rules_is_right() -> None:
    """Pages that give the number of rules give the right one."""
    given = {
        (page, int(number))
        for page in WRITTEN
        for number in re.findall(r"\b(\d+) rules\b", text_of(page))
    }
    assert {(page, number) for page, number in given if number != len(RULES)} == set()


def test_whole_families_of_rules_are_named_to_their_end() -> None:
    """Pages that name all rules of a family, such as `BR001 to BR014`, stop at its last rule."""
    last = {rule.id[:2]: rule.id for rule in sorted(RULES, key=lambda rule: rule.id)}
    ranges = {
        (page, family, end)
        for page in WRITTEN
        for family, end in re.findall(r"\b([A-Z]{2})001 to (\w+)", text_of(page))
    }
    assert ranges
    assert {each for each in ranges if last[each[1]] != each[2]} == set()


def test_families_on_the_release_path_are_those_of_the_profile() -> None:
    """docs/policy.md names each family for which `release-critical` refuses high findings."""
    (row,) = re.findall(
        r"^\| `release-critical` \| .*\((.*)\) \|$", text_of("docs/policy.md"), re.MULTILINE
    )
    assert set(row.split(", ")) == ON_THE_RELEASE_PATH


@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_tags_of_the_release_path_page_fit_their_scheme(scheme: Scheme) -> None:
    """docs/release-path.md shows tags that a scheme takes, and tags that it does not take."""
    (row,) = re.findall(
        rf"^\| `{scheme}`.* \| (.*) \| (.*) \|$", text_of("docs/release-path.md"), re.MULTILINE
    )
    taken, not_taken = (re.findall(r"`([^`]+)`", cell) for cell in row)
    fits = {
        tag
        for tag in (*taken, *not_taken)
        if re.fullmatch(ReleaseTags("v", scheme).expression, tag)
    }
    assert taken
    assert not_taken
    assert fits == set(taken)


def test_actions_in_examples_are_pinned_as_the_workflows_are() -> None:
    """An action in an example has the commit and the version of workflows/pins.yaml."""
    pins = YAML(typ="safe").load(text_of("workflows/pins.yaml"))["actions"]
    used = {
        each
        for page in WRITTEN
        for each in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (\S+)", text_of(page))
    }
    assert used
    assert used <= {(name, pin["sha"], pin["version"]) for name, pin in pins.items()}


def test_stored_credentials_of_the_trust_page_are_those_that_are_refused() -> None:
    """docs/trust.md names the secrets that a trust makes needless; SE016 advises against each."""
    (named,) = re.findall(
        r"A secret named ([^.]+?) that a job with trust", " ".join(text_of("docs/trust.md").split())
    )
    names = re.findall(r"`(\w+)`", named)
    assert names == [*aws.STATIC_CREDENTIALS, *vault.STATIC_CREDENTIALS]
    (rule,) = (rule for rule in RULES if rule.id == "SE016")
    for name in names:
        secret = example("stored", gh.ACTIONS_SECRET, {"repository": "x", "secretName": name})
        assert rule.id in ids(judged(secret)), name


@cache
def generated() -> dict[str, str]:
    """Return what `make docs` would write; making it takes a second."""
    return pages(ROOT)


@pytest.mark.parametrize("page", sorted(generated()))
def test_generated_files_are_up_to_date(page: str) -> None:
    """`make docs` would change nothing."""
    assert text_of(page) == generated()[page], "run: make docs"


def test_ci_runs_the_readmes_command() -> None:
    """CI does what a person does, and nothing of its own."""
    commands = [
        line
        for line in text_of(".ci/run").splitlines()
        if line and not line.startswith(("#", "set "))
    ]
    assert commands == ["make test"]
    assert "\nmake test " in text_of("README.md")
    workflow = YAML(typ="safe").load(text_of(".github/workflows/ci.yml"))
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == ["make test"]


def test_nothing_of_one_machine_is_in_the_project() -> None:
    """No tracked file names a package registry's host or a path of somebody's machine."""
    found = []
    for path in tracked():
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if match := FOREIGN.search(content):
            found.append(f"{path.relative_to(ROOT)}: {match[0]}")
    assert found == []


@cache
def tracked() -> tuple[Path, ...]:
    """The files that git keeps, as they are in the folder now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git, as PATH has it
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in files if path.is_file())
