package tflogger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/internal/tflogger"
)

// secret has no shape that anything could recognise it by.
const secret = "correct-horse-battery-staple"

// redact is what a client that knows the secret does.
func redact(text string) string { return client.Redact(text, client.NewSecret(secret)) }

// newLogger returns a logger as the SDK finds it, and what has been logged so far.
func newLogger(t *testing.T) (logger hclog.Logger, entries func() []map[string]any) {
	t.Helper()
	var output bytes.Buffer
	ctx := tflogger.WithContext(tflogtest.RootLogger(t.Context(), &output), redact)
	return hclog.FromContext(ctx), func() []map[string]any {
		t.Helper()
		return decode(t, output.Bytes())
	}
}

func decode(t *testing.T, output []byte) []map[string]any {
	t.Helper()
	entries, err := tflogtest.MultilineJSONDecode(bytes.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestWithContext_levels(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		log  func(logger hclog.Logger)
		want string
	}{
		"Trace":          {func(l hclog.Logger) { l.Trace("message") }, "trace"},
		"Debug":          {func(l hclog.Logger) { l.Debug("message") }, "debug"},
		"Info":           {func(l hclog.Logger) { l.Info("message") }, "info"},
		"Warn":           {func(l hclog.Logger) { l.Warn("message") }, "warn"},
		"Error":          {func(l hclog.Logger) { l.Error("message") }, "error"},
		"Log at Warn":    {func(l hclog.Logger) { l.Log(hclog.Warn, "message") }, "warn"},
		"Log at NoLevel": {func(l hclog.Logger) { l.Log(hclog.NoLevel, "message") }, "trace"},
		"Log at Off":     {func(l hclog.Logger) { l.Log(hclog.Off, "message") }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, entries := newLogger(t)
			test.log(logger)
			var want []map[string]any
			if test.want != "" {
				want = []map[string]any{{"@level": test.want, "@message": "message", "@module": "provider"}}
			}
			if diff := cmp.Diff(want, entries()); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// The SDK asks before it collects what a record would say.
func TestWithContext_enabled(t *testing.T) {
	t.Parallel()
	logger, _ := newLogger(t)
	for name, enabled := range map[string]bool{
		"Trace": logger.IsTrace(), "Debug": logger.IsDebug(), "Info": logger.IsInfo(), "Warn": logger.IsWarn(),
		"Error": logger.IsError(),
	} {
		if !enabled {
			t.Errorf("level %s is not enabled", name)
		}
	}
}

func TestWithContext_fields(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []any
		want map[string]any
	}{
		"none":            {nil, map[string]any{}},
		"several":         {[]any{"method", "GET", "status", 200}, map[string]any{"method": "GET", "status": 200.0}},
		"last one wins":   {[]any{"key", 1, "key", 2}, map[string]any{"key": 2.0}},
		"key is no text":  {[]any{7, "value"}, map[string]any{"7": "value"}},
		"key and no more": {[]any{"key", "value", "left over"}, map[string]any{"key": "value"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, entries := newLogger(t)
			logger.Debug("message", test.args...)
			want := map[string]any{"@level": "debug", "@message": "message", "@module": "provider"}
			maps.Copy(want, test.want)
			if diff := cmp.Diff([]map[string]any{want}, entries()); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// structure holds a secret where a printer finds it by reflection.
type structure struct {
	Exported   string
	unexported any
}

// kind is a string with a type of its own.
type kind string

func TestWithContext_values(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value any
		want  any
	}{
		"bool":                {true, true},
		"int":                 {-1, -1.0},
		"int32":               {int32(-2), -2.0},
		"int64":               {int64(3), 3.0},
		"uint":                {uint(4), 4.0},
		"uint32":              {uint32(5), 5.0},
		"uint64":              {uint64(6), 6.0},
		"float32":             {float32(0.5), 0.5},
		"float64":             {1.25, 1.25},
		"duration":            {1500 * time.Millisecond, "1.5s"},
		"harmless text":       {"plain", "plain"},
		"string":              {secret, "[redacted]"},
		"string around it":    {"before " + secret + " after " + secret, "before [redacted] after [redacted]"},
		"string kind":         {kind(secret), "[redacted]"},
		"error":               {errors.New("refused: " + secret), "refused: [redacted]"},
		"wrapped error":       {fmt.Errorf("call: %w", errors.New(secret)), "call: [redacted]"},
		"joined errors":       {errors.Join(errors.New("one"), errors.New(secret)), "one\n[redacted]"},
		"URL":                 {&url.URL{Scheme: "http", Host: "host", RawQuery: "token=" + secret}, "http://host?token=[redacted]"},
		"stringer":            {stringer{}, "[redacted]"},
		"Secret":              {client.NewSecret(secret), "[redacted]"},
		"pointer to a Secret": {new(client.NewSecret(secret)), "[redacted]"},
		"zero Secret":         {client.Secret{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, entries := newLogger(t)
			logger.Debug("message", "value", test.value)
			if diff := cmp.Diff(test.want, only(t, entries())["value"]); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

// What a structure looks like in the log does not matter, as long as the secret
// is not in it: neither as it is nor as the decimal numbers that fmt.Sprint makes
// of bytes, which no redaction recognises and anybody can turn back.
func TestWithContext_structures(t *testing.T) {
	t.Parallel()
	decimal := strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]")
	for name, value := range map[string]any{
		"nil":                 nil,
		"strings":             []string{"a", secret},
		"any slice":           []any{1, secret},
		"array":               [2]string{secret, "b"},
		"map":                 map[string]string{"token": secret},
		"map of maps":         map[string]map[string]any{"a": {"b": secret}},
		"map key":             map[string]bool{secret: true},
		"header":              http.Header{"Authorization": {"Bearer " + secret}},
		"struct":              structure{Exported: secret},
		"pointer to a struct": &structure{Exported: secret},
		"unexported field":    structure{unexported: secret},
		"Secret in a struct":  structure{unexported: client.NewSecret(secret)},
		"Secret in a map":     map[string]client.Secret{"token": client.NewSecret(secret)},
		"hclog format":        hclog.Fmt("token %s", secret),
		"bytes":               []byte("Bearer " + secret),
		"raw JSON":            json.RawMessage(`{"token":"` + secret + `"}`),
		"array of bytes":      [len(secret)]byte([]byte(secret)),
		"slice of bytes":      [][]byte{[]byte(secret)},
		"map of bytes":        map[string][]byte{"body": []byte(secret)},
		"bytes in a struct":   structure{unexported: []byte(secret)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, entries := newLogger(t)
			logger.Debug("message", "value", value)
			text, ok := only(t, entries())["value"].(string)
			if !ok {
				t.Fatal("the value is no text")
			}
			if strings.Contains(text, secret) || strings.Contains(text, decimal) {
				t.Errorf("the secret is in the log: %s", text)
			}
		})
	}
}

type stringer struct{}

func (stringer) String() string { return secret }

// only returns the one entry there has to be.
func only(t *testing.T, entries []map[string]any) map[string]any {
	t.Helper()
	if len(entries) != 1 {
		t.Fatalf("there are %d entries, want 1: %v", len(entries), entries)
	}
	return entries[0]
}

func TestWithContext_message(t *testing.T) {
	t.Parallel()
	logger, entries := newLogger(t)
	logger.Warn("the token " + secret + " was refused")
	if got, want := only(t, entries())["@message"], "the token [redacted] was refused"; got != want {
		t.Errorf("message = %q, want %q", got, want)
	}
}

// A logger that is derived from the SDK's is masked as it is.
func TestWithContext_derived(t *testing.T) {
	t.Parallel()
	for name, derive := range map[string]func(hclog.Logger) hclog.Logger{
		"With":       func(l hclog.Logger) hclog.Logger { return l.With("token", secret) },
		"Named":      func(l hclog.Logger) hclog.Logger { return l.Named("sub").With("token", secret) },
		"ResetNamed": func(l hclog.Logger) hclog.Logger { return l.ResetNamed("sub").With("token", secret) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logger, entries := newLogger(t)
			derive(logger).Info("message", "more", errors.New(secret))
			want := map[string]any{
				"@level": "info", "@message": "message", "@module": "provider", "token": "[redacted]", "more": "[redacted]",
			}
			if diff := cmp.Diff(want, only(t, entries())); diff != "" {
				t.Errorf("entry (-want +got):\n%s", diff)
			}
		})
	}
}

// Each RPC has a logger of its own, with fields that tell it from the others.
func TestWithContext_writesToItsOwnContext(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	one := tflog.SetField(tflogtest.RootLogger(t.Context(), &first), "rpc", "one")
	two := tflog.SetField(tflogtest.RootLogger(t.Context(), &second), "rpc", "two")
	loggerOne := hclog.FromContext(tflogger.WithContext(one, redact))
	loggerTwo := hclog.FromContext(tflogger.WithContext(two, redact))
	loggerTwo.Debug("to two")
	loggerOne.Debug("to one")

	for name, test := range map[string]struct {
		output *bytes.Buffer
		want   map[string]any
	}{
		"first":  {&first, map[string]any{"@level": "debug", "@message": "to one", "@module": "provider", "rpc": "one"}},
		"second": {&second, map[string]any{"@level": "debug", "@message": "to two", "@module": "provider", "rpc": "two"}},
	} {
		if diff := cmp.Diff(test.want, only(t, decode(t, test.output.Bytes()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The redaction of a record knows the secrets of that moment, those that were
// issued after the RPC began included.
func TestWithContext_redactsAtTheTimeOfTheRecord(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	var known []client.Secret
	ctx := tflogger.WithContext(tflogtest.RootLogger(t.Context(), &output), func(text string) string {
		return client.Redact(text, known...)
	})
	known = append(known, client.NewSecret(secret))
	hclog.FromContext(ctx).Debug("message", "error", errors.New(secret))
	if got := only(t, decode(t, output.Bytes()))["error"]; got != "[redacted]" {
		t.Errorf("error = %v", got)
	}
}

// Outside of an RPC there is no tflog logger: nothing is written, and nothing
// breaks.
func TestWithContext_noLogger(t *testing.T) {
	t.Parallel()
	logger := hclog.FromContext(tflogger.WithContext(t.Context(), redact))
	for _, level := range []hclog.Level{hclog.NoLevel, hclog.Trace, hclog.Debug, hclog.Info, hclog.Warn, hclog.Error, hclog.Off} {
		logger.Log(level, "message", "key", secret)
	}
}

// lockedBuffer is a writer for several goroutines.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func TestWithContext_concurrent(t *testing.T) {
	t.Parallel()
	var output lockedBuffer
	logger := hclog.FromContext(tflogger.WithContext(tflogtest.RootLogger(t.Context(), &output), redact))
	const goroutines, records = 8, 25
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for i := range records {
				logger.Debug("message", "n", i, "error", errors.New(secret))
			}
		})
	}
	group.Wait()
	if got := len(decode(t, output.buffer.Bytes())); got != goroutines*records {
		t.Errorf("there are %d entries, want %d", got, goroutines*records)
	}
	if strings.Contains(output.buffer.String(), secret) {
		t.Error("the secret is in the log")
	}
}

// The SDK finds the logger: a call of a client ends in the tflog logger of the
// context that it was made with.
func TestWithContext_client(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("Authorization"))
		_, _ = w.Write([]byte("OK"))
	}))
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, client.WithToken(client.NewSecret(secret)))
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	ctx := tflogger.WithContext(tflogtest.RootLogger(t.Context(), &output), c.Redact)
	if err := c.Server.Health(ctx); err != nil {
		t.Fatal(err)
	}
	entry := only(t, decode(t, output.Bytes()))
	for key, want := range map[string]any{
		"@level": "debug", "@message": "InfluxDB request", "method": "GET", "route": "/health", "status": 200.0,
		"attempt": 1.0, "request_id": "Bearer [redacted]", "credential": client.NewSecret(secret).Fingerprint(),
	} {
		if entry[key] != want {
			t.Errorf("%s = %v, want %v", key, entry[key], want)
		}
	}
	if strings.Contains(output.String(), secret) {
		t.Errorf("the secret is in the log: %s", output.String())
	}
}
