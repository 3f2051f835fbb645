// Command sums is a checksum database of the tests, with a key of its own. It knows the modules of
// the module caches that it is given, and prints its address and its key.
package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/mod/module"
	database "golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	secret, public, err := note.GenerateKey(rand.Reader, "sum.golang.org")
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s %s\n", listener.Addr(), public)
	caches := os.Args[1:]
	lines := func(path, version string) ([]byte, error) {
		for _, cache := range caches {
			if found, err := sums(cache, path, version); err == nil {
				return found, nil
			}
		}
		return nil, fmt.Errorf("%s@%s: not found", path, version)
	}
	log.Fatal(http.Serve(listener, database.NewServer(database.NewTestServer(secret, lines))))
}

// sums returns the lines that go.sum has of a module, whose files may not be there but for go.mod.
func sums(cache, path, version string) ([]byte, error) {
	escaped, err := module.EscapePath(path)
	if err != nil {
		return nil, err
	}
	stem := filepath.Join(cache, "cache", "download", escaped, "@v", version)
	open := func(string) (io.ReadCloser, error) { return os.Open(stem + ".mod") }
	manifest, err := dirhash.Hash1([]string{"go.mod"}, open)
	if err != nil {
		return nil, err
	}
	lines := fmt.Appendf(nil, "%s %s/go.mod %s\n", path, version, manifest)
	if hash, err := os.ReadFile(stem + ".ziphash"); err == nil {
		lines = fmt.Appendf(lines, "%s %s %s\n", path, version, hash)
	}
	return lines, nil
}
