package schemajson

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

func newDocument(name string, s *tfprotov6.GetProviderSchemaResponse, ids *tfprotov6.GetResourceIdentitySchemasResponse) (*document, error) {
	var (
		p   providerJSON
		err error
	)
	if s.Provider != nil {
		if p.Provider, err = convertSchema(s.Provider); err != nil {
			return nil, fmt.Errorf("provider: %w", err)
		}
	}
	for _, group := range []struct {
		to   *map[string]*schemaJSON
		from map[string]*tfprotov6.Schema
		what string
	}{
		{&p.Resources, s.ResourceSchemas, "resource"},
		{&p.DataSources, s.DataSourceSchemas, "data source"},
		{&p.EphemeralResources, s.EphemeralResourceSchemas, "ephemeral resource"},
		{&p.ListResources, s.ListResourceSchemas, "list resource"},
		{&p.StateStores, s.StateStoreSchemas, "state store"},
	} {
		if *group.to, err = convertMap(group.what, group.from, convertSchema); err != nil {
			return nil, err
		}
	}
	if p.Actions, err = convertMap("action", s.ActionSchemas, convertAction); err != nil {
		return nil, err
	}
	if p.Functions, err = convertMap("function", s.Functions, convertFunction); err != nil {
		return nil, err
	}
	if p.Identities, err = convertMap("resource identity", ids.IdentitySchemas, convertIdentity); err != nil {
		return nil, err
	}
	return &document{FormatVersion: formatVersion, Providers: map[string]*providerJSON{name: &p}}, nil
}

// convertMap converts each value of a map and names the one that fails.
func convertMap[From, To any](what string, from map[string]From, convert func(From) (*To, error)) (map[string]*To, error) {
	to := make(map[string]*To, len(from))
	for name, value := range from {
		converted, err := convert(value)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", what, name, err)
		}
		to[name] = converted
	}
	return to, nil
}

func convertSchema(s *tfprotov6.Schema) (*schemaJSON, error) {
	block, err := convertBlock(s.Block)
	if err != nil {
		return nil, err
	}
	return &schemaJSON{Version: s.Version, Block: block}, nil
}

func convertAction(a *tfprotov6.ActionSchema) (*actionJSON, error) {
	if a.Schema == nil {
		return nil, errors.New("schema is missing")
	}
	block, err := convertBlock(a.Schema.Block)
	if err != nil {
		return nil, err
	}
	return &actionJSON{Block: block}, nil
}

func convertBlock(b *tfprotov6.SchemaBlock) (*blockJSON, error) {
	if b == nil {
		return nil, errors.New("block is missing")
	}
	attributes, err := convertAttributes(b.Attributes)
	if err != nil {
		return nil, err
	}
	blocks := make(map[string]*nestedBlockJSON, len(b.BlockTypes))
	for _, nested := range b.BlockTypes {
		block, err := convertBlock(nested.Block)
		if err != nil {
			return nil, fmt.Errorf("block %q: %w", nested.TypeName, err)
		}
		nesting, err := blockNesting(nested.Nesting)
		if err != nil {
			return nil, fmt.Errorf("block %q: %w", nested.TypeName, err)
		}
		blocks[nested.TypeName] = &nestedBlockJSON{
			Nesting:  nesting,
			Block:    block,
			MinItems: nested.MinItems,
			MaxItems: nested.MaxItems,
		}
	}
	return &blockJSON{
		describedJSON: describedJSON{
			Description:        b.Description,
			DescriptionKind:    descriptionKind(b.DescriptionKind),
			Deprecated:         b.Deprecated,
			DeprecationMessage: b.DeprecationMessage,
		},
		Attributes: attributes,
		Blocks:     blocks,
	}, nil
}

func convertAttributes(from []*tfprotov6.SchemaAttribute) (map[string]*attributeJSON, error) {
	to := make(map[string]*attributeJSON, len(from))
	for _, attribute := range from {
		converted, err := convertAttribute(attribute)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", attribute.Name, err)
		}
		to[attribute.Name] = converted
	}
	return to, nil
}

func convertAttribute(a *tfprotov6.SchemaAttribute) (*attributeJSON, error) {
	converted := &attributeJSON{
		describedJSON: describedJSON{
			Description:        a.Description,
			DescriptionKind:    descriptionKind(a.DescriptionKind),
			Deprecated:         a.Deprecated,
			DeprecationMessage: a.DeprecationMessage,
		},
		Required:  a.Required,
		Optional:  a.Optional,
		Computed:  a.Computed,
		Sensitive: a.Sensitive,
		WriteOnly: a.WriteOnly,
	}
	var err error
	if a.NestedType == nil {
		converted.Type, err = convertType(a.Type)
		return converted, err
	}
	converted.Nested = &nestedObjectJSON{}
	if converted.Nested.Nesting, err = objectNesting(a.NestedType.Nesting); err != nil {
		return nil, err
	}
	converted.Nested.Attributes, err = convertAttributes(a.NestedType.Attributes)
	return converted, err
}

func convertIdentity(s *tfprotov6.ResourceIdentitySchema) (*identityJSON, error) {
	converted := &identityJSON{
		Version:    s.Version,
		Attributes: make(map[string]*identityAttributeJSON, len(s.IdentityAttributes)),
	}
	for _, a := range s.IdentityAttributes {
		typ, err := convertType(a.Type)
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", a.Name, err)
		}
		converted.Attributes[a.Name] = &identityAttributeJSON{
			Type:        typ,
			Description: a.Description,
			Required:    a.RequiredForImport,
			Optional:    a.OptionalForImport,
		}
	}
	return converted, nil
}

func convertFunction(f *tfprotov6.Function) (*functionJSON, error) {
	if f.Return == nil {
		return nil, errors.New("return type is missing")
	}
	result, err := convertType(f.Return.Type)
	if err != nil {
		return nil, fmt.Errorf("return type: %w", err)
	}
	converted := &functionJSON{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		Return:             result,
	}
	for _, p := range f.Parameters {
		parameter, err := convertParameter(p)
		if err != nil {
			return nil, err
		}
		converted.Parameters = append(converted.Parameters, parameter)
	}
	if f.VariadicParameter != nil {
		if converted.Variadic, err = convertParameter(f.VariadicParameter); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

func convertParameter(p *tfprotov6.FunctionParameter) (*parameterJSON, error) {
	typ, err := convertType(p.Type)
	if err != nil {
		return nil, fmt.Errorf("parameter %q: %w", p.Name, err)
	}
	return &parameterJSON{
		Name:        p.Name,
		Description: p.Description,
		Nullable:    p.AllowNullValue,
		Type:        typ,
	}, nil
}
