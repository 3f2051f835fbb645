"""The baseline of detect-secrets: findings that people looked at, and that are no secrets.

Source: https://github.com/Yelp/detect-secrets
"""

from __future__ import annotations

import json
from typing import Any

from components.files.workflow import tool

_DETECTORS = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "Base64HighEntropyString",
    "BasicAuthDetector",
    "CloudantDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "HexHighEntropyString",
    "IbmCloudIamDetector",
    "IbmCosHmacDetector",
    "IPPublicDetector",
    "JwtTokenDetector",
    "KeywordDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SoftlayerDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)
"""The detectors that detect-secrets has by default."""
_OPTIONS: dict[str, dict[str, Any]] = {
    "Base64HighEntropyString": {"limit": 4.5},
    "HexHighEntropyString": {"limit": 3.0},
    "KeywordDetector": {"keyword_exclude": ""},
}
_FILTERS = (
    "allowlist.is_line_allowlisted",
    "heuristic.is_indirect_reference",
    "heuristic.is_likely_id_string",
    "heuristic.is_lock_file",
    "heuristic.is_not_alphanumeric_string",
    "heuristic.is_potential_uuid",
    "heuristic.is_prefixed_with_dollar_sign",
    "heuristic.is_sequential_string",
    "heuristic.is_swagger_file",
    "heuristic.is_templated_secret",
)
"""Its filters by default, but for the one that sends what it finds to its issuer to be verified."""


def render() -> str:
    """Return a baseline without findings; it is the same for every repository."""
    baseline = {
        "version": tool("detect_secrets"),
        "plugins_used": [{"name": name, **_OPTIONS.get(name, {})} for name in _DETECTORS],
        "filters_used": [{"path": f"detect_secrets.filters.{name}"} for name in _FILTERS],
        "results": {},
        "generated_at": "2024-05-06T00:00:00Z",
    }
    return json.dumps(baseline, indent=2) + "\n"
