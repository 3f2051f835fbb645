package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// shape says how one value looks to a program: exactly one of Kind, List, Map and Object is set.
type shape struct {
	Kind   string              `json:"kind,omitempty"` // boolean, integer, number, string, any
	List   *shape              `json:"list,omitempty"`
	Map    *shape              `json:"map,omitempty"`
	Object map[string]property `json:"object,omitempty"`
}

// property is a named value of a resource, of a function or of an object inside one.
type property struct {
	shape
	Terraform string `json:"terraform"`
	Required  bool   `json:"required,omitempty"`
	Input     bool   `json:"input,omitempty"`
	Secret    bool   `json:"secret,omitempty"`
}

type entity struct {
	Terraform           string              `json:"terraform"`
	DeleteBeforeReplace bool                `json:"deleteBeforeReplace,omitempty"`
	Properties          map[string]property `json:"properties"`
}

type shapes struct {
	Provider  map[string]property `json:"provider"`
	Resources map[string]entity   `json:"resources"`
	Functions map[string]entity   `json:"functions"`
}

func shapesOf(info tfbridge.ProviderInfo) shapes {
	all := shapes{
		Provider:  propertiesOf(info.P.Schema(), info.Config),
		Resources: map[string]entity{},
		Functions: map[string]entity{},
	}
	info.P.ResourcesMap().Range(func(name string, resource shim.Resource) bool {
		if override, mapped := info.Resources[name]; mapped {
			all.Resources[string(override.Tok)] = entity{
				Terraform:           name,
				DeleteBeforeReplace: override.DeleteBeforeReplace,
				Properties:          propertiesOf(resource.Schema(), override.Fields),
			}
		}
		return true
	})
	info.P.DataSourcesMap().Range(func(name string, source shim.Resource) bool {
		if override, mapped := info.DataSources[name]; mapped {
			all.Functions[string(override.Tok)] = entity{
				Terraform:  name,
				Properties: propertiesOf(source.Schema(), override.Fields),
			}
		}
		return true
	})
	return all
}

func propertiesOf(
	schema shim.SchemaMap, overrides map[string]*tfbridge.SchemaInfo,
) map[string]property {
	properties := map[string]property{}
	schema.Range(func(name string, value shim.Schema) bool {
		override := overrides[name]
		if override == nil {
			override = &tfbridge.SchemaInfo{}
		}
		if override.Omit || value.Removed() != "" {
			return true
		}
		secret := value.Sensitive()
		if override.Secret != nil {
			secret = *override.Secret
		}
		properties[tfbridge.TerraformToPulumiNameV2(name, schema, overrides)] = property{
			shape:     shapeOf(value, override),
			Terraform: name,
			Required:  value.Required(),
			Input:     value.Required() || value.Optional(),
			Secret:    secret,
		}
		return true
	})
	return properties
}

func shapeOf(value shim.Schema, override *tfbridge.SchemaInfo) shape {
	switch value.Type() {
	case shim.TypeBool:
		return shape{Kind: "boolean"}
	case shim.TypeInt:
		return shape{Kind: "integer"}
	case shim.TypeFloat:
		return shape{Kind: "number"}
	case shim.TypeString:
		return shape{Kind: "string"}
	case shim.TypeMap:
		element := elementOf(value, override)
		return shape{Map: &element}
	case shim.TypeList, shim.TypeSet:
		element := elementOf(value, override)
		if tfbridge.IsMaxItemsOne(value, override) {
			return element
		}
		return shape{List: &element}
	}
	return shape{Kind: "any"}
}

func elementOf(value shim.Schema, override *tfbridge.SchemaInfo) shape {
	inner := override.Elem
	if inner == nil {
		inner = &tfbridge.SchemaInfo{}
	}
	switch element := value.Elem().(type) {
	case shim.Resource:
		return shape{Object: propertiesOf(element.Schema(), inner.Fields)}
	case shim.Schema:
		return shapeOf(element, inner)
	}
	return shape{Kind: "string"} // a map without an element type holds strings
}
