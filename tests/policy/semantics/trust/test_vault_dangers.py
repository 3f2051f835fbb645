"""What a Vault policy allows is judged by the paths that it includes, however they are written."""

from __future__ import annotations

import pytest
from portcullis_policy.semantics.trust.vault_dangers import is_dangerous
from portcullis_policy.semantics.trust.vault_policies import PathRule


@pytest.mark.parametrize(
    ("path", "able", "dangerous"),
    [
        *((path, "update", True) for path in ("*", "+/*", "+/+/+/*", "s*", "sys/*", "/sys/*")),
        *((path, "sudo", True) for path in ("sys/pol*", "sys/policies/acl/one", "sys/+/acl/x")),
        *((path, "create", True) for path in ("auth/jwt/role/x", "auth/+/role/*", "auth/*")),
        *((path, "delete", True) for path in ("sys/audit/file", "identity/entity/id/x", "sys/+")),
        *((path, "read", True) for path in ("secret/*", "secret/data/*", "kv/+", "kv/+/*", "k*")),
        *((path, "read", True) for path in ("sys/raw/core", "sys/*", "+/data/*", "secret/data/+")),
        *((path, "read", False) for path in ("secret/data/app", "secret/data/app/*", "sys/health")),
        *((path, "read", False) for path in ("secret/metadata/*", "sys/policies/*", "auth/*")),
        *(
            (path, "update", False)
            for path in ("transit/sign/app", "secret/data/app", "pki/issue/x")
        ),
        ("auth/approle/role/app/secret-id", "update", True),
        ("sys/wrapping/*", "update", False),
        *((path, "list", False) for path in ("*", "secret/*", "sys/*")),
        *((path, "deny", False) for path in ("*", "secret/*")),
    ],
)
def test_dangerous_paths(path: str, able: str, *, dangerous: bool) -> None:
    """S7: all secrets of an engine, and what decides who may do what, by any pattern."""
    assert is_dangerous(PathRule(path, frozenset({able}))) is dangerous


def test_a_denial_of_the_same_path_wins() -> None:
    """S7: Vault denies what one path both allows and denies; a very long path is refused."""
    assert not is_dangerous(PathRule("*", frozenset({"deny", "sudo"})))
    assert is_dangerous(PathRule("a" * 10_000, frozenset({"read"})))
