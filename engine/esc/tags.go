package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// allRevisionTags has `latest` too, which ESC moves by itself.
func (e *environment) allRevisionTags() map[string]label {
	all := maps.Clone(e.RevisionTags)
	newest := e.latest()
	all["latest"] = label{Revision: newest.Number, Created: newest.Created, Modified: newest.Created, Editor: newest.Creator}
	return all
}

// tags serves tags of revisions (`versions/tags`) and of the environment (`tags`).
func (s *service) tags(c call, of *environment) error {
	ofRevisions := c.under("versions", "tags")
	if !ofRevisions && !c.under("tags") || len(c.place) > 1 {
		return missing(c)
	}
	kept, all := of.Tags, of.Tags
	if ofRevisions {
		kept, all = of.RevisionTags, of.allRevisionTags()
	}
	if len(c.place) == 0 && c.Method == http.MethodGet {
		return listTags(c, all, ofRevisions)
	}
	name := ""
	if len(c.place) == 1 {
		name = c.place[0]
		if _, exists := all[name]; !exists {
			return refusal{http.StatusNotFound, fmt.Sprintf("tag %q not found", name)}
		}
	}
	if name != "" && c.Method == http.MethodGet {
		return c.json(shown(name, all[name]))
	}
	if err := c.needs(write, of); err != nil {
		return err
	}
	if ofRevisions && name == "latest" {
		return refusal{http.StatusBadRequest, "latest is moved by ESC itself"}
	}
	if c.Method == http.MethodDelete && name != "" {
		delete(kept, name)
		return s.saved(c)
	}
	if c.Method == http.MethodPost && name == "" || c.Method == http.MethodPatch && name != "" {
		return s.setTag(c, of, kept, name, ofRevisions)
	}
	return missing(c)
}

func (s *service) setTag(c call, of *environment, kept map[string]label, name string, ofRevision bool) error {
	var wanted struct {
		Name, Value string
		Revision    *int
		CurrentTag  struct{ Value string }
		NewTag      struct{ Name, Value string }
	}
	if err := c.into(&wanted); err != nil {
		return err
	}
	now := time.Now().UTC()
	tag, exists := kept[name]
	if name == "" {
		name, tag = wanted.Name, label{Value: wanted.Value, Created: now}
		_, exists = kept[name]
		if exists || ofRevision && name == "latest" {
			return refusal{http.StatusConflict, fmt.Sprintf("tag %q already exists", name)}
		}
	} else if !ofRevision {
		if wanted.CurrentTag.Value != tag.Value {
			return refusal{http.StatusConflict, fmt.Sprintf("tag %q was changed meanwhile", name)}
		}
		delete(kept, name)
		if wanted.NewTag.Name != "" {
			name = wanted.NewTag.Name
		}
		if wanted.NewTag.Value != "" {
			tag.Value = wanted.NewTag.Value
		}
	}
	if !allowed.MatchString(name) {
		return refusal{http.StatusBadRequest, "a tag's name has letters, digits, hyphens, dots, underscores"}
	}
	if ofRevision {
		tag.Revision = of.latest().Number
		if wanted.Revision != nil {
			tag.Revision = *wanted.Revision
		}
		if tag.Revision < 1 || tag.Revision > len(of.Revisions) {
			return refusal{http.StatusNotFound, "revision not found"}
		}
	}
	tag.Modified, tag.Editor = now, c.as.User
	kept[name] = tag
	if ofRevision {
		return s.saved(c)
	}
	if err := s.store.save(); err != nil {
		return err
	}
	return c.json(shown(name, tag))
}

// listTags has one page only. `pulumi env` asks for tags of revisions after the last one until it
// gets none, and for those of the environment until the next page is "0".
func listTags(c call, all map[string]label, ofRevisions bool) error {
	if !ofRevisions {
		found := map[string]any{}
		for name, tag := range all {
			found[name] = shown(name, tag)
		}
		return c.json(map[string]any{"tags": found, "nextToken": "0"})
	}
	found := []any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name > c.URL.Query().Get("after") {
			found = append(found, shown(name, all[name]))
		}
	}
	return c.json(map[string]any{"tags": found, "nextToken": ""})
}

func shown(name string, tag label) map[string]any {
	found := map[string]any{
		"id": name, "name": name, "editorLogin": tag.Editor, "editorName": tag.Editor,
		"created": tag.Created.Format(time.RFC3339), "modified": tag.Modified.Format(time.RFC3339),
	}
	if tag.Revision > 0 {
		found["revision"] = tag.Revision
	} else {
		found["value"] = tag.Value
	}
	return found
}
