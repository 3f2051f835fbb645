"""AWS as a source, with a plugin under mocks; moto's server is in tests/end_to_end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from components.secrets.aws import AwsConfig, AwsSource
from tests.components.secrets.asking import CANARY, Plugin, ask, reference, refusal

REGION = "eu-central-1"
WHOLE = reference(aws="ci/codecov")
PARAMETER = reference(aws="ssm:/ci/codecov")
SECRETS = "aws:secretsmanager/getSecretVersion:getSecretVersion"
PARAMETERS = "aws:ssm/getParameter:getParameter"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has nothing of AWS."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)


def source() -> AwsSource:
    """Secrets of a region."""
    return AwsSource(AwsConfig(region=REGION))


def answer(value: object = CANARY, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as the plugin has it
    """What Secrets Manager answers."""
    made = {"versionId": "v-7", "createdDate": "2026-10-01T12:30:00Z"}
    return {"secretString": value, **made, **fields}


def test_a_secret_comes_with_its_version_and_date() -> None:
    """What AWS says of a value travels with it (G2)."""
    plugin = Plugin(answer())
    (found,) = ask(source(), WHOLE, calls=plugin).values
    assert (found.value, found.version) == (CANARY, "v-7")
    assert found.changed == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
    assert plugin.asked == [(SECRETS, {"secretId": "ci/codecov"})]


def test_a_parameter_comes_with_its_version() -> None:
    """Decrypted, by its number; the Parameter Store says no date."""
    plugin = Plugin({"value": CANARY, "version": 7})
    (found,) = ask(source(), PARAMETER, calls=plugin).values
    assert (found.value, found.version, found.changed) == (CANARY, "7", None)
    assert plugin.asked == [(PARAMETERS, {"name": "/ci/codecov", "withDecryption": True})]


def test_a_pinned_version_is_asked_for() -> None:
    """By AWS' own numbering."""
    plugin = Plugin({**answer(), "value": CANARY, "version": 7})
    pinned = [reference(aws=each.place, version="7") for each in (WHOLE, PARAMETER)]
    ask(source(), *pinned, calls=plugin)
    assert [arguments for _, arguments in plugin.asked] == [
        {"secretId": "ci/codecov", "versionId": "7"},
        {"name": "/ci/codecov:7", "withDecryption": True},
    ]


def test_several_keys_are_one_request() -> None:
    """The keys of a JSON object, and the whole of it."""
    text = json.dumps({"token": CANARY, "other": "of another key"})
    plugin = Plugin(answer(text))
    keys = [reference(aws="ci/codecov", key=key) for key in ("token", "other")]
    found = ask(source(), *keys, WHOLE, calls=plugin).values
    assert [each.value for each in found] == [CANARY, "of another key", text]
    assert {each.version for each in found} == {"v-7"}
    assert len(plugin.asked) == 1


@pytest.mark.parametrize(
    "text", [CANARY, "[1]", "7", '"x"', "{}", '{"token": ""}', '{"token": 7}', "{"]
)
def test_what_has_no_such_key_is_reported(text: str) -> None:
    """No JSON, no object, no such key, no text; the value is not printed."""
    words = refusal(source(), reference(aws="ci/codecov", key="token"), calls=Plugin(answer(text)))
    assert "AWS' ci/codecov is not a JSON object with a text under token" in words


@pytest.mark.parametrize("value", [None, ""])
def test_a_secret_without_text_is_reported(value: object) -> None:
    """A binary one, or an empty one."""
    assert "holds no text" in refusal(source(), WHOLE, calls=Plugin(answer(value)))


def test_a_multi_line_value_is_whole() -> None:
    """Line breaks, blanks at the end and letters of all languages."""
    text = "-----BEGIN X-----\nGrüße 日本\n-----END X-----\n\n "
    assert ask(source(), WHOLE, calls=Plugin(answer(text))).values[0].value == text


