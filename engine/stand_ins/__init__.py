"""Plugins that stand in for pulumi-vault and pulumi-aws, which cannot be had everywhere.

They turn exactly the functions that Portcullis uses into calls to a real Vault and to moto's
server. `on_path.py` puts them where the engine finds them.
"""
