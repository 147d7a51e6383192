package client_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// matrixFault is one row of the retry policy: what goes wrong every time, and what
// becomes of a call of each class.
type matrixFault struct {
	// dial, serve and reply are the fault; one of them is set.
	dial  func(context.Context) error
	serve func(net.Conn)
	reply func(conn net.Conn, call hostileCall)
	tls   bool
	// v2 leaves the calls of InfluxDB 3 out.
	v2 bool
	// cancel ends the caller's context five seconds after the request was sent, in
	// a pause between two attempts if pause is set.
	cancel, pause bool

	read, write, create outcome
}

// outcome is how often a request is sent or tried, what becomes of the call, and
// how long it takes.
type outcome struct {
	sent int
	kind kind
	took time.Duration
}

// matrixWait is the longest pause that the client of the matrix makes because a
// server asks for it. Without being asked it makes none.
const matrixWait = time.Minute

// answers is a reply that comes whole.
func answers(status, headers, body string) func(net.Conn, hostileCall) {
	return func(conn net.Conn, _ hostileCall) { respond(conn, status, headers, body) }
}

// writes sends a part of a reply, and closes the connection.
func writes(part func(hostileCall) string) func(net.Conn, hostileCall) {
	return func(conn net.Conn, call hostileCall) { _, _ = io.WriteString(conn, part(call)) }
}

// succeeds is a reply of the status of success with another body.
func succeeds(body string) func(net.Conn, hostileCall) {
	return func(conn net.Conn, call hostileCall) { respond(conn, call.status, "", body) }
}

