package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// ServerService asks a server of either generation what it is and how it is.
type ServerService service

// Product is a generation of InfluxDB.
type Product string

// The products that a server can be.
const (
	ProductUnknown   Product = ""
	ProductInfluxDB2 Product = "InfluxDB v2"
	ProductInfluxDB3 Product = "InfluxDB 3"
)

// Edition is an edition of a product.
type Edition string

// The editions that a server can be.
const (
	EditionUnknown    Edition = ""
	EditionOSS        Edition = "OSS"
	EditionCloud      Edition = "Cloud"
	EditionCore       Edition = "Core"
	EditionEnterprise Edition = "Enterprise"
)

// Version is a server's version. The zero Version is unknown.
type Version struct {
	// Major, Minor and Patch are the numbers, 0 where there is none.
	Major, Minor, Patch int
	// Text is the version as the server gave it, without a leading "v":
	// "3.10.0-nightly" for example.
	Text string
}

// String returns the version as the server gave it.
func (v Version) String() string { return v.Text }

// AtLeast reports whether v is major.minor or later.
func (v Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// parseVersion reads a version leniently: suffixes are kept in Text only, without
// the known secrets.
func parseVersion(text string, known *secretSet) Version {
	text = known.fact(strings.TrimPrefix(strings.TrimSpace(text), "v"))
	version := Version{Text: text}
	numbers := []*int{&version.Major, &version.Minor, &version.Patch}
	rest := text
	for _, number := range numbers {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		*number = n
		if rest = rest[len(digits):]; !strings.HasPrefix(rest, ".") {
			break
		}
		rest = rest[1:]
	}
	return version
}

// ServerInfo is what a server says of itself.
type ServerInfo struct {
	// Product is the generation; ProductUnknown when the reply did not tell.
	Product Product
	// Edition is the edition, if the reply told.
	Edition Edition
	// Version is the version, if the reply told: InfluxDB 3 tells it only to a
	// caller with a valid token.
	Version Version
	// Revision is the source revision of an InfluxDB 3 server.
	Revision string
	// ProcessID is a UUID that an InfluxDB 3 server makes up at each start.
	ProcessID string
	// ClusterUUID is the identity of an InfluxDB 3 cluster (3.7 and later).
	ClusterUUID string
}

// String returns product, edition and version as far as they are known.
func (i ServerInfo) String() string {
	if i.Product == ProductUnknown {
		return "a server that does not say what it is"
	}
	parts := []string{string(i.Product)}
	if i.Edition != EditionUnknown {
		parts = append(parts, string(i.Edition))
	}
	if i.Version.Text != "" {
		parts = append(parts, i.Version.Text)
	}
	return strings.Join(parts, " ")
}

func (p Product) generation() generation {
	switch p {
	case ProductInfluxDB2:
		return generationV2
	case ProductInfluxDB3:
		return generationV3
	case ProductUnknown:
	}
	return anyGeneration
}

// Info asks which product, edition and version answers. It needs no valid token:
// an InfluxDB 3 server that refuses the caller is still recognised, without its
// version. A reply that no InfluxDB gives is an Error.
//
// API: GET /ping; contract influxdb2.md section 8, influxdb3.md section 10.
//
//api:operation GET /ping
func (s *ServerService) Info(ctx context.Context) (*ServerInfo, error) {
	op := operation{method: http.MethodGet, route: "/ping", class: classRead, tokenOptional: true}
	r, err := s.c.converse(ctx, &op)
	if _, asked := errors.AsType[*RequestError](err); err != nil && !asked {
		// There is no credential to be had; the server tells something to anybody.
		op.anonymous = true
		r, err = s.c.converse(ctx, &op)
	}
	if err != nil {
		return nil, err
	}
	known := &s.c.credentials.known
	info := identify(r.header, known)
	var body struct {
		Product   string `json:"product_name"`
		Version   string `json:"version"`
		Revision  string `json:"revision"`
		ProcessID string `json:"process_id"`
	}
	if r.status == http.StatusOK && json.Unmarshal(r.body, &body) == nil && body.Version != "" {
		if info.Version.Text == "" {
			info.Version = parseVersion(body.Version, known)
		}
		info.Revision, info.ProcessID = known.fact(body.Revision), known.fact(body.ProcessID)
		if info.Product == ProductUnknown && info.Version.Major == 3 {
			info.Product = ProductInfluxDB3
		}
		if info.Edition == EditionUnknown && strings.HasSuffix(body.Product, " Core") {
			info.Edition = EditionCore
		} else if info.Edition == EditionUnknown && strings.HasSuffix(body.Product, " Enterprise") {
			info.Edition = EditionEnterprise
		}
	}
	if info.Product == ProductUnknown && r.status == http.StatusUnauthorized {
		if _, message := errorText(r.body); strings.HasPrefix(message, "the request was not authenticated") {
			info.Product = ProductInfluxDB3
		}
	}
	if info.Product == ProductUnknown {
		return nil, newError(&op, r, known)
	}
	return &info, nil
}

// Health reports that the server answers and calls itself healthy, or why not:
// an Error with the server's message, or a RequestError. InfluxDB 3 wants a
// valid token for it by default; a client without a token can ask InfluxDB v2.
//
// API: GET /health; contract influxdb2.md section 8, influxdb3.md section 10.
//
//api:operation GET /health
func (s *ServerService) Health(ctx context.Context) error {
	op := &operation{method: http.MethodGet, route: "/health", class: classRead, tokenOptional: true}
	r, err := s.c.do(ctx, op)
	if err != nil {
		return err
	}
	var body struct {
		Status string `json:"status"`
	}
	// InfluxDB 3 says "OK", InfluxDB v2 has a status; a sign-in page has neither.
	if strings.TrimSpace(string(r.body)) == "OK" || json.Unmarshal(r.body, &body) == nil && body.Status == "pass" {
		return nil
	}
	return s.c.unusable(op, r, "it does not say that the server is healthy")
}
