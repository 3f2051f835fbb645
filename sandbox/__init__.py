"""The sandbox: a GitHub over HTTP, on this machine, to practise and to test against.

It speaks the parts of GitHub's REST and GraphQL APIs that administer an organization. It knows
nothing of the project that it stands in: any client that can be given a base address works with it.
"""
