          # the number of the open issue with this title; one that somebody else gave it stays as it is
          find_issue() {
            open="$(again ask api --method GET "$ISSUES" --raw-field state=open --raw-field 'creator=github-actions[bot]' --raw-field per_page=100)" || return
            number="$(jq --raw-output --arg title "$title" \
              'first(.[] | select(.title == $title and .user.login == "github-actions[bot]") | .number)' <<< "$open")"
          }
          # the issue, with this text: open, or closed after a success
          write_issue() {
            if [[ -z "$number" ]]; then
              number="$(again ask api --method POST "$ISSUES" --raw-field title="$title" --raw-field body="$text" --jq .number)" || return
            fi
            state=open
            if [[ "$RESULT" == success ]]; then
              state=closed
            fi
            again ask api --method PATCH "$ISSUES/$number" --raw-field body="$text" --raw-field state="$state" --silent
          }
