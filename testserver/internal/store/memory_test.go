package store

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

var errBroken = errors.New("broken")

// memory is a Backend in memory that fails when it is told to.
type memory struct {
	rows map[string]string
	// failAfter is the number of writes that still work; negative is all.
	failAfter int
	// pretend makes a failing write change the rows nonetheless.
	pretend  bool
	replaced int
	closed   int
	writes   int
	// gate, if there is one, lets one write through for each value.
	gate chan struct{}
	// panics makes a failing write panic.
	panics   bool
	closeErr error
}

func newMemory() *memory { return &memory{rows: map[string]string{}, failAfter: -1} }

func (m *memory) keys() []string { return slices.Sorted(maps.Keys(m.rows)) }

func (m *memory) Read(kind string, each func(key, value []byte) error) error {
	for _, k := range m.keys() {
		if key, ok := strings.CutPrefix(k, kind+"/"); ok {
			if err := each([]byte(key), []byte(m.rows[k])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) Write(changes []Change) error {
	if m.gate != nil {
		<-m.gate
	}
	m.writes++
	broken := m.failAfter == 0
	if broken && m.panics {
		panic("broken")
	}
	if m.failAfter > 0 {
		m.failAfter--
	}
	if broken && !m.pretend {
		return errBroken
	}
	for _, c := range changes {
		if key := c.Kind + "/" + string(c.Key); c.Value == nil {
			delete(m.rows, key)
		} else {
			m.rows[key] = string(c.Value)
		}
	}
	if broken {
		return errBroken
	}
	return nil
}

func (m *memory) Replace(rows func(send func(Change) error) error) error {
	if m.failAfter == 0 {
		return errBroken
	}
	m.replaced++
	clear(m.rows)
	return rows(func(c Change) error { return m.Write([]Change{c}) })
}

func (m *memory) Close() error {
	m.closed++
	return m.closeErr
}
