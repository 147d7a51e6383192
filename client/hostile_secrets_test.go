package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// split puts a separator after every few characters.
func split(s, separator string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%7 == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inJSON writes s as a JSON string without its quotes, every character escaped if
// all is true.
func inJSON(s string, all bool) string {
	if all {
		var b strings.Builder
		for _, r := range s {
			_, _ = fmt.Fprintf(&b, `\u%04x`, r)
		}
		return b.String()
	}
	encoded, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return strings.Trim(string(encoded), `"`)
}

// percents escapes every character that is no letter, in the given case.
func percents(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			b.WriteByte(c)
			continue
		}
		_, _ = fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// echoes are the ways in which a server can repeat a secret.
func echoes() map[string]func(string) string {
	return map[string]func(string) string{
		"raw":                     func(s string) string { return s },
		"in a header":             func(s string) string { return "Authorization: Bearer " + s },
		"in a URL":                func(s string) string { return "/x?token=" + url.QueryEscape(s) },
		"in a path":               func(s string) string { return "/x/" + url.PathEscape(s) },
		"in a path as it is":      func(s string) string { return (&url.URL{Path: "/x/" + s}).String() },
		"percents":                func(s string) string { return percents(s, "%%%02X") },
		"percents in small":       func(s string) string { return percents(s, "%%%02x") },
		"in JSON":                 func(s string) string { return inJSON(s, false) },
		"escaped all over":        func(s string) string { return inJSON(s, true) },
		"quoted by Go":            func(s string) string { return fmt.Sprintf("%q", "\x00"+split(s, "\x00")) },
		"for HTML":                html.EscapeString,
		"split by NUL":            func(s string) string { return split(s, "\x00") },
		"split by escape codes":   func(s string) string { return split(s, "\x1b") },
		"split by line breaks":    func(s string) string { return split(s, "\r\n") },
		"split by folded lines":   func(s string) string { return split(s, "\r\n\t") },
		"split by U+2028":         func(s string) string { return split(s, "\u2028") },
		"split by zero width":     func(s string) string { return split(s, "\u200b\ufeff\u2060") },
		"split by bidi":           func(s string) string { return split(s, "\u202e\u2066") },
		"split by soft hyphens":   func(s string) string { return split(s, "\u00ad") },
		"split by selectors":      func(s string) string { return split(s, "\ufe0f\u034f") },
		"split by bad UTF-8":      func(s string) string { return split(s, "\xff\xc0") },
		"far across it, unseen":   func(s string) string { return strings.Repeat("\u200b", 4080/3) + s },
		"at the limit of a body":  func(s string) string { return strings.Repeat(" ", 4096-len(s)+1) + s },
		"across it":               func(s string) string { return strings.Repeat(" ", 4096-len(s)/2) + s },
		"far across it, in NULs":  func(s string) string { return strings.Repeat("\x00", 4096-30) + s },
		"across it, escaped":      func(s string) string { return strings.Repeat("\n", 4096-150) + inJSON(s, true) },
		"at the limit of an text": func(s string) string { return strings.Repeat("x", 290) + s },
	}
}

// A gateway may repeat the request that it refuses, in any form: neither the own
// token shows nor one that was issued before.
func TestHostile_echoes(t *testing.T) {
	t.Parallel()
	bodies := map[string]func(string) string{
		"text": func(s string) string { return s },
		"v2": func(s string) string {
			return `{"code":` + string(marshal(s)) + `,"message":` + string(marshal(s)) + `}`
		},
		"v3":   func(s string) string { return `{"error":` + string(marshal(s)) + `}` },
		"list": func(s string) string { return `[` + string(marshal(s)) + `]` },
		"cut":  func(s string) string { return `{"error":` + string(marshal(s)) },
	}
	for echoName, echo := range echoes() {
		for bodyName, wrap := range bodies {
			for secretName, secret := range map[string]string{"own": hostileOwn, "issued": issuedV2, "other": vectorToken} {
				t.Run(echoName+"/"+bodyName+"/"+secretName, func(t *testing.T) {
					t.Parallel()
					var log bytes.Buffer
					calls := hostileCalls()
					srv := runHostile(t, func(w io.Writer, req *http.Request) {
						if req.URL.Path == "/api/v2/me" {
							respond(w, "400 Bad Request", "", wrap(echo(secret)))
							return
						}
						respond(w, "201 Created", "", calls["v2 create"].good)
					})
					c := newClient(t, srv.url, client.WithToken(client.NewSecret(hostileOwn)), client.WithLogger(traceLogger(&log)))
					if err := calls["v2 create"].do(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					_, err := c.Me.Get(t.Context())
					if e := as[*client.Error](t, err); e.StatusCode != http.StatusBadRequest {
						t.Fatalf("error %v", err)
					}
					checkShown(t, err.Error(), 1500)
					checkNoPart(t, log.String())
				})
			}
		}
	}
}

// marshal writes s as a JSON string. What is no UTF-8 is lost.
func marshal(s string) []byte {
	encoded, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return encoded
}

// What can be echoed in a header, or where net/http itself quotes it in an error.
func TestHostile_echoesOutsideOfTheBody(t *testing.T) {
	t.Parallel()
	places := map[string]string{
		"reason":         "HTTP/1.1 403 {echo}\r\nContent-Length: 0\r\n\r\n",
		"status":         "HTTP/1.1 {echo} OK\r\nContent-Length: 0\r\n\r\n",
		"status line":    "{echo}\r\n\r\n",
		"header line":    "HTTP/1.1 200 OK\r\n{echo}\r\n\r\n",
		"header name":    "HTTP/1.1 200 OK\r\n{echo}: x\r\n\r\n",
		"length":         "HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n",
		"encoding":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: {echo}\r\n\r\n",
		"chunk":          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n",
		"request ID":     "HTTP/1.1 403 No\r\nX-Request-Id: {echo}\r\nContent-Length: 0\r\n\r\n",
		"code":           "HTTP/1.1 403 No\r\nX-Platform-Error-Code: {echo}\r\nContent-Length: 0\r\n\r\n",
		"version":        "HTTP/1.1 403 No\r\nX-Influxdb-Version: 3.9 {echo}\r\nContent-Length: 0\r\n\r\n",
		"build":          "HTTP/1.1 403 No\r\nX-Influxdb-Build: {echo}\r\nContent-Length: 0\r\n\r\n",
		"cluster":        "HTTP/1.1 403 No\r\nCluster-Uuid: {echo}\r\nContent-Length: 0\r\n\r\n",
		"redirect":       "HTTP/1.1 302 Found\r\nLocation: /a/{echo}/b\r\nContent-Length: 0\r\n\r\n",
		"redirect host":  "HTTP/1.1 302 Found\r\nLocation: http://{echo}.example/\r\nContent-Length: 0\r\n\r\n",
		"redirect user":  "HTTP/1.1 302 Found\r\nLocation: http://u:{echo}@h.example/\r\nContent-Length: 0\r\n\r\n",
		"redirect query": "HTTP/1.1 302 Found\r\nLocation: /x?t={echo}#{echo}\r\nContent-Length: 0\r\n\r\n",
		"other scheme":   "HTTP/1.1 302 Found\r\nLocation: x-{echo}:{echo}\r\nContent-Length: 0\r\n\r\n",
		"ping body":      "HTTP/1.1 200 OK\r\nX-Request-Id: 1\r\n\r\n{\"version\":\"3.{echo}\",\"revision\":\"{echo}\",\"process_id\":\"{echo}\"}",
	}
	for placeName, place := range places {
		for echoName, echo := range echoes() {
			t.Run(placeName+"/"+echoName, func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				srv := runHostile(t, func(w io.Writer, _ *http.Request) {
					_, _ = io.WriteString(w, strings.ReplaceAll(place, "{echo}", echo(hostileOwn)))
				})
				c := newClient(t, srv.url, client.WithToken(client.NewSecret(hostileOwn)), client.WithLogger(traceLogger(&log)),
					client.WithRetry(client.RetryPolicy{}))
				var texts []string
				for _, do := range []func(context.Context) error{
					func(ctx context.Context) error { return second(c.Me.Get(ctx)) },
					func(ctx context.Context) error { return createNamed(ctx, c, "new") },
				} {
					err := do(t.Context())
					if err == nil {
						t.Fatal("no error")
					}
					texts = append(texts, err.Error())
					if e, ok := errors.AsType[*client.Error](err); ok {
						texts = append(texts, e.Code, e.Message, e.RequestID, e.Location)
					}
				}
				if info, err := c.Server.Info(t.Context()); err != nil {
					texts = append(texts, err.Error())
				} else {
					texts = append(texts, info.String(), info.Version.Text, info.Revision, info.ProcessID, info.ClusterUUID)
				}
				for _, text := range append(texts, c.ClusterUUID()) {
					checkShown(t, text, 1500)
				}
				checkNoPart(t, log.String())
			})
		}
	}
}

// No redirect is followed: the place that it leads to does not even see a
// connection, and the token stays where it belongs.
func TestHostile_redirects(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for callName, call := range hostileCalls() {
			for _, place := range []string{"http://{other}/stolen", "//{other}/stolen", "http://user@{other}/", "/api/v2/stolen", ""} {
				t.Run(fmt.Sprintf("%d/%s/%s", code, callName, place), func(t *testing.T) {
					t.Parallel()
					elsewhere := runHostile(t, func(w io.Writer, _ *http.Request) { respond(w, call.status, "", call.good) })
					location := strings.ReplaceAll(place, "{other}", strings.TrimPrefix(elsewhere.url, "http://"))
					srv := runHostile(t, call.answer(func(w io.Writer, _ *http.Request) {
						headers := "Refresh: 0; url=" + location + "\r\nAlt-Svc: h2c=\"" + strings.TrimPrefix(elsewhere.url, "http://") + "\"\r\n"
						if location != "" {
							headers += "Location: " + location + "\r\n"
						}
						respond(w, fmt.Sprintf("%d Over there", code), headers, call.good)
					}))
					c := newClient(t, srv.url, client.WithToken(client.NewSecret(hostileOwn)))
					err := call.do(t.Context(), c)
					want, limit := replyError, 1500
					if code == http.StatusSeeOther && call.create {
						want, limit = unknownOutcome, 2000 // It says that it was done.
					}
					if kindOf(err) != want {
						t.Fatalf("kind %d, want %d: %v", kindOf(err), want, err)
					}
					if e := as[*client.Error](t, err); e.StatusCode != code || e.Location == "" {
						t.Errorf("got %+v", e)
					}
					if n := elsewhere.connections(); n != 0 {
						t.Errorf("%d connections were made to where the redirect leads", n)
					}
					if got := srv.sent(call.op); got != 1 {
						t.Errorf("sent %d times", got)
					}
					if n := len(srv.requests); callName != "v3 regenerate" && n != 1 {
						t.Errorf("requests of %d kinds were sent: %v", n, srv.requests)
					}
					checkShown(t, err.Error(), limit)
				})
			}
		}
	}
}
