package store

import (
	"fmt"
	"sync"
)

// operation is a mutating method that waits for its turn.
type operation struct {
	change func() error
	// done says that err and panicked are what became of it.
	done     bool
	err      error
	panicked any
}

// queue has the operations that wait for the write lock.
type queue struct {
	mu      sync.Mutex
	waiting []*operation
}

func (q *queue) add(o *operation) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, o)
}

func (q *queue) take() []*operation {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.waiting
	q.waiting = nil
	return taken
}

// update runs one mutating method: change works on tables under the write lock,
// and what it changed is in the data file before update returns and before
// anybody else can see it. When change or the writing fails, nothing has
// changed.
//
// Methods that wait at the same time share one transaction, since to wait for
// the disk is by far the longest part. That is why change may be called a second
// time, after all that it did before was undone.
func (s *Store) update(change func() error) error {
	o := &operation{change: change}
	s.queue.add(o)
	s.mu.Lock()
	// Whoever had the lock before may have done this operation with its own.
	if !o.done {
		s.runLocked(s.queue.take())
	}
	s.mu.Unlock()
	if o.panicked != nil {
		panic(o.panicked)
	}
	return o.err
}

// runLocked runs operations and saves what they did in one transaction. When
// that fails, each has to try alone: one may be what the others fail for.
func (s *Store) runLocked(ops []*operation) {
	issued := len(s.issued)
	for _, o := range ops {
		s.applyLocked(o)
	}
	err := s.commitLocked()
	if err != nil {
		s.log.rollback(0)
		s.issued = s.issued[:issued]
	}
	s.log.reset()
	s.trimIssuedLocked()
	if err != nil && len(ops) > 1 {
		for _, o := range ops {
			s.runLocked([]*operation{o})
		}
		return
	}
	for _, o := range ops {
		o.done = true
		if err != nil && o.err == nil {
			o.err = err
		}
	}
}

// applyLocked runs one operation, and undoes what it did when it fails.
func (s *Store) applyLocked(o *operation) {
	changes, issued := len(s.log.changes), len(s.issued)
	o.err, o.panicked = nil, nil
	defer func() {
		o.panicked = recover()
		if o.err == nil {
			o.err = s.log.err
		}
		if o.err != nil || o.panicked != nil {
			s.log.rollback(changes)
			s.issued = s.issued[:issued]
		}
	}()
	o.err = o.change()
}

// updated is update for a method with a result.
func updated[T any](s *Store, f func() (T, error)) (T, error) {
	var out T
	err := s.update(func() error {
		var err error
		out, err = f()
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// commitLocked writes the noted changes to the data file, if there is one.
func (s *Store) commitLocked() (err error) {
	defer func() {
		// A database that panics has saved nothing that can be relied on.
		if r := recover(); r != nil {
			s.log.notSaved()
			err = fmt.Errorf("store: the change was not saved: %v", r)
		}
	}()
	if s.backend == nil || len(s.log.changes) == 0 {
		return nil
	}
	if s.closed {
		return ErrClosed
	}
	if s.log.replace {
		if err := s.backend.Replace(s.rowsLocked); err != nil {
			return fmt.Errorf("store: the data file was not rewritten: %w", err)
		}
		clear(s.log.unsure)
		return nil
	}
	changes, err := s.log.encode()
	if err != nil {
		return err
	}
	if err := s.backend.Write(changes); err != nil {
		s.log.notSaved()
		return fmt.Errorf("store: the change was not saved: %w", err)
	}
	clear(s.log.unsure)
	return nil
}

// rowsLocked sends every row of every table.
func (s *Store) rowsLocked(send func(Change) error) error {
	for _, t := range s.tables {
		if err := t.each(send); err != nil {
			return err
		}
	}
	return nil
}
