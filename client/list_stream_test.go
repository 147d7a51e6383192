package client_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// writeAuthorizations writes a list of n authorizations, made one at a time, and
// what follows it.
func writeAuthorizations(w io.Writer, n int, tail string) {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString(`{"links":{"self":"/api/v2/authorizations"},"authorizations":[`)
	for i := range n {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		_, err := fmt.Fprintf(b, `{"id":"%016x","token":"token-number-%08d","status":"active","description":"d%d","orgID":"%016x",`+
			`"org":"acme","permissions":[{"action":"read","resource":{"type":"buckets","id":"%016x"}}],"createdAt":"2026-03-01T12:00:00Z"}`,
			i, i, i, 1, i)
		if err != nil {
			return // Nobody reads it.
		}
	}
	_, _ = b.WriteString(tail)
	_ = b.Flush()
}

// serve returns a client of a server that answers every request with handler.
func serve(t *testing.T, handler http.HandlerFunc) *client.Client {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return newClient(t, srv.URL, client.WithToken(client.NewSecret(canary)))
}

// countAll iterates to the end, and returns how many entries there were and the error.
// It fails the test when something is yielded with or after an error.
func countAll[T any](t *testing.T, all iter.Seq2[*T, error]) (entries int, err error) {
	t.Helper()
	for entry, failure := range all {
		if err != nil || (entry == nil) != (failure != nil) {
			t.Fatalf("%v is yielded with error %v, after error %v", entry, failure, err)
		}
		if err = failure; err == nil {
			entries++
		}
	}
	return entries, err
}

// liveHeap is how much memory is in use.
func liveHeap() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// Other tests would be measured too, which is why this one is not parallel.
//
//nolint:paralleltest // As said above.
func TestAuthorizations_All_takesTheMemoryOfOne(t *testing.T) {
	const count, most = 100_000, 4 << 20
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { writeAuthorizations(w, count, `]}`) })
	begin, n := liveHeap(), 0
	for authorization, err := range c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%016x", n); authorization.ID != want || authorization.Token.IsZero() || len(authorization.Permissions) != 1 {
			t.Fatalf("entry %d is %+v", n, authorization)
		}
		if n%20_000 == 19_999 {
			if grown := liveHeap() - begin; grown > most {
				t.Errorf("after %d entries, %d bytes more are in use than before", n+1, grown)
			}
		}
		n++
	}
	if n != count {
		t.Errorf("got %d entries, want %d", n, count)
	}
	if grown := liveHeap() - begin; grown > most {
		t.Errorf("afterwards, %d bytes more are in use than before", grown)
	}
	runtime.KeepAlive(c)
}

// The loop may do with the client whatever it likes, a rotation of the operator
// included.
func TestAll_loopUsesTheClient(t *testing.T) {
	t.Parallel()
	srv, c, operator := newV3(t)
	for i := range 3 {
		srv.CreateV3Token(fmt.Sprintf("t%d", i), 0)
	}
	n := 0
	for token, err := range c.AdminTokens.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if _, err := c.AdminTokens.Get(t.Context(), token.Name); err != nil {
			t.Errorf("Get: %v", err)
		}
		inner, err := countAll(t, c.AdminTokens.All(t.Context()))
		if err != nil || inner != 4 {
			t.Errorf("a loop in the loop gives %d, %v", inner, err)
		}
		if _, err := c.AdminTokens.RegenerateOperator(t.Context()); err != nil {
			t.Errorf("RegenerateOperator: %v", err)
		}
	}
	if now, err := c.Token(t.Context()); n != 4 || err != nil || now == operator {
		t.Errorf("%d tokens, and the client holds the operator token of before: %t, %v", n, now == operator, err)
	}
	wantSent(t, srv, opRegenerate, 4)
}

