package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// process is a run of the program in a goroutine.
type process struct {
	stdout *bufio.Reader
	stop   context.CancelFunc
	stderr *bytes.Buffer // to be read after wait
	code   chan int
}

func startProcess(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	p := &process{stdout: bufio.NewReader(out), stop: stop, stderr: &bytes.Buffer{}, code: make(chan int, 1)}
	go func() {
		code := run(ctx, args, environ, in, p.stderr)
		_ = in.Close()
		p.code <- code
	}()
	t.Cleanup(stop)
	return p
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		t.Fatalf("%v, exit code %d: %s", err, <-p.code, p.stderr)
	}
	return line
}

// ready reads the ready line.
func (p *process) ready(t *testing.T) urls {
	t.Helper()
	var got urls
	if err := json.Unmarshal([]byte(p.line(t)), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// end stops the program, which has to go well, and returns the log.
func (p *process) end(t *testing.T) string {
	t.Helper()
	p.stop()
	if code := <-p.code; code != exitOK {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	return p.stderr.String()
}

// send sends one request. The status is 0 when there was no reply.
func send(t *testing.T, transport *http.Transport, method, url, token, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	transport.DisableKeepAlives = true
	res, err := transport.RoundTrip(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	return send(t, &http.Transport{}, http.MethodPost, url, "", body)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	return send(t, &http.Transport{}, http.MethodGet, url, "", "")
}

// file writes a file for a flag and returns its path.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const freePort = "127.0.0.1:0"

func TestRun_json(t *testing.T) {
	t.Parallel()
	p := startProcess(t, nil, "--v2-listen", freePort, "--v3-listen="+freePort, "--v3-recovery-listen", freePort, "--admin-listen", freePort)
	got := p.ready(t)
	status, body := post(t, got.V2+"/api/v2/setup", `{"username":"admin","org":"o","bucket":"b"}`)
	if status != http.StatusCreated {
		t.Errorf("setup: %d %s", status, body)
	}
	var setup struct {
		Auth struct {
			Token string `json:"token"`
		} `json:"auth"`
	}
	if err := json.Unmarshal([]byte(body), &setup); err != nil {
		t.Fatal(err)
	}
	status, body = post(t, got.V3+"/api/v3/configure/token/admin", "")
	if status != http.StatusCreated {
		t.Errorf("bootstrap: %d %s", status, body)
	}
	var operator struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal([]byte(body), &operator); err != nil {
		t.Fatal(err)
	}
	// A query may hold a secret.
	post(t, got.V3+"/query?p="+operator.Token, "")
	if status, body = post(t, got.V3Recovery+"/api/v3/configure/token/admin/regenerate", ""); status != http.StatusCreated {
		t.Errorf("regenerate: %d %s", status, body)
	}
	status, shown := get(t, got.Admin+"/requests")
	if status != http.StatusOK || strings.Count(shown, `"seq"`) != 4 {
		t.Errorf("journal: %d %s", status, shown)
	}
	log := p.end(t)
	for _, secret := range []string{setup.Auth.Token, operator.Token} {
		if secret == "" || strings.Contains(log, secret) || strings.Contains(shown, secret) {
			t.Errorf("secret %q in the log or the journal", secret)
		}
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	if !strings.Contains(log, `"op":"POST /api/v2/setup"`) || got.Version != version {
		t.Errorf("no request in the log, or no version in the ready line: %s, %+v", log, got)
	}
}

// TestRun_text is both text formats, and a log level that leaves requests out.
func TestRun_text(t *testing.T) {
	t.Parallel()
	p := startProcess(t, nil, "--v3-listen", "localhost:0", "--admin-listen", freePort, "--ready-format", "text", "--log-format", "text")
	var names []string
	var v3 string
	for {
		name, url, _ := strings.Cut(strings.TrimSpace(p.line(t)), " ")
		names = append(names, name)
		if name == "v3" {
			v3 = url
		}
		if name == "ready" {
			break
		}
	}
	if diff := cmp.Diff([]string{"v3", "admin", "ready"}, names); diff != "" {
		t.Error(diff)
	}
	get(t, v3+"/health")
	log := p.end(t)
	if rest, err := io.ReadAll(p.stdout); err != nil || len(rest) > 0 {
		t.Errorf("%q %v", rest, err)
	}
	if !strings.Contains(log, "level=INFO msg=request face=v3") {
		t.Errorf("log: %s", log)
	}
	p = startProcess(t, nil, "--v3-listen", freePort, "--log-level", "warn")
	get(t, p.ready(t).V3+"/health")
	if log := p.end(t); log != "" {
		t.Errorf("log: %s", log)
	}
}

// TestRun_absent leaves out what does not listen.
func TestRun_absent(t *testing.T) {
	t.Parallel()
	p := startProcess(t, nil, "--v2-listen", "[::1]:0", "--v2-version", "2.7")
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		// A machine without IPv6.
		if code := <-p.code; code != exitFailure {
			t.Errorf("exit code %d: %s", code, p.stderr)
		}
		return
	}
	if !strings.HasPrefix(line, `{"v2_url":"http://[::1]:`) || strings.Contains(line, "v3") || strings.Contains(line, "admin") {
		t.Errorf("%q", line)
	}
}

func TestRun_exitCodes(t *testing.T) {
	t.Parallel()
	v2 := func(more ...string) []string { return append([]string{"--v2-listen", freePort}, more...) }
	env := func(entries ...string) []string { return entries }
	bad := file(t, "bad.json", `[{"op": "POST /api/v2/setup", "status": 42}]`)
	noRoute := file(t, "no-route.json", `{"op": "POST /api/v3/nope", "status": 500}`)
	tests := map[string]struct {
		args           []string
		environ        []string
		code           int
		stdout, stderr string // Parts of them.
	}{
		"help":               {args: []string{"--nope", "--help"}, stdout: "Examples:"},
		"short help":         {args: []string{"-h"}, stdout: "Exit codes:"},
		"version":            {args: []string{"--version"}, stdout: "influxdb-testserver dev\n"},
		"nothing":            {code: 2, stderr: "nothing to serve: give at least one of --v2-listen"},
		"admin alone":        {args: []string{"--admin-listen", freePort}, code: 2, stderr: "nothing to serve"},
		"unknown flag":       {args: v2("--nope"), code: 2, stderr: "unknown flag --nope"},
		"unknown flag 2":     {args: v2("--nope=1"), code: 2, stderr: "unknown flag --nope"},
		"one dash":           {args: []string{"-v2-listen", freePort}, code: 2, stderr: "as in --v2-listen"},
		"argument":           {args: v2("x"), code: 2, stderr: `unexpected argument "x"`},
		"dashes":             {args: v2("--"), code: 2, stderr: `unexpected argument "--"`},
		"no value":           {args: []string{"--v2-listen"}, code: 2, stderr: "--v2-listen needs a value: --v2-listen ADDR"},
		"flag as value":      {args: []string{"--v2-version", "--v2-listen", freePort}, code: 2, stderr: "--v2-version needs a value"},
		"empty value":        {args: v2("--data="), code: 2, stderr: "--data: the value is empty"},
		"switch":             {args: v2("--v3-without-auth=maybe"), code: 2, stderr: `--v3-without-auth: "maybe" is neither true nor false`},
		"format":             {args: v2("--ready-format", "xml"), code: 2, stderr: `--ready-format: unknown format "xml": use json or text`},
		"log format":         {args: v2("--log-format", "xml"), code: 2, stderr: `--log-format: unknown format "xml"`},
		"log level":          {args: v2("--log-level", "loud"), code: 2, stderr: `unknown level "loud": use debug`},
		"v2 version":         {args: v2("--v2-version", "2.8"), code: 2, stderr: `unknown InfluxDB v2 version "2.8"`},
		"v3 version":         {args: v2("--v3-version", "3.5"), code: 2, stderr: `unknown InfluxDB 3 version "3.5"`},
		"edition":            {args: v2("--v3-edition", "cloud"), code: 2, stderr: `unknown InfluxDB 3 edition "cloud"`},
		"disable authz":      {args: v2("--v3-disable-authz", "health,nope"), code: 2, stderr: `unknown path "nope"`},
		"list":               {args: v2("--v3-disable-authz", "health,,ping"), code: 2, stderr: "is not a list such as a,b"},
		"request size":       {args: v2("--v3-max-request-size", "0"), code: 2, stderr: `"0" is not a number of bytes`},
		"admin token file":   {args: v2("--v3-admin-token-file", "/nonexistent/x"), code: 2, stderr: "/nonexistent/x"},
		"not enterprise":     {args: v2("--v3-legacy-operator-path"), code: 2, stderr: "needs the edition enterprise"},
		"not enterprise 2":   {args: v2("--v3-permission-tokens-file", "x"), code: 2, stderr: "needs the edition enterprise"},
		"hashes in 2.7":      {args: v2("--v2-version", "2.7", "--v2-hashed-tokens"), code: 2, stderr: "--v2-hashed-tokens: InfluxDB 2.7 keeps no hashes of tokens: use 2.9 or 2.10"},
		"value of a switch":  {args: v2("--v2-hashed-tokens", "false"), code: 2, stderr: "as in --v2-hashed-tokens=false"},
		"hashed":             {args: v2("--v2-hashed-tokens=maybe"), code: 2, stderr: "--v2-hashed-tokens: "},
		"seed":               {args: v2("--seed", "-1"), code: 2, stderr: `--seed: "-1" is not a number from 0`},
		"clock":              {args: v2("--clock", "noon"), code: 2, stderr: `--clock: "noon" is not a time such as`},
		"journal":            {args: v2("--journal-limit", "-1"), code: 2, stderr: `--journal-limit: "-1" is not a number`},
		"all addresses":      {args: []string{"--v2-listen", ":0"}, code: 2, stderr: `--v2-listen: ":0" is not a loopback address`},
		"any address":        {args: []string{"--v3-listen", "0.0.0.0:0"}, code: 2, stderr: "not a loopback address"},
		"host name":          {args: []string{"--v3-recovery-listen", "example.test:0"}, code: 2, stderr: "not a loopback address"},
		"public admin":       {args: v2("--admin-listen", "0.0.0.0:0", "--allow-non-loopback"), code: 2, stderr: "--admin-listen: \"0.0.0.0:0\" is not a loopback address, and the admin endpoint is for this machine alone"},
		"no port":            {args: []string{"--v2-listen", "127.0.0.1"}, code: 2, stderr: "missing port"},
		"cannot be had":      {args: []string{"--v2-listen", "127.0.0.1:99999"}, code: 2, stderr: `--v2-listen: "127.0.0.1:99999" has no port from 0 to 65535`},
		"non-loopback bad":   {args: []string{"--v2-listen", "0.0.0.0:99999", "--allow-non-loopback"}, code: 2, stderr: "has no port from 0 to 65535"},
		"recovery, no port":  {args: []string{"--v3-recovery-listen", "127.0.0.1:99999"}, code: 2, stderr: "--v3-recovery-listen: "},
		"certificate alone":  {args: v2("--tls-cert", "x"), code: 2, stderr: "--tls-cert and --tls-key need each other"},
		"key alone":          {args: v2("--tls-key", "x"), code: 2, stderr: "--tls-cert and --tls-key need each other"},
		"two certificates":   {args: v2("--tls-cert", "x", "--tls-key", "x", "--tls-self-signed"), code: 2, stderr: "leave out --tls-cert"},
		"no certificate":     {args: v2("--tls-cert", "/nonexistent/c", "--tls-key", bad), code: 2, stderr: "--tls-cert /nonexistent/c"},
		"no PEM":             {args: v2("--tls-cert", bad, "--tls-key", bad), code: 2, stderr: "--tls-cert " + bad},
		"authority of whom":  {args: v2("--tls-ca-out", "x"), code: 2, stderr: "--tls-ca-out needs --tls-self-signed"},
		"hosts of whom":      {args: v2("--tls-hosts", "x"), code: 2, stderr: "--tls-hosts needs --tls-self-signed"},
		"authority nowhere":  {args: v2("--tls-self-signed", "--tls-ca-out", "/nonexistent/ca"), code: 2, stderr: "--tls-ca-out: open /nonexistent/ca"},
		"bad host":           {args: v2("--tls-self-signed", "--tls-hosts", "é"), code: 2, stderr: "make a TLS certificate"},
		"no faults":          {args: v2("--faults", "/nonexistent/f"), code: 2, stderr: "--faults /nonexistent/f: open"},
		"bad faults":         {args: v2("--faults", bad), code: 2, stderr: "bad.json: fault 1: status: 42 is not within 200 to 599"},
		"fault of no route":  {args: v2("--faults", noRoute), code: 2, stderr: `no-route.json: fault 1: op: "POST /api/v3/nope" is not a route pattern`},
		"no data directory":  {args: v2("--data", "/nonexistent/d"), code: 2, stderr: `"/nonexistent/d"`},
		"no data file":       {args: v2("--data", bad), code: 2, stderr: "bad.json"},
		"variable":           {args: v2(), environ: env("INFLUXDB_TESTSERVER_SEED=x"), code: 2, stderr: `INFLUXDB_TESTSERVER_SEED: "x" is not a number`},
		"variable, no value": {environ: env("INFLUXDB_TESTSERVER_V2_LISTEN="), code: 2, stderr: "nothing to serve"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), tt.args, tt.environ, &stdout, &stderr); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("stdout %q, stderr %q", &stdout, &stderr)
			}
			if tt.stdout == "" && stdout.Len() > 0 {
				t.Errorf("stdout %q", &stdout)
			}
			if text := stderr.String(); tt.code != 0 && (strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "influxdb-testserver: ")) {
				t.Errorf("not one plain line: %q", text)
			}
		})
	}
}

