"""The project's folder, its stacks, and what a run of Pulumi needs around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

if TYPE_CHECKING:
    from collections.abc import Mapping

PRACTICE_PASSPHRASE = "sandbox"  # noqa: S105 - said below
"""The practice stacks' passphrase. It guards dummy values only, so anybody may know it."""


class UserError(Exception):
    """Something that the person at the keyboard can fix; the text says how."""


def project_root() -> Path:
    """Return the project's folder: as `pulumi` finds it, from the working directory upwards.

    Raises:
        UserError: there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise UserError(f"no Pulumi.yaml in {here} or above: run this in the project's folder")


def stack_names(root: Path) -> list[str]:
    """Return the names of the stacks that have a file in the project's folder."""
    return sorted(
        path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        for path in root.glob("Pulumi.*.yaml")
    )


@dataclass(frozen=True)
class StackSettings:
    """A stack as its `Pulumi.<name>.yaml` has it; ``root`` is the project's folder."""

    name: str
    root: Path

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The `config` of the stack's file; encrypted values as they stand there.

        Raises:
            UserError: there is no such file, or it cannot be read.
        """
        path = self.root / f"Pulumi.{self.name}.yaml"
        if not path.is_file():
            stacks = stack_names(self.root)
            raise UserError(
                f"there is no stack {self.name}: {path.name} is missing; there are "
                f"{', '.join(stacks) or 'none'} (choose by STACK=name); to practise with an "
                f"organization of your own, write orgs/{self.name}.yaml (docs/practice.md)"
            )
        try:
            settings = YAML(typ="safe").load(path) or {}
            config: Mapping[str, Any] = dict(settings.get("config") or {})
        except YAMLError as error:
            raise UserError(f"{path.name} is not YAML:\n{error}") from None
        except (AttributeError, TypeError, ValueError):
            raise UserError(f"{path.name}: allowed: a mapping, with a mapping `config`") from None
        return config

    @property
    def organization(self) -> str:
        """The declaration's name below `orgs/`."""
        return str(self.config.get("portcullis:organization", ""))

    @property
    def base_url(self) -> str:
        """The address of GitHub, as the stack's file has it."""
        return str(self.config.get("github:baseUrl", "https://api.github.com/"))

    @property
    def practises(self) -> bool:
        """Whether this stack's GitHub is a sandbox on this machine.

        Raises:
            UserError: its address is none.
        """
        try:
            return urlsplit(self.base_url).hostname in {"127.0.0.1", "localhost", "::1"}
        except ValueError as error:
            raise UserError(
                f"Pulumi.{self.name}.yaml: github:baseUrl is {self.base_url}: {error}; "
                "allowed: an address such as https://api.github.com/"
            ) from None


PACKS = "PULUMI_OPTION_POLICY_PACK"
"""Pulumi's variable for the folders of policy packs, separated by commas."""


def with_pack(settings: StackSettings, base: Mapping[str, str]) -> dict[str, str]:
    """Return ``base`` with the project's policy pack, whatever other packs it names."""
    own = settings.root / "policy"
    named = [name for name in base.get(PACKS, "").split(",") if name]
    if not any((settings.root / name).resolve() == own.resolve() for name in named):
        named.append(str(own))
    return {**base, PACKS: ",".join(named)}


def require_pack(settings: StackSettings, environment: Mapping[str, str]) -> None:
    """Refuse an environment that switches the project's policy pack off.

    Raises:
        UserError: the variable for policy packs is set, and the project's pack is not in it.
    """
    given = environment.get(PACKS)
    if given is not None and given != with_pack(settings, environment)[PACKS]:
        raise UserError(
            f"nothing was changed: {PACKS} is {given or 'empty'}, which switches the policy pack "
            f"off; unset it, or add {settings.root / 'policy'} to it"
        )


def pulumi_environment(settings: StackSettings, base: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a Pulumi run: ``base``, and what the stack needs.

    Every stack gets the policy pack, so that plain `pulumi up` has it too. A practice stack always
    has a state and a passphrase of its own: the user's are for real organizations. A real stack
    keeps the user's.
    """
    environment = with_pack(settings, base)
    state = practice_state(settings.root)
    if settings.practises:
        state.mkdir(parents=True, exist_ok=True)
        environment["PULUMI_BACKEND_URL"] = state.as_uri()
        environment["PULUMI_CONFIG_PASSPHRASE"] = PRACTICE_PASSPHRASE
        environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
    elif environment.get("PULUMI_BACKEND_URL") == state.as_uri():
        for name in _OF_PRACTICE:
            environment.pop(name, None)
    return environment


def practice_state(root: Path) -> Path:
    """Return the folder in which the states of all practice stacks lie."""
    return root / ".portcullis" / "state"


_OF_PRACTICE = (
    *("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"),
    *("GITHUB_BASE_URL", "GITHUB_TOKEN"),
)
"""What `make -s env` of a practice stack leaves in a shell; it is not for real organizations."""
