          # gh with its arguments; 75, which is "not now", unless GitHub refuses
          ask() {
            if gh "$@" > "$RUNNER_TEMP/found" 2> "$RUNNER_TEMP/answer"; then
              cat "$RUNNER_TEMP/found"
              return 0
            fi
            cat "$RUNNER_TEMP/answer" >&2
            grep --quiet --extended-regexp "HTTP 4(0[0-8]|1|22)" "$RUNNER_TEMP/answer" && return 1
            return 75
          }
