          # GITHUB_TRIGGERING_ACTOR requested this run or re-run, GITHUB_ACTOR started the first one
          for person in "$GITHUB_ACTOR" "$GITHUB_TRIGGERING_ACTOR"; do
            role="$(gh api "repos/$GITHUB_REPOSITORY/collaborators/$person/permission" --jq .role_name)"
            case " $MAY_START " in
              *" $role "*) ;;
              *)
                echo "::error title=Not allowed to release::$person has the role '$role' here; allowed: $MAY_START"
                exit 1
                ;;
            esac
          done
