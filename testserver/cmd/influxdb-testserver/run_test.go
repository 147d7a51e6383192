package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// process is a run of the program in a goroutine.
type process struct {
	stdout *bufio.Reader
	stop   context.CancelFunc
	stderr *bytes.Buffer // to be read after wait
	code   chan int
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	p := &process{stdout: bufio.NewReader(out), stop: stop, stderr: &bytes.Buffer{}, code: make(chan int, 1)}
	go func() {
		code := run(ctx, args, in, p.stderr)
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

func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

func TestRun_json(t *testing.T) {
	t.Parallel()
	p := startProcess(t, "--v2-listen", "127.0.0.1:0", "--v3-listen=127.0.0.1:0", "--v3-recovery-listen", "127.0.0.1:0")
	var got urls
	if err := json.Unmarshal([]byte(p.line(t)), &got); err != nil {
		t.Fatal(err)
	}
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
	p.stop()
	if code := <-p.code; code != exitOK {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	log := p.stderr.String()
	for _, secret := range []string{setup.Auth.Token, operator.Token} {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("secret %q in the log", secret)
		}
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
	if !strings.Contains(log, `"op":"POST /api/v2/setup"`) {
		t.Errorf("no request in the log: %s", log)
	}
}

func TestRun_text(t *testing.T) {
	t.Parallel()
	p := startProcess(t, "--v3-listen", "localhost:0", "--ready-format", "text")
	if line := p.line(t); !strings.HasPrefix(line, "v3 http://") {
		t.Errorf("%q", line)
	}
	p.stop()
	if rest, err := io.ReadAll(p.stdout); err != nil || len(rest) > 0 {
		t.Errorf("%q %v", rest, err)
	}
	if code := <-p.code; code != exitOK {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

// TestRun_absent leaves out what does not listen.
func TestRun_absent(t *testing.T) {
	t.Parallel()
	p := startProcess(t, "--v2-listen", "[::1]:0", "--v2-version", "2.7", "--v2-hashed-tokens=true")
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		// A machine without IPv6.
		if code := <-p.code; code != exitFailure {
			t.Errorf("exit code %d: %s", code, p.stderr)
		}
		return
	}
	if !strings.HasPrefix(line, `{"v2_url":"http://[::1]:`) || strings.Contains(line, "v3") {
		t.Errorf("%q", line)
	}
}

func TestRun_exitCodes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args           []string
		code           int
		stdout, stderr string // Parts of them.
	}{
		"help":             {[]string{"--help"}, 0, "Examples:", ""},
		"version":          {[]string{"--version"}, 0, "influxdb-testserver dev\n", ""},
		"nothing":          {nil, 2, "", "at least one of --v2-listen"},
		"unknown flag":     {[]string{"--nope"}, 2, "", "flag provided but not defined: -nope"},
		"argument":         {[]string{"--v2-listen", "127.0.0.1:0", "x"}, 2, "", `unexpected argument "x"`},
		"format":           {[]string{"--v2-listen", "127.0.0.1:0", "--ready-format", "xml"}, 2, "", `unknown --ready-format "xml"`},
		"v2 version":       {[]string{"--v2-listen", "127.0.0.1:0", "--v2-version", "2.8"}, 2, "", `unknown InfluxDB v2 version "2.8"`},
		"v3 version":       {[]string{"--v3-listen", "127.0.0.1:0", "--v3-version", "3.5"}, 2, "", `unknown InfluxDB 3 version "3.5"`},
		"edition":          {[]string{"--v3-listen", "127.0.0.1:0", "--v3-edition", "cloud"}, 2, "", `unknown InfluxDB 3 edition "cloud"`},
		"hashed":           {[]string{"--v2-listen", "127.0.0.1:0", "--v2-hashed-tokens=maybe"}, 2, "", "v2-hashed-tokens"},
		"all addresses":    {[]string{"--v2-listen", ":0"}, 2, "", `--v2-listen: ":0" is not a loopback address`},
		"any address":      {[]string{"--v3-listen", "0.0.0.0:0"}, 2, "", "not a loopback address"},
		"host name":        {[]string{"--v3-recovery-listen", "example.test:0"}, 2, "", "not a loopback address"},
		"no port":          {[]string{"--v2-listen", "127.0.0.1"}, 2, "", "missing port"},
		"cannot be had":    {[]string{"--v2-listen", "127.0.0.1:99999"}, 1, "", "invalid port"},
		"non-loopback bad": {[]string{"--v2-listen", "0.0.0.0:99999", "--allow-non-loopback"}, 1, "", "invalid port"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), tt.args, &stdout, &stderr); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			if !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("stdout %q, stderr %q", &stdout, &stderr)
			}
			if tt.stdout == "" && stdout.Len() > 0 {
				t.Errorf("stdout %q", &stdout)
			}
		})
	}
}
