"""Pages, the license, and the root folder of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

REPO = "/repos/acme/widget"
PAGES = f"{REPO}/pages"


def test_pages_live_and_die(api: httpx.Client) -> None:
    """Made once, shown at the repository too, changed, taken away (C1)."""
    assert api.get(PAGES).status_code == 404
    wrong = {"source": {"branch": "nowhere", "path": "/"}}
    assert api.post(PAGES, json=wrong).status_code == 422
    source = {"branch": "main", "path": "/docs"}
    assert api.post(PAGES, json={"source": source}).json()["source"] == source
    assert api.post(PAGES, json={"source": source}).status_code == 409
    assert api.get(REPO).json()["has_pages"] is True
    change = {"build_type": "workflow", "cname": "docs.example.com"}
    assert api.put(PAGES, json=change).status_code == 204
    assert change.items() <= api.get(PAGES).json().items()
    assert api.delete(PAGES).status_code == 204
    assert api.get(REPO).json()["has_pages"] is False


def test_a_license_is_the_file_that_says_it(api: httpx.Client) -> None:
    """Found by its name at the root (C1)."""
    assert api.get(f"{REPO}/license").status_code == 404
    api.put(f"{REPO}/contents/LICENSE.md", json={"message": "m", "content": "TUlU"})
    assert api.get(f"{REPO}/license").json()["path"] == "LICENSE.md"


def test_the_root_is_a_folder(api: httpx.Client) -> None:
    """Without a path, what is at the top, as GitHub describes a folder (C1)."""
    found = {each["name"]: each["type"] for each in api.get(f"{REPO}/contents").json()}
    assert found == {"README.md": "file", "src": "dir"}
    assert api.get(f"{REPO}/contents", params={"ref": "nowhere"}).status_code == 404
