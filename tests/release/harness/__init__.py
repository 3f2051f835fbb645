"""What executes a rendered workflow file on this machine, with the sandbox in charge.

`release` runs each job that the sandbox lets through: `jobs` writes a workflow file with that one
job, `act` runs it, `doubles` answer its `uses:`, and its result goes back to the sandbox. `front`
is the only way out to the network: GitHub is the sandbox, and each registry is one of `index` and
`npm`. `git` gives jobs the repository, `organization` makes the people, environments and secrets of
a release, and `stage` puts all of it together.

A further ecosystem is one more project in `projects`, one more registry, its hosts in `stage`, and
its way to install a package in `installing`.
"""
