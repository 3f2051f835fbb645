package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// A refusal is an answer that says no.
type refusal struct {
	code    int
	message string
}

func (r refusal) Error() string { return r.message }

type service struct {
	organization string
	access       *access
	store        *store
	sessions     *sessions
	stacks       map[string]*stack
}

// A call is a request by somebody; place is the path behind /api/esc/environments/<organization>/,
// without empty segments: pulumi-esc-sdk asks for a property at `open//<session>`.
type call struct {
	*http.Request
	answer http.ResponseWriter
	as     holder
	place  []string
	body   []byte
}

const largest = 8 << 20 // bytes of a body

func (s *service) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	if err := s.serve(answer, request); err != nil {
		var no refusal
		if !errors.As(err, &no) {
			no = refusal{http.StatusInternalServerError, err.Error()}
		}
		respond(answer, no.code, map[string]any{"code": no.code, "message": no.message})
	}
}

func (s *service) serve(answer http.ResponseWriter, request *http.Request) error {
	as, err := s.access.who(request)
	if err != nil {
		return err
	}
	request.Body = http.MaxBytesReader(answer, request.Body, largest)
	plain, err := unpacked(request)
	if err != nil {
		return refusal{http.StatusBadRequest, "the body is not gzip"}
	}
	body, err := io.ReadAll(plain)
	if err != nil {
		return refusal{http.StatusRequestEntityTooLarge, "the body is too large"}
	}
	s.store.Lock()
	defer s.store.Unlock()
	place := strings.FieldsFunc(request.URL.Path, func(r rune) bool { return r == '/' })
	c := call{request, answer, s.withTeams(as), place, body}
	if c.under("api", "esc", "environments") {
		return s.environments(c)
	}
	if c.under("api", "stacks") {
		return s.stacksOf(c)
	}
	if c.under("api", "orgs") {
		return s.teams(c)
	}
	switch strings.Join(place, "/") {
	case "api/user":
		return s.user(c)
	case "api/user/organizations/default":
		return c.json(map[string]string{"gitHubLogin": s.organization})
	case "api/user/stacks":
		return c.json(map[string]any{"stacks": []any{}})
	case "api/cli/version":
		return c.json(map[string]string{"latestVersion": "0.0.1", "oldestWithoutWarning": "0.0.1"})
	case "api/capabilities":
		return c.json(map[string]any{"capabilities": []string{}})
	}
	return missing(c)
}

func (s *service) user(c call) error {
	organization := map[string]string{"githubLogin": s.organization, "name": s.organization, "avatarUrl": ""}
	return c.json(map[string]any{
		"id": c.as.User, "githubLogin": c.as.User, "name": c.as.User, "avatarUrl": "",
		"email": c.as.User + "@example.invalid", "organizations": []any{organization},
	})
}

func (s *service) environments(c call) error {
	if len(c.place) == 0 && c.Method == http.MethodGet {
		return s.list(c)
	}
	if len(c.place) == 0 || c.place[0] != s.organization {
		return refusal{http.StatusNotFound, "organization not found"}
	}
	c.place = c.place[1:]
	switch {
	case len(c.place) == 0 && c.Method == http.MethodGet:
		return s.list(c)
	case len(c.place) == 0 && c.Method == http.MethodPost:
		return s.create(c)
	case c.place[0] == "yaml":
		c.place = c.place[1:]
		return s.anonymous(c)
	case len(c.place) < 2:
		return missing(c)
	}
	return s.one(c)
}

// one serves what is below an environment. Only what needs no more than to know of it is there
// for everybody who may read it.
func (s *service) one(c call) error {
	found, ok := s.store.Environments[c.place[0]+"/"+c.place[1]]
	if !ok || c.as.level(found.Project, found.Name) == none {
		return refusal{http.StatusNotFound, fmt.Sprintf("environment %q not found", c.place[0]+"/"+c.place[1])}
	}
	c.place = c.place[2:]
	version := ""
	if len(c.place) > 1 && c.place[0] == "versions" && c.place[1] != "tags" {
		version, c.place = c.place[1], c.place[2:]
	}
	below := ""
	if len(c.place) > 0 {
		below = c.place[0]
	}
	switch route := c.Method + " " + below; {
	case below == "tags", below == "versions" && len(c.place) > 1:
		return s.tags(c, found)
	case len(c.place) > 1 && route != "GET open":
		return missing(c)
	case route == "GET ", route == "HEAD ":
		return s.definition(c, found, version)
	case route == "GET decrypt":
		return s.decrypted(c, found, version)
	case route == "POST open":
		return s.open(c, found, version)
	case version != "":
		return missing(c)
	case route == "PATCH ":
		return s.update(c, found)
	case route == "DELETE ":
		return s.delete(c, found)
	case route == "POST clone":
		return s.clone(c, found)
	case route == "GET open" && len(c.place) == 2:
		return s.session(c, found.Project+"/"+found.Name, c.place[1])
	case route == "GET versions":
		return s.revisions(c, found)
	case below == "settings":
		return s.settings(c, found)
	}
	return missing(c)
}

// missing answers what is not there, and says so on stderr: a client needs more than there is.
func missing(c call) error {
	fmt.Fprintln(os.Stderr, "gap:", c.Method, c.URL.Path)
	return refusal{http.StatusNotFound, "not in this stand-in for ESC: " + c.Method + " " + c.URL.Path}
}

// under takes a beginning off the place, if it is there.
func (c *call) under(beginning ...string) bool {
	if len(c.place) < len(beginning) {
		return false
	}
	for i, segment := range beginning {
		if c.place[i] != segment {
			return false
		}
	}
	c.place = c.place[len(beginning):]
	return true
}

func (c call) needs(wanted level, of *environment) error {
	if c.as.level(of.Project, of.Name) < wanted {
		return refusal{http.StatusForbidden, fmt.Sprintf("Forbidden: %s/%s: missing permission", of.Project, of.Name)}
	}
	return nil
}

func (c call) into(body any) error {
	if json.Unmarshal(c.body, body) != nil {
		return refusal{http.StatusBadRequest, "the body is not the JSON that is expected here"}
	}
	return nil
}

func (c call) json(body any) error {
	respond(c.answer, http.StatusOK, body)
	return nil
}

func (c call) done() error {
	c.answer.WriteHeader(http.StatusNoContent)
	return nil
}

func respond(answer http.ResponseWriter, code int, body any) {
	answer.Header().Set("Content-Type", "application/json")
	answer.WriteHeader(code)
	_ = json.NewEncoder(answer).Encode(body)
}
