"""The catalogue: every rule, in the order in which it is printed. Ids are never reused."""

from portcullis_policy.rule import Rule
from portcullis_policy.rules.aws_and_vault import (
    archive_access,
    archive_lifecycle,
    audit_archive,
    elsewhere,
    open_policies,
    trust_aws,
    trust_declared,
    trust_vault,
)
from portcullis_policy.rules.branches_and_tags import (
    branches,
    checks,
    classic,
    code_owners,
    rulesets,
    tag_creators,
    tags,
)
from portcullis_policy.rules.environments import (
    admitted_refs,
    approvals,
    known_by_use,
    look_alikes,
    one_person,
    second_person,
)
from portcullis_policy.rules.organization import actions, forks, organization, roles, silence
from portcullis_policy.rules.pack import connections, pack, stack, waivers
from portcullis_policy.rules.release_path import alone, assumed_roles, fewer_people, others
from portcullis_policy.rules.repositories import (
    access,
    dependabot,
    everybody,
    people_files,
    repository,
    workflow_owners,
)
from portcullis_policy.rules.secrets import (
    age_on_github,
    plaintext,
    publishing_jobs,
    rotation,
    secrets,
    selected_repositories,
    sources,
)
from portcullis_policy.rules.workflows import (
    credentials,
    foreign_text,
    in_the_stack,
    linters,
    local_actions,
    release_jobs,
    releases,
    workflows,
)

_FAMILIES = (
    (organization, roles, forks, actions, silence),
    (repository, access, people_files, workflow_owners, everybody),
    (branches, checks, code_owners),
    (rulesets, classic),
    (tags, tag_creators),
    (approvals, admitted_refs, look_alikes, second_person, one_person, known_by_use),
    (alone, others, assumed_roles, fewer_people),
    (
        secrets,
        plaintext,
        publishing_jobs,
        selected_repositories,
        rotation,
        age_on_github,
        sources,
    ),
    (
        workflows,
        foreign_text,
        releases,
        credentials,
        release_jobs,
        in_the_stack,
        local_actions,
        linters,
    ),
    (dependabot,),
    (trust_aws, trust_vault, trust_declared, open_policies, elsewhere),
    (audit_archive, archive_access, archive_lifecycle),
    (stack, connections),
    (pack, waivers),
)

RULES: tuple[Rule, ...] = tuple(
    rule
    for modules in _FAMILIES
    for rule in sorted(
        (each() for module in modules for each in module.RULES), key=lambda rule: rule.id
    )
)
