package client

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Requests and rotations that come, wait, give up and stay for random times: none is
// inside with a rotation, each ends with its context at the latest, and in the end the
// gate is as it was in the beginning.
func TestGate_stress(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			g := newGate()
			draw := rand.New(rand.NewPCG(seed, 4))
			pause := func(most int) time.Duration { return time.Duration(draw.IntN(most)) * time.Millisecond }
			var requests, rotations, done atomic.Int32
			var wg sync.WaitGroup
			visit := func(arrives, patience, stays time.Duration, in func(context.Context) error, out func(), inside, others *atomic.Int32, alone bool) {
				<-time.After(arrives)
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				late, cancel := context.WithTimeout(t.Context(), patience+1)
				defer cancel()
				err := in(ctx)
				if late.Err() != nil {
					t.Errorf("a wait of %s did not end with its context", patience)
				}
				if err != nil {
					return
				}
				if n := inside.Add(1); alone && n != 1 || others.Load() != 0 {
					t.Error("a rotation is not alone")
				}
				<-time.After(stays)
				done.Add(1)
				inside.Add(-1)
				out()
			}
			for range 300 {
				arrives, patience, stays := pause(400), 1+pause(60), pause(5)
				wg.Go(func() { visit(arrives, patience, stays, g.enter, g.leave, &requests, &rotations, false) })
			}
			for range 60 {
				arrives, patience, stays := pause(400), 1+pause(60), pause(5)
				wg.Go(func() { visit(arrives, patience, stays, g.lock, g.unlock, &rotations, &requests, true) })
			}
			wg.Wait()
			if done.Load() < 100 {
				t.Errorf("%d of 360 got in", done.Load())
			}
			if g.shared != 0 || g.alone || g.waiting != 0 || g.queued != 0 || g.turns != 0 {
				t.Errorf("the gate is left in disorder: %+v", g)
			}
		})
	}
}

// While one rotation comes after the other, no request waits for more than one of them,
// and one that ends as it comes.
func TestGate_noStarvation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		var rotations atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for ctx.Err() == nil && g.lock(ctx) == nil {
					<-time.After(time.Millisecond)
					rotations.Add(1)
					g.unlock()
				}
			})
		}
		var most, count atomic.Int64
		for range 50 {
			wg.Go(func() {
				for ctx.Err() == nil {
					before := rotations.Load()
					if g.enter(ctx) != nil {
						return
					}
					most.Store(max(most.Load(), rotations.Load()-before))
					count.Add(1)
					<-time.After(time.Microsecond)
					g.leave()
				}
			})
		}
		wg.Wait()
		if most.Load() > 2 || rotations.Load() < 100 || count.Load() < 100 {
			t.Errorf("%d rotations, %d requests, one of which waited for %d", rotations.Load(), count.Load(), most.Load())
		}
	})
}
