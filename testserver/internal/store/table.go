package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
)

// rowKey is the key of a row. Its binary form sorts like the rows.
type rowKey interface {
	// binary returns the key as it stands in the data file.
	binary() string
}

// idKey is the binary form of a number: eight bytes, the highest first.
func idKey[N ~uint64](n N) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	return string(b[:])
}

// table holds all rows of one kind in the order of their keys. A change of a
// table is noted in the Store's log, which Store.update writes to the data file
// or undoes. Rows are values: a caller must not change what a row points to.
type table[K rowKey, V any] struct {
	kind    string
	log     *changeLog
	rows    ordered[V]
	indexes []index[V]
}

// newTable makes an empty table and registers it for loading. The kind names the
// table in the data file, so it must never change.
func newTable[K rowKey, V any](s *Store, kind string, indexes ...index[V]) *table[K, V] {
	t := &table[K, V]{kind: kind, log: &s.log, indexes: indexes}
	s.tables = append(s.tables, t)
	return t
}

// get returns the row with that key.
func (t *table[K, V]) get(k K) (V, bool) { return t.rows.get(k.binary()) }

// first returns the row with the lowest key.
func (t *table[K, V]) first() (V, bool) {
	var out V
	found := false
	t.rows.walk("", func(_ string, v V) bool {
		out, found = v, true
		return false
	})
	return out, found
}

// has says whether there is a row with that key.
func (t *table[K, V]) has(k K) bool { return t.rows.find(k.binary()) != nil }

// size returns the number of rows.
func (t *table[K, V]) size() int { return t.rows.size }

// put adds a row or replaces the one with that key.
func (t *table[K, V]) put(k K, v V) {
	key := k.binary()
	old, existed := t.rows.get(key)
	t.log.add(t, key, func() { t.restore(key, old, existed) })
	if existed {
		t.unindex(key, old)
	}
	t.rows.set(key, v)
	if err := t.index(key, v); err != nil {
		t.log.fail(err)
	}
}

// delete takes out the row with that key, if there is one.
func (t *table[K, V]) delete(k K) { t.deleteKey(k.binary()) }

func (t *table[K, V]) deleteKey(key string) {
	old, existed := t.rows.get(key)
	if !existed {
		return
	}
	t.log.add(t, key, func() { t.restore(key, old, true) })
	t.unindex(key, old)
	t.rows.remove(key)
}

// clear deletes every row.
func (t *table[K, V]) clear() {
	for _, key := range t.keys("") {
		t.deleteKey(key)
	}
}

// deletePrefix deletes the rows whose binary key starts with prefix.
func (t *table[K, V]) deletePrefix(prefix string) {
	for _, key := range t.keys(prefix) {
		t.deleteKey(key)
	}
}

func (t *table[K, V]) keys(prefix string) []string {
	var keys []string
	t.rows.walk(prefix, func(key string, _ V) bool {
		if !strings.HasPrefix(key, prefix) {
			return false
		}
		keys = append(keys, key)
		return true
	})
	return keys
}

// all yields the rows in the order of their keys. The table must not change
// meanwhile.
func (t *table[K, V]) all() iter.Seq[V] { return t.withPrefix("") }

// withPrefix yields the rows whose binary key starts with prefix, in the order
// of their keys. The table must not change meanwhile.
func (t *table[K, V]) withPrefix(prefix string) iter.Seq[V] {
	return func(yield func(V) bool) {
		t.rows.walk(prefix, func(key string, v V) bool {
			return strings.HasPrefix(key, prefix) && yield(v)
		})
	}
}

// list returns the rows in the order of their keys.
func (t *table[K, V]) list() []V {
	out := make([]V, 0, t.rows.size)
	for v := range t.all() {
		out = append(out, v)
	}
	return out
}

// by returns the row that a unique index has under a value.
func (t *table[K, V]) by(ix *uniqueIndex[V], value string) (V, bool) {
	key, ok := ix.keys[value]
	if !ok {
		var none V
		return none, false
	}
	return t.rows.get(key)
}

// in returns the rows that a group index has under a value, in the order of
// their keys.
func (t *table[K, V]) in(ix *groupIndex[V], value string) []V {
	var out []V
	for _, key := range ix.keys(value) {
		if v, ok := t.rows.get(key); ok {
			out = append(out, v)
		}
	}
	return out
}

// restore brings back what was under a key before a change that is undone.
func (t *table[K, V]) restore(key string, old V, existed bool) {
	if now, ok := t.rows.get(key); ok {
		t.unindex(key, now)
		t.rows.remove(key)
	}
	if existed {
		t.rows.set(key, old)
		// It was in the indexes before, so it fits again.
		_ = t.index(key, old)
	}
}

func (t *table[K, V]) index(key string, v V) error {
	for _, ix := range t.indexes {
		if !ix.add(key, v) {
			return fmt.Errorf("store: two %s rows share a unique value", t.kind)
		}
	}
	return nil
}

func (t *table[K, V]) unindex(key string, v V) {
	for _, ix := range t.indexes {
		ix.remove(key, v)
	}
}

// name returns the kind.
func (t *table[K, V]) name() string { return t.kind }

// encode returns the row with that key as it stands in the data file, nil when
// there is none.
func (t *table[K, V]) encode(key string) ([]byte, error) {
	v, ok := t.rows.get(key)
	if !ok {
		return nil, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("store: encode a row of %s: %w", t.kind, err)
	}
	return data, nil
}

// load adds a row from the data file.
func (t *table[K, V]) load(key string, data []byte) error {
	var v V
	if err := json.Unmarshal(data, &v); err != nil {
		return fmt.Errorf("store: row %x of %s: %w", key, t.kind, err)
	}
	t.rows.set(key, v)
	return t.index(key, v)
}

// each calls yield with every row as it stands in the data file.
func (t *table[K, V]) each(yield func(Change) error) error {
	var failed error
	t.rows.walk("", func(key string, _ V) bool {
		data, err := t.encode(key)
		if err == nil {
			err = yield(Change{Kind: t.kind, Key: []byte(key), Value: data})
		}
		failed = err
		return err == nil
	})
	return failed
}

// onlyKey is the key of a table with a single row.
type onlyKey struct{}

func (onlyKey) binary() string { return "-" }

// cell is a single persistent value, the zero value at first.
type cell[V any] struct{ rows *table[onlyKey, V] }

func newCell[V any](s *Store, kind string) cell[V] {
	return cell[V]{rows: newTable[onlyKey, V](s, kind)}
}

// get returns the value.
func (c cell[V]) get() V {
	v, _ := c.rows.get(onlyKey{})
	return v
}

// set changes the value.
func (c cell[V]) set(v V) { c.rows.put(onlyKey{}, v) }
