package main

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/pulumi/esc"
)

const longest = 24 * time.Hour

// A session is an environment that was opened; the token that opened it can read it for a while.
type session struct {
	of     string
	user   string
	ends   time.Time
	opened *esc.Environment
}

type sessions struct {
	sync.Mutex
	open map[string]session
}

func newSessions() *sessions { return &sessions{open: map[string]session{}} }

// begin keeps an opened environment for a duration such as `2h0m0s`; two hours by default.
func (s *sessions) begin(of, user, duration string, opened *esc.Environment) string {
	lasts, err := time.ParseDuration(duration)
	if err != nil || lasts <= 0 {
		lasts = 2 * time.Hour
	}
	s.Lock()
	defer s.Unlock()
	for id, each := range s.open {
		if time.Now().After(each.ends) {
			delete(s.open, id)
		}
	}
	id := rand.Text()
	s.open[id] = session{of, user, time.Now().Add(min(lasts, longest)), opened}
	return id
}

func (s *sessions) read(of, user, id string) (*esc.Environment, error) {
	s.Lock()
	defer s.Unlock()
	found, ok := s.open[id]
	if !ok || found.of != of || found.user != user || time.Now().After(found.ends) {
		return nil, refusal{http.StatusNotFound, "open session not found"}
	}
	return found.opened, nil
}
