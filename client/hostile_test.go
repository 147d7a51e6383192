package client_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// hostileReply is a prepared reply, and what becomes of a call that gets it.
type hostileReply struct {
	write        func(w io.Writer, call hostileCall)
	read, create kind
	// sent is how often a creating call is sent, if not once.
	sent int
	// only, if set, chooses the calls that the reply is meant for.
	only func(name string) bool
}

// body is a reply of the status of success.
func body(text func(call hostileCall) string) hostileReply {
	return hostileReply{read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
		respond(w, call.status, "", text(call))
	}}
}

// text is a body that is the same for every call.
func text(s string) hostileReply {
	return body(func(hostileCall) string { return s })
}

// status is a reply of another status.
func status(line, headers, body string, create kind) hostileReply {
	return hostileReply{read: replyError, create: create, write: func(w io.Writer, _ hostileCall) {
		respond(w, line, headers, body)
	}}
}

// broken is a reply that is no HTTP, or breaks off; %s is the status of success,
// %d the length of a good body.
func broken(format string) hostileReply {
	return hostileReply{read: requestError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
		head := strings.NewReplacer("{status}", call.status, "{length}", fmt.Sprint(len(call.good)), "{good}", call.good).Replace(format)
		_, _ = io.WriteString(w, head)
	}}
}

// endless is broken with a piece that comes again and again.
func endless(head, piece string, read, create kind) hostileReply {
	return hostileReply{read: read, create: create, write: func(w io.Writer, call hostileCall) {
		endlessly(w, strings.ReplaceAll(head, "{status}", call.status), piece)
	}}
}

// oneOf chooses calls by their names.
func oneOf(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

// objects are the calls whose reply is one object.
func objects(name string) bool {
	return oneOf("v2 get", "v2 create", "v3 create", "v3 regenerate")(name)
}

// notListV2 leaves one call out whose limit is as high as that of another.
func notListV2(name string) bool { return name != "v2 list" && name != "v3 get" }

// v3Issuing are the calls whose reply holds a hash.
func v3Issuing(name string) bool { return name == "v3 create" || name == "v3 regenerate" }

// gzipBomb returns 16 MiB of blanks in little more than 16 KiB.
func gzipBomb() string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 16 {
		_, _ = w.Write(blanks)
	}
	_ = w.Close()
	return b.String()
}

// replaced is the good body with one part replaced.
func replaced(old, replacement string) hostileReply {
	return body(func(call hostileCall) string { return strings.Replace(call.good, old, replacement, 1) })
}

// forCalls restricts a reply.
func (r hostileReply) forCalls(only func(string) bool) hostileReply {
	r.only = only
	return r
}

const chunked = "HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n"

