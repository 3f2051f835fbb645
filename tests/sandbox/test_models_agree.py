"""What the models allow, the sandbox takes: nothing is refused in the middle of an update."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components import base, custom_property
from components.repository import Topic
from sandbox.seed.models import Login

if TYPE_CHECKING:
    import httpx

LIMITS = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SITE = "/repos/acme/site"


def allowed(type_: Any) -> st.SearchStrategy[str]:  # noqa: ANN401 - a type form
    """Texts that a type of the models takes, the longest that it takes among them."""
    patterns = [each.pattern for each in get_args(type_)[1:] if isinstance(each, base.Matching)]
    letters = st.characters(codec="utf-8")
    texts = st.from_regex(patterns[0], fullmatch=True, alphabet=letters) | st.from_regex(
        patterns[0], fullmatch=True, alphabet="abAZ019._-/*[]! \u00e9"
    )
    longest = [text * n for text in ("a", "\u00e9") for n in (39, 50, 75, 100, 244, 255, 350)]
    adapter = TypeAdapter(type_)

    def takes(text: str) -> bool:
        try:
            adapter.validate_python(text)
        except ValidationError:
            return False
        return True

    return (texts | st.sampled_from(longest)).filter(takes)


def done(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON
    """The answer of a request that has to be allowed."""
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


@given(
    name=allowed(base.RepositoryName),
    description=allowed(base.Description),
    homepage=allowed(base.ShortText),
    topics=st.lists(allowed(Topic), max_size=20, unique=True),
)
@LIMITS
def test_repositories(
    api: httpx.Client, name: str, description: str, homepage: str, topics: list[str]
) -> None:
    """Names, descriptions, homepages and topics."""
    assume(name.lower() not in {"widget", "site"})
    body = {"name": name, "description": description, "homepage": homepage}
    made = done(api.post("/orgs/acme/repos", json=body))
    assert (made["name"], made["description"] or "") == (name, description)
    assert done(api.put(f"/repos/acme/{name}/topics", json={"names": topics}))
    done(api.delete(f"/repos/acme/{name}"))


@given(name=allowed(base.BranchName))
@LIMITS
def test_branches(api: httpx.Client, name: str) -> None:
    """The default branch gets any name that the models allow."""
    assume(name != "main")
    made = done(api.post(f"{SITE}/branches/main/rename", json={"new_name": name}))
    assert made["name"] == name
    done(api.post(f"{SITE}/branches/{quote(name, safe='')}/rename", json={"new_name": "main"}))


@given(name=allowed(base.EnvironmentName), branches=st.lists(allowed(base.RefPattern), max_size=2))
@LIMITS
def test_environments(api: httpx.Client, name: str, branches: list[str]) -> None:
    """Names of environments, and the patterns of the refs that they admit."""
    path = f"{SITE}/environments/{quote(name, safe='')}"
    policy = {"protected_branches": False, "custom_branch_policies": True}
    made = done(api.put(path, json={"deployment_branch_policy": policy}))
    assert made["name"] == name
    for branch in set(branches):
        done(api.post(f"{path}/deployment-branch-policies", json={"name": branch}))
    done(api.delete(path))


@given(name=st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,30}", fullmatch=True), size=st.integers(0, 3))
@LIMITS
def test_variables(api: httpx.Client, name: str, size: int) -> None:
    """Names, and values up to the limit."""
    assume(not name.upper().startswith("GITHUB_"))
    value = "x" * (base.MOST_VALUE_BYTES - size)
    done(api.post(f"{SITE}/actions/variables", json={"name": name, "value": value}))
    done(api.delete(f"{SITE}/actions/variables/{name}"))


@given(
    name=allowed(custom_property.PropertyName),
    description=allowed(base.ShortText),
    value=allowed(custom_property.PropertyValue),
)
@LIMITS
def test_properties(api: httpx.Client, name: str, description: str, value: str) -> None:
    """Names, descriptions and values of custom properties."""
    path = f"/orgs/acme/properties/schema/{name}"
    done(api.put(path, json={"value_type": "string", "description": description}))
    properties = [{"property_name": name, "value": value}]
    body = {"repository_names": ["site"], "properties": properties}
    done(api.patch("/orgs/acme/properties/values", json=body))
    done(api.delete(path))


@given(slug=allowed(base.TeamSlug))
@LIMITS
def test_teams(api: httpx.Client, slug: str) -> None:
    """A team whose name is a slug has that slug."""
    assume(slug != "release")
    made = done(api.post("/orgs/acme/teams", json={"name": slug}))
    assert made["slug"] == slug
    done(api.delete(f"/orgs/acme/teams/{slug}"))


@given(name=allowed(base.RulesetName), pattern=allowed(base.RefPattern))
@LIMITS
def test_rulesets(api: httpx.Client, name: str, pattern: str) -> None:
    """Names of rulesets, and the patterns of their branches."""
    conditions = {"ref_name": {"include": [f"refs/heads/{pattern}"], "exclude": []}}
    body = {"name": name, "target": "branch", "enforcement": "active", "conditions": conditions}
    made = done(api.post(f"{SITE}/rulesets", json={**body, "rules": [{"type": "deletion"}]}))
    assert made["name"] == name
    done(api.delete(f"{SITE}/rulesets/{made['id']}"))


@given(path=allowed(base.FilePath))
@LIMITS
def test_files(api: httpx.Client, path: str) -> None:
    """Paths of managed files, as the provider sends them: it encodes what an address forbids."""
    assume(not path.lower().startswith(("readme.md/", ".github/")))
    address = f"{SITE}/contents/{quote(path)}"
    body = {"message": "keep", "content": base64.b64encode(b"x").decode()}
    made = done(api.put(address, json=body))
    assert made["content"]["path"] == path
    done(api.request("DELETE", address, json={"message": "x", "sha": made["content"]["sha"]}))


@given(login=allowed(base.Login))
@settings(max_examples=50, deadline=None)
@example("ana_corp")
@example("mona-cat_octo")
@example("octo_admin")
@example(f"{'a' * 29}_microsoft")
def test_logins(login: str) -> None:
    """A person of the models, managed users included, can be in a seed."""
    assume("-_" not in login and "-[" not in login and not login.endswith("-"))  # legacy logins
    assert TypeAdapter(Login).validate_python(login) == login
