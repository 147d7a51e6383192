package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func TestReadReady(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		text    string
		want    serverURLs
		wantErr string
	}{
		"both": {
			text: `{"v2_url":"http://127.0.0.1:1","v3_url":"http://127.0.0.1:2"}` + "\nmore\n",
			want: serverURLs{V2: "http://127.0.0.1:1", V3: "http://127.0.0.1:2"},
		},
		"nothing":      {text: "", wantErr: "it ended before it listened"},
		"half a line":  {text: `{"v2_url":`, wantErr: "it ended before it listened"},
		"not JSON":     {text: "v2 http://127.0.0.1:1\n", wantErr: "is not JSON"},
		"one of two":   {text: `{"v2_url":"http://127.0.0.1:1"}` + "\n", wantErr: "lacks v2_url or v3_url"},
		"another JSON": {text: "[]\n", wantErr: "is not JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readReady(strings.NewReader(test.text))
			wantError(t, err, test.wantErr)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// wantError checks that err says want; no error is wanted when want is empty.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Fatalf("unexpected error: %v", err)
	case want != "" && err == nil:
		t.Fatalf("no error, want %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Fatalf("got the error %q, want %q", err, want)
	}
}

func TestAwaitReady_timeout(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		_, err := awaitReady(t.Context(), reader)
		wantError(t, err, "it did not say in time where it listens")
		_ = writer.Close()
	})
}

func TestAwaitReady_interrupted(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	reader, writer := io.Pipe()
	defer func() { _ = writer.Close() }()
	if _, err := awaitReady(ctx, reader); !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want %v", err, context.Canceled)
	}
}

// fakeServer returns a program that stands in for the reference server and
// writes ready.
func fakeServer(t *testing.T, ready string) string {
	t.Helper()
	script, err := filepath.Abs(filepath.Join("testdata", "server.sh"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "ready"), []byte(ready), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "server")
	if err := os.Symlink(script, path); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	return path
}

func TestStartServer(t *testing.T) {
	t.Parallel()

	stop := newStopper(t.Context())
	server, err := startServer(stop, fakeServer(t, `{"v2_url":"http://a","v3_url":"http://b"}`+"\n"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if want := (serverURLs{V2: "http://a", V3: "http://b"}); server.serverURLs != want {
		t.Errorf("got %v, want %v", server.serverURLs, want)
	}
	server.end() // Comes back at once, and not after the 600 seconds that it sleeps.
}

func TestStartServer_error(t *testing.T) {
	t.Parallel()

	stop := newStopper(t.Context())
	_, err := startServer(stop, fakeServer(t, "what?\n"), t.TempDir())
	wantError(t, err, `reference server: its first line "what?" is not JSON`)

	_, err = startServer(stop, filepath.Join(t.TempDir(), "missing"), t.TempDir())
	wantError(t, err, "start the reference server: ")
}
