package conformance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// exchangeTimeout ends a request that a server leaves hanging.
const exchangeTimeout = 30 * time.Second

// outcome is what came back for a request: a reply, or neither.
type outcome struct {
	status  string
	header  http.Header
	body    string
	problem error // why there is no reply
}

// What a request can end with instead of a reply.
const (
	dropped = "dropped"
	refused = "refused"
)

// exchange sends a request as it stands, over a connection of its own: net/http
// would trim, sort or refuse what some cases are about.
func exchange(ctx context.Context, base *url.URL, tlsConfig *tls.Config, req *Request) outcome {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	conn, err := dial(ctx, base, tlsConfig)
	if err != nil {
		return outcome{status: refused, problem: err}
	}
	defer func() { _ = conn.Close() }() // The reply has been read, or there is none.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()

	message, err := message(base.Host, req)
	if err != nil {
		return outcome{status: dropped, problem: err}
	}
	sent := make(chan error, 1)
	// A server may answer before it has read all, and then read no more.
	go func() {
		_, err := conn.Write(message)
		sent <- err
	}()
	reply, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: req.Method})
	if err != nil {
		_ = conn.Close() // Ends the writer.
		return outcome{status: dropped, problem: errors.Join(err, <-sent)}
	}
	defer func() { _ = reply.Body.Close() }() // The connection goes with it.
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return outcome{status: dropped, problem: err}
	}
	return outcome{status: strconv.Itoa(reply.StatusCode), header: reply.Header, body: string(body)}
}

func dial(ctx context.Context, base *url.URL, tlsConfig *tls.Config) (net.Conn, error) {
	host := base.Host
	if base.Port() == "" {
		host = net.JoinHostPort(base.Hostname(), map[string]string{"http": "80", "https": "443"}[base.Scheme])
	}
	if base.Scheme == "https" {
		d := tls.Dialer{Config: tlsConfig}
		return d.DialContext(ctx, "tcp", host)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", host)
}

// message is the bytes of the request. The connection serves one request only.
func message(host string, req *Request) ([]byte, error) {
	body := []byte(req.Body)
	if req.Gzip {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(body); err != nil {
			return nil, err
		}
		if err := w.Close(); err != nil {
			return nil, err
		}
		body = packed.Bytes()
	}
	var m bytes.Buffer
	fmt.Fprintf(&m, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", req.Method, req.Target, host)
	for _, field := range req.Header {
		if strings.ContainsAny(field.Name+field.Value, "\r\n") {
			return nil, fmt.Errorf("the header line %s has a line break", field.Name)
		}
		fmt.Fprintf(&m, "%s: %s\r\n", field.Name, field.Value)
	}
	if len(body) > 0 || req.Method == http.MethodPost || req.Method == http.MethodPatch || req.Method == http.MethodPut {
		fmt.Fprintf(&m, "Content-Length: %d\r\n", len(body))
	}
	m.WriteString("\r\n")
	m.Write(body)
	return m.Bytes(), nil
}
