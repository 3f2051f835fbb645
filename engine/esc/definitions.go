package main

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pulumi/esc"
	"github.com/pulumi/esc/eval"
)

// reserved beginnings of names: their addresses would be those of other things.
var reserved = regexp.MustCompile(`^(\.|open|yaml)`)

var allowed = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,100}$`)

func (s *service) list(c call) error {
	found := []map[string]any{}
	for _, each := range s.store.sorted() {
		if c.as.level(each.Project, each.Name) == none {
			continue
		}
		found = append(found, map[string]any{
			"organization": s.organization, "project": each.Project, "name": each.Name,
			"created": each.Revisions[0].Created, "modified": each.latest().Created,
		})
	}
	return c.json(map[string]any{"environments": found})
}

func (s *service) create(c call) error {
	var wanted struct{ Project, Name string }
	if err := c.into(&wanted); err != nil {
		return err
	}
	_, err := s.add(c, wanted.Project, wanted.Name)
	if err != nil {
		return err
	}
	return s.saved(c)
}

func (s *service) add(c call, project, name string) (*environment, error) {
	if !allowed.MatchString(project) || !allowed.MatchString(name) || reserved.MatchString(name) {
		return nil, refusal{http.StatusBadRequest,
			"names have letters, digits, hyphens, dots, underscores, and do not begin with open or yaml"}
	}
	made := &environment{Project: project, Name: name,
		RevisionTags: map[string]label{}, Tags: map[string]label{}}
	if err := c.needs(write, made); err != nil {
		return nil, err
	}
	if _, exists := s.store.Environments[project+"/"+name]; exists {
		return nil, refusal{http.StatusConflict, "environment already exists"}
	}
	made.add("", c.as.User)
	s.store.Environments[project+"/"+name] = made
	return made, nil
}

func (s *service) definition(c call, of *environment, version string) error {
	found, err := of.at(version)
	if err != nil {
		return err
	}
	return c.yaml(found, []byte(found.YAML))
}

func (s *service) decrypted(c call, of *environment, version string) error {
	found, err := of.at(version)
	if err != nil {
		return err
	}
	if err := c.needs(open, of); err != nil {
		return err
	}
	crypter, err := s.store.crypter(of)
	if err != nil {
		return err
	}
	plain := []byte{}
	if found.YAML != "" {
		plain, err = eval.DecryptSecrets(c.Context(), of.Name, []byte(found.YAML), crypter)
	}
	if err != nil {
		return err
	}
	return c.yaml(found, plain)
}

func (c call) yaml(at revision, text []byte) error {
	c.mark(at)
	c.answer.Header().Set("Content-Type", "application/x-yaml")
	_, err := c.answer.Write(text)
	return err
}

func (c call) mark(at revision) {
	c.answer.Header().Set("ETag", at.etag())
	c.answer.Header().Set("Pulumi-ESC-Revision", strconv.Itoa(at.Number))
}

func (s *service) update(c call, of *environment) error {
	if err := c.needs(write, of); err != nil {
		return err
	}
	for _, header := range []string{"If-Match", "ETag"} { // `pulumi env` sends the second
		if wanted := c.Header.Get(header); wanted != "" && wanted != of.latest().etag() {
			return refusal{http.StatusConflict, "the environment was changed meanwhile"}
		}
	}
	crypter, err := s.store.crypter(of)
	if err != nil {
		return err
	}
	it := s.evaluation(c, of.Project+"/"+of.Name, c.body, crypter, read)
	_, found, err := it.check(c.Context(), false)
	if err != nil {
		return err
	}
	if wrong(found) {
		return c.diagnosed(found)
	}
	encrypted := []byte{}
	if len(c.body) > 0 {
		encrypted, err = eval.EncryptSecrets(c.Context(), of.Name, c.body, crypter)
	}
	if err != nil {
		return err
	}
	of.add(string(encrypted), c.as.User)
	if err := s.store.save(); err != nil {
		return err
	}
	c.mark(of.latest())
	return c.json(map[string]any{"diagnostics": found})
}

func (s *service) delete(c call, of *environment) error {
	if err := c.needs(write, of); err != nil {
		return err
	}
	if of.Protected {
		return refusal{http.StatusConflict, "the environment is protected from deletion"}
	}
	named := of.Project + "/" + of.Name
	delete(s.store.Environments, named)
	for _, each := range s.store.Teams {
		each.Environments = slices.DeleteFunc(each.Environments, func(p permission) bool { return p.environment() == named })
	}
	return s.saved(c)
}

func (s *service) clone(c call, of *environment) error {
	var wanted struct{ Project, Name string }
	if err := c.into(&wanted); err != nil {
		return err
	}
	if err := c.needs(open, of); err != nil {
		return err
	}
	made, err := s.add(c, wanted.Project, wanted.Name)
	if err != nil {
		return err
	}
	text, err := s.encryptedFor(c.Context(), of, made)
	if err != nil {
		return err
	}
	made.add(text, c.as.User)
	return s.saved(c)
}

func (s *service) encryptedFor(ctx context.Context, from, to *environment) (string, error) {
	text := []byte(from.latest().YAML)
	if len(text) == 0 {
		return "", nil
	}
	theirs, err := s.store.crypter(from)
	if err != nil {
		return "", err
	}
	ours, err := s.store.crypter(to)
	if err != nil {
		return "", err
	}
	plain, err := eval.DecryptSecrets(ctx, from.Name, text, theirs)
	if err != nil {
		return "", err
	}
	encrypted, err := eval.EncryptSecrets(ctx, to.Name, plain, ours)
	return string(encrypted), err
}

func (s *service) open(c call, of *environment, version string) error {
	found, err := of.at(version)
	if err != nil {
		return err
	}
	if err := c.needs(open, of); err != nil {
		return err
	}
	crypter, err := s.store.crypter(of)
	if err != nil {
		return err
	}
	name := of.Project + "/" + of.Name
	return s.begin(c, s.evaluation(c, name, []byte(found.YAML), crypter, open))
}

// anonymous serves YAML that is no environment's: it is checked, or opened.
func (s *service) anonymous(c call) error {
	it := s.evaluation(c, esc.AnonymousEnvironmentName, c.body, foreign{}, open)
	switch {
	case c.Method == http.MethodPost && len(c.place) == 1 && c.place[0] == "check":
		show := c.URL.Query().Get("showSecrets") == "true"
		if !show {
			it.imports.needs = read
		}
		checked, found, err := it.check(c.Context(), show)
		if err != nil {
			return err
		}
		if wrong(found) {
			return c.diagnosed(found)
		}
		return c.json(checked)
	case c.Method == http.MethodPost && len(c.place) == 1 && c.place[0] == "open":
		return s.begin(c, it)
	case c.Method == http.MethodGet && len(c.place) == 2 && c.place[0] == "open":
		return s.session(c, it.name, c.place[1])
	}
	return missing(c)
}

func (s *service) evaluation(c call, name string, yaml []byte, by eval.Decrypter, needs level) evaluation {
	return evaluation{name, yaml, by, imports{s.store, c.as, needs}}
}

func (s *service) begin(c call, it evaluation) error {
	opened, found, err := it.open(c.Context())
	if err != nil {
		return err
	}
	if wrong(found) {
		return c.diagnosed(found)
	}
	id := s.sessions.begin(it.name, c.as.User, c.URL.Query().Get("duration"), opened)
	return c.json(map[string]any{"id": id, "diagnostics": map[string]any{"diagnostics": found}})
}

func (s *service) session(c call, of, id string) error {
	opened, err := s.sessions.read(of, c.as.User, id)
	if err != nil {
		return err
	}
	if path := c.URL.Query().Get("property"); path != "" {
		value, err := property(opened, path)
		if err != nil {
			return err
		}
		return c.json(value)
	}
	return c.json(opened)
}

func (c call) diagnosed(found []diagnostic) error {
	respond(c.answer, http.StatusBadRequest, map[string]any{
		"code": http.StatusBadRequest, "message": "the environment has errors", "diagnostics": found,
	})
	return nil
}

func (s *service) settings(c call, of *environment) error {
	if c.Method == http.MethodPatch {
		var wanted struct{ DeletionProtected *bool }
		if err := c.into(&wanted); err != nil {
			return err
		}
		if err := c.needs(write, of); err != nil {
			return err
		}
		if wanted.DeletionProtected != nil {
			of.Protected = *wanted.DeletionProtected
		}
		return s.saved(c)
	}
	return c.json(map[string]bool{"deletionProtected": of.Protected})
}

// saved answers that a change was made, once it is kept.
func (s *service) saved(c call) error {
	if err := s.store.save(); err != nil {
		return err
	}
	return c.done()
}

func (s *service) revisions(c call, of *environment) error {
	before, count := len(of.Revisions)+1, len(of.Revisions)
	if asked, err := strconv.Atoi(c.URL.Query().Get("before")); err == nil && asked > 0 {
		before = min(before, asked)
	}
	if asked, err := strconv.Atoi(c.URL.Query().Get("count")); err == nil && asked > 0 {
		count = asked
	}
	found := []map[string]any{}
	for number := before - 1; number >= 1 && len(found) < count; number-- {
		each := of.Revisions[number-1]
		tags := []string{}
		for name, tag := range of.allRevisionTags() {
			if tag.Revision == number {
				tags = append(tags, name)
			}
		}
		found = append(found, map[string]any{
			"number": number, "created": each.Created.Format(time.RFC3339),
			"creatorLogin": each.Creator, "creatorName": each.Creator, "tags": tags,
		})
	}
	return c.json(found)
}
