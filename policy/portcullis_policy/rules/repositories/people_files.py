"""RE: files of a repository that tell people what to do: whom to report to, who reviews."""

import re
from collections.abc import Iterator, Mapping

from portcullis_policy.examples.base import Declared, Example, stack
from portcullis_policy.examples.workflow_files import CI, CI_PATH, file
from portcullis_policy.mappings import cis, osps
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.semantics.workflow_files.files import repository_of
from portcullis_policy.settings import Parameter, Settings
from portcullis_policy.severity import Severity

FOLDERS = ("", ".github/", "docs/")
"""Where GitHub looks for both files. Sources:
https://docs.github.com/en/code-security/getting-started/adding-a-security-policy-to-your-repository
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners"""
FOR_ALL = ".github"
"""The repository whose community files hold for those that have none of their own."""
REQUIRED = Parameter(
    "required",
    default=False,
    schema={"type": "boolean"},
    meaning="Require a SECURITY.md in each repository that has managed files.",
)


_OWNER = re.compile(r"^[^#\s]\S*\s[^#\n]*@", re.MULTILINE)
"""A line of CODEOWNERS with a pattern, and a person, team or address behind it."""


ADDED_FILES = "portcullis:index:AddedFiles"
"""The component of the files that are added to what people wrote."""


class _HasFile(StackRule, abstract=True):
    """The base of the rules that ask for a file wherever a program keeps others."""

    resource_types = (gh.REPOSITORY_FILE,)
    name: str
    field: str
    """The field of the repository's YAML to change."""
    for_all = False

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule. A repository in which the program keeps no file is left in peace."""
        del settings
        kept = stack.once(_files)
        wanted = {f"{folder}{self.name}" for folder in FOLDERS}
        if self.for_all and wanted & kept.get(FOR_ALL, {}).keys():
            return
        for name, files in kept.items():
            if name != FOR_ALL and files and not wanted & files.keys():
                first = next(iter(files.values()))
                yield Finding(
                    f"files are kept in it, and no {self.name}", (self.field,), urn=first.urn
                )


def _files(stack: Stack) -> Mapping[str, Mapping[object, Resource]]:
    """Return the kept files by repository and by path."""
    found: dict[str, dict[object, Resource]] = {}
    for item in stack.of(gh.REPOSITORY_FILE):
        name, path = repository_of(item), item.facts.text("file")
        if isinstance(name, str):
            found.setdefault(name, {})[path] = item
    for item in stack.of(ADDED_FILES):
        name, files = repository_of(item), item.facts.at("files")
        if isinstance(name, str) and isinstance(files, Mapping):
            found.setdefault(name, {}).update(dict.fromkeys(files, item))
    return found


class SecurityPolicy(_HasFile):
    """A repository says where to report a vulnerability.

    People who find one and see no address open a public issue, or report nothing. A SECURITY.md in
    the organization's `.github` repository applies to all repositories without their own. Many are
    committed by hand, where the pack cannot see them, so this rule applies only where `required` is
    set.
    """

    id = "RE012"
    title = "a repository has no SECURITY.md"
    severity = Severity.LOW
    maps = osps("VM-02.01")
    remediation = (
        "Add `SECURITY.md` to the repository's `files`, or one to the repository `.github`."
    )
    parameters = (REQUIRED,)
    name = "SECURITY.md"
    field = "files"
    for_all = True
    good = (
        Example(
            "a file SECURITY.md",
            (file(CI, CI_PATH), file("x", ".github/SECURITY.md", "policy")),
            {"RE012": {"required": True}},
        ),
        Example(
            "the organization's file SECURITY.md",
            (
                file(CI, CI_PATH),
                Declared(
                    gh.REPOSITORY_FILE,
                    {"repository": ".github", "file": "SECURITY.md", "content": "x"},
                    "policy",
                ),
            ),
            {"RE012": {"required": True}},
        ),
        Example(
            "a file that is written unless people wrote one",
            (
                file(CI, CI_PATH),
                Declared(
                    ADDED_FILES,
                    {"repository": "escai", "files": {"SECURITY.md": {"content": "x"}}},
                    "escai",
                ),
            ),
            {"RE012": {"required": True}},
        ),
        stack("the stack manages no files of the repository"),
        stack(
            "a list of files that is empty",
            Declared(ADDED_FILES, {"repository": "escai", "files": {}}),
        ),
    )
    bad = (Example("no file SECURITY.md", (file(CI, CI_PATH),), {"RE012": {"required": True}}),)

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        if settings.value(self.id, REQUIRED) is True:
            yield from super().findings(stack, settings)


class CodeOwners(_HasFile):
    """A repository declares its code owners.

    Without CODEOWNERS, a required review by a code owner asks nobody, and any reviewer may approve
    a changed workflow.
    """

    id = "RE013"
    title = "a repository has no CODEOWNERS"
    severity = Severity.LOW
    maps = cis("1.1.7")
    remediation = (
        "Declare the repository's `code_owners`, or add `.github/CODEOWNERS` to its `files`."
    )
    name = "CODEOWNERS"
    field = "code_owners"
    good = (
        stack(
            "a file CODEOWNERS", file(CI, CI_PATH), file("* @o/a", ".github/CODEOWNERS", "owners")
        ),
        stack("the stack manages no files of the repository"),
        stack(
            "a list of files that is empty",
            Declared(ADDED_FILES, {"repository": "escai", "files": {}}),
        ),
    )
    bad = (
        stack("no file CODEOWNERS", file(CI, CI_PATH)),
        stack(
            "a file CODEOWNERS without owners",
            file(CI, CI_PATH),
            file("# later\n*\n", ".github/CODEOWNERS", "x"),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        yield from super().findings(stack, settings)
        for item in stack.of(gh.REPOSITORY_FILE):
            content = item.facts.text("content")
            owners = item.facts.text("file") in {f"{folder}{self.name}" for folder in FOLDERS}
            if owners and isinstance(content, str) and not _OWNER.search(content):
                yield Finding("it names nobody", (self.field,), urn=item.urn)


RULES = (SecurityPolicy, CodeOwners)
