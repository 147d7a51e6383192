package store

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
)

// storable is a table of any type.
type storable interface {
	name() string
	encode(key string) ([]byte, error)
	load(key string, data []byte) error
	each(yield func(Change) error) error
}

// cellName names one row of one table.
type cellName struct {
	table storable
	key   string
}

// changeLog notes what a method changed until it is committed or undone.
type changeLog struct {
	changes []cellName
	undo    []func()
	// err is the first change that was not possible.
	err error
	// unsure are the rows of a commit that failed: nobody knows what the file has
	// for them, so the next commit writes them again.
	unsure map[cellName]struct{}
	// replace makes the commit rewrite the whole file, so that nothing is left of
	// the rows as they were. It is for the whole commit: to undo one of several
	// operations does not take it back, since another may be what asked for it.
	replace bool
}

func (l *changeLog) add(t storable, key string, undo func()) {
	l.changes = append(l.changes, cellName{t, key})
	l.undo = append(l.undo, undo)
}

func (l *changeLog) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// reset forgets the changes and keeps the memory for the next ones.
func (l *changeLog) reset() { l.truncate(0) }

// rollback undoes every change but the first n, the last one first.
func (l *changeLog) rollback(n int) {
	for _, undo := range slices.Backward(l.undo[n:]) {
		undo()
	}
	l.truncate(n)
}

func (l *changeLog) truncate(n int) {
	clear(l.changes[n:])
	clear(l.undo[n:])
	// The error is always that of the operation which is undone: the ones before
	// it had none.
	l.changes, l.undo, l.err = l.changes[:n], l.undo[:n], nil
	if n == 0 {
		l.replace = false
	}
}

// notSaved notes that the file may or may not have the changes.
func (l *changeLog) notSaved() {
	for _, c := range l.changes {
		l.unsure[c] = struct{}{}
	}
}

// encode returns the present state of every row that changed, each once, in the
// order of the file.
func (l *changeLog) encode() ([]Change, error) {
	cells := maps.Clone(l.unsure)
	for _, c := range l.changes {
		cells[c] = struct{}{}
	}
	out := make([]Change, 0, len(cells))
	for c := range cells {
		data, err := c.table.encode(c.key)
		if err != nil {
			return nil, err
		}
		out = append(out, Change{Kind: c.table.name(), Key: []byte(c.key), Value: data})
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), bytes.Compare(a.Key, b.Key))
	})
	return out, nil
}
