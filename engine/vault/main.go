// A Vault for tests and for practice, built where HashiCorp's own release cannot be downloaded: the
// real server as a library, with the secrets engine kv and the logins jwt and approle.
//
// It keeps everything in memory, is initialized and unsealed when it starts, and speaks plain HTTP,
// so it listens on a loopback address only. When it is ready it writes one line of JSON, the address
// and the root token: to stdout, or to the file of -ready-file, which only its owner can read. It
// ends at SIGINT or SIGTERM, and everything in it is gone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	jwt "github.com/hashicorp/vault-plugin-auth-jwt"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "the loopback `address` to listen on; port 0: the system chooses")
	ready := flag.String("ready-file", "", "write address and root token to this `file` instead of stdout")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *listen, *ready); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// serve runs a Vault until ctx ends.
func serve(ctx context.Context, listen, ready string) error {
	listener, err := listenLoopback(listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	core, token, err := unsealed(ctx)
	if err != nil {
		return err
	}
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core:           core,
		ListenerConfig: &configutil.Listener{},
	})
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if err := announce("http://"+listener.Addr().String(), token, ready); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		server.Close()
		return core.Shutdown()
	}
}

// listenLoopback refuses every address that another machine could reach: there is no TLS.
func listenLoopback(address string) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil || !resolved.IP.IsLoopback() {
		return nil, fmt.Errorf("-listen %s is not a loopback address, such as 127.0.0.1:8200", address)
	}
	return net.ListenTCP("tcp", resolved)
}

// unsealed makes a Vault in memory, with one key share, and gives its root token.
func unsealed(ctx context.Context) (*vault.Core, string, error) {
	logger := hclog.New(&hclog.LoggerOptions{Name: "vault", Level: hclog.Warn, Output: os.Stderr})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, "", err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true, // it needs a privilege, and what is in here is for practice
		LogicalBackends:    secretsEngines,
		CredentialBackends: logins,
		BuiltinRegistry:    registry{},
	})
	if err != nil {
		return nil, "", err
	}
	shares := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(ctx, &vault.InitParams{BarrierConfig: shares, RecoveryConfig: shares})
	if err != nil {
		return nil, "", err
	}
	open, err := core.Unseal(made.SecretShares[0])
	if err == nil && !open {
		err = errors.New("Vault stays sealed")
	}
	return core, made.RootToken, err
}

// announce says where the Vault is, and its root token, to the process that started it.
func announce(address, token, file string) error {
	line, err := json.Marshal(map[string]string{"address": address, "root_token": token})
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if file == "" {
		_, err = os.Stdout.Write(line)
		return err
	}
	// Written beside it and renamed: who sees the file sees all of it. CreateTemp makes it 0600.
	unfinished, err := os.CreateTemp(filepath.Dir(file), ".ready-*")
	if err != nil {
		return err
	}
	defer os.Remove(unfinished.Name())
	if _, err = unfinished.Write(line); err == nil {
		err = unfinished.Close()
	}
	if err != nil {
		return err
	}
	return os.Rename(unfinished.Name(), file)
}

var secretsEngines = map[string]logical.Factory{"kv": kv.Factory}

var logins = map[string]logical.Factory{"jwt": jwt.Factory, "approle": approle.Factory}

// registry tells Vault's plugin catalog what is built in.
type registry struct{}

func (registry) backends(kind consts.PluginType) map[string]logical.Factory {
	switch kind {
	case consts.PluginTypeSecrets:
		return secretsEngines
	case consts.PluginTypeCredential:
		return logins
	default:
		return nil
	}
}

func (r registry) Contains(name string, kind consts.PluginType) bool {
	_, found := r.backends(kind)[name]
	return found
}

func (r registry) Get(name string, kind consts.PluginType) (func() (any, error), bool) {
	factory, found := r.backends(kind)[name]
	return func() (any, error) { return factory, nil }, found
}

func (r registry) Keys(kind consts.PluginType) []string {
	var names []string
	for name := range r.backends(kind) {
		names = append(names, name)
	}
	return names
}

func (r registry) DeprecationStatus(name string, kind consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, r.Contains(name, kind)
}

func (registry) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
