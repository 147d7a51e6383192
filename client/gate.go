package client

import (
	"context"
	"sync"
)

// gate lets any number of requests through at a time, or one rotation alone. It
// is a reader-writer lock whose waits end with a context: a rotation may hold it
// for as long as the slowest request in flight.
type gate struct {
	mu      sync.Mutex
	shared  int
	alone   bool
	waiting int           // rotations that wait: new requests queue up behind them
	ended   int           // rotations that have ended
	queued  int           // requests that wait
	turns   int           // of these, how many saw one end, and go before the next
	changed chan struct{} // closed at the next change, for everyone who waits; nil when nobody does
}

func newGate() *gate { return &gate{} }

// change returns what is closed at the next change. The caller holds mu.
func (g *gate) change() <-chan struct{} {
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.changed
}

// signal wakes everyone who waits. The caller holds mu.
func (g *gate) signal() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// enter admits one request, or returns the error of ctx. It must not be nested:
// a request inside a request would wait for the rotation that waits for it.
func (g *gate) enter(ctx context.Context) error {
	g.mu.Lock()
	if !g.alone && g.waiting == 0 {
		g.shared++
		g.mu.Unlock()
		return nil
	}
	defer g.mu.Unlock()
	g.queued++
	came := g.ended
	var err error
	for err == nil && (g.alone || g.waiting > 0 && came == g.ended) {
		err = g.wait(ctx)
	}
	g.queued--
	if came != g.ended {
		g.turns--
	}
	if err != nil {
		g.signal()
		return err
	}
	g.shared++
	return nil
}

// wait waits for a change, or returns the error of ctx. The caller holds mu, which is
// free meanwhile.
func (g *gate) wait(ctx context.Context) error {
	changed := g.change()
	g.mu.Unlock()
	defer g.mu.Lock()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-changed:
		return nil
	}
}

// leave ends what enter began.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shared--
	g.signal()
}

// lock waits until no request is under way and admits none until unlock, or
// returns the error of ctx.
func (g *gate) lock(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting++
	defer func() { g.waiting-- }()
	for g.alone || g.shared > 0 || g.turns > 0 {
		err := g.wait(ctx)
		if err == nil {
			continue
		}
		g.signal() // Who hears it goes on once this lock is given back.
		return err
	}
	g.alone = true
	return nil
}

// unlock ends what lock began.
func (g *gate) unlock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.alone = false
	// One rotation after the other must not keep the requests waiting for ever.
	g.ended++
	g.turns = g.queued
	g.signal()
}
