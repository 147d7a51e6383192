package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// urls is the ready line; what does not listen is left out.
type urls struct {
	V2         string `json:"v2_url,omitempty"`
	V3         string `json:"v3_url,omitempty"`
	V3Recovery string `json:"v3_recovery_url,omitempty"`
}

// announce tells the URLs, once everything listens.
func announce(w io.Writer, format string, srv *testserver.Server) error {
	u := urls{V2: srv.V2URL(), V3: srv.V3URL(), V3Recovery: srv.V3RecoveryURL()}
	if format == formatJSON {
		return json.NewEncoder(w).Encode(u)
	}
	for _, line := range []struct{ face, url string }{{"v2", u.V2}, {"v3", u.V3}, {"v3-recovery", u.V3Recovery}} {
		if line.url == "" {
			continue
		}
		if _, err := fmt.Fprintln(w, line.face, line.url); err != nil {
			return err
		}
	}
	return nil
}
