package store

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func walked[T any](o *ordered[T], from string) []string {
	var keys []string
	o.walk(from, func(key string, _ T) bool {
		keys = append(keys, key)
		return true
	})
	return keys
}

// TestOrdered_model compares long runs of random operations with a plain map.
func TestOrdered_model(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var o ordered[int]
		model := map[string]int{}
		for i := range 2000 {
			key := strconv.Itoa(rnd.IntN(300))
			if rnd.IntN(3) == 0 {
				o.remove(key)
				delete(model, key)
			} else {
				o.set(key, i)
				model[key] = i
			}
			want, wantOK := model[key]
			if got, ok := o.get(key); got != want || ok != wantOK {
				t.Fatalf("seed %d, step %d: get %q = %d, %t", seed, i, key, got, ok)
			}
		}
		want := slices.Sorted(maps.Keys(model))
		if diff := cmp.Diff(want, walked(&o, "")); diff != "" || o.size != len(model) {
			t.Fatalf("seed %d: size %d (-want +got):\n%s", seed, o.size, diff)
		}
		from := strconv.Itoa(rnd.IntN(300))
		at, _ := slices.BinarySearch(want, from)
		if diff := cmp.Diff(want[at:], walked(&o, from)); diff != "" {
			t.Fatalf("seed %d from %q (-want +got):\n%s", seed, from, diff)
		}
		for key, value := range model {
			if got, ok := o.get(key); !ok || got != value {
				t.Fatalf("seed %d: get %q = %d, %t", seed, key, got, ok)
			}
		}
	}
}

// TestOrdered_depth says that the order of insertions does not matter for the
// speed: the depth is what every operation costs.
func TestOrdered_depth(t *testing.T) {
	t.Parallel()
	const n = 1 << 15
	tests := map[string]func(i int) uint64{
		"ascending":  func(i int) uint64 { return uint64(i) },
		"descending": func(i int) uint64 { return uint64(n - i) },
		"in and out": func(i int) uint64 { return uint64(i ^ 1 - i&1*n) },
	}
	for name, key := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o ordered[struct{}]
			for i := range n {
				o.set(idKey(key(i)), struct{}{})
			}
			// The expected depth of a treap is about 2 ln n = 21; 60 is never reached.
			if got := depth(o.root); got > 60 {
				t.Errorf("%d keys are %d deep", n, got)
			}
		})
	}
}

func depth[T any](n *node[T]) int {
	if n == nil {
		return 0
	}
	return 1 + max(depth(n.left), depth(n.right))
}

func TestOrdered_walkStops(t *testing.T) {
	t.Parallel()
	var o ordered[int]
	for i := range 10 {
		o.set(strconv.Itoa(i), i)
	}
	var seen []int
	o.walk("3", func(_ string, v int) bool {
		seen = append(seen, v)
		return v < 5
	})
	if diff := cmp.Diff([]int{3, 4, 5}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
