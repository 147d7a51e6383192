package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// origin says where a resource lives, so that a secret of the state is never
// offered to another server, and another cluster behind the same URL is never
// mistaken for the disappearance of the resource. It is kept in private state.
type origin struct {
	URL         string `json:"url"`
	ClusterUUID string `json:"cluster_uuid,omitempty"`
}

const originKey = "origin"

// privateState is what requests and responses of the framework have in common.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// readOrigin returns the origin in private state; the zero origin when there is
// none, as after an import.
func readOrigin(ctx context.Context, private privateReader) origin {
	var o origin
	raw, diags := private.GetKey(ctx, originKey)
	if diags.HasError() || raw == nil {
		return o
	}
	if json.Unmarshal(raw, &o) != nil {
		return origin{}
	}
	return o
}

// writeOrigin notes where c's server is, once a reply came from it.
func writeOrigin(ctx context.Context, private privateWriter, c *client.Client) diag.Diagnostics {
	raw, err := json.Marshal(origin{URL: c.URL(), ClusterUUID: c.ClusterUUID()})
	if err != nil {
		return nil // Two strings can always be written.
	}
	return private.SetKey(ctx, originKey, raw)
}

// sameServer reports whether c talks to where the resource was last seen.
func (o origin) sameServer(c *client.Client) bool { return o.URL == "" || o.URL == c.URL() }

// check returns an error diagnostic when another cluster has answered than the
// one that the resource lives in.
func (o origin) check(c *client.Client, object string) diag.Diagnostic {
	now := c.ClusterUUID()
	if o.ClusterUUID == "" || now == "" || o.ClusterUUID == now {
		return nil
	}
	return diag.NewErrorDiagnostic("Another InfluxDB cluster answers",
		fmt.Sprintf("The %s was last seen on the cluster %s, and %s is now the cluster %s. Nothing was changed and the "+
			"state is kept.\n\nIf the url is wrong, correct it. If the cluster was rebuilt and its old tokens are gone, "+
			"remove the resource from the state (terraform state rm) and apply again.", object, o.ClusterUUID, c.URL(), now))
}
