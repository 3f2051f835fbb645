"""Take the picture of docs/sandbox.md again: `python -m tests.sandbox.pages.screenshot`."""

from __future__ import annotations

from pathlib import Path as File

from tests.sandbox.attempts.path import SEED, Path
from tests.sandbox.pages.browser import chromium
from tests.support.sandbox import Sandbox

PICTURE = File(__file__).parents[3] / "docs/pictures/sandbox-run.png"


def main() -> None:
    """Let a release wait, and take a picture of its page."""
    with Sandbox() as sandbox, chromium(1000, 800) as browser:
        world = sandbox.world("guild", SEED)
        world.clock(set="2026-03-02T09:30:00Z", stopped=True)
        path = Path(world)
        path.only_refs(("tag", "v*"))
        path.reviewers(
            "ria",
            "rolf",
            prevent_self_review=True,
            can_admins_bypass=False,
            deployment_branch_policy={"protected_branches": False, "custom_branch_policies": True},
        )
        path.ref("ria", "tags/v2.4.0")
        run = world.jobs(status="waiting")[-1]["run"]
        browser.get(f"{world.base_url}guild/sophia/actions/runs/{run}")
        PICTURE.parent.mkdir(exist_ok=True)
        browser.save_screenshot(str(PICTURE))
        path.close()


if __name__ == "__main__":
    main()
