"""Every credential that could publish, open until it is seen newer than an incident."""