func refuses(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

// The whole policy. The package documentation says the same in words, and
// shared/design.md section 2.3 why.
func retryMatrix(t *testing.T) map[string]matrixFault {
	t.Helper()
	const minute = 3 * matrixWait // A pause of a minute before each of three repetitions.
	return map[string]matrixFault{
		// Nothing was sent: everything may be repeated.
		"connection refused": {dial: refuses(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{4, requestError, 0}},
		"no such host": {dial: refuses(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "h", IsNotFound: true}}),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{4, requestError, 0}},
		"broken TLS handshake": {tls: true, serve: func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) },
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{4, requestError, 0}},
		// It would be no better the next time.
		"unknown authority": {tls: true, serve: serveTLS(t),
			read: outcome{1, requestError, 0}, write: outcome{1, requestError, 0}, create: outcome{1, requestError, 0}},
		"no TLS at all": {tls: true, serve: func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1<<16))
			respond(conn, "400 Bad Request", "", "")
		},
			read: outcome{1, requestError, 0}, write: outcome{1, requestError, 0}, create: outcome{1, requestError, 0}},

		// It may have been done.
		"closed before a byte": {reply: writes(func(hostileCall) string { return "" }),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{1, unknownOutcome, 0}},
		"closed in the headers": {reply: writes(func(call hostileCall) string { return "HTTP/1.1 " + call.status + "\r\nContent-Le" }),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{1, unknownOutcome, 0}},
		"closed after the headers": {reply: writes(func(call hostileCall) string { return "HTTP/1.1 " + call.status + "\r\nContent-Length: 9\r\n\r\n" }),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{1, unknownOutcome, 0}},
		"closed in the body": {reply: writes(func(call hostileCall) string {
			return "HTTP/1.1 " + call.status + "\r\nContent-Length: 9\r\n\r\n "
		}),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{1, unknownOutcome, 0}},
		"no HTTP": {reply: writes(func(hostileCall) string { return "hello\r\n\r\n" }),
			read: outcome{4, requestError, 0}, write: outcome{4, requestError, 0}, create: outcome{1, unknownOutcome, 0}},
		"timeout": {reply: func(conn net.Conn, _ hostileCall) { hang(conn) },
			read: outcome{4, requestError, 120 * time.Second}, write: outcome{4, requestError, 120 * time.Second}, create: outcome{1, unknownOutcome, 30 * time.Second}},
		"timeout in the body": {reply: func(conn net.Conn, call hostileCall) {
			_, _ = io.WriteString(conn, "HTTP/1.1 "+call.status+"\r\nContent-Length: 9\r\n\r\n ")
			hang(conn)
		},
			read: outcome{4, requestError, 120 * time.Second}, write: outcome{4, requestError, 120 * time.Second}, create: outcome{1, unknownOutcome, 30 * time.Second}},
		// The caller's cancellation ends everything at once but what would be lost.
		"canceled": {cancel: true, reply: func(conn net.Conn, _ hostileCall) { hang(conn) },
			read: outcome{1, requestError, 5 * time.Second}, write: outcome{1, requestError, 5 * time.Second}, create: outcome{1, unknownOutcome, 30 * time.Second}},
		"canceled in a pause": {cancel: true, pause: true, reply: answers("429 Slow", "Retry-After: 60\r\n", ""),
			read: outcome{1, requestError, 5 * time.Second}, write: outcome{1, requestError, 5 * time.Second}, create: outcome{1, requestError, 5 * time.Second}},

		// The server says that it has not done it.
		"400":                 same(answers("400 Bad", "", `{"code":"invalid","message":"no"}`), outcome{1, replyError, 0}),
		"400 broken off":      same(writes(func(hostileCall) string { return "HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\nno" }), outcome{1, replyError, 0}),
		"401":                 same(answers("401 No", "", `{"code":"unauthorized","message":"unauthorized access"}`), outcome{1, replyError, 0}),
		"403":                 same(answers("403 No", "", ""), outcome{1, replyError, 0}),
		"404":                 same(answers("404 No", "", `{"code":"not found","message":"no such thing"}`), outcome{1, replyError, 0}),
		"404 of a proxy":      same(answers("404 No", "", webPage), outcome{1, replyError, 0}),
		"405":                 same(answers("405 No", "", ""), outcome{1, replyError, 0}),
		"409":                 same(answers("409 Taken", "", ""), outcome{1, replyError, 0}),
		"413":                 same(answers("413 Large", "", ""), outcome{1, replyError, 0}),
		"422":                 same(answers("422 Taken", "", `{"code":"conflict","message":"taken"}`), outcome{1, replyError, 0}),
		"501":                 same(answers("501 What", "", ""), outcome{1, replyError, 0}),
		"301":                 same(answers("301 There", "Location: /there\r\n", ""), outcome{1, replyError, 0}),
		"302 of a sign-in":    same(answers("302 There", "Location: https://login.example/?next=/x\r\n", ""), outcome{1, replyError, 0}),
		"307":                 same(answers("307 There", "Location: /there\r\n", ""), outcome{1, replyError, 0}),
		"308":                 same(answers("308 There", "", ""), outcome{1, replyError, 0}),
		"500 that says why":   same(answers("500 No", "", "missing admin token, cannot update"), outcome{1, replyError, 0}),
		"429":                 same(answers("429 Slow", "", ""), outcome{4, replyError, 0}),
		"429, seconds":        same(answers("429 Slow", "Retry-After: 7\r\n", ""), outcome{4, replyError, 21 * time.Second}),
		"429, date":           same(answers("429 Slow", dateAfter(7), ""), outcome{4, replyError, 21 * time.Second}),
		"429, beyond the cap": same(answers("429 Slow", "Retry-After: 7200\r\n", ""), outcome{4, replyError, minute}),
		"429, date far off":   same(answers("429 Slow", dateAfter(7200), ""), outcome{4, replyError, minute}),
		"429, date gone by":   same(answers("429 Slow", dateAfter(-7), ""), outcome{4, replyError, 0}),
		"429, no date":        same(answers("429 Slow", "Retry-After: soon\r\n", ""), outcome{4, replyError, 0}),
		"503, seconds":        same(answers("503 Busy", "Retry-After: 7\r\n", ""), outcome{4, replyError, 21 * time.Second}),
		"503, date":           same(answers("503 Busy", dateAfter(7), ""), outcome{4, replyError, 21 * time.Second}),
		"503, beyond the cap": same(answers("503 Busy", "Retry-After: 7200\r\n", ""), outcome{4, replyError, minute}),
		"503 of 2.10 starting": {v2: true, reply: answers("503 Busy", "X-Influxdb-Build: OSS\r\n", `{"status":"starting"}`),
			read: outcome{4, replyError, 0}, write: outcome{4, replyError, 0}, create: outcome{4, replyError, 0}},

		// Nobody says whether it was done.
		"503": {reply: answers("503 Busy", "", ""),
			read: outcome{4, replyError, 0}, write: outcome{4, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"503, no date": {reply: answers("503 Busy", "Retry-After: soon\r\n", ""),
			read: outcome{4, replyError, 0}, write: outcome{4, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"503 of something starting": {reply: answers("503 Busy", "", `{"status":"starting"}`),
			read: outcome{4, replyError, 0}, write: outcome{4, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"502": {reply: answers("502 Gateway", "Retry-After: 7\r\n", webPage),
			read: outcome{4, replyError, 0}, write: outcome{4, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"504": {reply: answers("504 Gateway", "", ""),
			read: outcome{4, replyError, 0}, write: outcome{4, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"500": {reply: answers("500 Oh", "", "oh"),
			read: outcome{1, replyError, 0}, write: outcome{1, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"520": {reply: answers("520 Unknown", "", webPage),
			read: outcome{1, replyError, 0}, write: outcome{1, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"408": {reply: answers("408 Slow", "", ""),
			read: outcome{1, replyError, 0}, write: outcome{1, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"another success": {reply: answers("202 Accepted", "", webPage),
			read: outcome{1, replyError, 0}, write: outcome{1, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"garbage as success": {reply: succeeds("\x00garbage"),
			read: outcome{1, replyError, 0}, write: outcome{1, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
		"web page as success": {reply: succeeds(webPage),
			read: outcome{1, replyError, 0}, write: outcome{1, replyError, 0}, create: outcome{1, unknownOutcome, 0}},
	}
}

// same is a row whose outcome does not depend on the class.
func same(reply func(net.Conn, hostileCall), all outcome) matrixFault {
	return matrixFault{reply: reply, read: all, write: all, create: all}
}

// dateAfter is the header of a reply that asks to wait until a date, so many
// seconds after its own.
func dateAfter(seconds int) string {
	at := start()
	return "Date: " + at.Format(http.TimeFormat) + "\r\nRetry-After: " + at.Add(time.Duration(seconds)*time.Second).Format(http.TimeFormat) + "\r\n"
}

// serveTLS answers a handshake with a certificate that nobody has signed.
func serveTLS(t *testing.T) func(net.Conn) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"influxdb.test"},
		// The clock of a bubble begins in the year 2000.
		NotBefore: start().AddDate(-50, 0, 0), NotAfter: start().AddDate(50, 0, 0),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}}
	return func(conn net.Conn) {
		server := tls.Server(conn, config)
		_, _ = io.Copy(io.Discard, server)
	}
}

// matrixCalls are calls of each class, of each generation.
func matrixCalls() map[string]hostileCall {
	all := hostileCalls()
	return map[string]hostileCall{
		"read/v2": all["v2 get"], "read/v3": all["v3 list"], "create/v2": all["v2 create"], "create/v3": all["v3 create"],
		"write/v2": {op: "PATCH /api/v2/authorizations/" + someID, status: "200 OK", good: all["v2 get"].good,
			do: func(ctx context.Context, c *client.Client) error {
				return second(c.Authorizations.Update(ctx, someID, client.UpdateAuthorizationRequest{Description: new("d")}))
			}},
		"write/v3": {op: "DELETE /api/v3/configure/token", status: "200 OK",
			do: func(ctx context.Context, c *client.Client) error { return c.AdminTokens.Delete(ctx, "ci") }},
	}
}

// network makes the fault come true for the requests of the call; others are not
// found.
func (f matrixFault) network(call hostileCall) *memoryNet {
	return &memoryNet{dial: f.dial, serve: f.serve, answer: func(conn net.Conn, req *http.Request) bool {
		if req.Method+" "+req.URL.Path != call.op {
			respond(conn, "404 Not Found", "", "")
			return false
		}
		f.reply(conn, call)
		return false
	}}
}

func TestRetryMatrix(t *testing.T) {
	t.Parallel()
	for faultName, fault := range retryMatrix(t) {
		for callName, call := range matrixCalls() {
			class, generation, _ := strings.Cut(callName, "/")
			if fault.v2 && generation == "v3" {
				continue
			}
			t.Run(faultName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					want := map[string]outcome{"read": fault.read, "write": fault.write, "create": fault.create}[class]
					network := fault.network(call)
					url := "http://influxdb.test"
					if fault.tls {
						url = "https://influxdb.test"
					}
					c := newClient(t, url, client.WithToken(client.NewSecret(hostileOwn)), client.WithTransport(network.transport()),
						client.WithRetry(client.RetryPolicy{Max: retries, MaxRetryAfter: matrixWait}))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if fault.cancel {
						time.AfterFunc(5*time.Second, cancel)
					}
					begin := time.Now() //nolint:forbidigo // The clock of the bubble is what is measured.
					err := call.do(ctx, c)
					took := time.Since(begin) //nolint:forbidigo // As above.
					got := outcome{network.sent(call.op), kindOf(err), took}
					if fault.reply == nil {
						got.sent = int(network.dials.Load())
					}
					if got != want {
						t.Errorf("got %+v, want %+v: %v", got, want, err)
					}
					fault.checkFacts(t, err, want)
					c.CloseIdleConnections()
				})
			})
		}
	}
}

// checkFacts compares what an error says with what happened.
func (f matrixFault) checkFacts(t *testing.T, err error, want outcome) {
	t.Helper()
	if e, ok := errors.AsType[*client.Error](err); ok && e.Attempts != want.sent {
		t.Errorf("the error tells of %d attempts", e.Attempts)
	}
	if e, ok := errors.AsType[*client.RequestError](err); ok {
		// What was answered is not under way any more when the pause ends.
		if e.Attempts != want.sent || e.Sent != (f.reply != nil && !f.pause) {
			t.Errorf("the error tells of %d attempts, the last one sent: %t", e.Attempts, e.Sent)
		}
		if f.cancel && want.kind == requestError && !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
	}
	if want.kind == unknownOutcome && !strings.Contains(err.Error(), "was sent at") {
		t.Errorf("the error does not say when: %v", err)
	}
	checkShown(t, fmt.Sprint(err), 1500)
}
