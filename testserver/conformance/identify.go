package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// identify asks what can be asked before the fixture: the version of InfluxDB v2,
// and whether the server is fresh.
func (f *foreign) identify(ctx context.Context) error {
	t := f.target
	if f.suite.Product == V3 {
		return f.identifyV3(ctx)
	}
	ping := exchange(ctx, t.URL, t.TLS, &Request{Method: http.MethodGet, Target: "/ping"})
	if ping.problem != nil {
		return fmt.Errorf("no answer from %s: %w", t.URL.Redacted(), ping.problem)
	}
	version := strings.TrimPrefix(ping.header.Get("X-Influxdb-Version"), "v")
	if version == "" {
		return fmt.Errorf("%s is no InfluxDB v2: GET /ping answers %s without X-Influxdb-Version", t.URL.Redacted(), ping.status)
	}
	t.Server.Version = version
	t.Server.Options = withDefaults(V2, version, t.Server.Options)
	f.result.Version = version
	setup := exchange(ctx, t.URL, t.TLS, &Request{Method: http.MethodGet, Target: "/api/v2/setup"})
	var state struct {
		Allowed bool `json:"allowed"`
	}
	if err := json.Unmarshal([]byte(setup.body), &state); err != nil {
		return fmt.Errorf("GET /api/v2/setup answers %s: %w", setup.status, err)
	}
	if !state.Allowed {
		return errNotFresh
	}
	return nil
}

// learn asks the server, which now has an operator token, for the rest: whether
// InfluxDB v2 shows tokens, and the version of InfluxDB 3.
func (f *foreign) learn(ctx context.Context) error {
	t := f.target
	operator := f.vars["OP"]
	if f.suite.Product == V2 {
		list := exchange(ctx, t.URL, t.TLS, &Request{
			Method: http.MethodGet, Target: "/api/v2/authorizations",
			Header: []Field{{"Authorization", "Token " + operator}},
		})
		if list.status != "200" {
			return fmt.Errorf("the list of authorizations answers %s", list.status)
		}
		t.Server.Options = slices.DeleteFunc(t.Server.Options, func(o string) bool { return o == "hashed" || o == "unhashed" })
		mode := "hashed"
		if strings.Contains(list.body, operator) {
			mode = "unhashed"
		}
		t.Server.Options = append(t.Server.Options, mode)
		return nil
	}
	ping := exchange(ctx, t.URL, t.TLS, &Request{
		Method: http.MethodGet, Target: "/ping",
		Header: []Field{{"Authorization", "Bearer " + operator}},
	})
	return t.readPing(ping)
}

// identifyV3 asks for the version without a token; a server with authentication
// does not tell it then.
func (f *foreign) identifyV3(ctx context.Context) error {
	t := f.target
	ping := exchange(ctx, t.URL, t.TLS, &Request{Method: http.MethodGet, Target: "/ping"})
	switch {
	case ping.problem != nil:
		return fmt.Errorf("no answer from %s: %w", t.URL.Redacted(), ping.problem)
	case ping.status == "200":
		err := t.readPing(ping)
		f.result.Version = t.Server.Version
		return err
	default:
		return nil
	}
}

// readPing takes version and edition of InfluxDB 3 from a reply.
func (t *Target) readPing(ping outcome) error {
	var product struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal([]byte(ping.body), &product); err != nil || product.Version == "" {
		return fmt.Errorf("%s is no InfluxDB 3: GET /ping answers %s without a version", t.URL.Redacted(), ping.status)
	}
	t.Server.Version = product.Version
	if ping.header.Get("X-Influxdb-Build") == "Enterprise" && !slices.Contains(t.Server.Options, "enterprise") {
		t.Server.Options = append(t.Server.Options, "enterprise")
	}
	return nil
}
