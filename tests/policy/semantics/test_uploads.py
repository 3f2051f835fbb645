"""What leaves a job, by the command or the action that sends it."""

from __future__ import annotations

import time

import pytest
from portcullis_policy.semantics.commands.commands import commands, line_commands
from portcullis_policy.semantics.commands.understood import first_not_understood
from portcullis_policy.semantics.commands.uploads import Upload, upload_of
from portcullis_policy.semantics.commands.uploads_by_action import upload_of_action
from portcullis_policy.semantics.publishing.jobs import (
    piped_to_shell,
    publishing_jobs,
    releasing_line,
)
from portcullis_policy.semantics.workflow_files.workflows import Step, Workflow, read

REGISTRY = """\
twine upload dist/* ; echo --dry-run
python3 -m twine==6 upload dist/*
python -c "from twine.commands.upload import main; main()"
bash -c "deno publish"
bun publish
npx --yes -p semantic-release semantic-release
npm exec -- lerna publish from-package
yarn npm publish
pnpm -r publish
if ! cargo workspaces publish; then exit 1; fi
maturin upload dist/*
docker buildx bake --push
docker compose build --push
docker buildx build --output=type=registry .
docker buildx imagetools create -t ghcr.io/guild/x:1 ghcr.io/guild/x:2
docker run --rm -v "$PWD:/w" octo/tools twine upload /w/dist/*
nerdctl push ghcr.io/guild/x
pack build ghcr.io/guild/x --publish
ko build ./cmd/x
/kaniko/executor --destination ghcr.io/guild/x
helm push x.tgz oci://ghcr.io/guild
oras push ghcr.io/guild/x:1 file
crane copy ghcr.io/guild/x docker.io/guild/x
goreleaser release --clean
goreleaser
ansible-galaxy collection publish x.tgz
mix hex.publish --yes
dart pub publish --force
pod trunk push X.podspec
dotnet nuget push x.nupkg
sbt ci-release
./gradlew publishPlugins
mvn -B deploy
vsce publish
ovsx publish x.vsix
conan upload x/1.0
anaconda upload x.tar.bz2
snapcraft upload x.snap
T=1 sudo -E timeout 5m gem push x.gem
false || uv tool run twine upload dist/*
echo "$(hatch publish)"
""".splitlines()
BY_WORD = """\
./scripts/release.sh
bash ci/publish.sh
make push-images
npm run release:publish
just deploy
"$TOOL" upload dist/*
shipper submit dist/*
""".splitlines()
TRANSFERS = """\
curl -F content=@d.whl -u "__token__:$T" https://upload.example/legacy/
curl -T dist/x.tgz https://store.example
curl --data-binary @x.tgz https://store.example
wget --post-file=x.tgz https://store.example
aws s3 cp dist s3://downloads --recursive
gsutil -m rsync -r dist gs://downloads
rclone copy dist remote:downloads
scp x.tgz host:/srv
""".splitlines()
RELEASES = """\
gh release create v1 dist/*
gh release upload v1 dist/*
gh api --method POST repos/guild/x/releases -f tag_name=v1
""".splitlines()
NOTHING = """\
twine check dist/*
twine upload --help
goreleaser release --snapshot
goreleaser check
npm publish --dry-run
npm run build
docker push localhost:5000/x
docker build .
podman push x oci-archive:x.tar
mvn -DaltDeploymentRepository=x::file:./y deploy
./gradlew publishToMavenLocal
gh release view v1
gh release create v1 --draft
gh api repos/guild/x/releases
git push origin main
cat release.txt
mkdir -p release
tar czf release.tgz dist
make test-release
make release-notes
./scripts/check-release.sh
curl -X POST -d '{"text": "x"}' https://hooks.example
curl https://x.example -o upload
aws s3 cp s3://inputs/x .
pip install twine
echo "then run: npm publish"
cargo build --release
cosign sign-blob dist/x
""".splitlines()
COMMANDS = [
    *((Upload.REGISTRY, each) for each in REGISTRY),
    *((Upload.BY_WORD, each) for each in BY_WORD),
    *((Upload.TRANSFER, each) for each in TRANSFERS),
    *((Upload.RELEASE, each) for each in RELEASES),
]
ACTIONS = [
    ("python-semantic-release/publish-action", "root: .", Upload.REGISTRY),
    ("PyO3/maturin-action", "command: upload", Upload.REGISTRY),
    ("PyO3/maturin-action", "command: build", None),
    ("aevea/action-kaniko", "image: x", Upload.REGISTRY),
    ("octo/push-to-store", "x: y", Upload.REGISTRY),
    ("octo/build", "push: true", Upload.REGISTRY),
    ("octo/build", "push: false", None),
    ("docker/build-push-action", "outputs: 'type=image,push=true'", Upload.REGISTRY),
    ("docker/build-push-action", "context: .", None),
    ("goreleaser/goreleaser-action", "args: release --clean", Upload.REGISTRY),
    ("goreleaser/goreleaser-action", "args: build --snapshot", None),
    ("./.github/actions/publish", "x: y", Upload.REGISTRY),
    ("./.github/actions/publish-test-results", "x: y", None),
    ("softprops/action-gh-release", "files: dist/*", Upload.RELEASE),
    ("softprops/action-gh-release", "draft: true", None),
    ("release-drafter/release-drafter", "x: y", None),
    ("EnricoMi/publish-unit-test-result-action", "x: y", None),
    ("actions/upload-artifact", "path: dist", None),
    ("github/codeql-action/upload-sarif", "x: y", None),
]
JOB = """\
on: push
permissions: {{}}
jobs:
  a:
    runs-on: x
    steps:
      - {}
"""