func hostileReplies() map[string]hostileReply {
	bomb := gzipBomb()
	creating := oneOf("v2 create", "v3 create", "v3 regenerate")
	return map[string]hostileReply{
		// Too much of everything.
		"huge body": body(func(call hostileCall) string {
			return `{"x":"` + strings.Repeat("x", int(call.limit)) + `"}`
		}).forCalls(objects),
		"endless body":             endless(chunked, "400\r\n"+strings.Repeat("[", 1024)+"\r\n", replyError, unknownOutcome).forCalls(notListV2),
		"endless list":             endless("HTTP/1.1 {status}\r\n\r\n{\"authorizations\":[", `{"id":"`+someID+`","description":"`+strings.Repeat("x", 32<<10)+`"},`, replyError, unknownOutcome).forCalls(oneOf("v2 get", "v2 list", "v2 create")),
		"endless body of a 403":    endless("HTTP/1.1 403 No\r\n\r\n", "no ", replyError, replyError),
		"endless body of a 500":    endless("HTTP/1.1 500 Oh\r\n\r\n", "oh ", replyError, unknownOutcome),
		"endless headers":          endless("HTTP/1.1 {status}\r\n", "X-More: more\r\n", requestError, unknownOutcome),
		"endless header line":      endless("HTTP/1.1 {status}\r\nX-Request-Id: ", "xxxxxxxxxxxxxxxx", requestError, unknownOutcome),
		"endless status line":      endless("HTTP/1.1 200 ", "xxxxxxxxxxxxxxxx", requestError, unknownOutcome),
		"endless early hints":      endless("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", requestError, unknownOutcome),
		"endless chunk extensions": endless(chunked+"1;", "x=xxxxxxxxxxxxxx", requestError, unknownOutcome),
		"endless tiny chunks":      endless(chunked, "1;x=xxxxxxxxxxxxxxxxxxxxxxxx\r\n[\r\n", requestError, unknownOutcome).forCalls(oneOf("v2 get", "v2 create")),
		"endless trailers":         endless(chunked+"2\r\n[]\r\n0\r\n", "X-More: more\r\n", requestError, unknownOutcome),
		"gzip bomb": {read: replyError, create: unknownOutcome, only: objects, write: func(w io.Writer, call hostileCall) {
			respond(w, call.status, "Content-Encoding: gzip\r\n", bomb)
		}},
		"gzip bomb of a 403": status("403 No", "Content-Encoding: gzip\r\n", bomb, replyError),
		"gzip bomb of a 500": status("500 Oh", "Content-Encoding: gzip\r\n", bomb, unknownOutcome),
		"deep lists":         text(strings.Repeat("[", 100_000)),
		"deep objects":       text(strings.Repeat(`{"a":`, 100_000)),
		"deep known field":   text(`{"authorizations":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}"),
		"long token": body(func(call hostileCall) string {
			long := "apiv3_" + strings.Repeat("x", 1_000_000)
			return strings.NewReplacer(vectorToken, long, client.NewSecret(vectorToken).Hash(), client.NewSecret(long).Hash(), issuedV2, long).Replace(call.good)
		}).forCalls(creating),

		// No HTTP, or broken off.
		"nothing":                   broken(""),
		"garbage":                   broken("\x00\xff\x16\x03garbage\r\n\r\n"),
		"another protocol":          broken("SSH-2.0-OpenSSH_9.9\r\n"),
		"HTTP of 1991":              broken("<html>hello</html>\r\n"),
		"no status":                 broken("HTTP/1.1 \r\n\r\n"),
		"status in words":           broken("HTTP/1.1 abc OK\r\n\r\n"),
		"status of four digits":     broken("HTTP/1.1 2000 OK\r\n\r\n"),
		"headers without end":       broken("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"),
		"header without colon":      broken("HTTP/1.1 {status}\r\nno colon here\r\nContent-Length: {length}\r\n\r\n{good}"),
		"truncated":                 broken("HTTP/1.1 {status}\r\nContent-Length: 9{length}\r\n\r\n{good}"),
		"length in words":           broken("HTTP/1.1 {status}\r\nContent-Length: some\r\n\r\n{good}"),
		"negative length":           broken("HTTP/1.1 {status}\r\nContent-Length: -1\r\n\r\n{good}"),
		"two lengths":               broken("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nContent-Length: 1\r\n\r\n{good}"),
		"length beyond all":         broken("HTTP/1.1 {status}\r\nContent-Length: 9223372036854775807\r\n\r\n{good}"),
		"chunk size in words":       broken(chunked + "some\r\n{good}\r\n0\r\n\r\n"),
		"chunk beyond all":          broken(chunked + "ffffffffffffffff1\r\n{good}"),
		"negative chunk":            broken(chunked + "-1\r\n{good}\r\n0\r\n\r\n"),
		"chunks without end":        broken(chunked + "2\r\n  \r\n"),
		"chunk longer than it says": broken(chunked + "1\r\n{good}\r\n0\r\n\r\n"),
		"unknown transfer encoding": broken("HTTP/1.1 {status}\r\nTransfer-Encoding: sparse\r\n\r\n{good}"),
		"gzip that is none":         broken("HTTP/1.1 {status}\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{good}"),
		"gzip broken off":           broken("HTTP/1.1 {status}\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\xaa"),

		// A body that claims success.
		"length too small": {read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
			_, _ = fmt.Fprintf(w, "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", call.status, len(call.good)-1, call.good)
		}},
		"unknown content encoding": {read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
			respond(w, call.status, "Content-Encoding: br\r\n", "\x0b\x02\x80[]\x03")
		}},
		"empty":            text(""),
		"blanks":           text(" \r\n "),
		"null":             text("null"),
		"a number":         text("17"),
		"a string":         text(`"` + someID + `"`),
		"list of a number": text("[1]"),
		"list of null":     text(`{"authorizations":[null]}`),
		"list of lists":    text(`[[[]]]`),
		"empty object":     text("{}"),
		"wrong types": text(`{"id":["` + someID + `"],"name":{"a":1},"token":7,"hash":true,"authorizations":{"id":1},` +
			`"status":[],"permissions":"all"}`),
		"rows of wrong types":     text(`[{"token_id":"7","name":5,"hash":[]}]`).forCalls(oneOf("v3 get", "v3 list")),
		"rows of something else":  text(`[{"x":1}]`).forCalls(oneOf("v3 get", "v3 list")),
		"row without an ID":       replaced(`"token_id":0,`, "").forCalls(oneOf("v3 get", "v3 list")),
		"row without a name":      replaced(`"name":"_admin",`, "").forCalls(oneOf("v3 get", "v3 list")),
		"row of another name":     replaced(`"_admin"`, `"other"`).forCalls(oneOf("v3 get")),
		"entries of nothing":      text(`{"authorizations":[{}]}`).forCalls(oneOf("v2 list")),
		"entry with a bad ID":     replaced(someID, "../../orgs/00000").forCalls(oneOf("v2 list", "v2 get", "v2 create")),
		"another ID":              replaced(someID, "00000000000000bb").forCalls(oneOf("v2 get")),
		"another name":            replaced(`"name":"`, `"name":"x`).forCalls(v3Issuing),
		"wrong hash":              replaced(`"hash":"`, `"hash":"0`).forCalls(v3Issuing),
		"missing hash":            replaced(`"hash"`, `"crash"`).forCalls(v3Issuing),
		"number beyond uint64":    replaced(`"id":7`, `"id":18446744073709551616`).forCalls(oneOf("v3 create")),
		"negative number":         replaced(`"id":7`, `"id":-7`).forCalls(oneOf("v3 create")),
		"fraction":                replaced(`"id":7`, `"id":7.5`).forCalls(oneOf("v3 create")),
		"ID beyond uint64":        replaced(`"token_id":0`, `"token_id":1e400`).forCalls(oneOf("v3 get", "v3 list")),
		"token with an escape":    replaced(`"token":"`, `"token":"\u001b[2J`).forCalls(creating),
		"token with a line break": replaced(`"token":"`, `"token":"x\r\nX-Evil: 1`).forCalls(creating),
		"token with a NUL":        replaced(`"token":"`, `"token":"\u0000`).forCalls(creating),
		"token, not UTF-8":        replaced(`"token":"`, "\"token\":\"\xff\xfe").forCalls(creating),
		"token of a web page":     replaced(`"token":"`, `"token":"<b>`).forCalls(v3Issuing),
		"redacted token":          replaced(issuedV2, "[redacted]").forCalls(oneOf("v2 create")),
		"second token":            replaced(`"hash"`, `"token":"apiv3_second","hash"`).forCalls(v3Issuing),
		"second name":             replaced(`"hash"`, `"name":"second","hash"`).forCalls(v3Issuing),
		"second ID":               replaced(`"status"`, `"ID":"00000000000000bb","status"`).forCalls(oneOf("v2 get")),
		"second list":             replaced(`}]}`, `}],"authorizations":7}`).forCalls(oneOf("v2 list")),
		"byte order mark":         body(func(call hostileCall) string { return "\ufeff" + call.good }),
		"NUL before":              body(func(call hostileCall) string { return "\x00" + call.good }),
		"NUL after":               body(func(call hostileCall) string { return call.good + "\x00" }),
		"garbage after":           body(func(call hostileCall) string { return call.good + "}" }),
		"second value after":      body(func(call hostileCall) string { return call.good + call.good }),
		"UTF-16": body(func(call hostileCall) string {
			return "\xff\xfe" + strings.Join(strings.Split(call.good, ""), "\x00") + "\x00"
		}),
		"script before":     body(func(call hostileCall) string { return ")]}',\n" + call.good }),
		"cut JSON":          body(func(call hostileCall) string { return call.good[:len(call.good)-1] }),
		"web page":          text(webPage),
		"web page of a 200": status("200 OK", "Content-Type: text/html\r\n", webPage, unknownOutcome),

		// Another status.
		"204 with a body": {read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
			respond(w, "204 No Content", "", call.good)
		}},
		"206 with the body": {read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
			respond(w, "206 Partial Content", "", call.good)
		}},
		"999 with the body": {read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
			respond(w, "999 Request denied", "", call.good)
		}},
		"099 with the body": {read: replyError, create: unknownOutcome, write: func(w io.Writer, call hostileCall) {
			respond(w, "099 Low", "", call.good)
		}},
		// Nothing more comes, and no deadline of net/http's is left on the connection.
		"another protocol agreed on": {read: replyError, create: unknownOutcome, write: func(w io.Writer, _ hostileCall) {
			_, _ = io.WriteString(w, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: telnet\r\n\r\n")
			if conn, ok := w.(*boundedWriter).w.(io.Reader); ok {
				_, _ = io.Copy(io.Discard, conn)
			}
		}},
		"web page of a 404":          status("404 Not Found", "Content-Type: text/html\r\n", webPage, replyError),
		"web page of a 503":          status("503 Busy", "Content-Type: text/html\r\n", webPage, unknownOutcome),
		"gzip of a 404 that is none": status("404 Not Found", "Content-Encoding: gzip\r\n", "no gzip", replyError),
		"deep error":                 status("400 Bad", "", `{"message":`+strings.Repeat("[", 100_000), replyError),
		"error of wrong types":       status("400 Bad", "", `{"code":{"a":[1]},"message":17,"error":[]}`, replyError),
		"error, not UTF-8":           status("400 Bad", "", "{\"code\":\"\xff\",\"message\":\"\xc3\x28\xf0\x9f\"}", replyError),
		"control characters in a message": status("400 Bad", "",
			"\x1b]0;pwned\x07\x1b[2J\x1b[1;31mred\u202egnp\u2066\u200b\u009b2J\x00\x7f\r\nFAKE LOG LINE\u2028\u2029next\x85end", replyError),
		"control characters in JSON": status("400 Bad", "",
			`{"code":"\u001b[31m\u202e\n","message":"\u0000\u001b]0;x\u0007\r\nfake: line\u2028\u2029\u0085"}`, replyError),
		// net/http takes no others than these in a header.
		"control characters in headers": status("403 No\x1b[2J\x07", "X-Request-Id: a\u009b31mb\u202e\xff\u2028x\r\n"+
			"X-Platform-Error-Code: \u0085]0;x\u2066z\r\nX-Influxdb-Version: \u009b5m\u202e9\x9b\r\n", "", replyError),
		"control characters in an identity": status("403 No", "Cluster-Uuid: a\u009bb\u202e\xff"+strings.Repeat("x", 5000)+"\r\n", "", replyError).
			forCalls(func(name string) bool { return strings.HasPrefix(name, "v3") }),
		"escape codes in a header":         broken("HTTP/1.1 {status}\r\nX-Request-Id: a\x1b[31mb\x07\u202e\xff\r\nContent-Length: {length}\r\n\r\n{good}"),
		"control characters in a redirect": status("302 Found", "Location: http://\u202e\u2066evil.example/\u202e%1b%5b2J%0d%0aX\u009b\r\n", "", replyError),
		"version of the other generation": {read: kind(-1), create: kind(-1), write: func(w io.Writer, call hostileCall) {
			version := "3.9 "
			if strings.Contains(call.op, "/v3/") {
				version = "2.9 "
			}
			respond(w, "404 Not Found", "X-Influxdb-Version: "+version+strings.Repeat("\u009b[5m\u202e\x9b ", 100)+"\r\n", "")
		}},
		"long message and headers": status("400 "+strings.Repeat("B", 1000), "X-Request-Id: "+strings.Repeat("r", 5000)+"\r\nX-Platform-Error-Code: "+strings.Repeat("c", 500)+"\r\n",
			strings.Repeat("m", 4000), replyError),
		"long JSON error":       status("500 Oh", "X-Request-Id: "+strings.Repeat("r", 500)+"\r\n", `{"code":"`+strings.Repeat("c", 500)+`","message":"`+strings.Repeat("m", 500)+`"}`, unknownOutcome),
		"long redirect":         status("308 Permanent Redirect", "X-Request-Id: "+strings.Repeat("r", 500)+"\r\nLocation: http://"+strings.Repeat("h", 500)+".example/\r\n", strings.Repeat("m", 1000), replyError),
		"wait for ever":         status("429 Slow", "Retry-After: 999999999\r\n", "", replyError).sentTimes(retries + 1),
		"wait beyond all":       status("429 Slow", "Retry-After: 99999999999999999999999\r\n", "", replyError).sentTimes(retries + 1),
		"wait back in time":     status("503 Busy", "Retry-After: -1\r\n", "", unknownOutcome),
		"wait till next summer": status("503 Busy", "Retry-After: next summer\r\n", "", unknownOutcome),
		"wait till 9999":        status("503 Busy", "Date: Sun, 01 Mar 2026 12:00:00 GMT\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", "", replyError).sentTimes(retries + 1),
		"session for everybody": status("403 No", "Set-Cookie: influxdb-oss-session=evil; Path=/\r\nWWW-Authenticate: Basic\r\n", "", replyError),
	}
}

