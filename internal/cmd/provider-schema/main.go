// Command provider-schema prints the schema of the provider as JSON, in the
// form of "terraform providers schema -json". The documentation generator
// reads it, so that the documentation depends on no CLI and on no network.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/cmd/provider-schema/schemajson"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/provider"
)

func main() {
	server := providerserver.NewProtocol6(provider.New("docs")())()
	if err := schemajson.Print(context.Background(), os.Stdout, "influxdb", server); err != nil {
		slog.Error("Unable to print the provider schema", "error", err)
		os.Exit(1)
	}
}
