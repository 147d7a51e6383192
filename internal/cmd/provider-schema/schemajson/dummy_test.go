package schemajson_test

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// dummyProvider has one object of each kind, with every form of attribute.
type dummyProvider struct{}

var (
	_ provider.ProviderWithActions            = dummyProvider{}
	_ provider.ProviderWithEphemeralResources = dummyProvider{}
	_ provider.ProviderWithFunctions          = dummyProvider{}
	_ provider.ProviderWithListResources      = dummyProvider{}
)

func (dummyProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "dummy"
}

func (dummyProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{
		MarkdownDescription: "The *dummy* provider.",
		Attributes: map[string]providerschema.Attribute{
			"token": providerschema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: "A `token`."},
		},
	}
}

func (dummyProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (dummyProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return dummyResource{} }}
}

func (dummyProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return dummyDataSource{} }}
}

func (dummyProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return dummyEphemeral{} }}
}

func (dummyProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{func() function.Function { return dummyFunction{} }}
}

func (dummyProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return dummyList{} }}
}

func (dummyProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return dummyAction{} }}
}

type dummyResource struct{ resource.Resource }

func (dummyResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "dummy_thing"
}

func (dummyResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	element := schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
		"name": schema.StringAttribute{Required: true},
	}}
	blockElement := schema.NestedBlockObject{
		Attributes: map[string]schema.Attribute{"size": schema.Int64Attribute{Optional: true}},
		Blocks:     map[string]schema.Block{"inner": schema.SingleNestedBlock{}},
	}
	resp.Schema = schema.Schema{
		Version:             3,
		MarkdownDescription: "A *thing*.",
		DeprecationMessage:  "Use another thing.",
		Attributes: map[string]schema.Attribute{
			"id":        schema.StringAttribute{Computed: true, MarkdownDescription: "The `id`."},
			"plain":     schema.StringAttribute{Required: true, Description: "Plain text."},
			"old":       schema.BoolAttribute{Optional: true, DeprecationMessage: "Use plain."},
			"both":      schema.Float64Attribute{Optional: true, Computed: true},
			"secret":    schema.StringAttribute{Computed: true, Sensitive: true},
			"secret_wo": schema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true},
			"any":       schema.DynamicAttribute{Optional: true},
			"strings":   schema.ListAttribute{Optional: true, ElementType: types.StringType},
			"numbers":   schema.SetAttribute{Optional: true, ElementType: types.NumberType},
			"matrix": schema.MapAttribute{Optional: true, ElementType: types.ListType{ElemType: types.TupleType{
				ElemTypes: []attr.Type{types.StringType, types.BoolType},
			}}},
			"object": schema.ObjectAttribute{Optional: true, AttributeTypes: map[string]attr.Type{
				"a": types.StringType,
				"b": types.SetType{ElemType: types.Int64Type},
			}},
			"nested_single": schema.SingleNestedAttribute{Optional: true, MarkdownDescription: "One.", Attributes: element.Attributes},
			"nested_list":   schema.ListNestedAttribute{Optional: true, NestedObject: element},
			"nested_set": schema.SetNestedAttribute{Required: true, NestedObject: schema.NestedAttributeObject{
				Attributes: map[string]schema.Attribute{
					"deep": schema.MapNestedAttribute{Optional: true, NestedObject: element},
				},
			}},
			"nested_map": schema.MapNestedAttribute{Computed: true, Sensitive: true, NestedObject: element},
		},
		Blocks: map[string]schema.Block{
			"block_single": schema.SingleNestedBlock{MarkdownDescription: "A *block*.", Attributes: blockElement.Attributes},
			"block_list":   schema.ListNestedBlock{NestedObject: blockElement, DeprecationMessage: "Do not."},
			"block_set":    schema.SetNestedBlock{NestedObject: blockElement},
		},
	}
}

func (dummyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Version: 2,
		Attributes: map[string]identityschema.Attribute{
			"id":      identityschema.StringAttribute{RequiredForImport: true, Description: "The ID."},
			"regions": identityschema.ListAttribute{OptionalForImport: true, ElementType: types.StringType},
		},
	}
}

type dummyDataSource struct{ datasource.DataSource }

func (dummyDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "dummy_data"
}

func (dummyDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{
		Description: "Data.",
		Attributes:  map[string]datasourceschema.Attribute{"id": datasourceschema.StringAttribute{Computed: true}},
	}
}

type dummyEphemeral struct{ ephemeral.EphemeralResource }

func (dummyEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "dummy_session"
}

func (dummyEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralschema.Schema{
		Attributes: map[string]ephemeralschema.Attribute{"token": ephemeralschema.StringAttribute{Computed: true, Sensitive: true}},
	}
}

type dummyList struct{ list.ListResource }

func (dummyList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "dummy_thing"
}

func (dummyList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{
		MarkdownDescription: "Lists things.",
		Attributes:          map[string]listschema.Attribute{"filter": listschema.StringAttribute{Optional: true}},
	}
}

type dummyAction struct{ action.Action }

func (dummyAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "dummy_act"
}

func (dummyAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionschema.Schema{
		MarkdownDescription: "Acts.",
		Attributes:          map[string]actionschema.Attribute{"file": actionschema.StringAttribute{Required: true}},
	}
}

type dummyFunction struct{ function.Function }

func (dummyFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "join_all"
}

func (dummyFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "Joins.",
		MarkdownDescription: "Joins *all*.",
		DeprecationMessage:  "Use join.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "separator", MarkdownDescription: "The separator.", AllowNullValue: true},
			function.BoolParameter{Name: "sorted", AllowUnknownValues: true},
		},
		VariadicParameter: function.ListParameter{Name: "parts", ElementType: types.StringType},
		Return:            function.SetReturn{ElementType: types.StringType},
	}
}
