          # runs a command again when it returns 75, which is "not now": it waits for about 5, 10, 20, 40
          # and 80 seconds, and up to as long again, so that not everybody comes back at once
          again() {
            local pause status wait
            for wait in 5 10 20 40 80 0; do
              status=0
              "$@" || status=$?
              if [[ "$status" != 75 || "$wait" == 0 ]]; then
                return "$status"
              fi
              pause=$((wait + RANDOM % wait))
              echo "trying again in $pause seconds" >&2
              sleep "$pause" >&2
            done
          }
