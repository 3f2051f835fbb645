          # whether a server does not answer, or answers that it cannot do so now
          down() {
            code="$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 30 "$1")" || true
            [[ "$code" =~ ^(000|429|5..)$ ]]
          }
