package client_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// memoryNet is a network in memory with one server on it, so that a test can be in
// a bubble of testing/synctest with real connections of net/http: the bubble does
// not end before each of them has.
type memoryNet struct {
	// dial, if set, may refuse a connection.
	dial func(context.Context) error
	// answer writes the reply to a request that was read whole. What it returns
	// tells whether the connection stays open.
	answer func(conn net.Conn, req *http.Request) bool
	// serve, if set, takes the place of reading requests at all.
	serve func(net.Conn)

	dials, open atomic.Int32

	mu       sync.Mutex
	requests map[string]int
}

// sent returns how many requests there were of one method and path.
func (n *memoryNet) sent(op string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests[op]
}

// transport returns a transport whose only network this is.
func (n *memoryNet) transport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		n.dials.Add(1)
		if n.dial != nil {
			if err := n.dial(ctx); err != nil {
				return nil, err
			}
		}
		ours, theirs := net.Pipe()
		n.open.Add(1)
		go func() {
			defer n.open.Add(-1)
			defer func() { _ = theirs.Close() }()
			if n.serve != nil {
				n.serve(theirs)
				return
			}
			n.run(theirs)
		}()
		return ours, nil
	}}
}

// run reads one request after the other.
func (n *memoryNet) run(conn net.Conn) {
	reader := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		n.mu.Lock()
		if n.requests == nil {
			n.requests = map[string]int{}
		}
		n.requests[req.Method+" "+req.URL.Path]++
		n.mu.Unlock()
		if !n.answer(conn, req) {
			return
		}
	}
}

// hang waits until the other side closes the connection.
func hang(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