// sentTimes says how often a creating call is sent.
func (r hostileReply) sentTimes(n int) hostileReply {
	r.sent = n
	return r
}

// The replies of the table are bad: a good one is taken by every call.
func TestHostile_goodReply(t *testing.T) {
	t.Parallel()
	for name, call := range hostileCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := runHostile(t, call.answer(func(w io.Writer, _ *http.Request) { respond(w, call.status, "", call.good) }))
			if err := call.do(t.Context(), newClient(t, srv.url, client.WithToken(client.NewSecret(hostileOwn)))); err != nil {
				t.Errorf("the call does not take its own reply: %v", err)
			}
		})
	}
}

// Whatever a server sends: a clear error, bounded memory, and no secret.
func TestHostile_replies(t *testing.T) {
	t.Parallel()
	for replyName, reply := range hostileReplies() {
		for callName, call := range hostileCalls() {
			if reply.only != nil && !reply.only(callName) {
				continue
			}
			if callName == "v3 get" && strings.HasPrefix(replyName, "endless") {
				continue // It is the same request as that of the list, and takes its time.
			}
			t.Run(replyName+"/"+callName, func(t *testing.T) {
				t.Parallel()
				srv := runHostile(t, call.answer(func(w io.Writer, _ *http.Request) { reply.write(w, call) }))
				var log bytes.Buffer
				var read atomic.Int64
				c := newClient(t, srv.url, client.WithToken(client.NewSecret(hostileOwn)), client.WithLogger(traceLogger(&log)), client.WithTimeout(5*time.Minute))
				client.CountBodyBytes(c, &read)
				err := call.do(t.Context(), c)
				want, sendings := reply.read, max(1, reply.sent)
				if call.create {
					want = reply.create
				}
				if got := kindOf(err); err == nil || got != want {
					t.Fatalf("kind %d, want %d: %v", got, want, err)
				}
				if got := srv.sent(call.op); call.create && got != sendings {
					t.Errorf("sent %d times, want %d", got, sendings)
				}
				// A call that is repeated reads each reply, and a regeneration looks
				// at what became of it; a list is read a little ahead.
				replies := int64(retries + 1)
				if most := call.limit + 1 + replies*(4<<10+1) + 64<<10; read.Load() > most && want != requestError {
					t.Errorf("the client read %d bytes, want %d at most", read.Load(), most)
				}
				// The one of a regeneration tells of the look afterwards too.
				most := 1500
				if callName == "v3 regenerate" {
					most = 2000
				}
				checkShown(t, err.Error(), most)
				checkShown(t, c.ClusterUUID(), 300)
				checkNoPart(t, log.String())
			})
		}
	}
}

