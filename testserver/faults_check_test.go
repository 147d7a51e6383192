package testserver_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestInject_refuses sees that a fault that can never happen is no silent one:
// Inject panics with what New says.
func TestInject_refuses(t *testing.T) {
	t.Parallel()
	const opV2 = "POST /api/v2/authorizations"
	tests := map[string]struct {
		fault testserver.Fault
		want  string
	}{
		"misspelt":          {testserver.LostReply("POST /api/v3/configure/token/named-admin"), "op: \"POST /api/v3/configure/token/named-admin\" is not a route pattern of any face: use "},
		"of another face":   {testserver.Fault{Face: testserver.FaceV3, Op: opV2, Status: 503}, "is not a route pattern of face v3: use "},
		"no face":           {testserver.Fault{Face: 77, Status: 503}, "face: there is no face 77"},
		"status 99":         {testserver.Fault{Status: 99}, "status: 99 is not one from 200 to 599"},
		"status 100":        {testserver.Fault{Status: 100}, "status: 100 is not one from 200 to 599"},
		"status 600":        {testserver.Fault{Status: 600}, "status: 600 is not one from 200 to 599"},
		"skip":              {testserver.Fault{Drop: true, Skip: -1}, "skip: -1 is negative"},
		"times":             {testserver.Fault{Drop: true, Times: -1}, "times: -1 is negative"},
		"delay":             {testserver.Fault{Delay: -time.Second}, "delay: -1s is negative"},
		"spoil":             {testserver.Fault{Spoil: "bogus"}, `spoil: "bogus" is unknown`},
		"nothing":           {testserver.Fault{Op: opNamed}, "the fault does nothing"},
		"drop and status":   {testserver.Fault{Drop: true, Status: 503}, "drop: nothing is sent"},
		"rewritten status":  {testserver.Fault{Status: 503, Rewrite: func(int, http.Header, []byte) (int, http.Header, []byte) { return 0, nil, nil }}, "the fault has a reply of its own"},
		"hash of v2":        {testserver.WrongHash(opV2), "spoil: wrong_hash is for replies of InfluxDB 3 that have a hash"},
		"hash of face v2":   {testserver.Fault{Face: testserver.FaceV2, Spoil: testserver.SpoilHash}, "spoil: wrong_hash is for replies of InfluxDB 3 that have a hash"},
		"hash of health":    {testserver.WrongHash("GET /health"), "spoil: wrong_hash is for replies of InfluxDB 3 that have a hash"},
		"hash of delete":    {testserver.WrongHash("DELETE /api/v3/configure/token"), "spoil: wrong_hash is for replies of InfluxDB 3 that have a hash"},
		"clock of the host": {testserver.Fault{Change: testserver.Change{AdvanceClock: time.Hour}}, "the server's clock cannot be moved"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := testserver.New(testserver.WithFaults(tt.fault)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New: error %v, want %q", err, tt.want)
			}
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "testserver: Inject: ") || !strings.Contains(text, tt.want) {
					t.Errorf("Inject: panic %q, want %q", text, tt.want)
				}
			}()
			testserver.Run(t).Inject(tt.fault)
		})
	}
}

// TestFault_crash sees that a panic in a function of a fault is no network fault
// that nobody notices: the log and the journal tell, and Run's test fails.
func TestFault_crash(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    func(srv *testserver.Server) testserver.Fault
		executed bool
		want     string
	}{
		"before": {func(srv *testserver.Server) testserver.Fault {
			return testserver.Fault{Before: func() { srv.DeleteV3Token("missing") }}
		}, false, "missing"},
		"end of the goroutine": {func(*testserver.Server) testserver.Fault {
			return testserver.Fault{Before: runtime.Goexit}
		}, false, "runtime.Goexit was called"},
		"rewrite": {func(*testserver.Server) testserver.Fault {
			return testserver.Fault{Rewrite: func(int, http.Header, []byte) (int, http.Header, []byte) { panic("oh no") }}
		}, true, "oh no"},
		"rewrite without a status": {func(*testserver.Server) testserver.Fault {
			return testserver.Fault{Rewrite: func(_ int, h http.Header, body []byte) (int, http.Header, []byte) { return 42, h, body }}
		}, true, "Rewrite returned the status 42"},
		"rewrite with a secret": {func(*testserver.Server) testserver.Fault {
			return testserver.Fault{Rewrite: func(_ int, _ http.Header, body []byte) (int, http.Header, []byte) { panic(string(body)) }}
		}, true, `"token":"(hidden)"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			tb := &recorder{TB: t}
			srv := testserver.Run(tb, testserver.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			fault := tt.fault(srv)
			fault.Op = opBootstrap
			srv.Inject(fault)
			if r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", ""); r.err == nil {
				t.Errorf("reply %+v", r)
			}
			tb.finish()
			got := srv.RequestsFor(opBootstrap)
			if len(got) != 1 || got[0].Executed != tt.executed || !got[0].Dropped || !got[0].Faulted || got[0].Status != 0 {
				t.Errorf("journal %+v", got)
			}
			if len(tb.failures) != 1 || !strings.Contains(tb.failures[0], tt.want) {
				t.Errorf("the test says %q, not %q", tb.failures, tt.want)
			}
			if text := strings.ReplaceAll(log.String(), `\"`, `"`); !strings.Contains(text, "level=ERROR") || !strings.Contains(text, tt.want) {
				t.Errorf("log %s", text)
			}
			for _, secret := range srv.IssuedSecrets() {
				if strings.Contains(log.String()+strings.Join(tb.failures, ""), secret) {
					t.Errorf("a secret is in %s or in %q", &log, tb.failures)
				}
			}
		})
	}
}

// TestFault_truncateIsShort sees that a truncated reply is never a whole one, and
// that the log says so too.
func TestFault_truncateIsShort(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	srv := testserver.Run(t, testserver.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), testserver.WithV3DisableAuthz("health"))
	undo := srv.Inject(testserver.Fault{Op: "GET /health", Truncate: 500})
	r := send(t.Context(), "GET", srv.V3URL()+"/health", "", "")
	if r.err == nil || r.body != "O" {
		t.Errorf("reply %+v", r)
	}
	undo()
	if r := send(t.Context(), "GET", srv.V3URL()+"/health", "", ""); r.err != nil || r.body != "OK" {
		t.Errorf("reply %+v", r)
	}
	srv.Close()
	lines := strings.Split(log.String(), "\n")
	if !strings.Contains(lines[0], "dropped=true") || !strings.Contains(lines[1], "dropped=false") {
		t.Errorf("log %q", lines)
	}
}
