# noqa: INP001 - Pulumi runs this folder as it is
"""The policy pack, as Pulumi starts it: `pulumi preview --policy-pack policy`."""

from portcullis_policy.pulumi_pack.analyzer import hear, policies
from portcullis_policy.pulumi_pack.start import begin
from pulumi_policy import PolicyPack

PACK = policies(start=begin())
hear(PACK)
PolicyPack("portcullis", policies=PACK)
