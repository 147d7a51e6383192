package store

// ordered is a map with string keys that can be walked in ascending order. Every
// operation on one key takes logarithmic time, so a store with many rows costs
// no more per row than a small one. The zero value is empty.
//
// It is a treap: a binary search tree on the keys that is also a heap on
// pseudo-random priorities, which keep it balanced whatever the order of the
// insertions.
type ordered[T any] struct {
	root *node[T]
	size int
	// seed is the state of the generator of priorities.
	seed uint64
}

type node[T any] struct {
	key         string
	value       T
	priority    uint64
	left, right *node[T]
}

// get returns the value of a key.
func (o *ordered[T]) get(key string) (T, bool) {
	if n := o.find(key); n != nil {
		return n.value, true
	}
	var none T
	return none, false
}

func (o *ordered[T]) find(key string) *node[T] {
	for n := o.root; n != nil; {
		switch {
		case key == n.key:
			return n
		case key < n.key:
			n = n.left
		default:
			n = n.right
		}
	}
	return nil
}

// set adds a key or replaces its value.
func (o *ordered[T]) set(key string, value T) {
	if n := o.find(key); n != nil {
		n.value = value
		return
	}
	o.size++
	o.root = insert(o.root, &node[T]{key: key, value: value, priority: o.priority()})
}

// remove deletes a key, if it is there.
func (o *ordered[T]) remove(key string) {
	if o.find(key) == nil {
		return
	}
	o.size--
	o.root = remove(o.root, key)
}

// walk calls yield for every key that is not below from, in ascending order,
// until yield returns false. The set must not change meanwhile.
func (o *ordered[T]) walk(from string, yield func(string, T) bool) {
	walk(o.root, from, yield)
}

// priority draws the next number of a SplitMix64 generator.
func (o *ordered[T]) priority() uint64 {
	o.seed += 0x9e3779b97f4a7c15
	z := o.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// insert adds a node whose key is not in the tree.
func insert[T any](n, fresh *node[T]) *node[T] {
	switch {
	case n == nil:
		return fresh
	case fresh.priority > n.priority:
		fresh.left, fresh.right = split(n, fresh.key)
		return fresh
	case fresh.key < n.key:
		n.left = insert(n.left, fresh)
	default:
		n.right = insert(n.right, fresh)
	}
	return n
}

// split parts a tree into the keys below key and the others.
func split[T any](n *node[T], key string) (below, above *node[T]) {
	switch {
	case n == nil:
		return nil, nil
	case n.key < key:
		n.right, above = split(n.right, key)
		return n, above
	default:
		below, n.left = split(n.left, key)
		return below, n
	}
}

// remove takes out a key that is in the tree.
func remove[T any](n *node[T], key string) *node[T] {
	switch {
	case key == n.key:
		return join(n.left, n.right)
	case key < n.key:
		n.left = remove(n.left, key)
	default:
		n.right = remove(n.right, key)
	}
	return n
}

// join puts two trees together; every key of below is below every one of above.
func join[T any](below, above *node[T]) *node[T] {
	switch {
	case below == nil:
		return above
	case above == nil:
		return below
	case below.priority > above.priority:
		below.right = join(below.right, above)
		return below
	default:
		above.left = join(below, above.left)
		return above
	}
}

func walk[T any](n *node[T], from string, yield func(string, T) bool) bool {
	if n == nil {
		return true
	}
	if n.key >= from && (!walk(n.left, from, yield) || !yield(n.key, n.value)) {
		return false
	}
	return walk(n.right, from, yield)
}
