package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A revision is one state of an environment's definition; YAML has its secrets as ciphertext.
type revision struct {
	Number  int       `json:"number"`
	YAML    string    `json:"yaml"`
	Created time.Time `json:"created"`
	Creator string    `json:"creator"`
}

func (r revision) etag() string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%d:%s", r.Number, r.YAML)))[:32]
}

// A label is a tag on a revision (`stable`) or on the environment.
type label struct {
	Value    string    `json:"value,omitempty"`
	Revision int       `json:"revision,omitempty"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
	Editor   string    `json:"editor"`
}

// An environment is kept as it is here, in state.json, which so holds no plaintext of a secret.
type environment struct {
	Project      string           `json:"project"`
	Name         string           `json:"name"`
	Revisions    []revision       `json:"revisions"`
	RevisionTags map[string]label `json:"revisionTags"`
	Tags         map[string]label `json:"tags"`
	Protected    bool             `json:"deletionProtected"`
}

func (e *environment) latest() revision { return e.Revisions[len(e.Revisions)-1] }

// at finds a revision by its number or tag; none or `latest` is the newest.
func (e *environment) at(version string) (revision, error) {
	if version == "" || version == "latest" {
		return e.latest(), nil
	}
	number, err := strconv.Atoi(version)
	if err != nil {
		number = e.RevisionTags[version].Revision
	}
	if number < 1 || number > len(e.Revisions) {
		return revision{}, refusal{http.StatusNotFound, fmt.Sprintf("revision %q not found", version)}
	}
	return e.Revisions[number-1], nil
}

func (e *environment) add(yaml, creator string) {
	next := revision{Number: len(e.Revisions) + 1, YAML: yaml, Created: time.Now().UTC(), Creator: creator}
	e.Revisions = append(e.Revisions, next)
}

// store holds the environments; its users hold its lock.
type store struct {
	sync.Mutex
	folder string
	key    []byte
	kept
}

// kept is what state.json holds.
type kept struct {
	Environments map[string]*environment `json:"environments"`
	Teams        map[string]*team        `json:"teams"`
}

func openStore(folder string) (*store, error) {
	empty := kept{map[string]*environment{}, map[string]*team{}}
	s := &store{folder: folder, key: newKey(), kept: empty}
	if folder == "" {
		return s, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	var err error
	if s.key, err = keyFrom(filepath.Join(folder, "key")); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(s.file())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	return s, json.Unmarshal(data, &s.kept)
}

func (s *store) file() string { return filepath.Join(s.folder, "state.json") }

// save writes all of it to a new file, and puts that in the old one's place.
func (s *store) save() error {
	if s.folder == "" {
		return nil
	}
	data, err := json.MarshalIndent(s.kept, "", "  ")
	if err != nil {
		return err
	}
	unfinished := s.file() + ".new"
	if err := os.WriteFile(unfinished, data, 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, s.file())
}

func (s *store) crypter(e *environment) (crypter, error) {
	return newCrypter(s.key, e.Project+"/"+e.Name)
}

func (s *store) sorted() []*environment {
	names := slices.SortedFunc(maps.Keys(s.Environments), strings.Compare)
	found := make([]*environment, len(names))
	for i, name := range names {
		found[i] = s.Environments[name]
	}
	return found
}
