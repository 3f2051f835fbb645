"""An organization of 60 repositories, as a company of some age has it.

A script makes it by requests to GitHub's API. It knows nothing of Portcullis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.sixty import organization, people, protection, repositories
from tests.support.sixty.script import ORG, Script

if TYPE_CHECKING:
    from tests.support.sandbox import World

SEED: dict[str, Any] = {
    "users": [*people.MEMBERS, *people.OUTSIDE, *people.INVITED, "maria"],
    "organizations": [
        {
            "login": ORG,
            "plan": "enterprise",
            "licenses": ["secret-protection", "code-security"],
            "owners": ["olga"],
        },
        {
            "login": "upstream",
            "owners": ["maria"],
            "repositories": {"parser": {"files": {"README.md": "# parser\n"}}},
        },
    ],
    "tokens": [{"login": "olga"}],
}
"""What exists before: accounts, an empty organization with its owner, and something to fork.

Accounts and organizations are the only things that GitHub's API cannot make.
"""


def make(world: World) -> Script:
    """Make the organization in a world; return what was asked."""
    with Script(world.client) as script:
        people.join(script)
        organization.settings(script)
        repositories.make(script)
        people.grant(script)
        organization.make(script)
        protection.make(script)
        repositories.archive(script)
    return script
