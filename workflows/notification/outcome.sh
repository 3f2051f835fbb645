          # a tag that was refused may have any characters
          tag="${GITHUB_REF_NAME//[^A-Za-z0-9@.\/_-]/?}"
          outcome="is not completely released"
          if [[ "$RESULT" == success ]]; then
            outcome="is released"
          fi
          text="$GITHUB_REPOSITORY $tag $outcome: $GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
