package main

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
)

// level is one of ESC's permissions on an environment; each includes those below it.
type level int

const (
	none  level = iota
	read        // see the definition, secrets as ciphertext
	open        // evaluate it, and see its secrets
	write       // change and delete it
	admin       // a team's highest; here no more than write
)

var levels = map[string]level{"none": none, "read": read, "open": open, "write": write, "admin": admin}

// A grant file maps each token to whom it belongs and what that person may do: patterns of
// `project/environment` (path.Match) to levels. The highest level of those that match counts.
//
//	{"<token>": {"user": "ann", "grants": {"sophia/*-development": "open"}, "teams": ["developers"]}}
type holder struct {
	User   string            `json:"user"`
	Grants map[string]string `json:"grants"`
	Teams  []string          `json:"teams"`
}

func (h holder) level(project, name string) level {
	highest := none
	for pattern, granted := range h.Grants {
		if matches, _ := path.Match(pattern, project+"/"+name); matches {
			highest = max(highest, levels[granted])
		}
	}
	return highest
}

// access knows the tokens. A file is read at each request, so that tests can change it.
type access struct {
	file   string
	single string
}

func newAccess(file, single string) (*access, error) {
	if file == "" && single == "" {
		return nil, errors.New("no access token: set ESC_ACCESS_TOKEN, or name a file by -tokens")
	}
	a := &access{file: file, single: single}
	_, err := a.holders()
	return a, err
}

func (a *access) holders() (map[string]holder, error) {
	if a.file == "" {
		return map[string]holder{a.single: {User: "admin", Grants: map[string]string{"*/*": "write"}}}, nil
	}
	data, err := os.ReadFile(a.file)
	if err != nil {
		return nil, err
	}
	var holders map[string]holder
	if json.Unmarshal(data, &holders) != nil { // its own text may quote a token
		return nil, fmt.Errorf("%s: allowed: {\"<token>\": {\"user\": ..., \"grants\": {...}}}", a.file)
	}
	for _, each := range holders {
		for pattern, granted := range each.Grants {
			if _, err := path.Match(pattern, ""); err != nil {
				return nil, fmt.Errorf("%s: %s: not a pattern: %q", a.file, each.User, pattern)
			}
			if _, known := levels[granted]; !known {
				return nil, fmt.Errorf("%s: %s: %q: allowed: none, read, open, write, admin", a.file, each.User, pattern)
			}
		}
	}
	return holders, nil
}

// who returns the holder of a request's token.
func (a *access) who(request *http.Request) (holder, error) {
	_, given, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	holders, err := a.holders()
	if err != nil {
		return holder{}, err
	}
	for token, each := range holders {
		if subtle.ConstantTimeCompare([]byte(token), []byte(given)) == 1 {
			return each, nil
		}
	}
	return holder{}, refusal{http.StatusUnauthorized, "Unauthorized: No credentials provided or are invalid."}
}
