package client_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// hostileServer is a server that writes prepared bytes in place of HTTP, one
// request a connection.
type hostileServer struct {
	url string
	// requests counts them by method and path.
	mu       sync.Mutex
	requests map[string]int
	headers  []http.Header
	accepted int
}

// mostBytes is what an endless reply ends after at last, for a client that would
// read on and on.
const mostBytes = 512 << 20

// runHostile starts a server that gives each request to reply. It ends with the
// test, which waits for every reply to be written or refused: a client that kept a
// connection of an endless reply open would hang there.
func runHostile(t *testing.T, reply func(w io.Writer, req *http.Request)) *hostileServer {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &hostileServer{url: "http://" + listener.Addr().String(), requests: map[string]int{}}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.accepted++
			s.mu.Unlock()
			running.Go(func() { s.serve(t, conn, reply) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return s
}

func (s *hostileServer) serve(t *testing.T, conn net.Conn, reply func(io.Writer, *http.Request)) {
	t.Helper()
	defer func() { _ = conn.Close() }()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return
	}
	s.mu.Lock()
	s.requests[req.Method+" "+req.URL.Path]++
	s.headers = append(s.headers, req.Header)
	s.mu.Unlock()
	w := &boundedWriter{w: conn, left: mostBytes}
	reply(w, req)
	if w.left <= 0 {
		t.Error("the client reads an endless reply to no end")
	}
	// What was not read would reset the connection and take the reply with it.
	if tcp, ok := conn.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, conn)
	}
}

// sent returns how many requests there were of one method and path.
func (s *hostileServer) sent(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[op]
}

// connections returns how many connections were made.
func (s *hostileServer) connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

// boundedWriter fails once it has written enough.
type boundedWriter struct {
	w    io.Writer
	left int64
}

// Write implements io.Writer.
func (b *boundedWriter) Write(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("that is enough")
	}
	n, err := b.w.Write(p)
	b.left -= int64(n)
	return n, err
}

// endlessly writes head and then piece until the client hangs up.
func endlessly(w io.Writer, head, piece string) {
	if _, err := io.WriteString(w, head); err != nil {
		return
	}
	pieces := bytes.Repeat([]byte(piece), max(1, (64<<10)/len(piece)))
	for {
		if _, err := w.Write(pieces); err != nil {
			return
		}
	}
}

// respond writes a whole reply of HTTP/1.1.
func respond(w io.Writer, status, headers, body string) {
	_, _ = fmt.Fprintf(w, "HTTP/1.1 %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, headers, len(body), body)
}

// The secrets of the hostile server's tests. The own token has every character that
// a gateway may escape when it repeats it.
const (
	hostileOwn = `hunter2/"quoted"<angle>&amp;=plus+percent%25;semi,colon:tail-of-it`
	issuedV2   = "Vb0mYbXkLq3Zr8sTn5wUcJ1dPe6fGh2iKo4aQy7xW9vBzMtRlSjNpHgFdCqXuEwYoIiAa0b9c8d7e6f5g4h3i2=="
)

// someTime is when everything of the hostile server was made.
const someTime = "2026-03-01T12:00:00Z"

// hostileCall is a call that is made of the hostile server.
type hostileCall struct {
	op     string
	status string
	// good is a body that the call takes.
	good   string
	create bool
	// limit is how much of a successful reply the client reads, in bytes.
	limit int64
	do    func(context.Context, *client.Client) error
}

func hostileCalls() map[string]hostileCall {
	secret := client.NewSecret(vectorToken)
	authorization := `{"id":"` + someID + `","token":"` + issuedV2 + `","status":"active","description":"new","orgID":"` + someID +
		`","permissions":[],"createdAt":"` + someTime + `"}`
	row := `{"token_id":0,"name":"_admin","hash":"` + secret.Fingerprint() + `","created_at":"2026-03-01T12:00:00","permissions":"*:*:*"}`
	issued := func(name string) string {
		return `{"id":7,"name":"` + name + `","token":"` + vectorToken + `","hash":"` + secret.Hash() + `","created_at":"` + someTime + `","expiry":null}`
	}
	return map[string]hostileCall{
		"v2 get": {op: "GET /api/v2/authorizations/" + someID, status: "200 OK", good: authorization, limit: 1 << 20,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.Authorizations.Get(ctx, someID))
			}},
		"v2 list": {op: "GET /api/v2/authorizations", status: "200 OK", good: `{"authorizations":[` + authorization + `]}`, limit: 64 << 20,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.Authorizations.List(ctx, client.ListAuthorizationsOptions{}))
			}},
		"v2 create": {op: "POST /api/v2/authorizations", status: "201 Created", good: authorization, limit: 1 << 20, create: true,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
					OrgID: someID, Description: "new", Permissions: client.BucketPermissions(someID, someID, client.ActionRead),
				}))
			}},
		"v3 get": {op: "POST /api/v3/query_sql", status: "200 OK", good: "[" + row + "]", limit: 64 << 20,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.AdminTokens.Get(ctx, client.OperatorName))
			}},
		"v3 list": {op: "POST /api/v3/query_sql", status: "200 OK", good: "[" + row + "]", limit: 64 << 20,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.AdminTokens.List(ctx))
			}},
		"v3 create": {op: "POST /api/v3/configure/token/named_admin", status: "201 Created", good: issued("new"), limit: 1 << 20, create: true,
			do: func(ctx context.Context, c *client.Client) error {
				return createNamed(ctx, c, "new")
			}},
		"v3 regenerate": {op: "POST /api/v3/configure/token/admin/regenerate", status: "201 Created", good: issued("_admin"), limit: 1 << 20, create: true,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.AdminTokens.RegenerateOperator(ctx))
			}},
	}
}

// answer gives reply to the requests of the call, and to all after the first of
// them; what comes before, a regeneration looks at the token, is answered well.
func (call hostileCall) answer(reply func(io.Writer, *http.Request)) func(io.Writer, *http.Request) {
	var begun atomic.Bool
	return func(w io.Writer, req *http.Request) {
		if req.Method+" "+req.URL.Path == call.op {
			begun.Store(true)
		}
		if begun.Load() {
			reply(w, req)
			return
		}
		respond(w, "200 OK", "", hostileCalls()["v3 get"].good)
	}
}

// checkShown fails the test when text is not fit for a terminal or a log, or shows
// a part of a secret.
func checkShown(t *testing.T, text string, most int) {
	t.Helper()
	if len(text) > most {
		t.Errorf("%d bytes are shown, want %d at most: %s", len(text), most, text)
	}
	if !utf8.ValidString(text) {
		t.Errorf("%q is not valid UTF-8", text)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("%q holds the character %U", text, r)
		}
	}
	checkNoPart(t, text)
}

// checkNoPart fails the test when text holds a dozen characters of a secret in a
// row, escaped or not, and with blanks between them or without.
func checkNoPart(t *testing.T, text string) {
	t.Helper()
	plain := strings.Join(strings.Fields(text), "")
	texts := []string{plain}
	if unescaped, err := url.PathUnescape(plain); err == nil {
		texts = append(texts, unescaped)
	}
	if unquoted, err := strconv.Unquote(`"` + strings.ReplaceAll(plain, `"`, `\"`) + `"`); err == nil {
		texts = append(texts, unquoted)
	}
	const part = 12
	for _, secret := range []string{hostileOwn, issuedV2, vectorToken} {
		for i := range len(secret) - part {
			for _, shown := range texts {
				if strings.Contains(shown, secret[i:i+part]) {
					t.Fatalf("a part of a secret shows: %s", text)
				}
			}
		}
	}
}
