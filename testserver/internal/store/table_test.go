package store

import (
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type thing struct {
	ID    uint64 `json:"id"`
	Name  string `json:"name"`
	Group string `json:"group"`
}

// things is a Store with one table, a unique index and a group index.
type things struct {
	*Store
	table  *table[V2ID, thing]
	names  *uniqueIndex[thing]
	groups *groupIndex[thing]
}

func newThings(b Backend) things {
	s := &Store{backend: b, issuedLimit: -1, log: changeLog{unsure: map[cellName]struct{}{}}}
	x := things{
		Store:  s,
		names:  unique(func(v thing) string { return v.Name }),
		groups: group(func(v thing) string { return v.Group + "\x00" }),
	}
	x.table = newTable[V2ID](s, "things", x.names, x.groups)
	return x
}

func (x things) put(vs ...thing) error {
	return x.update(func() error {
		for _, v := range vs {
			x.table.put(V2ID(v.ID), v)
		}
		return nil
	})
}

// view is everything that can be read of a table, by every way to it.
func (x things) view() map[string][]uint64 {
	out := map[string][]uint64{}
	ids := func(vs []thing) (out []uint64) {
		for _, v := range vs {
			out = append(out, v.ID)
		}
		return out
	}
	out["all"] = ids(x.table.list())
	for _, name := range []string{"a", "b", "c"} {
		if v, ok := x.table.by(x.names, name); ok {
			out["name "+name] = []uint64{v.ID}
		}
	}
	for _, group := range []string{"g", "h"} {
		if found := ids(x.table.in(x.groups, group+"\x00")); found != nil {
			out["group "+group] = found
		}
	}
	return out
}

func TestTable(t *testing.T) {
	t.Parallel()
	refuse := errors.New("refuse")
	base := map[string][]uint64{
		"all": {1, 2}, "name a": {2}, "name b": {1}, "group g": {1, 2},
	}
	tests := map[string]struct {
		change  func(x things) error
		want    map[string][]uint64
		wantErr string
	}{
		"nothing": {change: func(things) error { return nil }, want: base},
		"add": {
			change: func(x things) error { x.table.put(3, thing{3, "c", "h"}); return nil },
			want:   map[string][]uint64{"all": {1, 2, 3}, "name a": {2}, "name b": {1}, "name c": {3}, "group g": {1, 2}, "group h": {3}},
		},
		"replace": {
			change: func(x things) error { x.table.put(1, thing{1, "c", "h"}); return nil },
			want:   map[string][]uint64{"all": {1, 2}, "name a": {2}, "name c": {1}, "group g": {2}, "group h": {1}},
		},
		"delete": {
			change: func(x things) error { x.table.delete(1); x.table.delete(9); return nil },
			want:   map[string][]uint64{"all": {2}, "name a": {2}, "group g": {2}},
		},
		"clear": {
			change: func(x things) error { x.table.clear(); return nil },
			want:   map[string][]uint64{"all": nil},
		},
		"swap names over a third": {
			change: func(x things) error {
				x.table.put(1, thing{1, "c", "g"})
				x.table.put(2, thing{2, "b", "g"})
				x.table.put(1, thing{1, "a", "g"})
				return nil
			},
			want: map[string][]uint64{"all": {1, 2}, "name a": {1}, "name b": {2}, "group g": {1, 2}},
		},
		"delete and put again": {
			change: func(x things) error { x.table.delete(2); x.table.put(2, thing{2, "c", "g"}); return nil },
			want:   map[string][]uint64{"all": {1, 2}, "name b": {1}, "name c": {2}, "group g": {1, 2}},
		},
		"refused": {
			change: func(x things) error {
				x.table.put(3, thing{3, "c", "h"})
				x.table.delete(1)
				x.table.put(2, thing{2, "b", "h"})
				x.table.put(2, thing{2, "x", "h"})
				return refuse
			},
			want: base, wantErr: "refuse",
		},
		"two with one name": {
			change:  func(x things) error { x.table.put(3, thing{3, "a", "h"}); x.table.delete(1); return nil },
			want:    base,
			wantErr: "two things rows share a unique value",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			x := newThings(file)
			if err := x.put(thing{2, "a", "g"}, thing{1, "b", "g"}); err != nil {
				t.Fatal(err)
			}
			err := x.update(func() error { return tt.change(x) })
			if got := errText(err); !strings.Contains(got, tt.wantErr) || (got == "") != (tt.wantErr == "") {
				t.Errorf("error %q, want %q", got, tt.wantErr)
			}
			if diff := cmp.Diff(tt.want, x.view()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			again := newThings(file)
			if err := file.Read("things", func(k, v []byte) error { return again.table.load(string(k), v) }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, again.view()); diff != "" {
				t.Errorf("after loading (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTable_failedWrite makes one write fail and looks at what the next one
// sends: the rows of the failed one as well, since the file may have them.
func TestTable_failedWrite(t *testing.T) {
	t.Parallel()
	file := newMemory()
	x := newThings(file)
	if err := x.put(thing{1, "a", "g"}); err != nil {
		t.Fatal(err)
	}
	file.failAfter = 0
	file.pretend = true // As when only the last sync failed.
	if err := x.update(func() error { x.table.delete(1); x.table.put(2, thing{2, "b", "g"}); return nil }); !errors.Is(err, errBroken) {
		t.Fatalf("error %v", err)
	}
	want := map[string][]uint64{"all": {1}, "name a": {1}, "group g": {1}}
	if diff := cmp.Diff(want, x.view()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	file.failAfter, file.pretend = -1, false
	if err := x.put(thing{3, "c", "h"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"things/" + idKey(V2ID(1)), "things/" + idKey(V2ID(3))}, file.keys()); diff != "" {
		t.Errorf("rows in the file (-want +got):\n%s", diff)
	}
	if len(x.log.unsure) != 0 {
		t.Error("still unsure")
	}
}

// TestStore_group lets methods wait while one writes: they share the next
// transaction, except those that fail, which change nothing.
func TestStore_group(t *testing.T) {
	t.Parallel()
	refuse := errors.New("refuse")
	tests := map[string]struct {
		// extra is one more method among the waiting ones.
		extra   func(x things) error
		wantErr string
		// fail is after how many writes the file breaks.
		fail       int
		wantOK     bool
		wantWrites int
	}{
		"good": {
			extra:      func(x things) error { x.table.put(99, thing{99, "z", "h"}); return nil },
			fail:       -1,
			wantOK:     true,
			wantWrites: 2,
		},
		"refused": {
			extra:   func(x things) error { x.table.put(99, thing{99, "z", "h"}); x.table.clear(); return refuse },
			wantErr: "refuse", fail: -1, wantOK: true, wantWrites: 2,
		},
		"same name": {
			extra:   func(x things) error { x.table.put(99, thing{99, "first", "h"}); return nil },
			wantErr: "share a unique value", fail: -1, wantOK: true, wantWrites: 2,
		},
		"cannot be encoded": {
			extra: func(x things) error {
				x.log.add(badTable{}, "x", func() {})
				return nil
			},
			wantErr: "cannot encode", fail: -1, wantOK: true,
			// The others write alone then.
			wantWrites: 1 + 5,
		},
		"broken file": {
			extra:   func(x things) error { x.table.put(99, thing{99, "z", "h"}); return nil },
			wantErr: "broken", fail: 1, wantOK: false, wantWrites: 1 + 1 + 6,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			file.gate = make(chan struct{})
			file.failAfter = tt.fail
			x := newThings(file)
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := x.put(thing{1, "first", "g"}); err != nil {
					t.Errorf("first: %v", err)
				}
			})
			waiting := func(n int) {
				for {
					x.queue.mu.Lock()
					got := len(x.queue.waiting)
					x.queue.mu.Unlock()
					if got == n {
						return
					}
					runtime.Gosched()
				}
			}
			file.gate <- struct{}{}
			wg.Wait()
			x.mu.Lock()
			errs := make([]error, 6)
			for i := range 5 {
				id := uint64(i + 2)
				wg.Go(func() { errs[i] = x.put(thing{id, strconv.FormatUint(id, 10), "g"}) })
			}
			wg.Go(func() { errs[5] = x.update(func() error { return tt.extra(x) }) })
			waiting(6)
			x.mu.Unlock()
			close(file.gate)
			wg.Wait()
			for i, err := range errs[:5] {
				if (err == nil) != tt.wantOK {
					t.Errorf("method %d: %v", i, err)
				}
			}
			if got := errText(errs[5]); !strings.Contains(got, tt.wantErr) || (got == "") != (tt.wantErr == "") {
				t.Errorf("extra: error %q, want %q", got, tt.wantErr)
			}
			if file.writes != tt.wantWrites {
				t.Errorf("%d writes, want %d", file.writes, tt.wantWrites)
			}
			again := newThings(nil)
			if err := file.Read("things", func(k, v []byte) error { return again.table.load(string(k), v) }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(x.view(), again.view()); diff != "" {
				t.Errorf("the file differs (-memory +file):\n%s", diff)
			}
			if got, want := x.table.size(), map[bool]int{true: 6, false: 1}[tt.wantOK]; got != want && name != "good" {
				t.Errorf("%d rows, want %d", got, want)
			}
		})
	}
}

// badTable cannot be encoded.
type badTable struct{}

func (badTable) name() string                  { return "bad" }
func (badTable) encode(string) ([]byte, error) { return nil, errors.New("cannot encode") }
func (badTable) load(string, []byte) error     { return nil }
func (badTable) each(func(Change) error) error { return nil }

// TestStore_backendPanics says that a database that panics has saved nothing.
func TestStore_backendPanics(t *testing.T) {
	t.Parallel()
	file := newMemory()
	x := newThings(file)
	file.failAfter, file.panics = 0, true
	if err := x.put(thing{1, "a", "g"}); err == nil || x.table.size() != 0 {
		t.Errorf("%d rows, %v", x.table.size(), err)
	}
	file.failAfter = -1
	if err := x.put(thing{1, "a", "g"}); err != nil {
		t.Error(err)
	}
}

// TestStore_panic says that a panic inside a change leaves nothing behind.
func TestStore_panic(t *testing.T) {
	t.Parallel()
	x := newThings(newMemory())
	func() {
		defer func() { _ = recover() }()
		_ = x.update(func() error {
			x.table.put(1, thing{1, "a", "g"})
			x.issued = append(x.issued, "secret")
			panic("ouch")
		})
	}()
	if got := x.table.size(); got != 0 || len(x.issued) != 0 {
		t.Errorf("%d rows, issued %q", got, x.issued)
	}
	if err := x.put(thing{1, "a", "g"}); err != nil {
		t.Error(err)
	}
}

func TestTable_loadErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]string{"no JSON": "{", "wrong type": `{"id":"x"}`, "taken": `{"id":2,"name":"a"}`}
	for name, row := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newThings(nil)
			if err := x.table.load(idKey(V2ID(1)), []byte(`{"id":1,"name":"a"}`)); err != nil {
				t.Fatal(err)
			}
			if err := x.table.load(idKey(V2ID(2)), []byte(row)); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestKeepIssued(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		limit int
		want  []string
	}{
		"all":  {-1, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
		"none": {0, []string{}},
		"some": {3, []string{"7", "8", "9"}},
		"more": {20, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newThings(nil)
			x.KeepIssued(tt.limit)
			for secret := range strings.SplitSeq("0123456789", "") {
				if err := x.update(func() error { x.issued = append(x.issued, secret); return nil }); err != nil {
					t.Fatal(err)
				}
				if tt.limit >= 0 && len(x.issued) > 2*tt.limit {
					t.Errorf("%d secrets are kept", len(x.issued))
				}
			}
			if got := x.IssuedSecrets(); !slices.Equal(got, tt.want) {
				t.Errorf("issued %q, want %q", got, tt.want)
			}
		})
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestUpdate_replace says that the wish of one operation to have the file
// rewritten survives the failure of another in the same transaction, and that no
// operation fails for what another did.
func TestUpdate_replace(t *testing.T) {
	t.Parallel()
	rewrite := func(x things) {
		x.table.put(1, thing{1, "a", "g"})
		x.log.replace = true
	}
	refused := func(x things) { x.table.put(2, thing{2, "a", "g"}) } // The name is taken.
	plain := func(x things) { x.table.put(3, thing{3, "c", "g"}) }
	undone := func(x things) {
		rewrite(x)
		x.table.put(2, thing{2, "a", "g"})
	}
	tests := map[string]struct {
		changes  []func(x things)
		failed   []bool
		replaced int
	}{
		"before":    {[]func(x things){rewrite, refused, plain}, []bool{false, true, false}, 1},
		"behind":    {[]func(x things){plain, rewrite, refused}, []bool{false, false, true}, 1},
		"by nobody": {[]func(x things){plain, refused}, []bool{false, false}, 0},
		"undone":    {[]func(x things){undone, plain}, []bool{true, false}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newMemory()
			x := newThings(file)
			var ops []*operation
			for _, change := range tt.changes {
				ops = append(ops, &operation{change: func() error { change(x); return nil }})
			}
			x.mu.Lock()
			x.runLocked(ops)
			x.mu.Unlock()
			for i, o := range ops {
				if (o.err != nil) != tt.failed[i] {
					t.Errorf("operation %d: %v", i, o.err)
				}
			}
			if file.replaced != tt.replaced {
				t.Errorf("the file was rewritten %d times, want %d", file.replaced, tt.replaced)
			}
			if diff := cmp.Diff(newThingsFrom(t, file).view(), x.view()); diff != "" {
				t.Errorf("the file has something else (-file +memory):\n%s", diff)
			}
		})
	}
}

// newThingsFrom reads the things of a file.
func newThingsFrom(t *testing.T, file *memory) things {
	t.Helper()
	x := newThings(file)
	if err := file.Read("things", func(key, value []byte) error { return x.table.load(string(key), value) }); err != nil {
		t.Fatal(err)
	}
	return x
}
