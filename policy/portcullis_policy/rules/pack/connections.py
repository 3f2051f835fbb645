"""ST: how the program talks to GitHub and Vault."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from portcullis_policy.examples.base import Declared, stack
from portcullis_policy.facts import UNKNOWN
from portcullis_policy.rule import Finding, Resource, Stack, StackRule
from portcullis_policy.semantics import github as gh
from portcullis_policy.settings import Settings
from portcullis_policy.severity import Severity

_VAULT = "pulumi:providers:vault"
_ADDRESSES = ("baseUrl", "address")
_UNCHECKED = ("insecure", "skipTlsVerify")


class ConnectionsEncrypted(StackRule):
    """The program talks to GitHub and Vault over TLS, and checks the certificate.

    The provider sends the organization's most powerful token with each request. Without TLS, or
    without a check of the certificate, anybody on the network path can read it. A server on the
    same machine is exempt.
    """

    id = "ST002"
    title = "a provider talks to its server without TLS"
    severity = Severity.HIGH
    resource_types = (gh.PROVIDER, _VAULT)
    remediation = "Use an `https://` address, and remove `insecure` and `skipTlsVerify`."
    good = (
        stack("GitHub's own address", Declared(gh.PROVIDER, {"owner": "guild"})),
        stack("a server of one's own", Declared(_VAULT, {"address": "https://vault.example:8200"})),
        stack("a test on this machine", Declared(_VAULT, {"address": "http://127.0.0.1:8200"})),
    )
    bad = (
        stack("no TLS", Declared(gh.PROVIDER, {"baseUrl": "http://github.example/"})),
        stack("GitHub's certificate is not checked", Declared(gh.PROVIDER, {"insecure": "true"})),
        stack(
            "Vault's certificate is not checked",
            Declared(_VAULT, {"address": "https://vault.example", "skipTlsVerify": True}),
        ),
    )

    def findings(self, stack: Stack, settings: Settings) -> Iterator[Finding]:
        """See Rule."""
        del settings
        for item in stack.of(*self.resource_types):
            addresses = [
                url for name in _ADDRESSES if isinstance(url := item.facts.text(name), str) and url
            ]
            if addresses and all(map(_is_local, addresses)):
                continue
            if not all(url.lower().startswith("https://") for url in addresses):
                yield Finding("its address is not an https URL", urn=item.urn)
            for name in _unchecked(item):
                yield Finding(f"`{name}` is true", urn=item.urn)


def _unchecked(item: Resource) -> Iterator[str]:
    for name in _UNCHECKED:
        given = item.facts.flag(name)
        if given is not UNKNOWN and given:
            yield name


def _is_local(url: str) -> bool:
    """Say whether an address is on the own machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


RULES = (ConnectionsEncrypted,)
