"""The scripts for Maven Central: what it would refuse, what it has already, and how it answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from components.files.workflow import FOLDER
from tests.components.workflow_cases.scripts import fake, run, step

REPOSITORY = "https://maven.example"
CURL = """\
#!/bin/bash
for argument; do
  case "$argument" in
    there | */there.pom | answer | /dev/null) output="$argument" ;;
    https://maven.example/*) code="$THERE"; [ "$code" = 200 ] && cat "$HELD" > "$output" ;;
    */upload*) cat > sent; code="$UPLOAD"; echo deployment-1 > "$output"
      [ -n "$AFTER" ] && { echo uploaded > uploaded; } ;;
    */status*) cat > /dev/null; code=200
      echo "{\\"deploymentState\\": \\"$STATE\\", \\"errors\\": [\\"as it says\\"]}" > "$output" ;;
  esac
  echo "$argument" >> calls
done
[ -f uploaded ] && [ "$code" = 404 ] && { code=200; cat "$AFTER" > "$output"; }
printf %s "$code"
"""
SLEEP = "#!/bin/sh\n"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("200 same 201 PUBLISHED ", "notice title=Published before"),
        ("200 other 201 PUBLISHED ", "error title=Another package"),
        ("503 same 201 PUBLISHED ", "error title=Registry down"),
        ("404 same 401 PUBLISHED ", "error title=Not published"),
        ("404 same 503 PUBLISHED ", "error title=Not published"),
        ("404 same 201 FAILED ", "error title=Not published"),
        ("404 same 201 VALIDATING ", "is VALIDATING"),
        ("404 same 201 PUBLISHED ", "warning title=Not visible yet"),
        ("404 same 201 PUBLISHED other", "error title=Not as built"),
        ("404 same 201 PUBLISHED same", ""),
    ],
)
def test_maven_central_is_asked_before_and_afterwards(
    tmp_path: Path, answers: str, said: str
) -> None:
    """What is there is left or refused; an answer that can change is waited for (R10, R9).

    The token is no argument of a program. Answers are: what Maven Central says, which files it
    has, what the portal says to the upload, the deployment's state, and which files there are then.
    """
    there, held, upload, state, after = answers.split(" ")
    fake(tmp_path, "curl", CURL)
    fake(tmp_path, "sleep", SLEEP)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/portal-core-1.2.3.jar").write_text("built")
    (tmp_path / "same").write_text("built")
    (tmp_path / "other").write_text("else")
    done = run(
        step("publish-maven-io-github-guild-portal-core", "Publish", variant="maven"),
        tmp_path,
        ARTIFACT="portal-core",
        GROUP="io.github.guild",
        VERSION="1.2.3",
        REPOSITORY=REPOSITORY,
        CENTRAL_TOKEN="user:canary",
        THERE=there,
        HELD=held,
        UPLOAD=upload,
        STATE=state,
        AFTER=after,
    )
    text = done.stdout + done.stderr
    assert said in text, text
    assert (done.returncode == 0) is not ("error" in said or "is " in said), text
    assert "::error" not in text or "error" in said or "is " in said
    calls = (tmp_path / "calls").read_text()
    assert f"{REPOSITORY}/io/github/guild/portal-core/1.2.3/portal-core-1.2.3.jar" in calls
    assert "canary" not in calls
    bearer = "dXNlcjpjYW5hcnk="
    assert bearer not in calls
    assert text.count(bearer) == text.count(f"::add-mask::{bearer}")
    if (tmp_path / "sent").exists():
        assert (tmp_path / "sent").read_text() == f'header = "Authorization: Bearer {bearer}"\n'


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a-1.2.3.jar", "zip"),
        ("a-1.2.3.war", "zip"),
        ("a-1.2.3-bin.ZIP", "zip"),
        ("a-1.2.3.hpi", "zip"),
        ("a-1.2.3-bin.tar.bz2", "bztar"),
        ("a-1.2.3-bin.tar.gz", "gztar"),
        ("a-1.2.3-bin.tar", "tar"),
        ("a-1.2.3.pom", ""),
        ("a-1.2.3-cyclonedx.json", ""),
        ("a-1.2.3-cyclonedx.xml", ""),
        ("a-1.2.3.so", ""),
    ],
)
def test_every_attached_file_is_scanned(tmp_path: Path, name: str, kind: str) -> None:
    """Archives are unpacked by their type, and other files scanned as they are (A6)."""
    content = tmp_path / "source"
    content.mkdir()
    (content / "settings").write_text("key")
    folder = tmp_path / "packages" / "maven-a"
    folder.mkdir(parents=True)
    if kind:
        made = shutil.make_archive(str(tmp_path / "made"), kind, content)
        (folder / name).write_bytes(Path(made).read_bytes())
    else:
        (folder / name).write_text("key")
    fake(tmp_path, "uvx", """#!/bin/sh\ngrep -rl key . >> ../scanned; echo '{"results": {}}'\n""")
    done = run(
        step("build", "Scan what", variant="maven"),
        tmp_path,
        PACKAGES=str(tmp_path / "packages"),
        CONTENT=str(tmp_path / "content"),
    )
    assert done.returncode == 0, done.stderr
    scanned = (tmp_path / "scanned").read_text()
    assert scanned == f"./maven-a/{name}/{'settings' if kind else name}\n"


