package main

import "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

var resources = map[string]*tfbridge.ResourceInfo{}

var dataSources = map[string]*tfbridge.DataSourceInfo{}
