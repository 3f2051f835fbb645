          # whether npm has the version; an answer that is none, such as of a network that fails, ends the job
          there() {
            if ! found="$(npm view --prefer-online "$NAME@$VERSION" version 2> refusal.txt)"; then
              if ! grep --quiet E404 refusal.txt; then
                cat refusal.txt
                echo "::error title=No answer::npm does not tell whether it has $NAME $VERSION; run the failed jobs again later"
                exit 1
              fi
            fi
            [[ -n "$found" ]]
          }
