package apiv2_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// FuzzWrite writes any bytes with any credential and query to the write paths of
// the API and of the 1.x API. A write that succeeds had the token somewhere, and
// only a compressed body can be the server's fault.
func FuzzWrite(f *testing.F) {
	for _, seed := range [][4]string{
		{"Token $OP", "org=acme&bucket=b0", "", "m f=1"}, {"Bearer $OP", "org=ORG&bucket=B0&precision=s", "identity", ""}, {"Token $OP", "orgID=ORG&bucket=b1", "gzip", "\x1f\x8b"},
		{"Basic $BASIC", "db=b0", "", "m f=1"}, {"", "u=x&p=$OP&db=b0&rp=autogen&precision=n", "", "m f=1"}, {"Token u:$OP", "db=b0/autogen", "", ""}, {"", "", "", ""},
		{"Basic !", "u=&p=$OP", "", ""}, {"Token $OP", "org=nope&bucket=b0", "x-gzip", ""}, {"Token $OP", "org=acme&bucket=%ff&precision=x", "br", "m"}, {"Token wrong", "org=acme&bucket=b0", "", "m f=1"},
		{"Token $OP", "org=other&bucket=B0", "", "m f=1"}, {"Token $OP", "orgID=x&bucket=b0", "", "m f=1"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, authorization, query, encoding, body string) {
		w := newWorld(t)
		secrets := strings.NewReplacer("$OP", w.op, "$BASIC", base64.StdEncoding.EncodeToString([]byte("u:"+w.op)))
		header := http.Header{"Authorization": {secrets.Replace(authorization)}, "Content-Encoding": {encoding}}
		query = secrets.Replace(w.expand(query))
		for _, path := range []string{"/api/v2/write", "/write"} {
			rec := w.fuzzed(http.MethodPost, path, query, header, body)
			statuses := []int{204, 400, 401, 403, 404}
			if strings.Contains(encoding, "gzip") {
				statuses = append(statuses, 500)
			}
			if !slices.Contains(statuses, rec.Code) {
				t.Errorf("%s?%s %q: %d %q", path, query, encoding, rec.Code, rec.Body)
			}
			// The query may hold the token in another writing; there the parameter
			// itself has to do.
			_, basic, _ := strings.Cut(header.Get("Authorization"), " ")
			decoded, _ := base64.StdEncoding.DecodeString(basic)
			presented := strings.Contains(header.Get("Authorization"), w.op) || strings.Contains(string(decoded), w.op) ||
				path == "/write" && strings.Contains(query, "p")
			if rec.Code == http.StatusNoContent && !presented {
				t.Errorf("%s?%s: a write with %q", path, query, header)
			}
		}
	})
}
