// The GitHub provider plugin, built where Pulumi's own release cannot be downloaded: the upstream
// Terraform provider behind Pulumi's bridge, shaped as the published pulumi-github package is.
//
// `-schema` prints the shape of every resource and function as JSON and exits: tests/engine compares
// it with the installed Python package, property by property.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// version is the pulumi-github release that this plugin stands in for; the build sets it.
var version = "0.0.0"

func main() {
	info := provider()
	if len(os.Args) == 2 && os.Args[1] == "-schema" {
		if err := json.NewEncoder(os.Stdout).Encode(shapesOf(info)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	tfbridge.Main("github", version, info, nil)
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            shimv2.NewProvider(github.NewProvider(version, "")()),
		Name:         "github",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"GITHUB_BASE_URL"},
				Value:   "https://api.github.com/",
			}},
			"token": {
				Secret:  tfbridge.True(),
				Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}},
			},
		},
		Resources:   resources,
		DataSources: dataSources,
	}
	info.MustComputeTokens(
		tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	info.SetAutonaming(255, "-")
	return info
}
