"""What the rules about secrets in the open take for a token, and what they leave alone."""

import re

import pytest
from portcullis_policy.rules.secrets.shapes import FORMATS, has_token, looks_secret

HEX, WORD = "a1b2c3d4" * 16, "aB3dE6gH" * 16
TOKENS = {
    "GitHub": "ghp_" + WORD[:36],
    "GitHub, fine-grained": "github_pat_" + WORD[:22] + "_" + WORD[:59],
    "GitLab": "glpat-" + WORD[:20],
    "Atlassian": "ATATT3" + WORD[:60],
    "npm": "npm_" + WORD[:36],
    "PyPI": "pypi-AgEIcHlwaS5vcmc" + WORD[:80],
    "RubyGems": "rubygems_" + HEX[:48],
    "crates.io": "cio" + WORD[:32],
    "NuGet": "oy2" + HEX[:43],
    "Docker Hub": "dckr_pat_" + WORD[:27],
    "Terraform Cloud": WORD[:14] + ".atlasv1." + WORD[:60],
    "Vault": "hvs." + WORD[:90],
    "HCP Vault's batch token": "hvb." + WORD[:90],
    "Doppler": "dp.st.prd." + WORD[:40],
    "AWS": "AKIA" + "ABCDEFGH234567AB",
    "Google": "AIza" + WORD[:35],
    "Azure storage": "AccountName=x;AccountKey=" + WORD[:86] + "==;EndpointSuffix=core",
    "Azure service bus": "SharedAccessKey=" + WORD[:43] + "=",
    "DigitalOcean": "dop_v1_" + HEX[:64],
    "Databricks": "dapi" + HEX[:32],
    "Slack's webhook": "https://hooks.slack.com/services/T0000AAAA/B0000BBBB/" + WORD[:24],
    "Slack": "xoxb-1234567890-" + WORD[:24],
    "SendGrid": "SG." + WORD[:22] + "." + WORD[:43],
    "Twilio": "SK" + HEX[:32],
    "Mailgun": "key-" + HEX[:32],
    "Stripe": "sk_live_" + WORD[:24],
    "Shopify": "shpat_" + HEX[:32],
    "OpenAI": "sk-proj-" + WORD[:48],
    "Anthropic": "sk-ant-api03-" + WORD[:80],
    "Hugging Face": "hf_" + "aBcDeFgH" * 4 + "ab",
    "Linear": "lin_api_" + WORD[:40],
    "Postman": "PMAK-" + HEX[:24] + "-" + HEX[:34],
    "age": "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0" * 3 + "QPZRY9X8GF",
    "Azure's signed address": "https://x.blob.example/a?sv=2022-11-02&sig=" + WORD[:43] + "%3D",
    "PyPI, as nobody makes it": "pypi-" + HEX[:60],
    "Packagist": "packagist_uut_" + HEX[:68],
    "1Password": "A3-ABC123-DEF456-GH789-JK012-LM345-NP678",
    "LaunchDarkly": "sdk-a1b2c3d4-a1b2-a1b2-a1b2-a1b2c3d4a1b2",
    "Mapbox": "sk.eyJ" + WORD[:60] + "." + WORD[:22],
    "Braintree": "access_token$production$" + HEX[:16] + "$" + HEX[:32],
    "AWS's secret key": "AWS_SECRET_ACCESS_KEY=" + WORD[:40],
    "npm's file of logins": "//npm.example/:_authToken=" + WORD[:36],
    "Docker's file of logins": '"auth": "' + WORD[:40] + '="',
    "a file of logins": "machine ci.example login bot password hunter2",
    "a connection string": "Server=db.example;User Id=app;Password=hunter2;",
    "a header": "Authorization: Bearer " + WORD[:40],
    "GitLab's runner": "glrt-" + WORD[:20],
    "Telegram": "123456789:AA" + WORD[:33],
    "Discord's webhook": "https://discord.com/api/webhooks/1234567890/" + WORD[:60],
    "Grafana": "glsa_" + WORD[:32] + "_" + HEX[:8],
    "Sentry": "sntrys_" + WORD[:60],
    "New Relic": "NRAK-" + "ABCDEFGH1234" * 2 + "ABC",
    "Tailscale": "tskey-auth-" + WORD[:12] + "-" + WORD[:24],
    "Pulumi": "pul-" + HEX[:40],
    "Netlify": "nfp_" + WORD[:36],
    "Supabase": "sbp_" + HEX[:40],
    "Groq": "gsk_" + WORD[:52],
    "a JSON Web Token": "eyJ" + WORD[:20] + ".eyJ" + WORD[:30] + "." + WORD[:20],
    "a password in an address": "https://user:hunter2@example.com",
    "a key": "-----BEGIN EC PRIVATE KEY-----",
}
WORDS = {
    "a package": "scikit-learn, task-sk-image-processing-toolkit-2026-edition",
    "a package of a mirror": "my-pypi-mirror-with-a-long-name-2026",
    "a package whose name begins so": "https://pypi.org/project/pypi-simple-index-server-2/",
    "a name that begins so": "sk-learn-contrib-lightning-and-more",
    "a test's name": "test_npm_installs_everything_that_is_needed",
    "a workflow's file": "pypi-publish-to-the-real-index-after-approval.yml",
    "a commit": "a1b2c3d4" * 5,
    "a digest": "sha256:" + HEX[:64],
    "an action": "pypa/gh-action-pypi-publish@" + HEX[:40],
    "npm's file of logins, from a variable": "//npm.example/:_authToken=${NODE_AUTH_TOKEN}",
    "a login by a reference": "machine ci.example login bot password ${TOKEN}",
    "AWS's own secret key": "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "a header by a reference": 'curl -H "Authorization: Bearer $TOKEN"',
    "a header in words": "Authorization: Bearer your-token-goes-here-please",
    "a password by a reference": "Password=${{ secrets.DB }};",
    "a parameter": "https://example.com/?design=simple&assign=everybody-who-is-there-today",
    "a reference": "${{ secrets.PYPI_API_TOKEN }}",
    "an address with a port": "https://example.com:8443/a@b",
}


@pytest.mark.parametrize("text", TOKENS.values(), ids=TOKENS)
def test_tokens_are_recognized_wherever_they_stand(text: str) -> None:
    """C3, B5: a credential is found alone, after an equals sign, in quotes and within a line."""
    for around in ("{}", "T={}", 'token: "{}"', "see {} there", "(`{}`)", "a\n{}\nb"):
        assert looks_secret(around.format(text)), around


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_words_that_contain_a_prefix_are_no_tokens(text: str) -> None:
    """C3: package names, links and hashes are not taken for credentials."""
    assert not looks_secret(text)
    assert not looks_secret(f"see `{text}` (or '{text}')")


def test_an_example_in_a_file_is_no_token() -> None:
    """C3: the key that AWS's documentation shows is left alone in files, not in a variable."""
    example = "AKIAIOSFODNN7EXAMPLE"
    assert not has_token(f"see {example}")
    assert looks_secret(example)


def test_every_format_compiles_by_itself() -> None:
    """C3: each format is a pattern that matches no empty text and no plain sentence."""
    for pattern in FORMATS.values():
        found = re.compile(pattern)
        assert not found.search("")
        assert not found.search("The quick brown fox jumps over the lazy dog. 0123456789")


def test_a_long_file_is_read_in_time() -> None:
    """C3: a file of a megabyte of one word, or of many, takes no more than a moment."""
    for text in ("a" * 1_000_000, "sk-a" * 250_000, "x-y_z " * 170_000, "SG.a" * 250_000):
        assert not has_token(text)
