"""`portcullis check`: the policy pack's findings without engine, network or secrets."""
