package client_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A program that imports the SDK gets these modules and no others; least of all those
// of Terraform.
func TestDependencies(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(out))
	slices.Sort(modules)
	want := []string{
		"github.com/fatih/color",
		"github.com/hashicorp/go-cleanhttp",
		"github.com/hashicorp/go-hclog",
		"github.com/hashicorp/go-retryablehttp",
		"github.com/influxdb-tokens/terraform-provider-influxdb",
		"github.com/mattn/go-colorable",
		"github.com/mattn/go-isatty",
		"golang.org/x/sys",
	}
	if got := slices.Compact(modules); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
