// Package schemajson prints the schema of a provider as JSON, in the form of
// "terraform providers schema -json", straight from the provider server. No
// CLI takes part, so the result is the same on every machine, and features
// that an older CLI does not know yet are in it too.
package schemajson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Print asks the server for its schemas and writes them to w as one JSON
// document, under the given provider name. Nothing is written when the server
// reports an error.
func Print(ctx context.Context, w io.Writer, name string, server tfprotov6.ProviderServer) error {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("get provider schema: %w", err)
	}
	if err := firstError(schemas.Diagnostics); err != nil {
		return fmt.Errorf("get provider schema: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("get resource identity schemas: %w", err)
	}
	if err := firstError(identities.Diagnostics); err != nil {
		return fmt.Errorf("get resource identity schemas: %w", err)
	}
	doc, err := newDocument(name, schemas, identities)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(doc)
}

// firstError turns the diagnostics into an error, warnings aside.
func firstError(diagnostics []*tfprotov6.Diagnostic) error {
	for _, d := range diagnostics {
		if d.Severity != tfprotov6.DiagnosticSeverityError {
			continue
		}
		if d.Detail == "" {
			return errors.New(d.Summary)
		}
		return fmt.Errorf("%s: %s", d.Summary, d.Detail)
	}
	return nil
}
