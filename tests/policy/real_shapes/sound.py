"""Workflow files that an experienced engineer would leave as they are.

Each has the shape of files that were read in public repositories; none is a copy. A hash of forty
digits is written as `@SHA`, and the folder of
called workflows as FLOWS.
"""

SOUND = {
    "Scorecard publishes its results": """
        on: {branch_protection_rule: null, schedule: [{cron: '7 4 * * 2'}]}
        permissions: read-all
        jobs:
          scores:
            runs-on: ubuntu-24.04
            permissions: {security-events: write, id-token: write}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: ossf/scorecard-action@SHA
                with: {results_file: out.sarif, results_format: sarif, publish_results: true}
              - uses: actions/upload-artifact@SHA
                with: {name: sarif, path: out.sarif, retention-days: 5}
              - uses: github/codeql-action/upload-sarif@SHA
                with: {sarif_file: out.sarif}
        """,
    "coverage goes to Codecov without a token": """
        on: {push: {branches: [main]}, pull_request: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          test:
            permissions: {contents: read, id-token: write}
            strategy: {matrix: {go: [stable, oldstable]}}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - uses: actions/setup-go@SHA
                with: {go-version: '${{ matrix.go }}'}
              - run: go test -race -coverprofile=cover.out ./...
              - uses: codecov/codecov-action@SHA
                if: matrix.go == 'stable'
                with: {use_oidc: true}
        """,
    "a token for Codecov is asked for by its audience": """
        on: {push: {branches: [main]}, pull_request: null}
        permissions: {}
        jobs:
          unit:
            permissions: {contents: read, id-token: write}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - run: go test -coverprofile cover.out ./...
              - run: |
                  curl -sS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
                    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=https://codecov.io" -o answer.json
              - uses: codecov/codecov-action@SHA
        """,
    "a build attests what it made": """
        on: {push: {branches: [main]}}
        permissions: {}
        jobs:
          build:
            runs-on: ubuntu-24.04
            permissions: {contents: read, id-token: write, attestations: write}
            steps:
              - uses: step-security/harden-runner@SHA
                with: {egress-policy: audit}
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - run: make dist
              - uses: actions/attest-build-provenance@SHA
                with: {subject-path: dist/*}
        """,
    "packages are built, inspected and attested": """
        on: {push: {branches: [main]}, pull_request: null}
        permissions: {}
        jobs:
          package:
            runs-on: ubuntu-24.04
            permissions: {attestations: write, id-token: write}
            steps:
              - uses: actions/checkout@SHA
                with: {fetch-depth: 0, persist-credentials: false}
              - uses: hynek/build-and-inspect-python-package@SHA
                with: {attest-build-provenance-github: 'true'}
        """,
    "a signature is tried out without a key": """
        on: {push: {branches: [main]}, workflow_dispatch: null}
        permissions: {}
        jobs:
          keyless:
            runs-on: ubuntu-24.04
            permissions: {contents: read, id-token: write}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod, cache: false}
              - uses: sigstore/cosign-installer@SHA
              - run: |
                  echo text > blob
                  cosign sign-blob --yes --bundle blob.sigstore.json blob
                  cosign verify-blob --bundle blob.sigstore.json blob
        """,
    "each job states its permissions, and the top states none": """
        on: [push, pull_request]
        jobs:
          lint:
            permissions: {contents: read}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - uses: golangci/golangci-lint-action@SHA
          report:
            permissions: {checks: write, contents: read}
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - run: make report
        """,
    "a workflow for others to call takes their token": """
        on:
          workflow_call:
            inputs:
              verbose: {type: boolean, default: false}
              shards: {type: number, default: 4}
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - run: make test VERBOSE=${{ inputs.verbose }} SHARDS=${{ inputs.shards }}
        """,
    "one job closes stale issues": """
        on: {schedule: [{cron: '20 3 * * *'}]}
        permissions: {issues: write, pull-requests: write}
        jobs:
          stale:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/stale@SHA
                with: {days-before-stale: 60}
        """,
    "one job locks old threads": """
        on: {schedule: [{cron: '0 0 * * *'}], workflow_dispatch: null}
        permissions: {issues: write}
        jobs:
          lock:
            runs-on: ubuntu-24.04
            steps:
              - uses: dessant/lock-threads@SHA
                with: {issue-inactive-days: 30}
        """,
    "a changelog is compared with the branch to merge into": """
        on: {pull_request: {types: [opened, synchronize, labeled]}}
        permissions: {contents: read}
        jobs:
          entry:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {fetch-depth: 0, persist-credentials: false}
              - run: git diff --name-only "origin/${{ github.event.pull_request.base.ref }}" -- news
              - run: git fetch origin ${{ github.base_ref }}
        """,
    "whether a label or a milestone is there": """
        on: {pull_request: {types: [opened, labeled, milestoned]}}
        permissions: {}
        jobs:
          look:
            runs-on: ubuntu-24.04
            steps:
              - run: ${{ github.event.pull_request.milestone != null }}
              - run: test "${{ contains(github.event.pull_request.labels.*.name, 'x') }}" = true
        """,
    "the commits of a push and the default branch": """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          compare:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {fetch-depth: 0, persist-credentials: false}
              - run: ./compare.sh "${{ github.event.before }}" "${{ github.event.after }}"
              - run: git log origin/${{ github.event.repository.default_branch }}
        """,
    "a choice between two words": """
        on: {workflow_dispatch: {inputs: {fast: {type: boolean}, level: {type: string}}}}
        permissions: {}
        jobs:
          run:
            runs-on: ubuntu-24.04
            steps:
              - run: make ${{ inputs.level == 'high' && 'all' || 'some' }} FAST=${{ inputs.fast }}
        """,
    "what an author is to the repository": """
        on: {issues: {types: [opened]}}
        permissions: {}
        jobs:
          greet:
            runs-on: ubuntu-24.04
            permissions: {issues: write}
            steps:
              - run: gh issue edit ${{ github.event.issue.html_url }} --add-label "$KIND"
                env:
                  GH_TOKEN: ${{ github.token }}
                  KIND: ${{ github.event.issue.author_association }}
              - run: echo ${{ github.event.issue.author_association }}
        """,
    "provenance by a builder that its version names": """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          build:
            runs-on: ubuntu-24.04
            permissions: {contents: read}
            outputs: {hashes: '${{ steps.hash.outputs.hashes }}'}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - id: hash
                run: make dist && echo "hashes=$(sha256sum dist/* | base64 -w0)" >> "$GITHUB_OUTPUT"
          provenance:
            needs: [build]
            permissions: {actions: read, id-token: write, contents: write}
            uses: slsa-framework/slsa-github-generator/FLOWS/generator_generic_slsa3.yml@v2.1.0
            with: {base64-subjects: '${{ needs.build.outputs.hashes }}'}
        """,
    "GoReleaser checks its configuration": """
        on: {pull_request: {paths: [.goreleaser.yml]}, push: {tags: ['v*']}}
        permissions: {contents: read}
        jobs:
          check:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod}
              - uses: goreleaser/goreleaser-action@SHA
                with: {args: check}
        """,
    "GoReleaser builds a snapshot": """
        on: [pull_request]
        permissions: {}
        jobs:
          snapshot:
            runs-on: ubuntu-24.04
            permissions: {contents: read}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: goreleaser/goreleaser-action@SHA
                with: {args: release --clean --skip=sign --snapshot}
        """,
    "an image is pushed to a registry on the runner": """
        on: [pull_request]
        permissions: {contents: read}
        jobs:
          image:
            runs-on: ubuntu-24.04
            services:
              registry:
                image: registry:2@sha256:DIGEST
                ports: ['5000:5000']
            steps:
              - uses: actions/checkout@SHA
              - uses: docker/setup-buildx-action@SHA
                with: {driver-opts: network=host}
              - uses: docker/build-push-action@SHA
                with: {push: true, tags: 'localhost:5000/guild/tool:test'}
              - run: docker run --rm localhost:5000/guild/tool:test --version
        """,
    "tests also run on tags, with Go's cache": """
        on: {push: {branches: [main], tags: ['v*']}, pull_request: null}
        permissions: {contents: read}
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod}
              - run: go test ./...
        """,
    "CodeQL on a release branch, with a cache": """
        on: {push: {branches: [main, 'release-*']}, schedule: [{cron: '3 3 * * 3'}]}
        permissions: {}
        jobs:
          analyze:
            runs-on: ubuntu-24.04
            permissions: {security-events: write, contents: read}
            steps:
              - uses: actions/checkout@SHA
              - uses: actions/setup-go@SHA
              - uses: github/codeql-action/init@SHA
                with: {languages: go}
              - uses: github/codeql-action/analyze@SHA
        """,
    "labels by the paths of a pull request": """
        on: {pull_request_target: {types: [opened, synchronize]}}
        permissions: {}
        jobs:
          label:
            runs-on: ubuntu-24.04
            permissions: {contents: read, pull-requests: write}
            steps:
              - uses: actions/labeler@SHA
        """,
    "a comment greets who opens a pull request": """
        on: {pull_request_target: {types: [opened]}, issues: {types: [opened]}}
        permissions: {}
        jobs:
          greet:
            if: github.event_name == 'pull_request_target'
            runs-on: ubuntu-24.04
            permissions: {pull-requests: write}
            steps:
              - uses: peter-evans/create-or-update-comment@SHA
                with:
                  issue-number: ${{ github.event.pull_request.number }}
                  body: Thank you. A maintainer looks at this within a week.
        """,
    "a title is checked by an action": """
        on: {pull_request_target: {types: [opened, edited, reopened]}}
        permissions: {}
        jobs:
          title:
            runs-on: ubuntu-24.04
            permissions: {pull-requests: read}
            steps:
              - uses: amannn/action-semantic-pull-request@SHA
                env: {GITHUB_TOKEN: '${{ secrets.GITHUB_TOKEN }}'}
        """,
    "a dependency review": """
        on: [pull_request]
        permissions: {contents: read}
        jobs:
          review:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
              - uses: actions/dependency-review-action@SHA
                with: {fail-on-severity: high}
        """,
    "wheels for many platforms": """
        on: {workflow_call: null, pull_request: null}
        permissions: {contents: read}
        jobs:
          wheels:
            strategy: {matrix: {os: [ubuntu-24.04, macos-14, windows-2022]}}
            runs-on: ${{ matrix.os }}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: pypa/cibuildwheel@SHA
                env: {CIBW_SKIP: 'pp*'}
              - uses: actions/upload-artifact@SHA
                with: {name: 'wheels-${{ matrix.os }}', path: wheelhouse/*.whl}
        """,
    "a comment takes a label away": """
        on: {issue_comment: {types: [created]}}
        permissions: {}
        jobs:
          triage:
            runs-on: ubuntu-24.04
            permissions: {issues: write, pull-requests: write}
            env:
              KIND: ${{ github.event.issue.pull_request && 'pr' || 'issue' }}
              GH_TOKEN: ${{ github.token }}
            steps:
              - run: gh ${{ env.KIND }} edit ${{ github.event.issue.html_url }} --remove-label x
        """,
    "acceptance tests of a release, with an account of their own": """
        on: {release: {types: [published]}, schedule: [{cron: '0 5 * * *'}]}
        permissions: {contents: read}
        jobs:
          accept:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod}
              - run: |
                  if [[ "$MODE" == "all of them" ]]; then export RACE=-race; fi
                  go test $RACE ./acceptance/...
                env: {TEST_TOKEN: '${{ secrets.TEST_TOKEN }}'}
        """,
    "files are listed before they are published": """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          publish:
            runs-on: ubuntu-24.04
            environment: pypi
            permissions: {id-token: write}
            steps:
              - uses: actions/download-artifact@SHA
                with: {name: dist, path: dist}
              - run: tree dist
              - uses: pypa/gh-action-pypi-publish@SHA
        """,
    "an argument on the line after the program": """
        on:
          workflow_dispatch:
            inputs: {tag: {description: The tag, required: true, type: string}}
        permissions: {}
        jobs:
          sync:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - env: {TAG: '${{ inputs.tag }}'}
                run: |
                  "$GITHUB_WORKSPACE/scripts/list-tags" \\
                    "$TAG" \\
                    > tags.txt
        """,
    "images go to a registry on the runner": """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          registry:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
              - run: |
                  to=localhost:5000/copy
                  crane push layout "$to"
                  crane copy gcr.io/distroless/static ${to}
              - env: {REGISTRY: '127.0.0.1:5000'}
                run: docker push "$REGISTRY/app"
        """,
    "a cache in acceptance tests that have an environment": """
        on: {push: {branches: [main, 'release-*']}}
        permissions: {contents: read}
        jobs:
          accept:
            runs-on: ubuntu-24.04
            environment: acceptance
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod, cache: true}
              - env: {ACCOUNT_TOKEN: '${{ secrets.ACCOUNT_TOKEN }}'}
                run: |
                  names="$(jq -r '[keys[] | select(test("^(?:(?:A|(?:B|C)))_") | not)]' <<<'{}')"
                  go test ./... -sweep=all "$names"
        """,
    "a cache in tests beside a release that takes nothing of them": """
        on: {push: {tags: ['v[0-9]+.[0-9]+.[0-9]+']}}
        permissions: {}
        jobs:
          test:
            runs-on: ubuntu-24.04
            permissions: {contents: read}
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - uses: actions/setup-go@SHA
                with: {go-version-file: go.mod, cache: true}
              - run: go test ./...
          publish:
            runs-on: ubuntu-24.04
            environment: pypi
            permissions: {id-token: write}
            steps:
              - uses: actions/download-artifact@SHA
                with: {name: dist, path: dist}
              - uses: pypa/gh-action-pypi-publish@SHA
        """,
    "what CI found is posted as a comment": """
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
                    const number = Number(require('fs').readFileSync('./number'))
                    await github.rest.issues.createComment({
                      ...context.repo, issue_number: number, body: 'Please run the formatter.'
                    })
        """,
    "a job for the action of one event, in a workflow of several": """
        on: {push: {branches: [main]}, release: {types: [published]}}
        permissions: {}
        jobs:
          publish:
            if: github.repository_owner == 'guild' && github.event.action == 'published'
            runs-on: ubuntu-24.04
            environment: pypi
            permissions: {id-token: write}
            steps:
              - uses: actions/download-artifact@SHA
                with: {name: dist, path: dist}
              - uses: pypa/gh-action-pypi-publish@SHA
        """,
    "a tool that the job has built looks at an account": """
        on: {push: {branches: [main]}}
        permissions: {contents: read}
        jobs:
          analyze:
            runs-on: ubuntu-24.04
            steps:
              - uses: actions/checkout@SHA
                with: {persist-credentials: false}
              - run: go build -o ./looker ./cmd/looker
              - env: {ACCOUNT_TOKEN: '${{ secrets.ACCOUNT_TOKEN }}'}
                run: ./looker analyze --output-format json
        """,
}
"""Files by what they do."""
