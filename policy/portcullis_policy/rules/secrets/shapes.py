"""What secrets look like: the names that they have, and the known formats of their values.

A format is a prefix that its vendor publishes, and what follows it. Each stands on its own: a word
that only contains a prefix (`task-sk-`, `my-pypi-mirror`) is none.
Sources: the vendors' pages about their tokens, and GitHub's list of what it scans for:
https://docs.github.com/code-security/reference/secret-security/supported-secret-scanning-patterns
"""

import base64
import math
import re
from collections import Counter
from collections.abc import Mapping

_SOUNDS_SECRET = re.compile(
    r"(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|(API|ACCESS|PRIVATE|SIGNING)_?KEY)"
    r"(_[A-Z0-9]+)?$",
    re.IGNORECASE,
)
_ABOUT_A_SECRET = re.compile(r"_(URL|URI|NAME|ID|PATH|ARN|TTL|FILE|EXPIRY|HEADER)$", re.IGNORECASE)

FORMATS: Mapping[str, str] = {
    # code, packages and builds
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
    "GitLab": r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|wt)-[\w-]{16,}",
    "Bitbucket and Atlassian": r"AT(?:ATT3|CTT3|BB|TA)[\w=-]{28,}",
    "npm": r"npm_[A-Za-z0-9]{20,}",
    "PyPI": r"(?<![-_])pypi-(?:AgE[\w-]{16,}|(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{50,}"
    r"|(?=\w*\d)\w{32,})",
    "Packagist": r"packagist_[a-z]{3}_[0-9a-f]{40,}",
    "RubyGems": r"rubygems_[0-9a-f]{40,}",
    "crates.io": r"cio[A-Za-z0-9]{32}",
    "NuGet": r"oy2[a-z0-9]{43}",
    "Clojars": r"CLOJARS_[a-z0-9]{40,}",
    "JSR": r"jsr[dpu]_[A-Za-z0-9_-]{20,}",
    "Open VSX": r"ovsxat_[\w-]{20,}",
    "Docker Hub": r"dckr_[po]at_[\w-]{20,}",
    "Artifactory": r"AKCp[A-Za-z0-9]{50,}|cmVmdGtu[A-Za-z0-9]{40,}",
    "Azure DevOps": r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}",
    "CircleCI": r"CCIP(?:AT|RJ)_\w{20,}",
    "Buildkite": r"bk(?:ua|aj|ar|ct|pt)_[A-Za-z0-9]{30,}",
    "Sonar": r"sq[apub]_[0-9a-f]{40}",
    "Sentry": r"sntry[su]_[\w=+/-]{40,}",
    "Sourcegraph": r"sgp_(?:[\w-]+_)?[0-9a-f]{40}",
    "Postman": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "Pulumi": r"pul-[0-9a-f]{40}",
    "Terraform Cloud": r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}",
    "Vault": r"hv[sbr]\.[\w-]{20,}",
    "Doppler": r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}",
    "1Password": r"ops_eyJ[\w=+/-]{40,}",
    "1Password's secret key": r"A3-[A-Z0-9]{6}-[A-Z0-9]{6}(?:-[A-Z0-9]{5}){4}",
    "LaunchDarkly": r"(?:sdk|api|mob)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "Infisical": r"st\.[0-9a-f-]{20,}\.[0-9a-f]{20,}",
    "Prefect": r"pn[ub]_[A-Za-z0-9]{36}",
    "ReadMe": r"rdme_[a-z0-9]{70}",
    "Scalingo": r"tk-us-[\w-]{48}",
    # clouds, hosts and databases
    "AWS": r"(?:A3T[A-Z0-9]|A[KS]IA|ABIA|ACCA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}"
    r"|ABSK[A-Za-z0-9+/]{60,}={0,2}",
    "Google": r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{30,}",
    "Azure": r"(?:Account|SharedAccess)Key=[A-Za-z0-9+/]{40,}={0,2}"
    r"|[\w~.]{3}\dQ~[\w~.-]{31,34}|(?:\?|&)?sig=[A-Za-z0-9%+/]{30,}={0,2}",
    "Alibaba and Tencent": r"LTAI[A-Za-z0-9]{20}|AKID[A-Za-z0-9]{32}",
    "Yandex": r"AQVN[\w-]{35,38}|y0_[\w-]{50,}",
    "DigitalOcean": r"do[opr]_v1_[0-9a-f]{40,}",
    "Heroku": r"HRKU-[\w-]{36,}",
    "Netlify": r"nf[cpou]_[A-Za-z0-9_-]{36,}",
    "Vercel": r"vercel_blob_rw_\w{20,}|vc[aipkr]_[A-Za-z0-9]{24,}",
    "Cloudflare": r"cf(?:k|ut|at)_[A-Za-z0-9]{40,}|v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}",
    "Fly.io": r"f[mo]\d[ar]?_[\w=+/-]{40,}",
    "Render": r"rnd_[A-Za-z0-9]{20,}",
    "Supabase": r"sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,}",
    "PlanetScale": r"pscale_(?:tkn|pw|oauth)_[\w=.-]{32,}",
    "Neon": r"napi_[a-z0-9]{60,}",
    "Databricks": r"dapi[0-9a-f]{32}(?:-\d)?|dkea[0-9a-f]{32}",
    "Tailscale": r"tskey-[a-z]+-[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{8,})?",
    "OpenShift": r"sha256~[\w-]{43}",
    # messages, mail and money
    "Slack": r"xox[abeoprs]-[\w-]{10,}|xapp-\d-[\w-]{20,}"
    r"|hooks\.slack\.com/(?:services|workflows|triggers)/T\w+/\w+/\w{16,}",
    "Discord": r"discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}",
    "Teams": r"webhook\.office\.com/webhookb2/[\w@-]+/IncomingWebhook/\w+",
    "Telegram": r"\d{8,10}:AA[\w-]{33}",
    "SendGrid": r"SG\.[\w-]{16,32}\.[\w-]{16,}",
    "Mailgun and Mailchimp": r"key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}",
    "Brevo": r"xkeysib-[0-9a-f]{64}-\w{16}",
    "Resend": r"re_(?=\w*\d)(?=\w*[A-Z])[A-Za-z0-9]{8,}_[A-Za-z0-9]{20,}",
    "Twilio": r"SK[0-9a-f]{32}",
    "Stripe": r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}",
    "Braintree": r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}",
    "Square": r"EAAA[\w-]{56,}|sq0[a-z]{3}-[\w-]{22,}",
    "Plaid": r"access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}",
    "Shopify": r"shp(?:at|ca|pa|ss|ua)_[0-9A-Fa-f]{32}",
    "EasyPost and Shippo": r"EZ[AT]K[A-Za-z0-9]{54}|shippo_(?:live|test)_[0-9a-f]{40}",
    "Duffel and Flutterwave": r"duffel_(?:test|live)_[\w=-]{43}|FLWSECK(?:_TEST)?-[\w-]{12,}",
    # models and data
    "OpenAI": r"(?<![-_])sk-(?:(?:proj|svcacct|admin|or-v1|lf|ant-[a-z0-9]+)-[\w-]{20,}"
    r"|(?=[A-Za-z0-9]*\d)[A-Za-z0-9]{20,})",
    "Hugging Face": r"hf_[A-Za-z0-9]{30,}|api_org_[A-Za-z0-9]{30,}",
    "other models": r"gsk_[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{37}|pplx-[A-Za-z0-9]{40,}"
    r"|xai-[A-Za-z0-9]{60,}|tvly-[\w-]{24,}|pcsk_\w{40,}|lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}|nvapi-[\w-]{60,}",
    # tools that teams use
    "Linear": r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}",
    "Notion": r"ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}",
    "Asana": r"\d/\d{13,}(?:/\d{13,})?:[0-9a-f]{32}",
    "Airtable": r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",
    "Figma": r"fig[dor]_[\w-]{32,}",
    "Mapbox": r"sk\.eyJ[\w-]{10,}\.[\w-]{20,}",
    "Zapier": r"hooks\.zapier\.com/hooks/catch/\d+/\w+",
    "Contentful": r"CFPAT-[\w-]{40,}",
    "Typeform": r"tfp_[\w.=-]{44,}",
    "PagerDuty": r"u\+[\w-]{18}(?![\w-])",
    "Grafana": r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/]{32,}",
    "New Relic": r"NR(?:AK|JS|II|IQ|RA)-[\w-]{19,}",
    "Dynatrace": r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
    "Dropbox": r"sl\.[\w-]{100,}",
    # keys themselves
    "age": r"AGE-(?:SECRET-KEY-(?:PQ-)?|PLUGIN-[A-Z0-9]+-)1[0-9A-Z]{40,}",
    "JSON Web Token": r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.",
}
"""The formats of tokens and keys, by who made them."""

