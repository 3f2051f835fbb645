package main

import "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

// resources holds what the published plugin does otherwise than the bridge by itself; the bridge
// names everything else. Shapes are compared with the SDK by tests/engine.
var resources = map[string]*tfbridge.ResourceInfo{
	// A name that GitHub takes once only: a replacement made first would meet the old one, or be
	// deleted along with it (pulumi/pulumi-github issues 223 and 677).
	"github_actions_environment_secret":    {DeleteBeforeReplace: true},
	"github_repository_autolink_reference": {DeleteBeforeReplace: true},
	"github_repository_collaborator":       {DeleteBeforeReplace: true},
	"github_repository_deploy_key":         {DeleteBeforeReplace: true},

	// A list in every SDK since before the upstream block was limited to one.
	"github_repository_environment": {Fields: map[string]*tfbridge.SchemaInfo{
		"reviewers": {MaxItemsOne: tfbridge.False()},
	}},
}

var dataSources = map[string]*tfbridge.DataSourceInfo{
	"github_app": {Tok: "github:index/getGithubApp:getGithubApp"},
}
