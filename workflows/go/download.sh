          # the answer of go about the module, which it compares with the checksum database
          download() {
            answer="$(go mod download -json "$NAME@v$VERSION")" && return 0
            jq --raw-output '.Error // ""' <<< "$answer"
            # another hash is another module, now and later
            [[ "$answer" == *"SECURITY ERROR"* ]] && return 1
            return 75
          }