_TOKEN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(FORMATS.values())})")
_LONG_WORD = re.compile(r"[\w.~:/@+=%&?$-]{15,}")
"""Where a token can be: no format is shorter, and none has other characters. Most text has few."""
_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|PuTTY-User-Key-File-\d:|minisign encrypted secret key"
    r"|\baws_?secret_?(?:access_?)?key[\"']?\s*[=:]\s*[\"']?(?!\S*EXAMPLE)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
    r"|_auth(?:Token)?\s*=\s*[\"']?(?=[\w+/=.-]*\d)[\w+/=.-]{16,}"
    r"|\"auth\"\s*:\s*\"[A-Za-z0-9+/]{20,}={0,2}\""
    r"|\bPrivateKey\s*=\s*[A-Za-z0-9+/]{43}="
    r"|\bmachine\s+\S+\s+login\s+\S+\s+password\s+[^\s$<{]{4,}",
    re.IGNORECASE,
)
"""Keys, and files of logins."""
_HINTS = (
    "-----begin",
    "privatekey",
    "putty-user",
    "minisign",
    "secret",
    "_auth",
    '"auth"',
    "machine",
)
"""Words of which one is in each of them: a quick look first."""
_PASSWORD = re.compile(
    r"://[^/\s:@]*:(?![$<{*])[^/\s:@]+@|\bA[KS]IA[A-Z0-9]{16}\b"
    r"|(?:^|[;\n])\s*(?:[\w.-]{1,40}\.)?(?:password|pwd)\s*=\s*[^;\s${<]{4,}|\bbearer\s+(?=[\w.~+/-]*\d)[\w.~+/-]{20,}=*"
    r"|\bgeniekey\s+[0-9a-f-]{36}|\bauthorization\s*[:=]\s*[\"']?basic\s+[A-Za-z0-9+/]{12,}={0,2}",
    re.IGNORECASE,
)
"""A password in a URL or a connection string, and a header with a token: not for whole files, where
such things are examples."""