def workflow(step: str) -> Workflow:
    """A workflow of one step, as YAML in one line or more."""
    found = read(JOB.format(step))
    assert found is not None
    return found


def step(text: str) -> Step:
    """One step."""
    return workflow(text).jobs[0].steps[0]


def uploads(command: str) -> set[Upload]:
    """What the commands of a line send."""
    return {found for each in line_commands(command) if (found := upload_of(each)) is not None}


@pytest.mark.parametrize(("upload", "command"), COMMANDS)
def test_commands_that_send_something(upload: Upload, command: str) -> None:
    """C3: clients of registries by their subcommand, other programs by the words they are given."""
    assert uploads(command) == {upload}


@pytest.mark.parametrize("command", NOTHING)
def test_commands_that_send_nothing(command: str) -> None:
    """C3: rehearsals, checks, local registries, messages and the names of files are no release."""
    assert uploads(command) == set()


@pytest.mark.parametrize(("action", "given", "upload"), ACTIONS)
def test_actions_that_send_something(action: str, given: str, upload: Upload | None) -> None:
    """C3: an action sends by its name or its inputs; reports of tests are published for nobody."""
    assert upload_of_action(step(f"{{uses: {action}@v1, with: {{{given}}}}}")) is upload


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ("{env: {T: '${{ secrets.T }}'}, run: shipper publish}", True),
        ("{env: {T: '${{ secrets.T }}'}, run: 'curl -T x https://x.example'}", True),
        ("{env: {T: '${{ secrets.CODECOV_TOKEN }}'}, run: make release}", False),
        ("{env: {T: '${{ secrets.GITHUB_TOKEN }}'}, run: make release}", False),
        ("{env: {T: \"${{ secrets.T != '' }}\"}, run: make release}", False),
        ("{uses: aws-actions/configure-aws-credentials@v1}\n      - run: make release", True),
        ("{run: make release}", False),
    ],
)
def test_words_count_where_a_credential_is(given: str, *, published: bool) -> None:
    """C3: who sends something with an unknown program needs a credential for it."""
    assert bool(publishing_jobs(workflow(given))) is published


def test_releases_on_github_have_their_line() -> None:
    """C3: a release on GitHub is found at its command, and is no package."""
    found = workflow("run: |\n          make\n          gh release create v1 x")
    assert releasing_line(found.jobs[0]) == 9
    assert publishing_jobs(found) == ()


def test_texts_are_no_commands() -> None:
    """C3: what is written into a file, or is one word over several lines, is not run."""
    script = "cat <<'END' > notes\nnpm publish\nEND\necho 'then\nnpm publish'\nnpm pack\n"
    found = [each.text for _, each in commands(enumerate(script.split("\n"), 1))]
    assert found == ["cat", "echo then\nnpm publish", "npm pack"]
    ran = "bash <<END\nnpm publish\nEND\n"
    assert (2, "npm publish") in [(n, e.text) for n, e in commands(enumerate(ran.split("\n"), 1))]


@pytest.mark.parametrize(
    ("command", "known"),
    [
        *((each, True) for each in ("uv run pytest -q", "make test", "npm ci", "./run-tests.sh")),
        *((each, True) for each in ("gh pr create", "docker pull x", "go vet ./...", "true")),
        ('if [[ "$X" == "a b" ]]; then exit 1; fi', True),
        *((each, True) for each in ("tox -e py313,release-notes", "nox -s tests")),
        *((each, False) for each in ("./finish.sh", "shipper x", "make it-so", "$TOOL x")),
        *((each, False) for each in ("tox -e release", "tox run -eupload", "nox -s publish")),
    ],
)
def test_what_may_hold_a_credential(command: str, *, known: bool) -> None:
    """C3: tests, builds and work on GitHub are known; what is not known may publish."""
    assert (first_not_understood(step(f"{{run: {command!r}}}")) is None) is known


@pytest.mark.parametrize("piece", ["'", '"', "$(", "`", "(", "x='", '"$(', "<<E\n", "a;" * 9, "\\"])
def test_odd_scripts_end_soon(piece: str) -> None:
    """C3: quotes and brackets without end, in any number, are read in a bounded time."""
    begun = time.process_time()
    list(commands([(n, piece * 40) for n in range(2_000)]))
    line_commands(piece * 20_000)
    assert time.process_time() - begun < 8


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs:\n"
        + "".join(
            f"  j{n}: {{needs: [j{n - 1}], runs-on: x, steps: [{{run: twine upload x}}]}}\n"
            for n in range(1_500)
        ),
        JOB.format("run: |\n          " + "cat <<E\n          " * 15_000),
        JOB.format("run: |\n          " + "curl -F a=b " * 20_000),
    ],
    ids=["jobs", "texts", "one line"],
)
def test_huge_files_end_soon(text: str) -> None:
    """C3: many jobs, many texts without end and one endless line are read in a bounded time."""
    found = read(text)
    assert found is not None
    begun = time.process_time()
    publishing_jobs(found)
    for job in found.jobs:
        found.needed_by(job)
        list(piped_to_shell(job.steps[0]))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("command", "published"),
    [("./deploy.sh", False), ("make deploy", False), ("make release", True), ("./ship.sh", True)],
)
def test_a_deployment_in_an_environment_publishes_nothing(command: str, *, published: bool) -> None:
    """C3: it reaches a system of the project's own; without an environment it is found."""
    text = f"{{env: {{T: '${{{{ secrets.T }}}}'}}, run: {command}}}"
    found = JOB.format(text).replace("runs-on:", "environment: cluster\n    runs-on:")
    protected = read(found)
    assert protected is not None
    assert bool(publishing_jobs(protected)) is published
    assert publishing_jobs(workflow(text))
