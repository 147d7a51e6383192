package schemajson_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/cmd/provider-schema/schemajson"
)

func TestPrint(t *testing.T) {
	t.Parallel()

	want, err := os.ReadFile(filepath.Join("testdata", "dummy.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, want), decode(t, printDummy(t))); diff != "" {
		t.Errorf("unexpected JSON (-want +got):\n%s", diff)
	}
}

func TestPrint_sameBytesEachTime(t *testing.T) {
	t.Parallel()

	if diff := cmp.Diff(printDummy(t), printDummy(t)); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

func TestPrint_nesting(t *testing.T) {
	t.Parallel()

	// The framework has neither of these, other servers of the protocol do.
	server := fakeServer{schemas: &tfprotov6.GetProviderSchemaResponse{
		ResourceSchemas: map[string]*tfprotov6.Schema{"x_y": {Block: &tfprotov6.SchemaBlock{
			BlockTypes: []*tfprotov6.SchemaNestedBlock{
				{TypeName: "g", Nesting: tfprotov6.SchemaNestedBlockNestingModeGroup, Block: &tfprotov6.SchemaBlock{}},
				{TypeName: "m", Nesting: tfprotov6.SchemaNestedBlockNestingModeMap, Block: &tfprotov6.SchemaBlock{}},
				{TypeName: "l", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, Block: &tfprotov6.SchemaBlock{}, MinItems: 1, MaxItems: 2},
			},
		}}},
		StateStoreSchemas: map[string]*tfprotov6.Schema{"x_s": {Block: &tfprotov6.SchemaBlock{}}},
	}}
	var out bytes.Buffer
	if err := schemajson.Print(t.Context(), &out, "x", server); err != nil {
		t.Fatal(err)
	}
	want := `{"format_version":"1.0","provider_schemas":{"x":{
		"resource_schemas":{"x_y":{"version":0,"block":{"description_kind":"plain","block_types":{
			"g":{"nesting_mode":"group","block":{"description_kind":"plain"}},
			"m":{"nesting_mode":"map","block":{"description_kind":"plain"}},
			"l":{"nesting_mode":"list","block":{"description_kind":"plain"},"min_items":1,"max_items":2}}}}},
		"state_store_schemas":{"x_s":{"version":0,"block":{"description_kind":"plain"}}}}}}`
	if diff := cmp.Diff(decode(t, []byte(want)), decode(t, out.Bytes())); diff != "" {
		t.Errorf("unexpected JSON (-want +got):\n%s", diff)
	}
}

func TestPrint_errors(t *testing.T) {
	t.Parallel()

	broken := func(a *tfprotov6.SchemaAttribute) *tfprotov6.GetProviderSchemaResponse {
		a.Name = "a"
		return &tfprotov6.GetProviderSchemaResponse{ResourceSchemas: map[string]*tfprotov6.Schema{
			"x_y": {Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{a}}},
		}}
	}
	diagnostics := []*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Not this"},
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Broken", Detail: "Really broken."},
	}
	tests := map[string]struct {
		server fakeServer
		want   string
	}{
		"schema call": {
			server: fakeServer{err: errors.New("no answer")},
			want:   "get provider schema: no answer",
		},
		"schema diagnostic": {
			server: fakeServer{schemas: &tfprotov6.GetProviderSchemaResponse{Diagnostics: diagnostics}},
			want:   "get provider schema: Broken: Really broken.",
		},
		"identity diagnostic": {
			server: fakeServer{identities: &tfprotov6.GetResourceIdentitySchemasResponse{Diagnostics: diagnostics[1:]}},
			want:   "get resource identity schemas: Broken: Really broken.",
		},
		"attribute without type": {
			server: fakeServer{schemas: broken(&tfprotov6.SchemaAttribute{})},
			want:   `resource "x_y": attribute "a": type is missing`,
		},
		"list without element type": {
			server: fakeServer{schemas: broken(&tfprotov6.SchemaAttribute{Type: tftypes.List{}})},
			want:   `resource "x_y": attribute "a": list element: type is missing`,
		},
		"nested attribute without mode": {
			server: fakeServer{schemas: broken(&tfprotov6.SchemaAttribute{NestedType: &tfprotov6.SchemaObject{}})},
			want:   `resource "x_y": attribute "a": nesting mode INVALID is not known`,
		},
		"action without schema": {
			server: fakeServer{schemas: &tfprotov6.GetProviderSchemaResponse{
				ActionSchemas: map[string]*tfprotov6.ActionSchema{"x_a": {}},
			}},
			want: `action "x_a": schema is missing`,
		},
		"function without return type": {
			server: fakeServer{schemas: &tfprotov6.GetProviderSchemaResponse{
				Functions: map[string]*tfprotov6.Function{"f": {}},
			}},
			want: `function "f": return type is missing`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var out strings.Builder
			err := schemajson.Print(t.Context(), &out, "x", test.server)
			if err == nil || err.Error() != test.want {
				t.Errorf("got error %v, want %q", err, test.want)
			}
			if out.Len() != 0 {
				t.Errorf("something was printed despite the error: %s", out.String())
			}
		})
	}
}

// fakeServer answers the two calls that Print makes.
type fakeServer struct {
	tfprotov6.ProviderServer

	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
	err        error
}

func (s fakeServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	if s.schemas == nil {
		return &tfprotov6.GetProviderSchemaResponse{}, s.err
	}
	return s.schemas, s.err
}

func (s fakeServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	if s.identities == nil {
		return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
	}
	return s.identities, nil
}

func printDummy(t *testing.T) []byte {
	t.Helper()

	var out bytes.Buffer
	server := providerserver.NewProtocol6(dummyProvider{})()
	if err := schemajson.Print(t.Context(), &out, "dummy", server); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decode(t *testing.T, data []byte) map[string]any {
	t.Helper()

	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, data)
	}
	return v
}
