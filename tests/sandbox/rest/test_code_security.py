"""Default setup of code scanning, configurations, immutable releases, custom deployment rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.conftest import ACME
from tests.support.keys import app_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.support.sandbox import World

WIDGET = "/repos/acme/widget"
POLICY = "/orgs/acme/settings/immutable-releases"


def test_the_default_setup_of_code_scanning(api: httpx.Client) -> None:
    """Not configured at first; what is set is shown."""
    path = f"{WIDGET}/code-scanning/default-setup"
    assert api.get(path).json()["state"] == "not-configured"
    body = {"state": "configured", "query_suite": "extended", "languages": ["python"]}
    assert api.patch(path, json=body).status_code == 200
    shown = api.get(path).json()
    assert {name: shown[name] for name in body} == body
    assert (shown["schedule"], shown["threat_model"]) == ("weekly", "remote")


def test_no_code_security_configurations(api: httpx.Client) -> None:
    """There are none, none by default, and a repository has none: answers, not gaps."""
    assert api.get("/orgs/acme/code-security/configurations").json() == []
    assert api.get("/orgs/acme/code-security/configurations/defaults").json() == []
    assert api.get(f"{WIDGET}/code-security-configuration").status_code == 204


def test_immutable_releases(api: httpx.Client) -> None:
    """A repository switches them on and off, unless its organization enforces them."""
    path = f"{WIDGET}/immutable-releases"
    assert api.get(path).status_code == 404
    assert api.put(path).status_code == 204
    assert api.get(path).json() == {"enabled": True, "enforced_by_owner": False}
    assert api.delete(path).status_code == 204
    widget, site = (api.get(f"/repos/acme/{name}").json()["id"] for name in ("widget", "site"))
    assert api.get(POLICY).json() == {"enforced_repositories": "none"}
    assert api.put(f"{POLICY}/repositories/{site}").status_code == 409
    body = {"enforced_repositories": "selected", "selected_repository_ids": [widget]}
    assert api.put(POLICY, json=body).status_code == 204
    assert api.get(path).json() == {"enabled": True, "enforced_by_owner": True}
    assert api.delete(path).status_code == 409
    assert api.put(f"{POLICY}/repositories/{site}").status_code == 204
    assert api.delete(f"{POLICY}/repositories/{widget}").status_code == 204
    [chosen] = api.get(f"{POLICY}/repositories").json()["repositories"]
    assert chosen["id"] == site
    assert api.get(path).status_code == 404


def test_custom_deployment_protection_rules(
    make_world: Callable[[dict[str, object]], World],
) -> None:
    """An environment asks Apps that are installed; each once."""
    app = {"slug": "gate", "app_id": 7, "public_key": app_keys()[1], "organizations": ["acme"]}
    world = make_world({**ACME, "apps": [app]})
    with world.client() as client:
        assert client.put(f"{WIDGET}/environments/pypi", json={}).status_code == 200
        base = f"{WIDGET}/environments/pypi/deployment_protection_rules"
        assert client.get(base).json() == {
            "total_count": 0,
            "custom_deployment_protection_rules": [],
        }
        assert client.get(f"{base}/apps").json()["total_count"] == 1
        made = client.post(base, json={"integration_id": 7}).json()
        assert (made["app"]["slug"], made["enabled"]) == ("gate", True)
        assert client.post(base, json={"integration_id": 7}).status_code == 422
        assert client.post(base, json={"integration_id": 8}).status_code == 422
        assert client.get(f"{base}/{made['id']}").json() == made
        assert client.delete(f"{base}/{made['id']}").status_code == 204
        assert client.get(f"{base}/{made['id']}").status_code == 404