// One iterator can be ranged over by many at the same time.
func TestAll_sameIteratorAtOnce(t *testing.T) {
	t.Parallel()
	const count = 200
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { writeAuthorizations(w, count, "]}") })
	all := c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n := 0
			for got, err := range all {
				if err != nil || got.ID != fmt.Sprintf("%016x", n) || got.Description != fmt.Sprintf("d%d", n) || got.Permissions[0].Resource.ID != got.ID {
					t.Errorf("entry %d: %+v, error %v", n, got, err)
				}
				n++
			}
			if n != count {
				t.Errorf("%d entries", n)
			}
		})
	}
	wg.Wait()
}

// listing is a transport whose reply to a list is what the test writes, piece by
// piece, and that knows nothing else.
type listing struct {
	body   io.Reader
	closed atomic.Int32
}

// newListing returns the transport and where to write.
func newListing() (*listing, *io.PipeWriter) {
	r, w := io.Pipe()
	return &listing{body: r}, w
}

func (l *listing) RoundTrip(req *http.Request) (*http.Response, error) {
	stop := context.AfterFunc(req.Context(), func() {
		if r, ok := l.body.(*io.PipeReader); ok {
			_ = r.CloseWithError(req.Context().Err())
		}
	})
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: req, Body: bodyOf{l.body, func() {
			stop()
			l.closed.Add(1)
		}},
	}, nil
}

type bodyOf struct {
	io.Reader

	closed func()
}

func (b bodyOf) Close() error {
	b.closed()
	return nil
}

const (
	listHead = `{"authorizations":[`
	entryA   = `{"id":"000000000000000a"}`
	entryB   = `{"id":"000000000000000b"}`
)

// The client's timeout is the server's, for each piece that it sends. The caller may
// take longer.
func TestAll_timeout(t *testing.T) {
	t.Parallel()
	const timeout = time.Minute
	synctest.Test(t, func(t *testing.T) {
		transport, w := newListing()
		c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)),
			client.WithTransport(transport), client.WithTimeout(timeout))
		go func() {
			for _, piece := range []string{listHead, entryA + ",", entryB + ",", entryA} {
				time.Sleep(timeout - time.Second) //nolint:forbidigo // The time of the bubble.
				_, _ = io.WriteString(w, piece)
			}
		}()
		begin, n := time.Now(), 0 //nolint:forbidigo // The clock of the bubble is what is measured.
		var failure error
		for _, err := range c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}) {
			if err != nil {
				failure = err
				break
			}
			if n++; n == 1 {
				time.Sleep(10 * timeout) //nolint:forbidigo // The loop of a patient caller.
			}
		}
		e := as[*client.RequestError](t, failure)
		if n != 3 || !errors.Is(failure, context.DeadlineExceeded) || !e.Sent || e.Attempts != 1 ||
			!strings.Contains(failure.Error(), "broke off after 3 entries: nothing came from the server for 1m0s") {
			t.Errorf("%d entries, error %v", n, failure)
		}
		// Two pieces before the loop took its time, during which the third came, then
		// the fourth, and the minute without anything.
		if took := time.Since(begin); took != 2*(timeout-time.Second)+10*timeout+(timeout-time.Second)+timeout { //nolint:forbidigo // As above.
			t.Errorf("it took %s", took)
		}
		if transport.closed.Load() != 1 {
			t.Error("the body was not closed")
		}
		synctest.Wait() // Nothing may be left running.
	})
}

