package datafile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store/datafile"
)

func open(t *testing.T, path string) *datafile.File {
	t.Helper()
	f, err := datafile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func closeFile(t *testing.T, f *datafile.File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func put(kind, key, value string) store.Change {
	return store.Change{Kind: kind, Key: []byte(key), Value: []byte(value)}
}

// rows are the rows of the kinds a and b, in the order in which they are read.
func rows(t *testing.T, f *datafile.File) []string {
	t.Helper()
	var out []string
	for _, kind := range []string{"a", "b"} {
		err := f.Read(kind, func(key, value []byte) error {
			out = append(out, kind+"/"+string(key)+"="+string(value))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	f := open(t, path)
	for _, changes := range [][]store.Change{
		{put("a", "2", "x"), put("a", "10", "y"), put("b", "1", "z")},
		{put("a", "2", "changed"), {Kind: "b", Key: []byte("1")}, {Kind: "b", Key: []byte("never there")}},
		{put("a", "\x00\xff", "z")},
	} {
		if err := f.Write(changes); err != nil {
			t.Fatal(err)
		}
	}
	// Half of a transaction is as good as nothing: a key cannot be empty.
	if err := f.Write([]store.Change{put("a", "3", "x"), put("a", "", "x")}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("empty key: %v", err)
	}
	want := []string{"a/\x00\xff=z", "a/10=y", "a/2=changed"}
	if diff := cmp.Diff(want, rows(t, f)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	closeFile(t, f)
	if err := f.Write([]store.Change{put("a", "4", "x")}); err == nil {
		t.Error("a closed file was written")
	}
	again := open(t, path)
	defer closeFile(t, again)
	if diff := cmp.Diff(want, rows(t, again)); diff != "" {
		t.Errorf("after opening (-want +got):\n%s", diff)
	}
	refuse := errors.New("refuse")
	if err := again.Read("a", func(_, _ []byte) error { return refuse }); !errors.Is(err, refuse) {
		t.Errorf("read: %v", err)
	}
}

func TestOpen_mode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no Unix modes")
	}
	dir := t.TempDir()
	f := open(t, filepath.Join(dir, "data"))
	defer closeFile(t, f)
	info, err := os.Stat(filepath.Join(dir, "data"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("the directory has %v, %v", left, err)
	}
}

func TestOpen_emptyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if err := f.Write([]store.Change{put("a", "1", "x")}); err != nil {
		t.Error(err)
	}
	closeFile(t, f)
	closeFile(t, open(t, path))
}

// made writes a database of bbolt with one bucket, as another program would.
func made(t *testing.T, path, bucket, key, value string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), []byte(value))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_errors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		// prepare makes what is to be opened and returns its path.
		prepare func(t *testing.T, dir string) string
		want    string
	}{
		"no directory": {
			func(_ *testing.T, dir string) string { return filepath.Join(dir, "no", "data") },
			"cannot be made: its directory does not exist",
		},
		"directory": {
			func(_ *testing.T, dir string) string { return dir },
			"is a directory",
		},
		"below a file": {
			func(t *testing.T, dir string) string {
				t.Helper()
				if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				return filepath.Join(dir, "file", "data")
			},
			"cannot be opened: ",
		},
		"short text": {
			func(t *testing.T, dir string) string {
				t.Helper()
				return written(t, dir, []byte("hello"))
			},
			"is not a database of this server, or is damaged: invalid database",
		},
		"long text": {
			func(t *testing.T, dir string) string {
				t.Helper()
				return written(t, dir, bytes.Repeat([]byte("hello, world\n"), 10_000))
			},
			"is not a database of this server, or is damaged: invalid database",
		},
		"another program": {
			func(t *testing.T, dir string) string {
				t.Helper()
				path := filepath.Join(dir, "data")
				made(t, path, "authorizationsv1", "k", "v")
				return path
			},
			"is a database of another program",
		},
		"later format": {
			func(t *testing.T, dir string) string {
				t.Helper()
				path := filepath.Join(dir, "data")
				made(t, path, "format", "format", "influxdb-testserver/2")
				return path
			},
			`has format "influxdb-testserver/2", but this version knows only "influxdb-testserver/1"`,
		},
		"cut off": {
			func(t *testing.T, dir string) string {
				t.Helper()
				path := filepath.Join(dir, "data")
				f := open(t, path)
				for range 50 {
					if err := f.Write([]store.Change{put("a", "1", strings.Repeat("x", 9000))}); err != nil {
						t.Fatal(err)
					}
				}
				closeFile(t, f)
				if err := os.Truncate(path, 20_000); err != nil {
					t.Fatal(err)
				}
				return path
			},
			"is damaged: restore it from a copy or delete it",
		},
		"almost all cut off": {
			func(t *testing.T, dir string) string {
				t.Helper()
				path := filepath.Join(dir, "data")
				closeFile(t, open(t, path))
				if err := os.Truncate(path, 8192); err != nil {
					t.Fatal(err)
				}
				return path
			},
			"is damaged: restore it from a copy or delete it",
		},
		"link to nothing": {
			func(t *testing.T, dir string) string {
				t.Helper()
				path := filepath.Join(dir, "data")
				if err := os.Symlink(filepath.Join(dir, "nothing"), path); err != nil {
					t.Skip("no links here: ", err)
				}
				return path
			},
			"is a link to a file that does not exist",
		},
		"in use": {
			func(t *testing.T, dir string) string {
				t.Helper()
				path := filepath.Join(dir, "data")
				f := open(t, path)
				t.Cleanup(func() { closeFile(t, f) })
				return path
			},
			"is in use by another process or Server",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := tt.prepare(t, t.TempDir())
			f, err := datafile.Open(path)
			if err == nil {
				closeFile(t, f)
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "runtime error") {
				t.Errorf("error %q, want %q with the path", err, tt.want)
			}
			if got := errors.Is(err, datafile.ErrInUse); got != (name == "in use") {
				t.Errorf("in use = %t", got)
			}
		})
	}
}

