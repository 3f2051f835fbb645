// A stand-in for the service of Pulumi ESC, for tests and practice: what `pulumi env` and
// pulumi-esc-sdk call, over ESC's own evaluator. It listens on 127.0.0.1 only, on a port that the
// system chooses, and prints one line of JSON with its address when it is ready.
//
// Enough of Pulumi Cloud's stacks is there for `environment:` in a stack's file (stacks.go).
//
// Who may do what is in a file of tokens (access.go), named by `-tokens`; or one token with every
// right is taken from the environment variable ESC_ACCESS_TOKEN.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "esc:", err)
		os.Exit(1)
	}
}

func run() error {
	organization := flag.String("organization", "acme", "the one organization that there is")
	tokens := flag.String("tokens", "", "JSON file of access tokens; else ESC_ACCESS_TOKEN is the one")
	state := flag.String("state", "", "folder that keeps the environments; else memory does")
	flag.Parse()

	access, err := newAccess(*tokens, os.Getenv("ESC_ACCESS_TOKEN"))
	if err != nil {
		return err
	}
	store, err := openStore(*state)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	service := &service{organization: *organization, access: access, store: store,
		sessions: newSessions(), stacks: map[string]*stack{}}
	server := &http.Server{Handler: service, ReadHeaderTimeout: 10 * time.Second}

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-stop
		_ = server.Close()
	}()

	ready := map[string]string{"address": "http://" + listener.Addr().String()}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
