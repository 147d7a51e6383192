// Command terraform-provider-influxdb is the Terraform provider for InfluxDB
// tokens.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/provider"
)

// version is set by the linker.
var version = "dev"

func main() {
	var debug, showVersion bool
	flag.BoolVar(&debug, "debug", false, "run the provider so that a debugger can attach to it")
	flag.BoolVar(&showVersion, "version", false, "print the version and exit")
	flag.Parse()
	if showVersion {
		fmt.Println("terraform-provider-influxdb " + version)
		return
	}
	// What a server sends after the end of a reply, net/http writes to the standard
	// logger as it is, a secret included.
	log.SetOutput(io.Discard) //nolint:forbidigo // Nobody logs there on purpose.
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/influxdb-tokens/influxdb",
		Debug:   debug,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-influxdb:", err)
		os.Exit(1)
	}
}
