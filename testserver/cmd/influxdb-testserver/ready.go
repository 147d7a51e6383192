package main

import (
	"bytes"
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
	Admin      string `json:"admin_url,omitempty"`
	Version    string `json:"version"`
}

// announce tells the URLs, once everything listens, in one write.
func announce(w io.Writer, format string, srv *testserver.Server) error {
	u := urls{V2: srv.V2URL(), V3: srv.V3URL(), V3Recovery: srv.V3RecoveryURL(), Admin: srv.AdminURL(), Version: version}
	if format == formatJSON {
		return json.NewEncoder(w).Encode(u)
	}
	var out bytes.Buffer
	for _, line := range []struct{ face, url string }{
		{"v2", u.V2}, {"v3", u.V3}, {"v3-recovery", u.V3Recovery}, {"admin", u.Admin}, {"ready", u.Version},
	} {
		if line.url != "" {
			_, _ = fmt.Fprintln(&out, line.face, line.url) // A buffer takes everything.
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}
