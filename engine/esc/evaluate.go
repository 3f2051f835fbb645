package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/esc"
	"github.com/pulumi/esc/eval"
	"github.com/pulumi/esc/syntax"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// noProviders is what `fn::open` and `fn::rotate` find: ESC's providers are not published.
type noProviders struct{}

func (noProviders) LoadProvider(_ context.Context, name string) (esc.Provider, error) {
	return nil, fmt.Errorf("provider %q is not in this stand-in for ESC", name)
}

func (noProviders) LoadRotator(_ context.Context, name string) (esc.Rotator, error) {
	return nil, fmt.Errorf("rotator %q is not in this stand-in for ESC", name)
}

// imports loads the environments that others import. Opening one needs the right to open
// each that it imports; checking needs the right to read them.
type imports struct {
	store *store
	as    holder
	needs level
}

func (i imports) LoadEnvironment(_ context.Context, reference string) ([]byte, eval.Decrypter, error) {
	name, version, _ := strings.Cut(reference, "@")
	if !strings.Contains(name, "/") {
		name = "default/" + name
	}
	found, ok := i.store.Environments[name]
	if !ok || i.as.level(found.Project, found.Name) == none {
		return nil, nil, fmt.Errorf("environment %q not found", reference)
	}
	if i.as.level(found.Project, found.Name) < i.needs {
		return nil, nil, fmt.Errorf("no permission to open the imported environment %q", reference)
	}
	revision, err := found.at(version)
	if err != nil {
		return nil, nil, err
	}
	crypter, err := i.store.crypter(found)
	return []byte(revision.YAML), crypter, err
}

// foreign is the decrypter of YAML that belongs to no environment.
type foreign struct{}

func (foreign) Decrypt(context.Context, []byte) ([]byte, error) {
	return nil, errors.New("ciphertext can be decrypted in its environment only")
}

// evaluation is one definition that is to be checked or opened.
type evaluation struct {
	name      string
	yaml      []byte
	decrypter eval.Decrypter
	imports   imports
}

func (e evaluation) open(ctx context.Context) (*esc.Environment, []diagnostic, error) {
	return e.run(func(run *esc.ExecContext) (*esc.Environment, syntax.Diagnostics, error) {
		declared, diags, err := eval.LoadYAMLBytes(e.name, e.yaml)
		if err != nil || diags.HasErrors() {
			return nil, diags, err
		}
		opened, more := eval.EvalEnvironment(ctx, e.name, declared, e.decrypter, noProviders{}, e.imports, run)
		return opened, append(diags, more...), nil
	})
}

func (e evaluation) check(ctx context.Context, showSecrets bool) (*esc.Environment, []diagnostic, error) {
	return e.run(func(run *esc.ExecContext) (*esc.Environment, syntax.Diagnostics, error) {
		declared, diags, err := eval.LoadYAMLBytes(e.name, e.yaml)
		if err != nil || diags.HasErrors() {
			return nil, diags, err
		}
		checked, more := eval.CheckEnvironment(
			ctx, e.name, declared, e.decrypter, noProviders{}, e.imports, run, showSecrets)
		return checked, append(diags, more...), nil
	})
}

func (e evaluation) run(
	with func(*esc.ExecContext) (*esc.Environment, syntax.Diagnostics, error),
) (*esc.Environment, []diagnostic, error) {
	run, err := esc.NewExecContext(map[string]esc.Value{})
	if err != nil {
		return nil, nil, err
	}
	result, diags, err := with(run)
	if result == nil {
		result = &esc.Environment{}
	}
	return result, diagnostics(diags), err
}

// A diagnostic is what the evaluator found, as ESC's API has it.
type diagnostic struct {
	Range    *esc.Range `json:"range,omitempty"`
	Summary  string     `json:"summary"`
	Detail   string     `json:"detail,omitempty"`
	Severity string     `json:"severity"`
}

func diagnostics(found syntax.Diagnostics) []diagnostic {
	all := make([]diagnostic, len(found))
	for i, each := range found {
		all[i] = diagnostic{Summary: each.Summary, Detail: each.Detail, Severity: "error"}
		if each.Severity == hcl.DiagWarning {
			all[i].Severity = "warning"
		}
		if at := each.Subject; at != nil {
			all[i].Range = &esc.Range{Environment: at.Filename, Begin: position(at.Start), End: position(at.End)}
		}
	}
	return all
}

func position(at hcl.Pos) esc.Pos { return esc.Pos{Line: at.Line, Column: at.Column, Byte: at.Byte} }

func wrong(found []diagnostic) bool {
	for _, each := range found {
		if each.Severity == "error" {
			return true
		}
	}
	return false
}

// property finds the value at a property path such as `foo.bar[0]["baz"]`.
func property(in *esc.Environment, path string) (esc.Value, error) {
	steps, err := resource.ParsePropertyPath(path)
	if err != nil {
		return esc.Value{}, refusal{http.StatusBadRequest, "not a property path"}
	}
	value := esc.NewValue(in.Properties)
	for _, step := range steps {
		next, ok := child(value, step)
		if !ok {
			return esc.Value{}, refusal{http.StatusNotFound, fmt.Sprintf("property %q not found", path)}
		}
		value = next
	}
	return value, nil
}

func child(of esc.Value, step any) (esc.Value, bool) {
	switch values := of.Value.(type) {
	case map[string]esc.Value:
		key, _ := step.(string)
		value, ok := values[key]
		return value, ok
	case []esc.Value:
		index, ok := step.(int)
		if !ok || index < 0 || index >= len(values) {
			return esc.Value{}, false
		}
		return values[index], true
	}
	return esc.Value{}, false
}
