"""The shapes beside the sound ones that an attacker can use, and the rules that report them."""

WRONG = {
    "coverage, and a login to a cloud": (
        "WF003",
        """
        on: {push: {branches: [main]}}
        permissions: {}
        jobs:
          test:
            permissions: {contents: read, id-token: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - uses: aws-actions/configure-aws-credentials@SHA
                with: {role-to-assume: 'arn:aws:iam::1:role/x', aws-region: eu-west-1}
              - uses: codecov/codecov-action@SHA
                with: {use_oidc: true}
        """,
    ),
    "an attestation, and a package that is published": (
        "WF003",
        """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          release:
            permissions: {contents: read, id-token: write, attestations: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/attest@SHA
                with: {subject-path: dist/*}
              - run: uv build && uv publish
        """,
    ),
    "a job that inherits what the others state": (
        "WF004",
        """
        on: [push, pull_request]
        jobs:
          lint:
            permissions: {contents: read}
            runs-on: ubuntu-24.04
            steps: [{run: make lint}]
          test:
            runs-on: ubuntu-24.04
            steps: [{run: make test}]
        """,
    ),
    "one job that a pull request starts may write": (
        "WF004",
        """
        on: [pull_request]
        permissions: {contents: write}
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps: [{run: make test}]
        """,
    ),
    "an input that is a number for a person and free text for a caller": (
        "WF006",
        """
        on:
          workflow_dispatch: {inputs: {level: {type: number}}}
          workflow_call: {inputs: {level: {type: string}}}
        permissions: {}
        jobs:
          run:
            runs-on: ubuntu-24.04
            steps: [{run: 'make LEVEL=${{ inputs.level }}'}]
        """,
    ),
    "a title if there is one, else a word": (
        "WF006",
        """
        on: [issues]
        permissions: {}
        jobs:
          run:
            runs-on: ubuntu-24.04
            steps: [{run: 'echo ${{ github.event.issue.title || format("{0}", 1) }}'}]
        """.replace('"', "''"),
    ),
    "a title behind a condition": (
        "WF006",
        """
        on: [issues]
        permissions: {}
        jobs:
          run:
            runs-on: ubuntu-24.04
            steps: [{run: 'echo ${{ github.event.action == true && github.event.issue.title }}'}]
        """,
    ),
    "what a program outside sends with its event": (
        "WF006",
        """
        on: {repository_dispatch: {types: [build]}}
        permissions: {}
        jobs:
          run:
            runs-on: ubuntu-24.04
            steps: [{run: './build ${{ github.event.client_payload.number }}'}]
        """,
    ),
    "a builder named by a part of its version": (
        "WF007",
        """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          provenance:
            permissions: {actions: read, id-token: write, contents: write}
            uses: slsa-framework/slsa-github-generator/FLOWS/generator_generic_slsa3.yml@v2
        """,
    ),
    "another builder by its version": (
        "WF007",
        """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          provenance:
            permissions: {actions: read, id-token: write, contents: write}
            uses: guild/slsa-github-generator/FLOWS/generator_generic_slsa3.yml@v2.1.0
        """,
    ),
    "GoReleaser publishes on a pull request": (
        "WF002",
        """
        on: {push: {branches: [main]}}
        permissions: {}
        jobs:
          release:
            permissions: {contents: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: goreleaser/goreleaser-action@SHA
                with: {args: release --clean --snapshot=false}
        """,
    ),
    "an image goes to the runner's registry and to another": (
        "WF002",
        """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          image:
            runs-on: ubuntu-24.04
            steps:
              - uses: docker/build-push-action@SHA
                with: {push: true, tags: 'localhost:5000/guild/tool, docker.io/guild/tool'}
        """,
    ),
    "a release restores a cache": (
        "WF017",
        """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          release:
            environment: release
            permissions: {contents: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod}
              - run: make && gh release create "$GITHUB_REF_NAME" dist/*
        """,
    ),
    "an agent reads what anybody writes": (
        "WF017",
        """
        on: {issue_comment: {types: [created]}}
        permissions: {}
        jobs:
          answer:
            permissions: {contents: write, issues: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: guild/agent@SHA
                with: {prompt: 'Do what the comment asks.'}
        """,
    ),
    "an outsider's branch is handed to an action": (
        "WF017",
        """
        on: {pull_request_target: null}
        permissions: {}
        jobs:
          preview:
            permissions: {pull-requests: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: guild/preview@SHA
                with: {ref: '${{ github.event.pull_request.head.sha }}'}
        """,
    ),
    "an image of the runner's registry is copied to another one": (
        "WF002",
        """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          copy:
            runs-on: ubuntu-24.04
            steps:
              - run: |
                  from=localhost:5000/copy
                  crane copy "$from" ghcr.io/guild/app
                env: {T: '${{ secrets.REGISTRY_TOKEN }}'}
        """,
    ),
    "a variable that names two registries": (
        "WF002",
        """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          push:
            runs-on: ubuntu-24.04
            steps:
              - run: |
                  to=localhost:5000/app
                  to=ghcr.io/guild/app
                  docker push "$to"
                env: {T: '${{ secrets.REGISTRY_TOKEN }}'}
        """,
    ),
    "tags on the runner and on a registry, in one build": (
        "WF002",
        """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          push:
            runs-on: ubuntu-24.04
            steps:
              - run: docker buildx build --push -t localhost:5000/app -t ghcr.io/guild/app .
                env: {T: '${{ secrets.REGISTRY_TOKEN }}'}
        """,
    ),
    "a cache in a job that builds what another one publishes": (
        "WF017",
        """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          build:
            runs-on: ubuntu-24.04
            permissions: {contents: read}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod, cache: true}
              - run: go build -o dist/ ./...
              - uses: actions/upload-artifact@SHA
                with: {name: dist, path: dist}
          publish:
            needs: build
            runs-on: ubuntu-24.04
            environment: pypi
            permissions: {id-token: write}
            steps:
              - uses: actions/download-artifact@SHA
                with: {name: dist, path: dist}
              - uses: pypa/gh-action-pypi-publish@SHA
        """,
    ),
    "a script that runs what an outsider's job left": (
        "WF017",
        """
        on: {workflow_run: {workflows: [ci], types: [completed]}}
        permissions: {}
        jobs:
          comment:
            runs-on: ubuntu-24.04
            permissions: {pull-requests: write}
            steps:
              - uses: actions/download-artifact@SHA
                with: {name: number, run-id: '${{ github.event.workflow_run.id }}'}
              - uses: actions/github-script@SHA
                with:
                  script: |
                    const number = require('./number')
                    await github.rest.issues.createComment({
                      ...context.repo, issue_number: number, body: 'Please run the formatter.'
                    })
        """,
    ),
    "a variable on a line of its own is the program": (
        "WF006",
        """
        on: {issue_comment: {types: [created]}}
        permissions: {}
        jobs:
          run:
            runs-on: ubuntu-24.04
            steps:
              - env: {BODY: '${{ github.event.comment.body }}'}
                run: |
                  eval \\
                    "$BODY"
        """,
    ),
}
"""Files by what they do, each with the rule that reports it."""
