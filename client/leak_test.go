package client_test

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// leakCalls are calls of every kind.
func leakCalls() map[string]hostileCall {
	calls := hostileCalls()
	maps.Copy(calls, matrixCalls())
	calls["info"] = hostileCall{op: "GET /ping", status: "200 OK", good: `{"version":"3.10.1"}`,
		do: func(ctx context.Context, c *client.Client) error { return second(c.Server.Info(ctx)) }}
	calls["health"] = hostileCall{op: "GET /health", status: "200 OK", good: "OK",
		do: func(ctx context.Context, c *client.Client) error { return c.Server.Health(ctx) }}
	return calls
}

// goodReply is what a well-behaved server answers; the connection stays open.
func goodReply(conn net.Conn, call hostileCall) {
	respondOpen(conn, call.status, call.good)
}

// What a call leaves behind, however it ended: at most an idle connection, and
// nothing at all once those are closed. A bubble does not end before all that was
// started in it has.
func TestLeaks(t *testing.T) {
	t.Parallel()
	type fault struct {
		// reply writes a reply; the connection stays open afterwards if keep is set.
		reply  func(conn net.Conn, call hostileCall)
		keep   bool
		cancel bool
		dial   func(context.Context) error
	}
	faults := map[string]fault{
		"success":            {reply: goodReply, keep: true},
		"refused":            {reply: func(conn net.Conn, _ hostileCall) { respondOpen(conn, "403 No", "no") }, keep: true},
		"not connected":      {dial: refuses(io.ErrClosedPipe)},
		"connecting hangs":   {dial: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
		"connecting, cancel": {dial: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, cancel: true},
		"dropped":            {reply: func(net.Conn, hostileCall) {}},
		"truncated": {reply: func(conn net.Conn, call hostileCall) {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+call.status+"\r\nContent-Length: 9\r\n\r\n{")
		}},
		"timeout": {reply: func(conn net.Conn, _ hostileCall) { hang(conn) }},
		"timeout in the body": {reply: func(conn net.Conn, call hostileCall) {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+call.status+"\r\nContent-Length: 9\r\n\r\n{")
			hang(conn)
		}},
		"timeout in an error": {reply: func(conn net.Conn, _ hostileCall) {
			_, _ = io.WriteString(conn, "HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nno")
			hang(conn)
		}},
		"canceled": {cancel: true, reply: func(conn net.Conn, _ hostileCall) { hang(conn) }},
		"canceled in the body": {cancel: true, reply: func(conn net.Conn, call hostileCall) {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+call.status+"\r\nContent-Length: 9\r\n\r\n{")
			hang(conn)
		}},
		"canceled in a pause": {cancel: true, reply: answers("429 Slow", "Retry-After: 3600\r\n", "")},
		"endless error":       {reply: func(conn net.Conn, _ hostileCall) { endlessly(conn, "HTTP/1.1 500 Oh\r\n\r\n", "oh ") }},
		"endless headers":     {reply: func(conn net.Conn, _ hostileCall) { endlessly(conn, "HTTP/1.1 200 OK\r\n", "X-More: more\r\n") }},
		"redirect":            {reply: answers("307 There", "Location: http://elsewhere.test/\r\n", "")},
		"another protocol": {reply: func(conn net.Conn, _ hostileCall) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: telnet\r\n\r\n")
			hang(conn)
		}},
		"503 and then well": {reply: answers("503 Busy", "Retry-After: 1\r\n", "")},
	}
	for faultName, fault := range faults {
		for callName, call := range leakCalls() {
			t.Run(faultName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					network := &memoryNet{dial: fault.dial, answer: func(conn net.Conn, req *http.Request) bool {
						if req.Method+" "+req.URL.Path != call.op {
							goodReply(conn, hostileCalls()["v3 get"])
							return true
						}
						fault.reply(conn, call)
						return fault.keep
					}}
					transport := network.transport()
					transport.MaxResponseHeaderBytes = 1 << 16
					c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(hostileOwn)), client.WithTransport(transport),
						client.WithRetry(client.RetryPolicy{Max: 1, MaxRetryAfter: time.Hour}))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if fault.cancel {
						time.AfterFunc(5*time.Second, cancel)
					}
					err := call.do(ctx, c)
					if (err == nil) != (faultName == "success") && callName != "info" {
						t.Errorf("error %v", err)
					}
					synctest.Wait()
					open := network.open.Load()
					if fault.keep && open != 1 || !fault.keep && open > 1 {
						t.Errorf("%d connections are open after the call", open)
					}
					c.CloseIdleConnections()
					synctest.Wait()
					if open := network.open.Load(); open != 0 {
						t.Errorf("%d connections are open in the end", open)
					}
				})
			})
		}
	}
}

// respondOpen is respond, and the connection stays open.
func respondOpen(w io.Writer, status, body string) {
	_, _ = io.WriteString(w, "HTTP/1.1 "+status+"\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
}

// The same over sockets, with the transport that a client has by default: the
// server sees each connection closed.
func TestLeaks_sockets(t *testing.T) {
	t.Parallel()
	calls := leakCalls()
	var mu sync.Mutex
	open, seen, closed := map[net.Conn]bool{}, map[net.Conn]bool{}, make(chan struct{}, 1)
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for _, call := range calls {
			if req.Method+" "+req.URL.Path != call.op {
				continue
			}
			switch req.Header.Get("User-Agent")[:4] {
			case "good":
				w.WriteHeader(map[string]int{"200 OK": 200, "201 Created": 201}[call.status])
				_, _ = io.WriteString(w, call.good)
			case "drop":
				panic(http.ErrAbortHandler)
			case "half":
				w.Header().Set("Content-Length", "9999")
				_, _ = io.WriteString(w, call.good)
			case "more":
				for {
					if _, err := io.WriteString(w, strings.Repeat("[", 1<<16)); err != nil {
						return
					}
				}
			case "away":
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
			return
		}
	}))
	front.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		if state != http.StateClosed {
			open[conn] = true
			seen[conn] = true
			return
		}
		delete(open, conn)
		select {
		case closed <- struct{}{}:
		default:
		}
	}
	front.Start()
	t.Cleanup(front.Close)
	for _, behaviour := range []string{"good/1", "drop/1", "half/1", "more/1", "away/1"} {
		c := newClient(t, front.URL, client.WithToken(client.NewSecret(hostileOwn)), client.WithUserAgent(behaviour), client.WithRetry(client.RetryPolicy{}))
		for name, call := range calls {
			if strings.HasSuffix(name, "list") && behaviour == "more/1" {
				continue // It takes its time.
			}
			_ = call.do(t.Context(), c)
		}
		c.CloseIdleConnections()
	}
	for {
		mu.Lock()
		left, all := len(open), len(seen)
		mu.Unlock()
		if left == 0 && all < len(calls) {
			t.Fatalf("only %d connections were made", all)
		}
		if left == 0 {
			return
		}
		select {
		case <-closed:
		case <-time.After(20 * time.Second): // Only a test that fails waits for it.
			t.Fatalf("%d connections are open in the end", left)
		}
	}
}
