package client

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestGate_lockWaitsAndHoldsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		var locked, entered atomic.Int32
		for range 3 {
			if err := g.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		go func() {
			if g.lock(t.Context()) == nil {
				locked.Add(1)
			}
		}()
		synctest.Wait()
		for range 5 {
			go func() {
				if g.enter(t.Context()) == nil {
					entered.Add(1)
				}
			}()
		}
		synctest.Wait()
		if locked.Load() != 0 || entered.Load() != 0 {
			t.Fatal("a rotation did not wait, or a new request went past it")
		}
		for range 3 {
			g.leave()
		}
		synctest.Wait()
		if locked.Load() != 1 || entered.Load() != 0 {
			t.Fatal("the rotation is not alone")
		}
		g.unlock()
		synctest.Wait()
		if entered.Load() != 5 {
			t.Fatalf("%d of 5 requests went on", entered.Load())
		}
	})
}

func TestGate_waitsEndWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		cause := errors.New("enough")
		if err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		lockErr, enterErr := make(chan error, 1), make(chan error, 1)
		go func() { lockErr <- g.lock(ctx) }()
		synctest.Wait()
		go func() { enterErr <- g.enter(t.Context()) }()
		synctest.Wait()
		cancel(cause)
		if err := <-lockErr; !errors.Is(err, cause) {
			t.Errorf("lock: %v", err)
		}
		// The request that queued up behind the rotation goes on.
		if err := <-enterErr; err != nil {
			t.Errorf("enter: %v", err)
		}
		g.leave()
		g.leave()
		if err := g.lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := g.enter(ctx); !errors.Is(err, cause) {
			t.Errorf("enter: %v", err)
		}
		if err := g.lock(ctx); !errors.Is(err, cause) {
			t.Errorf("lock: %v", err)
		}
		g.unlock()
		if err := g.enter(t.Context()); err != nil {
			t.Errorf("the gate is stuck: %v", err)
		}
	})
}

func TestGate_oneRotationAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		var inside, most, requests atomic.Int32
		for range 20 {
			go func() {
				if g.lock(t.Context()) != nil {
					return
				}
				most.Store(max(most.Load(), inside.Add(1)))
				if requests.Load() != 0 {
					t.Error("a request is under way during a rotation")
				}
				inside.Add(-1)
				g.unlock()
			}()
			go func() {
				if g.enter(t.Context()) != nil {
					return
				}
				requests.Add(1)
				if inside.Load() != 0 {
					t.Error("a rotation is under way during a request")
				}
				requests.Add(-1)
				g.leave()
			}()
		}
		synctest.Wait()
		if most.Load() != 1 {
			t.Errorf("%d rotations at a time", most.Load())
		}
	})
}

// Requests that waited for one rotation go before the next one, and those that come
// later do not.
func TestGate_requestsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		if err := g.lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var entered, locked atomic.Int32
		enter := func(ctx context.Context) {
			if g.enter(ctx) == nil {
				entered.Add(1)
			}
		}
		for range 5 {
			go enter(t.Context())
		}
		go enter(ctx)
		go func() {
			if g.lock(t.Context()) == nil {
				locked.Add(1)
			}
		}()
		synctest.Wait()
		g.unlock()
		// It had its turn, and gives up at the same moment.
		cancel()
		synctest.Wait()
		go enter(t.Context())
		synctest.Wait()
		if n := entered.Load(); n != 5 && n != 6 || locked.Load() != 0 {
			t.Fatalf("%d requests entered, %d rotations", n, locked.Load())
		}
		for range entered.Load() {
			g.leave()
		}
		synctest.Wait()
		if locked.Load() != 1 {
			t.Fatal("the next rotation has no turn")
		}
		before := entered.Load()
		g.unlock()
		synctest.Wait()
		if entered.Load() != before+1 {
			t.Error("the last request is stuck")
		}
	})
}

// A request that comes after the rotation takes nobody's turn.
func TestGate_turnsAreNotTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		if err := g.lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		var entered, locked atomic.Int32
		go func() {
			if g.enter(t.Context()) == nil {
				entered.Add(1)
			}
		}()
		go func() {
			if g.lock(t.Context()) == nil {
				locked.Add(1)
			}
		}()
		synctest.Wait()
		// It can't wait, and so shows at once whether it would have to.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		g.unlock()
		if err := g.enter(ctx); err == nil {
			t.Error("a request that came later took the turn")
			g.leave()
		}
		synctest.Wait()
		if entered.Load() != 1 || locked.Load() != 0 {
			t.Errorf("%d requests entered, %d rotations", entered.Load(), locked.Load())
		}
		g.leave()
		synctest.Wait()
		if locked.Load() != 1 {
			t.Error("the next rotation has no turn")
		}
	})
}
