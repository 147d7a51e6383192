package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRun_effects says what the flags do, as a client sees it.
func TestRun_effects(t *testing.T) {
	t.Parallel()
	const secret = "apiv3_0123456789"
	adminToken := file(t, "admin.json", `{"token": "`+secret+`", "name": "offline"}`)
	permissionTokens := file(t, "tokens.json", `{"create_databases": ["db"], "tokens": [{"name": "r", "token": "`+secret+`", "permissions": ["db:db:read"]}]}`)
	faults := file(t, "faults.json", `[{"op": "GET /health", "face": "v3", "status": 503, "body": "first"}, {"op": "GET /health", "status": 500}]`)
	tests := map[string]struct {
		args     []string
		method   string
		path     string // on the face that listens
		token    string
		body     string
		status   int
		contains string
	}{
		"v2 version": {args: []string{"--v2-listen", freePort, "--v2-version", "2.7"}, path: "/health", status: 200, contains: `"v2.7.`},
		"strong passwords": {
			args:   []string{"--v2-listen", freePort, "--v2-strong-passwords"},
			method: "POST", path: "/api/v2/setup", body: `{"username":"u","password":"password","org":"o","bucket":"b"}`, status: 400,
		},
		"starting":         {args: []string{"--v2-listen", freePort, "--v2-starting"}, path: "/ready", status: 503},
		"v3 version":       {args: []string{"--v3-listen", freePort, "--v3-version", "3.9", "--v3-without-auth"}, path: "/ping", status: 200, contains: `"3.9.`},
		"without auth":     {args: []string{"--v3-listen", freePort, "--v3-without-auth"}, path: "/health", status: 200},
		"with auth":        {args: []string{"--v3-listen", freePort}, path: "/health", status: 401},
		"disable authz":    {args: []string{"--v3-listen", freePort, "--v3-disable-authz", "health"}, path: "/health", status: 200},
		"admin token file": {args: []string{"--v3-listen", freePort, "--v3-admin-token-file", adminToken}, path: "/health", token: secret, status: 200},
		"databases": {
			args: []string{"--v3-listen", freePort, "--v3-databases", "one,two", "--v3-without-auth"},
			path: "/api/v3/configure/database?format=json", status: 200, contains: `"two"`,
		},
		"permission tokens file": {
			args: []string{"--v3-listen", freePort, "--v3-edition", "enterprise", "--v3-permission-tokens-file", permissionTokens},
			path: "/api/v3/configure/token?token_name=r", method: "DELETE", token: secret, status: 403,
		},
		"legacy operator path": {
			args:   []string{"--v3-listen", freePort, "--v3-edition", "enterprise", "--v3-legacy-operator-path"},
			method: "POST", path: "/api/v3/enterprise/configure/token/admin", status: 201, contains: "apiv3_",
		},
		"request size": {
			args:   []string{"--v3-listen", freePort, "--v3-admin-token-file", adminToken, "--v3-max-request-size", "3"},
			method: "POST", path: "/api/v3/configure/token/named_admin", token: secret, body: `{"token_name":"x"}`, status: 413,
		},
		"clock": {
			args:   []string{"--v3-listen", freePort, "--clock", "2001-02-03T04:05:06Z"},
			method: "POST", path: "/api/v3/configure/token/admin", status: 201, contains: "2001-02-03T04:05:06",
		},
		"faults":      {args: []string{"--v3-listen", freePort, "--faults", faults}, path: "/health", status: 503, contains: "first"},
		"faults, v2":  {args: []string{"--v2-listen", freePort, "--faults", faults}, path: "/health", status: 500},
		"admin":       {args: []string{"--v3-listen", freePort, "--admin-listen", freePort}, path: "ADMIN/clock", status: 200, contains: `"movable":false`},
		"admin clock": {args: []string{"--v3-listen", freePort, "--admin-listen", freePort, "--clock", "2001-02-03T04:05:06Z"}, path: "ADMIN/clock", status: 200, contains: `{"now":"2001-02-03T04:05:06Z","movable":true}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, nil, tt.args...)
			at := p.ready(t)
			url := at.V2 + at.V3 + tt.path // One of them is empty.
			if path, ok := strings.CutPrefix(tt.path, "ADMIN"); ok {
				url = at.Admin + path
			}
			method := tt.method
			if method == "" {
				method = http.MethodGet
			}
			status, body := send(t, &http.Transport{}, method, url, tt.token, tt.body)
			if status != tt.status || !strings.Contains(body, tt.contains) {
				t.Errorf("%d %s", status, body)
			}
			p.end(t)
		})
	}
}

// TestRun_hashedTokens is the v2 token that a later read shows, or does not.
func TestRun_hashedTokens(t *testing.T) {
	t.Parallel()
	for args, shown := range map[string]bool{
		"--v2-version=2.10":                            false,
		"--v2-version=2.10 --v2-hashed-tokens=false":   true,
		"--v2-version=2.7":                             true,
		"--v2-version=2.7 --v2-hashed-tokens=false":    true,
		"--v2-version=2.9 --v2-hashed-tokens --seed=1": false,
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, []string{"INFLUXDB_TESTSERVER_V2_LISTEN=" + freePort}, strings.Fields(args)...)
			url := p.ready(t).V2
			_, body := post(t, url+"/api/v2/setup", `{"username":"u","password":"password1","org":"o","bucket":"b"}`)
			var setup struct {
				Auth struct {
					Token string `json:"token"`
				} `json:"auth"`
			}
			if err := json.Unmarshal([]byte(body), &setup); err != nil {
				t.Fatal(err)
			}
			_, list := send(t, &http.Transport{}, http.MethodGet, url+"/api/v2/authorizations", setup.Auth.Token, "")
			if strings.Contains(list, setup.Auth.Token) != shown || !strings.Contains(list, `"token"`) {
				t.Errorf("%q in %s", setup.Auth.Token, list)
			}
			p.end(t)
		})
	}
}

// TestRun_data keeps the operator token over a restart, and a seed makes other
// secrets in every run over one file but the same ones over another.
func TestRun_data(t *testing.T) {
	t.Parallel()
	made := func(data string, environ ...string) string {
		p := startProcess(t, append(environ, "INFLUXDB_TESTSERVER_V3_LISTEN="+freePort), "--data", data, "--seed", "5", "--clock", "2026-01-01T00:00:00Z")
		status, body := post(t, p.ready(t).V3+"/api/v3/configure/token/admin", "")
		p.end(t)
		if status == http.StatusConflict {
			return "conflict"
		}
		return body
	}
	one, other := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "other")
	first := made(one)
	if again := made(one); again != "conflict" {
		t.Errorf("after a restart: %s", again)
	}
	if same := made(other); same != first {
		t.Errorf("same seed: %s, %s", first, same)
	}
}

// TestRun_unknownVariable warns of a variable that looks like one of ours.
func TestRun_unknownVariable(t *testing.T) {
	t.Parallel()
	p := startProcess(t, []string{"INFLUXDB_TESTSERVER_SEEDS=1"}, "--v2-listen", freePort)
	p.ready(t)
	if log := p.end(t); !strings.Contains(log, `"level":"WARN","msg":"unknown environment variable","name":"INFLUXDB_TESTSERVER_SEEDS"`) {
		t.Errorf("log: %s", log)
	}
}

// TestRun_journalLimit forgets the oldest requests.
func TestRun_journalLimit(t *testing.T) {
	t.Parallel()
	for limit, want := range map[string]int{"0": 0, "2": 2} {
		p := startProcess(t, nil, "--v2-listen", freePort, "--admin-listen", freePort, "--journal-limit", limit)
		at := p.ready(t)
		for range 3 {
			get(t, at.V2+"/ping")
		}
		if _, body := get(t, at.Admin+"/requests"); strings.Count(body, `"seq"`) != want {
			t.Errorf("limit %s: %s", limit, body)
		}
		p.end(t)
	}
}

// trusting returns a transport that trusts the certificates of a PEM file.
func trusting(t *testing.T, path string) *http.Transport {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		t.Fatalf("no certificate: %s", data)
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// ownCertificate writes a certificate of the test's own and its key.
func ownCertificate(t *testing.T) (cert, key string) {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, priv.Public(), priv)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	cert = file(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return cert, file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
}

// TestRun_tls has all faces speak TLS, with a given certificate and with one that
// the server makes, and the admin endpoint not.
func TestRun_tls(t *testing.T) {
	t.Parallel()
	cert, key := ownCertificate(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	for name, tt := range map[string]struct {
		args  []string
		trust string
	}{
		"given":       {[]string{"--tls-cert", cert, "--tls-key", key}, cert},
		"self-signed": {[]string{"--tls-self-signed", "--tls-ca-out", ca, "--tls-hosts", "influxdb,10.0.0.1"}, ca},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, nil, append(tt.args, "--v2-listen", freePort, "--v3-listen", freePort, "--v3-recovery-listen", freePort, "--admin-listen", freePort)...)
			at := p.ready(t)
			if !strings.HasPrefix(at.Admin, "http://") {
				t.Errorf("admin: %s", at.Admin)
			}
			for _, url := range []string{at.V2, at.V3, at.V3Recovery} {
				if !strings.HasPrefix(url, "https://") {
					t.Errorf("URL %s", url)
				}
				if status, text := send(t, trusting(t, tt.trust), http.MethodGet, url+"/health", "", ""); status == 0 {
					t.Errorf("%s: %s", url, text)
				}
				if status, _ := send(t, &http.Transport{}, http.MethodGet, url+"/health", "", ""); status != 0 {
					t.Errorf("%s: a stranger trusts it", url)
				}
			}
			p.end(t)
		})
	}
}
