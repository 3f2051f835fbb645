"""Small real projects, one for each ecosystem: what a repository of the tests holds."""

from __future__ import annotations

import json

from tests.release.harness.tools import BACKEND, POM

VERSION = "1.2.3"


def python(name: str, directory: str = ".") -> dict[str, str]:
    """Return a Python package that says its name and version when it is run."""
    module = name.replace("-", "_")
    files = {
        "pyproject.toml": (
            f'[build-system]\nrequires = ["{BACKEND}"]\nbuild-backend = "hatchling.build"\n\n'
            f'[project]\nname = "{name}"\nversion = "{VERSION}"\nreadme = "README.md"\n'
            'requires-python = ">=3.11"\n\n'
            f'[project.scripts]\n{name} = "{module}:main"\n'
        ),
        "README.md": f"# {name}\n\nA package of the release tests.\n",
        f"src/{module}/__init__.py": (
            f'"""A package of the release tests."""\n\n\ndef main() -> None:\n'
            f'    """Say which package this is."""\n    print("{name} {VERSION} runs")\n'
        ),
    }
    return _inside(directory, files)


def npm(name: str, directory: str = ".", repository: str = "project") -> dict[str, str]:
    """Return an npm package of a repository that says its name and version when it is run."""
    program = name.rpartition("/")[2]
    package = {
        "name": name,
        "version": VERSION,
        "description": "A package of the release tests",
        "license": "MIT",
        "bin": {program: "index.js"},
        "files": ["index.js"],
        "repository": {"type": "git", "url": f"git+https://github.com/guild/{repository}.git"},
    }
    lock = {
        "name": name,
        "version": VERSION,
        "lockfileVersion": 3,
        "requires": True,
        "packages": {
            "": {"name": name, "version": VERSION, "license": "MIT", "bin": {program: "index.js"}}
        },
    }
    files = {
        "package.json": json.dumps(package, indent=2) + "\n",
        "package-lock.json": json.dumps(lock, indent=2) + "\n",
        "index.js": f'#!/usr/bin/env node\nconsole.log("{name} {VERSION} runs");\n',
    }
    return _inside(directory, files)


def cargo(name: str, directory: str = ".") -> dict[str, str]:
    """Return a Rust package that says its name and version when it is run."""
    files = {
        "Cargo.toml": (
            f'[package]\nname = "{name}"\nversion = "{VERSION}"\nedition = "2024"\n'
            'description = "A package of the release tests"\nlicense = "MIT"\n'
            'repository = "https://github.com/guild/project"\n'
        ),
        "Cargo.lock": f'version = 4\n\n[[package]]\nname = "{name}"\nversion = "{VERSION}"\n',
        "src/main.rs": f'fn main() {{\n    println!("{name} {VERSION} runs");\n}}\n',
    }
    return _inside(directory, files)


def workspace(library: str, program: str) -> dict[str, str]:
    """Return a Rust workspace: a program that says its name and version by a library's help."""
    package = (
        f'version = "{VERSION}"\nedition = "2024"\nlicense = "MIT"\n'
        'description = "A package of the release tests"\n'
        'repository = "https://github.com/guild/project"\n'
    )
    locked = f'\n[[package]]\nname = "{library}"\nversion = "{VERSION}"\n'
    module = library.replace("-", "_")
    return {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n',
        "Cargo.lock": (
            f'version = 4\n{locked}\n[[package]]\nname = "{program}"\nversion = "{VERSION}"\n'
            f'dependencies = [\n "{library}",\n]\n'
        ),
        f"crates/{library}/Cargo.toml": f'[package]\nname = "{library}"\n{package}',
        f"crates/{library}/src/lib.rs": (
            f'pub fn said(name: &str) -> String {{\n    format!("{{name}} {VERSION} runs")\n}}\n'
        ),
        f"crates/{program}/Cargo.toml": (
            f'[package]\nname = "{program}"\n{package}\n[dependencies]\n'
            f'{library} = {{ version = "{VERSION}", path = "../{library}" }}\n'
        ),
        f"crates/{program}/src/main.rs": (
            f'fn main() {{\n    println!("{{}}", {module}::said("{program}"));\n}}\n'
        ),
    }


def module(path: str, directory: str = ".") -> dict[str, str]:
    """Return a Go module that says its path when it is run."""
    program = f'import "fmt"\n\nfunc main() {{\n\tfmt.Println("{path} runs")\n}}\n'
    files = {
        "go.mod": f"module {path}\n\ngo 1.26\n",
        "main.go": f"package main\n\n{program}",
    }
    return _inside(directory, files)


def image(name: str, directory: str = ".") -> dict[str, str]:
    """Return an image whose program says its name and version when it is run."""
    said = f"{name} {VERSION} runs"
    files = {
        "Dockerfile": (
            "FROM scratch AS made\nCOPY run.sh /made/run.sh\n\n"
            "FROM scratch\nCOPY --from=made /made/ /srv/\nENV GREETING=hello\n"
            'ENTRYPOINT ["/bin/sh", "/srv/run.sh"]\n'
        ),
        "run.sh": f'#!/bin/sh\necho "{said}"\n',
    }
    return _inside(directory, files)


def maven(name: str, directory: str = ".") -> dict[str, str]:
    """Return a Java package that says its name and version when it is run."""
    group, _, artifact = name.partition(":")
    pom = POM.replace("GROUP", group).replace("ARTIFACT", artifact).replace("VERSION", VERSION)
    files = {
        "pom.xml": pom,
        "src/main/java/Main.java": (
            "public class Main {\n    public static void main(String[] arguments) {\n"
            f'        System.out.println("{artifact} {VERSION} runs");\n    }}\n}}\n'
        ),
    }
    return _inside(directory, files)


def _inside(directory: str, files: dict[str, str]) -> dict[str, str]:
    prefix = "" if directory == "." else f"{directory}/"
    return {f"{prefix}{path}": content for path, content in files.items()}
