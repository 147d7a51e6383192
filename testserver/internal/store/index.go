package store

import "strings"

// index is a secondary way to the rows of a table: a function of the row, kept
// up to date by the table.
type index[V any] interface {
	// add notes a row; it reports false when the index has another row there.
	add(key string, v V) bool
	// remove forgets a row.
	remove(key string, v V)
}

// uniqueIndex finds the one row with a value.
type uniqueIndex[V any] struct {
	of   func(V) string
	keys map[string]string
}

// unique makes an index on a value that no two rows share.
func unique[V any](of func(V) string) *uniqueIndex[V] {
	return &uniqueIndex[V]{of: of, keys: map[string]string{}}
}

// has says whether some row has the value.
func (x *uniqueIndex[V]) has(value string) bool {
	_, ok := x.keys[value]
	return ok
}

func (x *uniqueIndex[V]) add(key string, v V) bool {
	value := x.of(v)
	if other, taken := x.keys[value]; taken && other != key {
		return false
	}
	x.keys[value] = key
	return true
}

func (x *uniqueIndex[V]) remove(key string, v V) {
	if value := x.of(v); x.keys[value] == key {
		delete(x.keys, value)
	}
}

// groupIndex finds all rows with a value. The values must have one length, or
// else one value could be the beginning of another.
type groupIndex[V any] struct {
	of      func(V) string
	entries ordered[struct{}]
}

// group makes an index on a value that many rows may share.
func group[V any](of func(V) string) *groupIndex[V] { return &groupIndex[V]{of: of} }

func (x *groupIndex[V]) add(key string, v V) bool {
	x.entries.set(x.of(v)+key, struct{}{})
	return true
}

func (x *groupIndex[V]) remove(key string, v V) { x.entries.remove(x.of(v) + key) }

// keys returns the keys of the rows with a value, in ascending order.
func (x *groupIndex[V]) keys(value string) []string {
	var keys []string
	x.entries.walk(value, func(entry string, _ struct{}) bool {
		key, ok := strings.CutPrefix(entry, value)
		if ok {
			keys = append(keys, key)
		}
		return ok
	})
	return keys
}
