# noqa: INP001 - Pulumi runs this folder as it is
"""The policy pack, as Pulumi starts it: `pulumi preview --policy-pack policy`."""

from portcullis_policy.analyzer import policies
from portcullis_policy.config import refuse_unknown_names
from pulumi_policy import PolicyPack

refuse_unknown_names()
PolicyPack("portcullis", policies=policies())