// TestRun_taken is a port and a data file that somebody else has.
func TestRun_taken(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := startProcess(t, nil, "--v2-listen", freePort, "--data", data)
	taken := strings.TrimPrefix(p.ready(t).V2, "http://")
	for name, tt := range map[string]struct {
		args   []string
		stderr string
	}{
		"port":      {[]string{"--v3-listen", freePort, "--admin-listen", taken}, "influxdb-testserver: --admin-listen: listen tcp " + taken},
		"data file": {[]string{"--v3-listen", freePort, "--data", data}, "is in use by another process or Server; stop that one"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), tt.args, nil, &stdout, &stderr); code != exitFailure {
			t.Errorf("%s: exit code %d", name, code)
		}
		if text := stderr.String(); !strings.Contains(text, tt.stderr) || strings.Count(text, "\n") != 1 || stdout.Len() > 0 {
			t.Errorf("%s: stdout %q, stderr %q", name, &stdout, text)
		}
	}
	p.end(t)
}

// unwritable is a standard output that nobody reads.
type unwritable struct{}

func (unwritable) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestRun_noReader(t *testing.T) {
	t.Parallel()
	for _, format := range []string{formatJSON, formatText} {
		var stderr bytes.Buffer
		code := run(t.Context(), []string{"--v2-listen", freePort, "--ready-format", format}, nil, unwritable{}, &stderr)
		if code != exitFailure || !strings.Contains(stderr.String(), "cannot write the ready line") {
			t.Errorf("exit code %d: %s", code, &stderr)
		}
	}
}

