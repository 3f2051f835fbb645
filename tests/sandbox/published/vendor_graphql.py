"""Take over from GitHub's published GraphQL schema the types that the sandbox resolves.

    npm pack @octokit/graphql-schema && tar xzf octokit-graphql-schema-*.tgz
    python -m tests.sandbox.published.vendor_graphql package

Writes `sandbox/graphql/schema.graphql`, and the licence beside it: the published definitions of
`TYPES`, with every field whose type is among them. What is resolved of that is another matter: the
rest is refused in words when somebody asks for it.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

SCHEMA = Path(__file__).parents[3] / "sandbox/graphql/schema.graphql"
TYPES = {
    "Actor",
    "App",
    "ArchiveRepositoryPayload",
    "Blob",
    "Bot",
    "BranchActorAllowanceActor",
    "BranchNamePatternParameters",
    "BranchProtectionRule",
    "BranchProtectionRuleConnection",
    "BranchProtectionRuleEdge",
    "BypassActor",
    "BypassForcePushAllowance",
    "BypassForcePushAllowanceConnection",
    "BypassForcePushAllowanceEdge",
    "BypassPullRequestAllowance",
    "BypassPullRequestAllowanceConnection",
    "BypassPullRequestAllowanceEdge",
    "CodeScanningParameters",
    "CodeScanningTool",
    "Commit",
    "CommitAuthorEmailPatternParameters",
    "CommitMessagePatternParameters",
    "CommitterEmailPatternParameters",
    "CreateBranchProtectionRulePayload",
    "DeleteBranchProtectionRulePayload",
    "DeployKey",
    "DeployKeyConnection",
    "DeployKeyEdge",
    "DeploymentProtectionRule",
    "DeploymentProtectionRuleConnection",
    "DeploymentProtectionRuleEdge",
    "DeploymentReviewer",
    "DeploymentReviewerConnection",
    "DeploymentReviewerEdge",
    "Environment",
    "EnvironmentConnection",
    "EnvironmentEdge",
    "FileExtensionRestrictionParameters",
    "FilePathRestrictionParameters",
    "GitObject",
    "IpAllowListEntry",
    "IpAllowListEntryConnection",
    "IssueComment",
    "Label",
    "LabelConnection",
    "MaxFilePathLengthParameters",
    "MaxFileSizeParameters",
    "MergeQueueParameters",
    "Mutation",
    "Node",
    "Organization",
    "OrganizationMemberConnection",
    "OrganizationMemberEdge",
    "PageInfo",
    "PermissionGranter",
    "PermissionSource",
    "PropertyTargetDefinition",
    "PullRequestParameters",
    "PullRequestReviewThread",
    "PushAllowance",
    "PushAllowanceActor",
    "PushAllowanceConnection",
    "PushAllowanceEdge",
    "Query",
    "RateLimit",
    "Ref",
    "RefConnection",
    "RefEdge",
    "RefNameConditionTarget",
    "Release",
    "ReleaseConnection",
    "Repository",
    "RepositoryCollaboratorConnection",
    "RepositoryCollaboratorEdge",
    "RepositoryConnection",
    "RepositoryEdge",
    "RepositoryIdConditionTarget",
    "RepositoryNameConditionTarget",
    "RepositoryOwner",
    "RepositoryPropertyConditionTarget",
    "RepositoryRule",
    "RepositoryRuleConditions",
    "RepositoryRuleConnection",
    "RepositoryRuleEdge",
    "RepositoryRuleset",
    "RepositoryRulesetBypassActor",
    "RepositoryRulesetBypassActorConnection",
    "RepositoryRulesetBypassActorEdge",
    "RepositoryRulesetConnection",
    "RepositoryRulesetEdge",
    "RepositoryTopic",
    "RepositoryTopicConnection",
    "RepositoryTopicEdge",
    "RequiredDeploymentsParameters",
    "RequiredStatusCheckDescription",
    "RequiredStatusChecksParameters",
    "ResolveReviewThreadPayload",
    "ReviewDismissalAllowance",
    "ReviewDismissalAllowanceActor",
    "ReviewDismissalAllowanceConnection",
    "ReviewDismissalAllowanceEdge",
    "RuleParameters",
    "RuleSource",
    "StatusCheckConfiguration",
    "TagNamePatternParameters",
    "Team",
    "TeamConnection",
    "TeamEdge",
    "TeamMemberConnection",
    "TeamMemberEdge",
    "TeamRepositoryConnection",
    "TeamRepositoryEdge",
    "Topic",
    "Tree",
    "TreeEntry",
    "UnarchiveRepositoryPayload",
    "UnresolveReviewThreadPayload",
    "UpdateBranchProtectionRulePayload",
    "UpdateParameters",
    "UpdateTeamReviewAssignmentPayload",
    "User",
    "UserConnection",
    "UserEdge",
    "WorkflowFileReference",
    "WorkflowsParameters",
}
"""Objects, interfaces and unions; scalars, enums and inputs come with the fields that use them."""
BUILT_IN = {"Boolean", "Float", "ID", "Int", "String"}
MUTATIONS = {
    "archiveRepository",
    "createBranchProtectionRule",
    "deleteBranchProtectionRule",
    "resolveReviewThread",
    "unarchiveRepository",
    "unresolveReviewThread",
    "updateBranchProtectionRule",
    "updateTeamReviewAssignment",
}


def _named(node: Any) -> str:  # noqa: ANN401 - a type, in lists and marks of non-null
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node.name.value


class Pruning:
    """The definitions that are kept, by name."""

    def __init__(self, text: str) -> None:
        """Read the published schema."""
        definitions = parse(text, no_location=True).definitions
        self.all = {each.name.value: each for each in definitions if hasattr(each, "name")}
        self.kept: dict[str, DefinitionNode] = {}

    def prune(self) -> str:
        """Return the kept part, in the order of its names, without descriptions."""
        for name in TYPES:
            self._keep(name)
        return "\n\n".join(print_ast(self.kept[name]) for name in sorted(self.kept)) + "\n"

    def _possible(self, name: str) -> bool:
        found = self.all.get(name)
        plain = ScalarTypeDefinitionNode | EnumTypeDefinitionNode | InputObjectTypeDefinitionNode
        return name in BUILT_IN or name in TYPES or isinstance(found, plain)

    def _keep(self, name: str) -> None:
        if name in self.kept or name in BUILT_IN:
            return
        node = self.all[name]
        self.kept[name] = node  # so that types that refer to each other come to an end
        self.kept[name] = self._pruned(node)

    def _pruned(self, node: Any) -> Any:  # noqa: ANN401 - a definition of any kind
        kind, bare = type(node), replace(node, description=None)
        if kind in (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode):
            name = node.name.value
            fields = tuple(self._field(each) for each in node.fields if self._wanted(name, each))
            interfaces = tuple(each for each in node.interfaces or () if _named(each) in TYPES)
            return replace(bare, fields=fields, interfaces=interfaces)
        if kind is UnionTypeDefinitionNode:
            return replace(bare, types=tuple(e for e in node.types if _named(e) in TYPES))
        if kind is InputObjectTypeDefinitionNode:
            for each in node.fields:
                self._keep(_named(each.type))
            return replace(bare, fields=tuple(_bare(each) for each in node.fields))
        if kind is EnumTypeDefinitionNode:
            return replace(bare, values=tuple(_bare(each) for each in node.values))
        return bare

    def _wanted(self, owner: str, field: FieldDefinitionNode) -> bool:
        if owner == "Mutation" and field.name.value not in MUTATIONS:
            return False
        return all(self._possible(name) for name in _used(field))

    def _field(self, field: Any) -> Any:  # noqa: ANN401 - a field's node
        for name in _used(field):
            self._keep(name)
        return replace(_bare(field), arguments=tuple(_bare(each) for each in field.arguments or ()))


def _used(field: FieldDefinitionNode) -> list[str]:
    return [_named(field.type), *(_named(each.type) for each in field.arguments or ())]


def _bare(node: Any) -> Any:  # noqa: ANN401 - a node of any kind
    """Return a node without description and directives, such as those of deprecation."""
    return replace(node, description=None, directives=())


def main(folder: Path) -> None:
    """Write the schema and its licence."""
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    text = (folder / "schema.graphql").read_text(encoding="utf-8")
    head = (
        f"# From @octokit/graphql-schema {version} (MIT, see LICENSE): GitHub's own definitions,\n"
    )
    head += "# pruned by tests/sandbox/published/vendor_graphql.py. Do not edit.\n\n"
    SCHEMA.write_text(head + Pruning(text).prune(), encoding="utf-8")
    shutil.copyfile(folder / "LICENSE.md", SCHEMA.with_name("LICENSE"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
