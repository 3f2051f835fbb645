"""What secrets look like: the names that they have, and the known formats of their values."""

import re

_SOUNDS_SECRET = re.compile(
    r"(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|(API|ACCESS|PRIVATE|SIGNING)_?KEY)"
    r"(_[A-Z0-9]+)?$",
    re.IGNORECASE,
)
_ABOUT_A_SECRET = re.compile(r"_(URL|URI|NAME|ID|PATH|ARN|TTL|FILE|EXPIRY|HEADER)$", re.IGNORECASE)
TOKEN = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{20}|github_pat_\w{20}|glpat-[\w-]{16}|pypi-[\w-]{16}|npm_[A-Za-z0-9]{20}"
    r"|(A3T[A-Z0-9]|A[KS]IA)[A-Z0-9]{16}|xox[abprs]-[\w-]{10}|hvs\.[\w-]{20}|pul-[0-9a-f]{40}"
    r"|sk-[\w-]{20}|AIza[\w-]{35}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
"""The known formats of tokens and keys."""
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:[^/\s:@]+@")


def sounds_secret(name: str) -> bool:
    """Return whether a variable's name is that of a secret, such as `DEPLOY_TOKEN`."""
    return _SOUNDS_SECRET.search(name) is not None and _ABOUT_A_SECRET.search(name) is None


def looks_secret(text: str) -> bool:
    """Return whether a token, a key, or a URL with a password is in ``text``."""
    return any(shape.search(text) for shape in (TOKEN, _PASSWORD_IN_URL))
