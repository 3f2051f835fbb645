package main

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A stack is as much of Pulumi Cloud's as `pulumi` needs to run a program with `environment:` in its
// stack file. It is in memory only, and its checkpoints hold secrets as `pulumi` has encrypted them.
type stack struct {
	project, name string
	version       int
	checkpoint    json.RawMessage // {"version": ..., "deployment": ...}
	tags          map[string]string
}

const noDeployment = `{"version":3,"deployment":null}`

// stacks serves what is below api/stacks/<organization>. Every token may use every stack;
// what its environments may be opened by is asked of the token as always.
func (s *service) stacksOf(c call) error {
	if len(c.place) == 0 || c.place[0] != s.organization {
		return refusal{http.StatusNotFound, "organization not found"}
	}
	c.place = c.place[1:]
	switch {
	case len(c.place) == 1 && c.Method == http.MethodPost: // <project>
		return s.createStack(c)
	case len(c.place) == 1 && c.Method == http.MethodHead:
		return s.projectExists(c)
	case len(c.place) < 2:
		return missing(c)
	}
	key := c.place[0] + "/" + c.place[1]
	of, ok := s.stacks[key]
	if !ok {
		return refusal{http.StatusNotFound, fmt.Sprintf("stack %q not found", key)}
	}
	c.place = c.place[2:]
	switch route := c.Method + " " + strings.Join(c.place, "/"); route {
	case "GET ":
		return c.json(map[string]any{
			"orgName": s.organization, "projectName": of.project, "stackName": of.name,
			"activeUpdate": "", "tags": of.tags, "version": of.version,
		})
	case "DELETE ":
		delete(s.stacks, key)
		return c.done()
	case "PATCH tags":
		if err := c.into(&of.tags); err != nil {
			return err
		}
		return c.done()
	case "GET export":
		return c.json(of.checkpoint)
	case "POST import":
		of.checkpoint = c.body
		return c.json(map[string]string{"updateId": "import"})
	case "GET updates":
		return c.json(map[string]any{"updates": []any{}})
	case "POST decrypt/log-decryption", "POST decrypt/log-batch-decryption":
		return c.done()
	case "POST encrypt", "POST decrypt", "POST batch-encrypt", "POST batch-decrypt":
		return s.cryptFor(c, key, c.place[0])
	}
	return s.updateOf(c, of)
}

func (s *service) createStack(c call) error {
	var wanted struct {
		StackName string
		Tags      map[string]string
	}
	if err := c.into(&wanted); err != nil {
		return err
	}
	key := c.place[0] + "/" + wanted.StackName
	if _, exists := s.stacks[key]; exists {
		return refusal{http.StatusConflict, "stack already exists"}
	}
	s.stacks[key] = &stack{project: c.place[0], name: wanted.StackName, tags: wanted.Tags,
		checkpoint: json.RawMessage(noDeployment)}
	return c.json(map[string]any{})
}

func (s *service) projectExists(c call) error {
	for _, each := range s.stacks {
		if each.project == c.place[0] {
			return c.done()
		}
	}
	return refusal{http.StatusNotFound, "project not found"}
}

// updateOf serves an update or preview: it is made, started, told of, and completed. The lease is
// the caller's own token, so that it is known like any other.
func (s *service) updateOf(c call, of *stack) error {
	kinds := map[string]bool{"preview": true, "update": true, "refresh": true, "destroy": true}
	if len(c.place) == 0 || !kinds[c.place[0]] {
		return missing(c)
	}
	_, lease, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	lasts := map[string]any{"token": lease, "tokenExpiration": time.Now().Add(time.Hour).Unix()}
	switch below := strings.Join(c.place[min(2, len(c.place)):], "/"); {
	case c.Method == http.MethodPost && len(c.place) == 1:
		return c.json(map[string]string{"updateID": c.place[0] + "-1"})
	case c.Method == http.MethodPost && len(c.place) == 2:
		if c.place[0] != "preview" {
			of.version++
		}
		lasts["version"] = of.version
		return c.json(lasts)
	case c.Method == http.MethodGet && len(c.place) == 2:
		return c.json(map[string]any{"status": "succeeded", "events": []any{}})
	case below == "renew_lease":
		return c.json(lasts)
	case below == "checkpoint":
		of.checkpoint = c.body // {"version", "deployment"}, and what nobody reads
		return c.done()
	case below == "checkpointverbatim":
		var sent struct{ UntypedDeployment json.RawMessage }
		if err := c.into(&sent); err != nil {
			return err
		}
		of.checkpoint = sent.UntypedDeployment
		return c.done()
	case below == "complete", below == "events", below == "events/batch":
		return c.done()
	}
	return missing(c)
}

// cryptFor encrypts and decrypts for `pulumi`, as its default secrets provider.
func (s *service) cryptFor(c call, key, what string) error {
	var sent struct {
		Plaintext, Ciphertext   []byte
		Plaintexts, Ciphertexts [][]byte
	}
	if err := c.into(&sent); err != nil {
		return err
	}
	crypter, err := newCrypter(s.store.key, "stack "+key)
	if err != nil {
		return err
	}
	encrypt := func(plain []byte) []byte {
		ciphertext, _ := crypter.Encrypt(c.Context(), plain) // never fails
		return ciphertext
	}
	switch what {
	case "encrypt":
		return c.json(map[string][]byte{"ciphertext": encrypt(sent.Plaintext)})
	case "batch-encrypt":
		all := [][]byte{}
		for _, each := range sent.Plaintexts {
			all = append(all, encrypt(each))
		}
		return c.json(map[string][][]byte{"ciphertexts": all})
	case "decrypt":
		sent.Ciphertexts = [][]byte{sent.Ciphertext}
	}
	all := map[string][]byte{}
	for _, each := range sent.Ciphertexts {
		plain, err := crypter.Decrypt(c.Context(), each)
		if err != nil {
			return refusal{http.StatusBadRequest, "invalid ciphertext"}
		}
		all[base64.StdEncoding.EncodeToString(each)] = plain
		if what == "decrypt" {
			return c.json(map[string][]byte{"plaintext": plain})
		}
	}
	return c.json(map[string]any{"plaintexts": all})
}

// unpacked is a request's body as it was before `pulumi` compressed it.
func unpacked(request *http.Request) (io.Reader, error) {
	if request.Header.Get("Content-Encoding") != "gzip" {
		return request.Body, nil
	}
	return gzip.NewReader(request.Body)
}