// heldBody is a request body that is not complete before release is closed. The
// server has asked for it when entered is closed.
type heldBody struct {
	entered, release chan struct{}
	sent             bool
}

func (b *heldBody) Read(p []byte) (int, error) {
	if b.sent {
		return 0, io.EOF
	}
	b.sent = true
	close(b.entered)
	<-b.release
	return copy(p, "{}"), nil
}

// holdRequest sends a request that the server is busy with from the return of
// the function until the release.
func holdRequest(t *testing.T, url string) (release func(), status <-chan int) {
	t.Helper()
	body := &heldBody{entered: make(chan struct{}), release: make(chan struct{})}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		t.Fatal(err)
	}
	// The server asks for the body when the handler reads it, and not earlier.
	req.Header.Set("Expect", "100-continue")
	out := make(chan int, 1)
	go func() {
		// A timeout of 0 would send the body at once.
		res, err := (&http.Transport{ExpectContinueTimeout: 1 << 40}).RoundTrip(req)
		if err != nil {
			out <- 0
			return
		}
		_ = res.Body.Close()
		out <- res.StatusCode
	}()
	<-body.entered
	return func() { close(body.release) }, out
}

// awaitRefusal waits until nothing listens any more at the URL.
func awaitRefusal(t *testing.T, url string) {
	t.Helper()
	var d net.Dialer
	for {
		conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		_ = conn.Close()
		runtime.Gosched()
	}
}

