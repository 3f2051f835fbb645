"""What an update overwrites in a file is shown, without the secrets in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portcullis.preview.file_diff import HIDDEN, MOST_LINES, masked, unified
from tests.support.tokens import pypi_token

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nbody\n-----END RSA PRIVATE KEY-----\nafter"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n", ["plain"]),
        (KEY, [HIDDEN] * 4 + ["after"]),
        ("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", None),
        (f"pip --token {pypi_token('a')}", [HIDDEN]),
        ("DATABASE: postgres://ana:pw@db.example/x", [HIDDEN]),
        ("API_KEY=abc", [f"API_KEY={HIDDEN}"]),
        ('  - "db-password": hunter2 # mine', [f'  - "db-password": {HIDDEN}']),
        ("export DEPLOY_TOKEN = 'x'", [f"export DEPLOY_TOKEN = {HIDDEN}"]),
        ("  password: ${{ secrets.PASSWORD }}", None),
        ('TOKEN="$OTHER"', None),
        ("  id-token: write\n  contents: read\n  token-url: https://x.example", None),
        ("environment: release\non: push", None),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, shown: list[str] | None) -> None:
    """Tokens, keys and values of secret names are hidden; permissions and references are not."""
    assert masked(text) == (text.splitlines() if shown is None else shown)


CANARY = "hunter2canary"

_SPELLINGS = [
    "DB_PASSWORD",
    "dbPassword",
    "PGPASSWORD",
    "DB_PASS",
    "smtp_pwd",
    "apiKey",
    "API-KEY",
    "STRIPE_KEY",
    "secretKey",
    "SecretAccessKey",
    "authToken",
    "_auth",
    "Authorization",
    "client.secret",
    "TOKEN_V2",
    "API_KEYS",
    "credentials",
    "passphrase",
    "SENTRY_DSN",
    "private_key_pem",
    "Passwort",
    "GH_PAT",
    "jwt",
]
_FORMS = [
    "{}: #",
    "{}=#",
    "  - {}: '#'",
    "env: {{A: b, {}: #}}",
    "run: {}=# ./x --flag",
    "run: A=b {}='#' ./x",
    'x = {{"a": 1, "{}": "#"}}',
    "const {} = '#';",
    "{}: !vault |\n  #\n  #",
    "a:\n  {}: |-\n    key: #\n\n    #\n  b: c",
    "{}: >\n  #",
    "{}:\n  #",
    "{}:\n  - #\n  - #",
    "{}:\n- #",
    "{}:\n  user: #",
    '"{}":\n"#"',
    '"{}": [\n  "#"\n]',
    '"{}": [\n"a",\n"#"\n]',
    "{}: {{\n#: a\n}}",
    "{}:\n%% a remark\n  #",
    "{}:\n\n  #\n\n  #",
    '{}="a\n#\nb"',
    '{}="""\n#"""',
    "{}=a\\\n#",
    "- name: {}\n  value: #",
    "- value: #\n  name: {}",
    "- name: '{}'\n  other: x\n  default: '#'",
    '{{"name": "{}", "value": "#"}}',
    '{{"value": "#", "name": "{}"}}',
    "tool --{} #",
    "tool --{} \\\n  #",
    "args:\n  - --{}\n  - #",
    'args: ["--{}", "#"]',
    "<{}>#</x>",
    "<{}>\n  #\n</x>",
    "ENV {} #",
    "[{}]\nuser = #",
    "// {}: #",
    "x // {} is #",
    "x: # // the {}",
    "{}: ${{{{ secrets.A || '#' }}}}",
    "export {}=${{A:-#}}",
    "{} => '#'",
    "{} := `#`",
    "os.environ['{}'] = '#'",
    "curl https://x.example/?{}=#",
]
"""Texts with a name, and its value at the sign `#`."""


@pytest.mark.parametrize("form", _FORMS)
def test_a_secret_is_hidden_in_every_spelling(form: str) -> None:
    """A name that sounds secret, anywhere in a line, hides its value on this line and below."""
    text = {name: form.format(name).replace("#", CANARY).replace("%%", "#") for name in _SPELLINGS}
    shown = {name: "\n".join(masked(each)) for name, each in text.items()}
    assert {name: each for name, each in shown.items() if CANARY in each} == {}


@pytest.mark.parametrize(
    "text",
    [
        "//registry.example/:_authToken=#",
        "machine x.example login ana password #",
        "curl -u ana:# https://x.example",
        "curl --user=ana:# https://x.example",
        'curl -H "Authorization: Basic #" https://x.example',
        "git clone https://#@git.example/x",
        "echo # | docker login -u ana --password-stdin",
        "docker login -u ana -p #",
        "sshpass -p # ssh x",
        "mysql -uroot -p# shop",
        "redis-cli -h x -a # ping",
        "kind: Secret\nmetadata:\n  name: x\ndata:\n  user: #\nstringData:\n  x: #",
        "https://x.example/blob?sv=1&sig=#",
    ],
)
def test_a_secret_without_an_assignment_is_hidden(text: str) -> None:
    """Logins, headers, addresses and the data of a Secret are hidden too."""
    assert CANARY not in "\n".join(masked(text.replace("#", CANARY)))


@given(
    name=st.sampled_from(_SPELLINGS),
    before=st.text("abc -\"'{[(,", max_size=6),
    between=st.sampled_from([":", "=", ": ", " = ", '": "', "=>", ": |\n        "]),
    after=st.text("abc \"'}])#,;", max_size=6),
)
def test_an_assignment_is_hidden_whatever_is_around_it(
    name: str, before: str, between: str, after: str
) -> None:
    """No text before or after it changes that the value is hidden."""
    assert CANARY not in "\n".join(masked(f"{before} {name}{between}{CANARY}{after}"))


ORDINARY = """\
name: Publish the release
on:
  workflow_call:
    secrets:
      NPM_TOKEN:
        required: true
permissions: {}
permissions:
  contents: read # to check out the code
  id-token: write # to prove who we are without a stored credential
  pull-requests: write
jobs:
  secret-scan:
    name: secrets
    runs-on: ubuntu-24.04
    needs: [build, get-token]
    permissions: {id-token: write, contents: read}
    env:
      GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}
      PASSWORD: "${{ secrets.PASSWORD }}"
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
          token: ${{ inputs.token || github.token }}
      - name: Get a token for the release
        uses: acme/create-github-app-token@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v2
      - if: ${{ secrets.NPM_TOKEN != '' }}
        run: echo "$TOKEN" | docker login --password-stdin
      - run: make test
  call:
    uses: acme/shared/.github/workflows/auth.yml@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v1.2.3
    secrets: inherit
  call-2:
    uses: ./.github/workflows/token.yml
    secrets:
      TOKEN: ${{ secrets.TOKEN }}
authors: [Ana]
/secrets/ @acme/security
"""


def test_ordinary_lines_of_workflows_are_shown() -> None:
    """Permissions, references, pinned actions and names of jobs are no secrets."""
    assert masked(ORDINARY) == ORDINARY.splitlines()


def test_only_the_secret_differs() -> None:
    """A difference in secrets alone is still a difference, without either value."""
    (line,) = unified("TOKEN=one\n", "TOKEN=two\n", "app/.env")
    assert "looks like a secret" in line


def test_a_long_diff_is_cut_and_counted() -> None:
    """A file that is rewritten completely does not fill the terminal; what is left is counted."""
    lines = unified("a\n" * 1000, None, "app/x")
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {1000 + 3 - MOST_LINES} more lines"