// Until the header is there, the timeout is that of every other call.
func TestAll_timeoutBeforeTheHeader(t *testing.T) {
	t.Parallel()
	const timeout = time.Minute
	for name, wait := range map[string]func(context.Context){
		"silence":    func(ctx context.Context) { <-ctx.Done() },
		"late reply": func(context.Context) { time.Sleep(timeout) }, //nolint:forbidigo // The time of the bubble.
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts, closed := 0, 0
				c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)), client.WithTimeout(timeout),
					client.WithTransport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
						attempts++
						wait(req.Context())
						synctest.Wait()
						if name == "silence" {
							closed++
							return nil, req.Context().Err()
						}
						return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: bodyOf{
							strings.NewReader(listHead + entryA + "]}"), func() { closed++ },
						}}, nil
					})))
				begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
				n, err := countAll(t, c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}))
				if n != 0 || !errors.Is(err, context.DeadlineExceeded) || kindOf(err) != requestError || attempts != 1+retries || closed != attempts {
					t.Errorf("%d entries, %d attempts, %d closed, error %v", n, attempts, closed, err)
				}
				if took := time.Since(begin); took != (1+retries)*timeout { //nolint:forbidigo // As above.
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// However an iteration ends, the context of its request ends with it.
func TestAll_endsItsContext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"whole": {http.StatusOK, listHead + entryA + "]}"}, "left": {http.StatusOK, listHead + entryA + "," + entryB + "]}"},
		"broken": {http.StatusOK, listHead + entryA}, "refused": {http.StatusNotFound, `{"code":"not found"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var attempt context.Context
			c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)),
				client.WithTransport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
					attempt = req.Context()
					return &http.Response{StatusCode: test.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(test.body))}, nil
				})))
			for _, err := range c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}) {
				if err == nil && attempt.Err() != nil {
					t.Error("it has ended too early")
				}
				if name == "left" {
					break
				}
			}
			if attempt.Err() == nil || t.Context().Err() != nil {
				t.Errorf("it has not ended: %v", attempt.Err())
			}
		})
	}
}

// A caller who has enough is heard at once, whether the client waits for the server
// or has entries in store.
func TestAll_cancel(t *testing.T) {
	t.Parallel()
	for name, inLoop := range map[string]bool{"in the loop": true, "while it waits": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport, w := newListing()
				c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)), client.WithTransport(transport))
				cause := errors.New("enough")
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				go func() { _, _ = io.WriteString(w, listHead+entryA+","+entryB+",") }()
				n := 0
				var failure error
				for _, err := range c.Authorizations.All(ctx, client.ListAuthorizationsOptions{}) {
					if failure = err; err != nil {
						continue
					}
					n++
					if inLoop {
						cancel(cause)
					} else if n == 2 {
						go cancel(cause)
					}
				}
				want := 2
				if inLoop {
					want = 1
				}
				if n != want || !errors.Is(failure, cause) || kindOf(failure) != requestError || transport.closed.Load() != 1 {
					t.Errorf("%d entries, error %v, closed %d times", n, failure, transport.closed.Load())
				}
				synctest.Wait()
			})
		})
	}
}

// A loop that is left leaves nothing behind, also when it panics.
func TestAll_break(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(iter.Seq2[*client.Authorization, error]){
		"break": func(all iter.Seq2[*client.Authorization, error]) {
			for _, err := range all {
				_ = err
				break
			}
		},
		"panic": func(all iter.Seq2[*client.Authorization, error]) {
			defer func() { _ = recover() }()
			for _, err := range all {
				panic(err)
			}
		},
		"pull": func(all iter.Seq2[*client.Authorization, error]) {
			next, stop := iter.Pull2(all)
			_, _, _ = next()
			stop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport, w := newListing()
				c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)), client.WithTransport(transport))
				go func() { _, _ = io.WriteString(w, listHead+entryA+","+entryB+",") }()
				leave(c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}))
				if transport.closed.Load() != 1 {
					t.Error("the body was not closed")
				}
				synctest.Wait() // Nothing may be left running.
			})
		})
	}
}

// On a real connection, a loop that is left ends the connection, and one that comes
// to the end leaves it for the next call.
func TestAll_connections(t *testing.T) {
	t.Parallel()
	var opened, ended atomic.Int32
	gone := make(chan struct{}, 10)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("orgID") {
			writeAuthorizations(w, 10, "]}")
			return
		}
		writeAuthorizations(w, 1_000_000, "]}") // More than any buffer holds.
	}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened.Add(1)
		case http.StateClosed:
			ended.Add(1)
			gone <- struct{}{}
		default:
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	c := newClient(t, srv.URL, client.WithToken(client.NewSecret(canary)))
	for range 3 {
		if n, err := countAll(t, c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{OrgID: someID})); n != 10 || err != nil {
			t.Fatalf("%d entries, error %v", n, err)
		}
	}
	if opened.Load() != 1 || ended.Load() != 0 {
		t.Errorf("%d connections, %d ended", opened.Load(), ended.Load())
	}
	for _, err := range c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	<-gone
}

// A list that breaks off is told once, with what came before it, and not repeated.
func TestAll_brokenOff(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		send    func(http.ResponseWriter)
		entries int
		kind    kind
		err     string
	}{
		"connection": {func(w http.ResponseWriter) {
			writeAuthorizations(w, 5, ",")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 5, requestError, "the list broke off after 5 entries: unexpected EOF"},
		"connection at the end": {func(w http.ResponseWriter) {
			writeAuthorizations(w, 5, "]}")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 5, requestError, "the list broke off after 5 entries: unexpected EOF"},
		"declared length": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000000")
			writeAuthorizations(w, 5, "]}")
		}, 5, requestError, "the list broke off after 5 entries: unexpected EOF"},
		"reply":       {func(w http.ResponseWriter) { writeAuthorizations(w, 5, ",") }, 5, replyError, "not the JSON that was expected"},
		"object":      {func(w http.ResponseWriter) { writeAuthorizations(w, 5, "]") }, 5, replyError, "not the JSON that was expected"},
		"more behind": {func(w http.ResponseWriter) { writeAuthorizations(w, 5, "]}{}") }, 5, replyError, "no list of authorizations"},
		"null":        {func(w http.ResponseWriter) { writeAuthorizations(w, 5, ",null]}") }, 5, replyError, "no list of authorizations"},
		"no ID":       {func(w http.ResponseWriter) { writeAuthorizations(w, 5, `,{"token":"x"}]}`) }, 5, replyError, "no list of authorizations"},
		"bad ID":      {func(w http.ResponseWriter) { writeAuthorizations(w, 5, `,{"id":"X"}]}`) }, 5, replyError, "no list of authorizations"},
		"web page":    {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<!doctype html>") }, 0, replyError, "not the JSON"},
		"null at all": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "null") }, 0, replyError, "no list of authorizations"},
		"large entry": {func(w http.ResponseWriter) { writeAuthorizations(w, 5, `,{"id":"`+strings.Repeat("x", 2<<20)) }, 5, replyError, "an entry in it is larger than 1048576 bytes"},
		"of InfluxDB3": {func(w http.ResponseWriter) {
			w.Header().Set("X-Influxdb-Build", "Core")
			writeAuthorizations(w, 5, "]}")
		}, 0, -1, "InfluxDB 3 Core answered"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				test.send(w)
			})
			n, err := countAll(t, c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}))
			if n != test.entries || kindOf(err) != test.kind || !strings.Contains(errorString(err), test.err) || strings.Contains(errorString(err), "no reply") {
				t.Errorf("%d entries, error %v", n, err)
			}
			if requests.Load() != 1 {
				t.Errorf("sent %d times", requests.Load())
			}
			c.CloseIdleConnections()
		})
	}
}

// Before the header is there, nothing has been told to anybody, and the call is
// repeated as ever.
func TestAll_retriesBeforeTheHeader(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]testserver.Fault{
		"503": {Status: http.StatusServiceUnavailable}, "dropped": {Drop: true}, "429": {Status: http.StatusTooManyRequests},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t)
			fault.Op, fault.Times = opQuery, retries
			srv.Inject(fault)
			if n, err := countAll(t, c.AdminTokens.All(t.Context())); n != 1 || err != nil {
				t.Errorf("%d tokens, error %v", n, err)
			}
			wantSent(t, srv, opQuery, 1+retries)
		})
	}
	t.Run("401", func(t *testing.T) {
		t.Parallel()
		srv, _, operator := newV3(t)
		c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("apiv3_old")))
		ctx := client.WithFallbackToken(t.Context(), operator)
		if n, err := countAll(t, c.AdminTokens.All(ctx)); n != 1 || err != nil {
			t.Errorf("%d tokens, error %v", n, err)
		}
		wantSent(t, srv, opQuery, 2)
		n, err := countAll(t, c.AdminTokens.All(t.Context()))
		if n != 0 || !client.IsUnauthorized(err) {
			t.Errorf("%d tokens, error %v", n, err)
		}
	})
}