_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}$")
_RANDOM = re.compile(
    r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d.*\d)(?=.*[A-Za-z0-9+]{20})[A-Za-z0-9+/_-]{24,}={0,2}"
)
_BITS = 3.9
"""Bits of information in each character of a text that counts as random; words have fewer."""


def sounds_secret(name: str) -> bool:
    """Return whether a variable's name is that of a secret, such as `DEPLOY_TOKEN`."""
    return _SOUNDS_SECRET.search(name) is not None and _ABOUT_A_SECRET.search(name) is None


def looks_random(text: str) -> bool:
    """Return whether a text is one long word that nobody would write: a hint, and no more.

    Hashes and ids, which have only the digits of hexadecimal numbers, are not.
    """
    if _RANDOM.fullmatch(text) is None:
        return False
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares) >= _BITS


def has_token(text: str) -> bool:
    """Return whether a token or key of a known format is in ``text``."""
    words = _LONG_WORD.findall(text)
    if any(map(_TOKEN.search, words)) or any(map(_has_encoded_token, words)):
        return True
    lower = text.lower()
    return any(hint in lower for hint in _HINTS) and _KEY.search(text) is not None


def without_tokens(text: str) -> str:
    """Return a text with `***` in the place of each word that holds a token of a known format."""
    return _LONG_WORD.sub(lambda word: "***" if _TOKEN.search(word[0]) else word[0], text)


def _has_encoded_token(word: str) -> bool:
    """Return whether a word is a token or key in base64, which hides nothing."""
    found = _BASE64.search(word)
    if found is None:
        return False
    try:
        plain = base64.b64decode(found[0] + "=" * (-len(found[0]) % 4)).decode("ascii")
    except ValueError:
        return False
    return _TOKEN.search(plain) is not None or _KEY.search(plain) is not None


def looks_secret(text: str) -> bool:
    """Return whether a token, a key, or an address with a password is in ``text``."""
    return has_token(text) or _PASSWORD.search(text) is not None