// TestRun_graceful lets a request in flight finish after the signal.
func TestRun_graceful(t *testing.T) {
	t.Parallel()
	p := startProcess(t, nil, "--v3-listen", freePort)
	url := p.ready(t).V3
	release, status := holdRequest(t, url+"/api/v3/configure/token/admin")
	p.stop()
	awaitRefusal(t, url)
	release()
	if got := <-status; got != http.StatusCreated {
		t.Errorf("status %d", got)
	}
	if log := p.end(t); !strings.Contains(log, `"msg":"stopped"`) {
		t.Errorf("log: %s", log)
	}
}

// TestRun_early is a signal that comes before the server listens.
func TestRun_early(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"--v3-listen", freePort}, nil, &stdout, &stderr); code != exitOK {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}

// TestRun_warnings says what is allowed and yet seldom meant.
func TestRun_warnings(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"start without an end": {[]string{"--v2-starting"}, "nothing can end the start"},
		"with an end":          {[]string{"--v2-starting", "--admin-listen", freePort}, ""},
		"open to others":       {[]string{"--allow-non-loopback"}, "other machines may reach this server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, nil, append(tt.args, "--v2-listen", freePort, "--log-level", "warn")...)
			p.ready(t)
			if log := p.end(t); !strings.Contains(log, tt.want) || tt.want == "" && log != "" {
				t.Errorf("log %q, want %q", log, tt.want)
			}
		})
	}
}
