package client

import (
	"io"
	"net/http"
	"sync/atomic"
)

// CountBodyBytes makes c add to n what it reads of the bodies of replies, in bytes
// after decompression. The transport of c stays what it is.
func CountBodyBytes(c *Client, n *atomic.Int64) {
	rt, ok := c.http.HTTPClient.Transport.(*roundTripper)
	if !ok {
		panic("the client has another transport")
	}
	rt.next = &countingTransport{next: rt.next, n: n}
}

type countingTransport struct {
	next http.RoundTripper
	n    *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (t *countingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err == nil {
		resp.Body = &countingBody{ReadCloser: resp.Body, n: t.n}
	}
	return resp, err
}

// CloseIdleConnections passes the request on.
func (t *countingTransport) CloseIdleConnections() {
	if closer, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

type countingBody struct {
	io.ReadCloser

	n *atomic.Int64
}

// Read counts what it reads.
func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}