func written(t *testing.T, dir string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, "data")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReplace leaves nothing of what was deleted, which a deletion alone does
// not do.
func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "data")
	f := open(t, path)
	if err := f.Write([]store.Change{put("a", "1", "the secret")}); err != nil {
		t.Fatal(err)
	}
	if err := f.Write([]store.Change{{Kind: "a", Key: []byte("1")}}); err != nil {
		t.Fatal(err)
	}
	if !contains(t, path, "the secret") {
		t.Error("the test proves nothing: a deletion wipes")
	}
	refuse := errors.New("refuse")
	if err := f.Replace(func(func(store.Change) error) error { return refuse }); !errors.Is(err, refuse) {
		t.Errorf("refused: %v", err)
	}
	if err := f.Replace(func(send func(store.Change) error) error { return send(put("b", "1", "x")) }); err != nil {
		t.Fatal(err)
	}
	if contains(t, path, "the secret") {
		t.Error("the secret is still there")
	}
	if _, err := datafile.Open(path); !errors.Is(err, datafile.ErrInUse) {
		t.Errorf("the new file is not locked: %v", err)
	}
	if err := f.Write([]store.Change{put("b", "2", "y")}); err != nil {
		t.Error(err)
	}
	closeFile(t, f)
	again := open(t, path)
	defer closeFile(t, again)
	if diff := cmp.Diff([]string{"b/1=x", "b/2=y"}, rows(t, again)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("the directory has %v, %v", left, err)
	}
}

// TestReplace_link replaces the file behind a link, and a link to a link, not the
// link: the old file must not live on behind it.
func TestReplace_link(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "target", "data")
	if err := os.Mkdir(filepath.Dir(target), 0o700); err != nil {
		t.Fatal(err)
	}
	first := open(t, target)
	if err := first.Write([]store.Change{put("a", "1", "the secret")}); err != nil {
		t.Fatal(err)
	}
	closeFile(t, first)
	link, outer := filepath.Join(dir, "link"), filepath.Join(dir, "outer")
	// One of them is relative.
	if err := errors.Join(os.Symlink(filepath.Join("target", "data"), link), os.Symlink(link, outer)); err != nil {
		t.Skip("no links here: ", err)
	}
	f := open(t, outer)
	if err := f.Replace(func(send func(store.Change) error) error { return send(put("a", "1", "x")) }); err != nil {
		t.Fatal(err)
	}
	if contains(t, target, "the secret") {
		t.Error("the secret is still there")
	}
	if _, err := datafile.Open(target); !errors.Is(err, datafile.ErrInUse) {
		t.Errorf("the file behind the link is not locked: %v", err)
	}
	closeFile(t, f)
	for _, path := range []string{link, outer} {
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeSymlink {
			t.Errorf("%s is no link any more: %v, %v", path, info, err)
		}
	}
	again := open(t, target)
	defer closeFile(t, again)
	if diff := cmp.Diff([]string{"a/1=x"}, rows(t, again)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func contains(t *testing.T, path, text string) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(data, []byte(text))
}
