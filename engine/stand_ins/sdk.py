"""What an installed Pulumi package, such as pulumi-github, says about resources and functions.

The same words as the GitHub plugin's `-schema` (engine/github/schema.go) are used, so that both
compare.
"""

from __future__ import annotations

import ast
import collections.abc
import importlib
import inspect
import pkgutil
import threading
import typing
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi import _types

Shape = dict[str, Any]
"""`{"kind": "string"}`, `{"list": shape}`, `{"map": shape}` or `{"object": {name: shape}}`."""

_LOADING = threading.Lock()
_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", Any: "any"}


@dataclass
class Entity:
    """A resource, a function or the provider, as a program sees it."""

    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    required: set[str] = field(default_factory=set)
    secret: set[str] = field(default_factory=set)


def shape_of(hint: Any) -> Shape:  # noqa: ANN401 - any type hint
    """Return the shape that a type hint of the SDK stands for."""
    hint = _types.unwrap_type(hint)
    if typing.get_origin(hint) is typing.Union:  # a class or its TypedDict
        hint = typing.get_args(hint)[0]
    if hint in _KINDS:
        return {"kind": _KINDS[hint]}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is collections.abc.Sequence:
        return {"list": shape_of(arguments[0])}
    if origin is collections.abc.Mapping:
        return {"map": shape_of(arguments[1])}
    if _types.is_input_type(hint):
        return {"object": shapes_of(_types.input_type_types(hint))}
    if _types.is_output_type(hint):
        return {"object": shapes_of(_types.output_type_types(hint))}
    raise AssertionError(f"a kind of type hint that this test does not know: {hint!r}")


def shapes_of(hints: dict[str, Any]) -> dict[str, Shape]:
    """Return the shapes of the properties with these type hints."""
    return {name: shape_of(hint) for name, hint in hints.items()}


def token_of(name: str) -> str:
    """Return the token of the resource class or function `name` in the module `index`."""
    return f"github:index/{name[0].lower()}{name[1:]}:{name}"


def resources() -> dict[str, Entity]:
    """Return every resource class of pulumi-github, by its token."""
    found = {}
    for module in _modules():
        for name, resource in vars(module).items():
            ours = inspect.isclass(resource) and resource.__module__ == module.__name__
            if ours and issubclass(resource, pulumi.CustomResource) and name != "Provider":
                found[token_of(name)] = _resource(module, name, resource)
    return found


def provider(package: str = "pulumi_github") -> Entity:
    """Return the class Provider of a package."""
    module = importlib.import_module(f"{package}.provider")
    return _resource(module, "Provider", module.Provider)


def loaded(package: str, folder: str, name: str) -> Any:  # noqa: ANN401 - of any kind
    """Return what a folder of a package has under a name, such as `iam` and `Role`.

    Packages load their folders lazily. A folder of which a module is imported first would stay
    without its names in the whole process, and calls that load one folder at the same time would
    see half of it.
    """
    with _LOADING:
        whole = importlib.import_module(package)
        return getattr(whole if folder == "index" else getattr(whole, folder), name)


def resource_of(package: str, token: str) -> Entity:
    """Return one resource class of a package, such as `aws:iam/role:Role`."""
    _, place, name = token.split(":")
    resource = loaded(package, place.partition("/")[0], name)
    return _resource(importlib.import_module(resource.__module__), name, resource)


def functions() -> dict[str, Entity]:
    """Return every function (data source) of pulumi-github, by its token."""
    return {token: found for module in _modules() for token, found in functions_of(module).items()}


def functions_of(module: Any) -> dict[str, Entity]:  # noqa: ANN401 - a module
    """Return the functions that one module of a package defines, by their tokens."""
    found: dict[str, Entity] = {}
    tree = ast.parse(inspect.getsource(module))
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for node in nodes:
        found.update(_function(module, node))
    for node in nodes:
        if token := _token_of_output(node):
            found[token].required.update(_required(node, found[token].inputs))
    return found


def _token_of_output(node: ast.FunctionDef) -> str:
    """Return the token of the function whose variant that takes outputs is `node`."""
    for inner in ast.walk(node):
        match inner:
            case ast.Call(
                func=ast.Attribute(attr="invoke_output"), args=[ast.Constant(value=found), *_]
            ):
                return str(found)
    return ""


def _required(node: ast.FunctionDef, inputs: dict[str, Shape]) -> set[str]:
    """Return the required inputs: the generator writes `Optional` once for them, else twice.

    Only the source tells: to the interpreter both are the same type.
    """
    once = {
        argument.arg.replace("_", "").lower()
        for argument in node.args.args
        if argument.annotation is not None
        and ast.unparse(argument.annotation).count("Optional[") == 1
    }
    return {name for name in inputs if name.lower() in once}


def _modules() -> list[Any]:
    package = importlib.import_module("pulumi_github")
    names = [module.name for module in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"pulumi_github.{name}") for name in names if name != "config"]


def _resource(module: Any, name: str, resource: type) -> Entity:  # noqa: ANN401 - a module
    # The generator avoids a clash with a nested type of the same name by `InitArgs`.
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    names = _types.input_type_py_to_pulumi_names(arguments)
    parameters = inspect.signature(arguments.__init__).parameters.values()
    return Entity(
        inputs=shapes_of(_types.input_type_types(arguments)),
        outputs=shapes_of(_types.resource_types(resource)),
        required={names[p.name] for p in parameters if p.default is p.empty and p.name in names},
        secret=_secret_outputs(resource),
    )


def _secret_outputs(resource: type) -> set[str]:
    return {
        str(ast.literal_eval(element))
        for node in ast.walk(ast.parse(inspect.getsource(resource)))
        if isinstance(node, ast.keyword) and node.arg == "additional_secret_outputs"
        if isinstance(node.value, ast.List)
        for element in node.value.elts
    }


def _function(module: Any, node: ast.FunctionDef) -> dict[str, Entity]:  # noqa: ANN401 - a module
    """Return the function that `node` defines, if it is one that calls the provider."""
    token, result, arguments = "", "", {}
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=ast.Attribute(attr="invoke"), args=[ast.Constant(value=found), *_]):
                token = str(found)
                result = next(
                    k.value.id
                    for k in inner.keywords
                    if isinstance(k.value, ast.Name) and k.arg == "typ"
                )
            case ast.Assign(
                targets=[
                    ast.Subscript(value=ast.Name(id="__args__"), slice=ast.Constant(value=name))
                ],
                value=ast.Name(id=parameter),
            ):
                arguments[str(name)] = parameter
    if not token:
        return {}
    hints = typing.get_type_hints(getattr(module, node.name))
    return {
        token: Entity(
            inputs={name: shape_of(hints[parameter]) for name, parameter in arguments.items()},
            outputs=shapes_of(_types.output_type_types(getattr(module, result))),
        )
    }
