package testserver_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// file writes a file that only its owner can read.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask calls a plain handler and returns the status, 0 when it gave no reply.
func ask(t *testing.T, h http.Handler, method, path, token string) (status int) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				t.Errorf("panic %v", p)
			}
			status = 0
		}
	}()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// names lists the tokens of InfluxDB 3.
func names(srv *testserver.Server) []string {
	var out []string
	for _, t := range srv.V3Tokens() {
		out = append(out, t.Name)
	}
	return out
}

func TestWithV3AdminTokenFile(t *testing.T) {
	t.Parallel()
	boot := file(t, `{"token":"apiv3_boot","name":"boot","description":"dropped"}`)
	tests := map[string]struct {
		opts []testserver.Option
		want []string
		err  string
	}{
		"token": {opts: []testserver.Option{testserver.WithV3AdminTokenFile(boot)}, want: []string{"boot"}},
		"without auth it is not even opened": {
			opts: []testserver.Option{testserver.WithV3WithoutAuth(), testserver.WithV3AdminTokenFile("/does/not/exist")},
		},
		"no prefix": {
			opts: []testserver.Option{testserver.WithV3AdminTokenFile(file(t, `{"token":"boot","name":"boot"}`))},
			err:  "Invalid token format: must start with 'apiv3_'",
		},
		"no JSON": {
			opts: []testserver.Option{testserver.WithV3AdminTokenFile(file(t, "apiv3_boot"))},
			err:  "expected value at line 1 column 1",
		},
		"no path": {opts: []testserver.Option{testserver.WithV3AdminTokenFile("")}, err: "path of the admin token file is empty"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, err := testserver.New(tt.opts...)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(srv.Close)
			if diff := cmp.Diff(tt.want, names(srv)); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := testserver.New(testserver.WithV3AdminTokenFile(filepath.Join(t.TempDir(), "none"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that does not exist: %v", err)
	}
}

// TestWithV3AdminTokenFile_restart starts twice over one data file: the token of
// the first start stays, whatever the file says by then.
func TestWithV3AdminTokenFile_restart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	for _, start := range []struct {
		content string
		want    []string
	}{
		{`{"token":"apiv3_first","name":"boot"}`, []string{"boot"}},
		{`{"token":"apiv3_second","name":"boot"}`, []string{"boot"}},
		{`{"token":"apiv3_second","name":"other"}`, []string{"boot", "other"}},
	} {
		srv, err := testserver.New(testserver.WithDataFile(data), testserver.WithV3AdminTokenFile(file(t, start.content)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(start.want, names(srv)); diff != "" {
			t.Errorf("tokens (-want +got):\n%s", diff)
		}
		if got := ask(t, srv.V3(), http.MethodGet, "/health", "apiv3_first"); got != http.StatusOK {
			t.Errorf("the first secret gets %d", got)
		}
		srv.Close()
	}
}

func TestWithV3AdminTokenFile_mode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true} {
		path := file(t, `{"token":"apiv3_boot","name":"boot"}`)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		srv, err := testserver.New(testserver.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), testserver.WithV3AdminTokenFile(path))
		if err != nil {
			t.Fatal(err)
		}
		srv.Close()
		if got := strings.Contains(log.String(), "others have access"); got != want {
			t.Errorf("mode %o: warned %t: %s", mode, got, &log)
		}
		if strings.Contains(log.String(), "apiv3_") {
			t.Errorf("the log has the secret: %s", &log)
		}
	}
}

func TestWithV3MaxRequestSize(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithV3MaxRequestSize(20))
	operator := srv.BootstrapV3()
	for body, want := range map[string]int{`{"token_name":"ab"}`: http.StatusCreated, `{"token_name":"abcd"}`: http.StatusRequestEntityTooLarge} {
		got := send(t.Context(), http.MethodPost, srv.V3URL()+"/api/v3/configure/token/named_admin", operator.Token, body)
		if got.status != want {
			t.Errorf("%d bytes get %+v, want %d", len(body), got, want)
		}
	}
	for _, size := range []int64{0, -1} {
		if _, err := testserver.New(testserver.WithV3MaxRequestSize(size)); err == nil {
			t.Errorf("a limit of %d is taken", size)
		}
	}
}

// TestV3_chunked checks on the wire which replies tell their length.
func TestV3_chunked(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	operator := srv.BootstrapV3()
	const sql = "select%20name%20from%20system.tokens"
	for format, want := range map[string]struct {
		length int64
		body   string
	}{
		"json":   {-1, `[{"name":"_admin"}]`},
		"jsonl":  {-1, `{"name":"_admin"}` + "\n"},
		"csv":    {-1, "name\n_admin\n"},
		"pretty": {54, "+--------+\n| name   |\n+--------+\n| _admin |\n+--------+"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			srv.V3URL()+"/api/v3/query_sql?db=_internal&q="+sql+"&format="+format, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+operator.Token)
		res, err := (&http.Client{}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if string(body) != want.body || res.ContentLength != want.length {
			t.Errorf("%s: length %d, body %q", format, res.ContentLength, body)
		}
		chunked := len(res.TransferEncoding) == 1 && res.TransferEncoding[0] == "chunked"
		if chunked != (want.length < 0) {
			t.Errorf("%s: Transfer-Encoding %q", format, res.TransferEncoding)
		}
	}
}

// TestV3_overflow checks on the wire what the crash of a handler looks like.
func TestV3_overflow(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithV3Version("3.9"))
	operator := srv.BootstrapV3()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.V3URL()+"/api/v3/configure/token/named_admin",
		strings.NewReader(`{"token_name":"a","expiry_secs":18446744073709551615}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+operator.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := (&http.Client{}).Do(req)
	if err == nil {
		_ = res.Body.Close()
		t.Fatalf("status %d, want no reply", res.StatusCode)
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{"_admin"}, names(srv)); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
	journal := srv.Requests()
	if last := journal[len(journal)-1]; !last.Executed || !last.Dropped || last.Status != 0 {
		t.Errorf("journal %+v", last)
	}
}

// TestV3Recovery_plain checks that the plain handler serves once, too, and that
// a new listener serves again.
func TestV3Recovery_plain(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	srv.BootstrapV3()
	const path = "/api/v3/configure/token/admin/regenerate"
	if got := ask(t, srv.V3Recovery(), http.MethodPost, path, ""); got != http.StatusCreated {
		t.Errorf("first: %d", got)
	}
	if got := ask(t, srv.V3Recovery(), http.MethodPost, path, ""); got != 0 {
		t.Errorf("second: %d, want no reply", got)
	}
	if err := srv.Start(t.Context(), testserver.Listen{V3Recovery: "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	if got := send(t.Context(), http.MethodPost, srv.V3RecoveryURL()+path, "", ""); got.status != http.StatusCreated {
		t.Errorf("new listener: %+v", got)
	}
}
