package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// GenerationError is a call for one generation of InfluxDB that reached a server
// of the other. Nothing was changed.
type GenerationError struct {
	// Method is the HTTP method.
	Method string
	// Route is the pattern of the path.
	Route string
	// Want is the generation that the call is for: 2 or 3.
	Want int
	// Server is what is known of the server that answered.
	Server ServerInfo
}

// Error says which server answered, and which one the call is for.
func (e *GenerationError) Error() string {
	want := "InfluxDB v2"
	if e.Want == int(generationV3) {
		want = "InfluxDB 3"
	}
	return fmt.Sprintf("%s %s is a call for %s, but %s answered", e.Method, e.Route, want, e.Server)
}

// EditionError is a call for InfluxDB 3 Enterprise that reached a server without
// that call, which InfluxDB 3 Core is. Nothing was changed.
type EditionError struct {
	// Method is the HTTP method.
	Method string
	// Route is the pattern of the path.
	Route string
	// Server is what is known of the server that answered.
	Server ServerInfo
	// Err is the server's reply.
	Err *Error
}

// Error says which server answered, and which one the call is for.
func (e *EditionError) Error() string {
	return fmt.Sprintf("%s %s is a call for InfluxDB 3 Enterprise, but %s answered that it has no such path", e.Method, e.Route, e.Server)
}

// Unwrap returns the server's reply.
func (e *EditionError) Unwrap() error { return e.Err }

// wrongGeneration recognises a reply of the other generation by what only its
// servers send.
func (c *Client) wrongGeneration(op *operation, r *reply) error {
	if op.generation == anyGeneration {
		return nil
	}
	// Every reply comes by here: the texts are made fit to be shown only when they are.
	if product, _ := productOf(r.header); product == ProductUnknown || product.generation() == op.generation {
		return nil
	}
	info := identify(r.header, &c.credentials.known)
	return &GenerationError{Method: op.method, Route: op.route, Want: int(op.generation), Server: info}
}

// identify reads what the headers of any reply say about the server, without the
// known secrets.
func identify(header http.Header, known *secretSet) ServerInfo {
	info := ServerInfo{
		Version:     parseVersion(header.Get("X-Influxdb-Version"), known),
		ClusterUUID: known.fact(header.Get("Cluster-Uuid")),
	}
	info.Product, info.Edition = productOf(header)
	return info
}

// productOf reads from the headers of any reply which server it is.
func productOf(header http.Header) (Product, Edition) {
	major := majorVersion(header.Get("X-Influxdb-Version"))
	switch build := header.Get("X-Influxdb-Build"); {
	case major == "1":
		// InfluxDB 1.x has no token API of either generation.
	case strings.EqualFold(build, "OSS"):
		return ProductInfluxDB2, EditionOSS
	case strings.EqualFold(build, "Cloud"):
		return ProductInfluxDB2, EditionCloud
	case strings.EqualFold(build, "Core"):
		return ProductInfluxDB3, EditionCore
	case strings.EqualFold(build, "Enterprise"):
		return ProductInfluxDB3, EditionEnterprise
	case major == "2":
		return ProductInfluxDB2, EditionUnknown
	case major == "3" || header.Get("Cluster-Uuid") != "":
		return ProductInfluxDB3, EditionUnknown
	}
	return ProductUnknown, EditionUnknown
}

// majorVersion returns the digits that a version begins with.
func majorVersion(version string) string {
	version = strings.TrimPrefix(strings.TrimSpace(version), "v")
	return version[:len(version)-len(strings.TrimLeft(version, "0123456789"))]
}

// routeMissing recognises replies that a server gives for a path it does not
// know.
func routeMissing(err *Error) bool {
	if IsNotFound(err) || IsAuthDisabled(err) || err.Message == v3Protected {
		return false
	}
	return err.StatusCode == http.StatusNotFound || err.StatusCode == http.StatusMethodNotAllowed
}

// unknownToInfluxDB3 recognises InfluxDB 3's own words for a path that it does not
// have. A proxy that answers 404 says something else.
func unknownToInfluxDB3(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == http.StatusNotFound && e.Code == "" && strings.EqualFold(e.Message, v3NoRoute)
}

// askGeneration asks the server what it is after it did not know a route and
// its reply did not say. It returns nil when that does not explain the reply.
func (c *Client) askGeneration(ctx context.Context, op *operation, refusal *Error) error {
	if op.alone {
		return nil
	}
	info, err := c.Server.Info(ctx)
	if err != nil {
		info = &ServerInfo{} // The reply itself says enough, or is reported.
	}
	switch {
	case info.Product != ProductUnknown && info.Product.generation() != op.generation:
		return &GenerationError{Method: op.method, Route: op.route, Want: int(op.generation), Server: *info}
	case !op.enterprise || info.Edition == EditionEnterprise:
		return nil
	case info.Edition == EditionCore || unknownToInfluxDB3(refusal):
		return &EditionError{Method: op.method, Route: op.route, Server: *info, Err: refusal}
	}
	return nil
}
