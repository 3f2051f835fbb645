          # with a version of Python that the package supports, which is the machine's if possible
          wheel=("$DIST"/*.whl)
          [[ "${wheel[0]##*/}" =~ ^([^-]+-[^-]+)- ]]
          metadata="$(unzip -p "${wheel[0]}" "${BASH_REMATCH[1]}.dist-info/METADATA")" || metadata=""
          supported="$(sed --quiet "s/^Requires-Python: *//p;/^\r*$/q" <<< "$metadata" | tr --delete " \r")"
          uv venv --quiet --python "${supported:=>=3}" "$INSTALLED"
