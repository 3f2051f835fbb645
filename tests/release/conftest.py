"""What the executed releases share: programs, one sandbox, one verdaccio."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.release.harness import tools
from tests.release.harness.authority import Authority
from tests.release.harness.registries import images, npm
from tests.release.harness.stage import Machine
from tests.support.extent import EVERY
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

collect_ignore = [] if EVERY else ["test_modules.py", "test_several_packages.py"]
"""What takes long runs in `make every` and `make releases` alone."""


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The programs, a sandbox whose people decide, and an npm registry."""
    try:
        found = tools.find()
    except tools.MissingError as error:
        pytest.fail(str(error))
    folder = tmp_path_factory.mktemp("machine")
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())

        @cache
        def verdaccio() -> str:
            return stack.enter_context(npm.verdaccio(found.node, found.npm, folder))

        @cache
        def storage() -> str:
            return stack.enter_context(images.storage(found.docker_registry, folder))

        @cache
        def go() -> tools.GoTools:
            return tools.find_go(found.versions)

        yield Machine(sandbox, found, Authority(folder), verdaccio, storage, go)
        assert "Traceback" not in sandbox.errors()