@pytest.mark.parametrize("name", ["a-1.2.3.jar", "a-1.2.3-bin.tar.gz"])
def test_an_archive_that_cannot_be_unpacked_stops_the_build(tmp_path: Path, name: str) -> None:
    """What could not be scanned is not published (A6)."""
    folder = tmp_path / "packages" / "maven-a"
    folder.mkdir(parents=True)
    (folder / name).write_text("broken")
    fake(tmp_path, "uvx", """#!/bin/sh\necho '{"results": {}}'\n""")
    places = {each: str(tmp_path / each.lower()) for each in ("PACKAGES", "CONTENT")}
    done = run(step("build", "Scan what", variant="maven"), tmp_path, **places)
    assert done.returncode != 0


POM = "".join(
    f"<{each}>x</{each}>" for each in ("name", "description", "url", "licenses", "developers")
)


@pytest.mark.parametrize(
    ("pom", "files", "answer", "said"),
    [
        (f"{POM}<scm>x</scm>", ("", "-sources", "-javadoc"), "404 ", ""),
        (f"{POM}<scm>x</scm>", ("", "-sources", "-javadoc"), "200 same", ""),
        (f"{POM}<scm>x</scm>", (), "404 ", ""),
        ("<parent>x</parent>", ("", "-sources", "-javadoc"), "404 ", ""),
        (POM, ("", "-sources", "-javadoc"), "404 ", "must have <scm>"),
        (f"{POM}<scm>x</scm>", ("", "-sources"), "404 ", "portal-core-1.2.3-javadoc.jar"),
        (f"{POM}<scm>x</scm>", ("", "-sources", "-javadoc"), "200 other", "never takes a"),
        (
            f"{POM}<scm>x</scm>",
            ("", "-sources", "-javadoc"),
            "500 ",
            "error title=Registry down",
        ),
    ],
)
def test_what_maven_central_would_refuse_is_found_in_the_build(
    tmp_path: Path, pom: str, files: tuple[str, ...], answer: str, said: str
) -> None:
    """Before anybody approves anything (R10)."""
    there, held = answer.split(" ")
    fake(tmp_path, "curl", CURL)
    fake(tmp_path, "sleep", SLEEP)
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "portal-core-1.2.3.pom").write_text(pom)
    for each in files:
        (dist / f"portal-core-1.2.3{each}.jar").write_text("x")
    (tmp_path / "same").write_text(pom)
    (tmp_path / "other").write_text("else")
    done = run(
        step("build", "Check what Maven", variant="maven"),
        tmp_path,
        DIST=str(dist),
        RUNNER_TEMP=str(tmp_path),
        VERSION="1.2.3",
        REPOSITORY=REPOSITORY,
        THERE=there,
        HELD=str(tmp_path / held),
    )
    text = done.stdout + done.stderr
    assert (done.returncode == 0) is (not said), text
    assert said in text


@pytest.mark.parametrize(
    ("replacement", "there", "title"),
    [
        ("", "200", "error title=A replacement is needed"),
        ("1.2.4", "404", "error title=A replacement is needed"),
        ("1.2.4", "503", "error title=No answer"),
        ("1.2.4", "200", "notice title=Replaced"),
    ],
)
def test_a_java_package_is_replaced(
    tmp_path: Path, replacement: str, there: str, title: str
) -> None:
    """Maven Central keeps every version, so a later one has to be there (A10)."""
    fake(tmp_path, "curl", CURL)
    job = "rollback-maven-io-github-guild-portal-core"
    done = run(
        step(job, "Another version", f"{FOLDER}rollback.yml", variant="maven"),
        tmp_path,
        REPLACEMENT=replacement,
        REPOSITORY=REPOSITORY,
        VERSION="1.2.3",
        THERE=there,
        HELD="/dev/null",
    )
    assert f"::{title}" in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) is title.startswith("notice")