@pytest.mark.parametrize("date", ["", None, "yesterday"])
def test_a_date_that_is_none_is_left_out(date: str | None) -> None:
    """A value without a date is a value."""
    (found,) = ask(source(), WHOLE, calls=Plugin(answer(createdDate=date))).values
    assert (found.value, found.changed) == (CANARY, None)


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_of_the_run_is_taken(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the file says none."""
    monkeypatch.setenv(variable, "eu-west-1")
    found = ask(AwsSource(AwsConfig()), WHOLE, calls=Plugin(answer()))
    assert found.recording.one("pulumi aws", "aws").inputs["region"] == "eu-west-1"


def test_the_region_of_the_file_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is declared is not another thing on another machine."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    found = ask(source(), WHOLE, calls=Plugin(answer()))
    assert found.recording.one("pulumi aws", "aws").inputs["region"] == REGION


def test_without_a_region_nothing_is_asked() -> None:
    """The error names what to set."""
    words = refusal(AwsSource(AwsConfig()), WHOLE, calls=Plugin(answer()))
    assert words == "the AWS region is not configured: set AWS_REGION, or sources.aws.region"


def test_a_region_is_one() -> None:
    """Before AWS is asked."""
    with pytest.raises(ValidationError, match="allowed: a region"):
        AwsConfig(region="Frankfurt")
    for region in ("us-east-1", "us-gov-west-1", "ap-southeast-2"):
        assert AwsConfig(region=region).region == region


def test_credentials_are_no_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's own go to the provider by the environment, and into no state (S2)."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIACANARYCANARYCANA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    text = repr(ask(source(), WHOLE, calls=Plugin(answer())).recording.plain())
    assert CANARY not in text
    assert "AKIACANARY" not in text


ERRORS = (
    (
        (
            "reading Secrets Manager Secret Version (ci/codecov|AWSCURRENT): couldn't find "
            "resource; ResourceNotFoundException: Secrets Manager can't find the specified secret."
        ),
        "there is no such path",
    ),
    (f"ParameterNotFound: {CANARY}", "there is no such path"),
    (
        (
            "operation error Secrets Manager: GetSecretValue, https response error StatusCode: "
            "400, api error AccessDeniedException: User: arn:aws:iam::123456789012:user/x is not "
            "authorized"
        ),
        "access is denied",
    ),
    (
        (
            "api error UnrecognizedClientException: The security token included in the request is "
            f"invalid. {CANARY}"
        ),
        "access is denied",
    ),
    ("api error ExpiredTokenException: The security token is expired", "access is denied"),
    (
        (
            "No valid credential sources found. Error: failed to refresh cached credentials, no "
            "EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error "
            "StatusCode: 404, request to EC2 IMDS failed"
        ),
        "this run has no login",
    ),
    (
        (
            'request send failed, Post "http://127.0.0.1:50312/": dial tcp 127.0.0.1:50312: '
            "connect: connection refused"
        ),
        "it does not answer",
    ),
    ("api error ThrottlingException: Rate exceeded", "it is unavailable"),
    ("StatusCode: 500, api error InternalServiceError: x", "it is unavailable"),
    (
        (
            "deserialization failed, failed to decode response body, invalid character '<' looking "
            f"for beginning of value {CANARY}"
        ),
        "cannot be understood",
    ),
)
"""AWS' and the provider's own words, with a canary where an answer may be quoted."""


@pytest.mark.parametrize(("words", "meaning"), ERRORS, ids=[meaning for _, meaning in ERRORS])
@pytest.mark.parametrize("asked_for", [WHOLE, PARAMETER], ids=str)
def test_a_failure_is_reported_in_words_of_ours(asked_for: Any, words: str, meaning: str) -> None:  # noqa: ANN401 - a Reference
    """What helps, and nothing of what the plugin said: it may quote an answer (S2)."""
    reported = refusal(source(), asked_for, calls=Plugin(words))
    assert reported.startswith(f"AWS' {asked_for.place}: ")
    assert meaning in reported
