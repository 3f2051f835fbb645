package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// A permission is what a team may do with an environment, as Pulumi's teams show it.
type permission struct {
	Project string  `json:"projectName"`
	Name    string  `json:"envName"`
	Level   string  `json:"permission"`
	Longest *string `json:"maxOpenDuration,omitempty"`
}

func (p permission) environment() string { return p.Project + "/" + p.Name }

// A team of the organization; the file of tokens lists its members.
type team struct {
	Name         string       `json:"name"`
	Display      string       `json:"displayName"`
	Description  string       `json:"description"`
	Kind         string       `json:"kind"`
	Environments []permission `json:"environments"`
}

func (t *team) on(environment string) int {
	return slices.IndexFunc(t.Environments, func(p permission) bool { return p.environment() == environment })
}

// withTeams adds what a holder's teams may do to what it may do by itself.
func (s *service) withTeams(as holder) holder {
	granted := map[string]string{}
	for pattern, level := range as.Grants {
		granted[pattern] = level
	}
	for _, name := range as.Teams {
		if found, exists := s.store.Teams[name]; exists {
			for _, each := range found.Environments {
				if levels[each.Level] > levels[granted[each.environment()]] {
					granted[each.environment()] = each.Level
				}
			}
		}
	}
	as.Grants = granted
	return as
}

// teams serves what is below /api/orgs/<organization>/teams. Who may do everything changes them.
// Source: https://www.pulumi.com/docs/reference/cloud-rest-api/organizations
func (s *service) teams(c call) error {
	if len(c.place) < 2 || c.place[0] != s.organization || c.place[1] != "teams" {
		return missing(c)
	}
	c.place = c.place[2:]
	changes := c.Method != http.MethodGet
	if changes && c.as.Grants["*/*"] != "write" {
		return refusal{http.StatusForbidden, "Forbidden: only administrators change teams"}
	}
	if len(c.place) == 0 && !changes {
		return c.json(map[string]any{"teams": slices.Collect(maps.Values(s.store.Teams))})
	}
	if len(c.place) != 1 {
		return missing(c)
	}
	name := c.place[0]
	if c.Method == http.MethodPost && name == "pulumi" {
		return s.createTeam(c)
	}
	found, exists := s.store.Teams[name]
	if !exists {
		return refusal{http.StatusNotFound, fmt.Sprintf("team %q not found", name)}
	}
	switch c.Method {
	case http.MethodGet:
		return c.json(found)
	case http.MethodPatch:
		return s.changeTeam(c, found)
	}
	return missing(c)
}

func (s *service) createTeam(c call) error {
	made := &team{Kind: "pulumi", Environments: []permission{}}
	if err := c.into(made); err != nil {
		return err
	}
	if !allowed.MatchString(made.Name) {
		return refusal{http.StatusBadRequest, "a team's name has letters, digits, hyphens, dots, underscores"}
	}
	if _, exists := s.store.Teams[made.Name]; exists {
		return refusal{http.StatusConflict, "the team exists already"}
	}
	s.store.Teams[made.Name] = made
	if err := s.store.save(); err != nil {
		return err
	}
	return c.json(made)
}

func (s *service) changeTeam(c call, of *team) error {
	var wanted struct {
		Add    *permission `json:"addEnvironmentPermission"`
		Edit   *permission `json:"editEnvironmentPermission"`
		Remove *permission `json:"removeEnvironment"`
	}
	if err := c.into(&wanted); err != nil {
		return err
	}
	for _, each := range []*permission{wanted.Add, wanted.Edit} {
		if each == nil {
			continue
		}
		if _, known := levels[each.Level]; !known {
			return refusal{http.StatusBadRequest, "permission: allowed: none, read, open, write, admin"}
		}
		if _, exists := s.store.Environments[each.environment()]; !exists {
			return refusal{http.StatusNotFound, "environment not found"}
		}
	}
	switch {
	case wanted.Add != nil:
		if of.on(wanted.Add.environment()) >= 0 {
			return refusal{http.StatusConflict, "the team has a permission there already"}
		}
		of.Environments = append(of.Environments, *wanted.Add)
	case wanted.Edit != nil:
		at := of.on(wanted.Edit.environment())
		if at < 0 {
			return refusal{http.StatusNotFound, "the team has no permission there"}
		}
		of.Environments[at] = *wanted.Edit
	case wanted.Remove != nil:
		at := of.on(wanted.Remove.environment())
		if at < 0 {
			return refusal{http.StatusNotFound, "the team has no permission there"}
		}
		of.Environments = slices.Delete(of.Environments, at, at+1)
	default:
		return missing(c)
	}
	return s.saved(c)
}
