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

// privateReader and privateWriter are what the private states of the framework's
// requests and responses have in common.
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

// seen returns the origin of a resource that c's server has just shown. A cluster's
// identity that is known is not forgotten because one reply came without it.
func (o origin) seen(c *client.Client) origin {
	now := origin{URL: c.URL(), ClusterUUID: c.ClusterUUID()}
	if now.ClusterUUID == "" && now.URL == o.URL {
		now.ClusterUUID = o.ClusterUUID
	}
	return now
}

// write puts the origin into private state.
func (o origin) write(ctx context.Context, private privateWriter) diag.Diagnostics {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil // Two strings can always be written.
	}
	return private.SetKey(ctx, originKey, raw)
}

// sameServer reports whether c talks to where the resource was last seen.
func (o origin) sameServer(c *client.Client) bool { return o.URL == "" || o.URL == c.URL() }

// checkCluster returns an error diagnostic when another cluster has answered than
// the one that the resource lives in.
func (o origin) checkCluster(c *client.Client, object string) diag.Diagnostic {
	now := c.ClusterUUID()
	if o.ClusterUUID == "" || now == "" || o.ClusterUUID == now {
		return nil
	}
	return diag.NewErrorDiagnostic("Another InfluxDB cluster answers",
		fmt.Sprintf("The %s was last seen on the cluster %s, and %s is now the cluster %s. Nothing was changed and the "+
			"state is kept.\n\nIf the url is wrong, correct it. If the cluster was rebuilt and its old tokens are gone, "+
			"remove the resource from the state (terraform state rm) and apply again.", object, o.ClusterUUID, c.URL(), now))
}

// doubt says why c's server may be another one than the resource lives on, or ""
// if nothing speaks for that.
func (o origin) doubt(c *client.Client) string {
	now := c.ClusterUUID()
	switch {
	case o.ClusterUUID != "" && now == o.ClusterUUID:
	case o.ClusterUUID != "":
		return fmt.Sprintf("It was last seen on the cluster %s at %s, and this server does not say which cluster it is.",
			o.ClusterUUID, o.URL)
	case !o.sameServer(c):
		return fmt.Sprintf("It was last seen at %s, so this may be another server.", o.URL)
	}
	return ""
}

// checkAbsence returns an error diagnostic when the absence of the resource on c's
// server proves nothing, because it may be another server than the one that the
// resource lives on.
func (o origin) checkAbsence(c *client.Client, object string) diag.Diagnostic {
	reason := o.doubt(c)
	if reason == "" {
		return nil
	}
	return diag.NewErrorDiagnostic("The "+object+" is not on this server",
		fmt.Sprintf("%s does not have the %s. %s Nothing was changed and the state is kept.\n\nIf the url is wrong, correct "+
			"it. If the %s is really gone, remove the resource from the state (terraform state rm) and apply again.",
			c.URL(), object, reason, object))
}

// checkSame returns an error diagnostic when c's server may be another one than the
// one whose operator token the state holds. It is for a server that has an operator
// token other than that.
func (o origin) checkSame(c *client.Client) diag.Diagnostic {
	if other := o.checkCluster(c, "operator token"); other != nil {
		return other
	}
	reason := o.doubt(c)
	if reason == "" {
		return nil
	}
	return diag.NewErrorDiagnostic("This may be another InfluxDB server",
		fmt.Sprintf("%s does not have the operator token that is in the state. %s Nothing was changed and the state is kept, "+
			"because it may hold the only copy of the other server's operator token.\n\nIf the url is wrong, correct it. If it "+
			"is the same server under another url, apply once with the former url. If the server was set up anew, save the "+
			"token if it is still of use, remove the resource from the state (terraform state rm) and apply again.",
			c.URL(), reason))
}
