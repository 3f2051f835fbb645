# noqa: INP001 - Pulumi runs this folder as it is
"""The policy pack, as Pulumi starts it: `pulumi preview --policy-pack policy`."""

from portcullis_policy.pulumi_pack.analyzer import hear, policies
from portcullis_policy.pulumi_pack.start import begin, collect_rarely
from pulumi_policy import PolicyPack

collect_rarely()
PACK = policies(start=begin())
hear(PACK)
PolicyPack("portcullis", policies=PACK)