// Not everything that answers 200 is a healthy InfluxDB.
func TestHostile_health(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body    string
		healthy bool
	}{
		"InfluxDB 3": {"OK", true}, "InfluxDB v2": {`{"name":"influxdb","status":"pass"}`, true},
		"failing": {`{"name":"influxdb","status":"fail"}`, false}, "web page": {webPage, false}, "nothing": {"", false},
		"null": {"null", false}, "wrong type": {`{"status":["pass"]}`, false}, "garbage after": {"OK\x00", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := runHostile(t, func(w io.Writer, _ *http.Request) { respond(w, "200 OK", "", test.body) })
			err := newClient(t, srv.url).Server.Health(t.Context())
			if (err == nil) != test.healthy || err != nil && kindOf(err) != replyError {
				t.Errorf("error %v", err)
			}
			checkShown(t, errorString(err), 1500)
		})
	}
}

// A cookie that a server sets is none of a client with a token.
func TestHostile_cookieIsNotKept(t *testing.T) {
	t.Parallel()
	srv := runHostile(t, func(w io.Writer, _ *http.Request) {
		respond(w, "200 OK", "Set-Cookie: influxdb-oss-session=evil; Path=/\r\n", hostileCalls()["v2 get"].good)
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, srv.url, client.WithToken(client.NewSecret(hostileOwn)), client.WithHTTPClient(&http.Client{Jar: jar}))
	for range 2 {
		if _, err := c.Authorizations.Get(t.Context(), someID); err != nil {
			t.Fatal(err)
		}
	}
	for _, header := range srv.headers {
		if len(header["Cookie"]) != 0 || len(header["Authorization"]) != 1 {
			t.Errorf("sent %d cookies and %d tokens", len(header["Cookie"]), len(header["Authorization"]))
		}
	}
}
