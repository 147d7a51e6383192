package testserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// scaled is a server of one product that fills up with tokens. The calls go to
// the handler itself, so that the network does not hide what a call costs.
type scaled struct {
	srv     *testserver.Server
	handler http.Handler
	// operator is the token that makes the calls.
	operator string
	// orgID is set for InfluxDB v2.
	orgID string
	// secrets and ids are those of the tokens, in the order of creation.
	secrets, ids []string
}

// call makes one call and returns the body of the reply.
func (s *scaled) call(b *testing.B, token, method, target, body string, want int) string {
	b.Helper()
	req := httptest.NewRequestWithContext(b.Context(), method, target, strings.NewReader(body))
	req.Header.Set("Authorization", "Token "+token)
	req.Header.Set("Content-Type", "application/json")
	res := httptest.NewRecorder()
	s.handler.ServeHTTP(res, req)
	if res.Code != want {
		b.Fatalf("%s %s: %d %.200s, want %d", method, target, res.Code, res.Body, want)
	}
	return res.Body.String()
}

// field cuts the first value of a string field out of a reply, which costs less
// than decoding it.
func field(reply, name string) string {
	_, after, _ := strings.Cut(reply, `"`+name+`":`)
	value, _, _ := strings.Cut(strings.TrimLeft(after, ` "`), `"`)
	return value
}

func createV2(b *testing.B, s *scaled, i int) {
	b.Helper()
	made := s.call(b, s.operator, "POST", v2Auths, fmt.Sprintf(v2Request, s.orgID, i, s.orgID, s.orgID), http.StatusCreated)
	s.ids, s.secrets = append(s.ids, field(made, "id")), append(s.secrets, field(made, "token"))
}

func createV3(b *testing.B, s *scaled, i int) {
	b.Helper()
	made := s.call(b, s.operator, "POST", v3Named, fmt.Sprintf(`{"token_name":"t%d"}`, i), http.StatusCreated)
	s.secrets = append(s.secrets, field(made, "token"))
}

// scaledProduct is what differs between the products.
type scaledProduct struct {
	start func(b *testing.B, opts ...testserver.Option) *scaled
	// create makes the i-th token.
	create func(b *testing.B, s *scaled, i int)
	// list gets all tokens at once and returns how many there are.
	list func(b *testing.B, s *scaled) int
	// lookup gets the i-th token in the way that lookupBy names.
	lookupBy string
	lookup   func(b *testing.B, s *scaled, i int)
	// replace deletes the i-th token and makes it again.
	replace func(b *testing.B, s *scaled, i int)
	// authenticate makes the cheapest call that needs a token.
	authenticate func(b *testing.B, s *scaled, token string)
}

const (
	v2Auths   = "/api/v2/authorizations"
	v3Query   = "/api/v3/query_sql"
	v3Named   = "/api/v3/configure/token/named_admin"
	v3SQL     = `{"db":"_internal","format":"json","q":"select * from system.tokens%s"%s}`
	v2Request = `{"orgID":%q,"description":"token %d","permissions":[` +
		`{"action":"read","resource":{"type":"buckets","orgID":%q}},{"action":"write","resource":{"type":"buckets","orgID":%q}},` +
		`{"action":"read","resource":{"type":"users"}}]}`
)

var scaledProducts = map[string]scaledProduct{
	"v2": {
		start: func(b *testing.B, opts ...testserver.Option) *scaled {
			b.Helper()
			srv := newScaled(b, append(opts, testserver.WithV2HashedTokens(true)))
			setup := srv.SetupV2()
			return &scaled{srv: srv, handler: srv.V2(), operator: setup.Token, orgID: setup.OrgID}
		},
		create: createV2,
		list: func(b *testing.B, s *scaled) int {
			b.Helper()
			// The operator's own authorization does not count.
			return strings.Count(s.call(b, s.operator, "GET", v2Auths, "", http.StatusOK), `"createdAt"`) - 1
		},
		lookupBy: "ID",
		lookup: func(b *testing.B, s *scaled, i int) {
			b.Helper()
			s.call(b, s.operator, "GET", v2Auths+"/"+s.ids[i], "", http.StatusOK)
		},
		replace: func(b *testing.B, s *scaled, i int) {
			b.Helper()
			s.call(b, s.operator, "DELETE", v2Auths+"/"+s.ids[i], "", http.StatusNoContent)
			createV2(b, s, i)
			last := len(s.ids) - 1
			s.ids[i], s.secrets[i] = s.ids[last], s.secrets[last]
			s.ids, s.secrets = s.ids[:last], s.secrets[:last]
		},
		authenticate: func(b *testing.B, s *scaled, token string) {
			b.Helper()
			s.call(b, token, "GET", "/api/v2/me", "", http.StatusOK)
		},
	},
	"v3": {
		start: func(b *testing.B, opts ...testserver.Option) *scaled {
			b.Helper()
			srv := newScaled(b, opts)
			return &scaled{srv: srv, handler: srv.V3(), operator: srv.BootstrapV3().Token}
		},
		create: createV3,
		list: func(b *testing.B, s *scaled) int {
			b.Helper()
			all := s.call(b, s.operator, "POST", v3Query, fmt.Sprintf(v3SQL, "", ""), http.StatusOK)
			return strings.Count(all, `"token_id"`) - 1
		},
		lookupBy: "name",
		lookup: func(b *testing.B, s *scaled, i int) {
			b.Helper()
			params := fmt.Sprintf(`,"params":{"name":"t%d"}`, i)
			found := s.call(b, s.operator, "POST", v3Query, fmt.Sprintf(v3SQL, " where name = $name", params), http.StatusOK)
			if !strings.Contains(found, `"token_id"`) {
				b.Fatalf("no token t%d", i)
			}
		},
		replace: func(b *testing.B, s *scaled, i int) {
			b.Helper()
			s.call(b, s.operator, "DELETE", fmt.Sprintf("/api/v3/configure/token?token_name=t%d", i), "", http.StatusOK)
			createV3(b, s, i)
			last := len(s.secrets) - 1
			s.secrets[i], s.secrets = s.secrets[last], s.secrets[:last]
		},
		authenticate: func(b *testing.B, s *scaled, token string) {
			b.Helper()
			s.call(b, token, "GET", "/ping", "", http.StatusOK)
		},
	},
}

func newScaled(b *testing.B, opts []testserver.Option) *testserver.Server {
	b.Helper()
	srv, err := testserver.New(append(opts, testserver.WithSeed(1))...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(srv.Close)
	return srv
}

// perToken replaces the time per round by the time per token.
func perToken(b *testing.B, tokens int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tokens), "ns/token")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkScale says what a call costs on servers with more and more tokens.
// Per token (create, list) or per call (lookup, delete and create, authenticate)
// the number of tokens must make no difference.
func BenchmarkScale(b *testing.B) {
	for _, name := range []string{"v2", "v3"} {
		product := scaledProducts[name]
		for _, n := range []int{100, 1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/tokens=%d", name, n), func(b *testing.B) { benchmarkScale(b, product, n) })
		}
	}
}

// benchmarkCreate fills one server after the other. The option is that of each
// server.
func benchmarkCreate(b *testing.B, product scaledProduct, n int, option func() testserver.Option) {
	b.Helper()
	for b.Loop() {
		b.StopTimer()
		var opts []testserver.Option
		if option != nil {
			opts = append(opts, option())
		}
		s := product.start(b, opts...)
		b.StartTimer()
		for i := range n {
			product.create(b, s, i)
		}
	}
	perToken(b, n)
}

func benchmarkScale(b *testing.B, product scaledProduct, n int) {
	b.Helper()
	b.Run("create", func(b *testing.B) { benchmarkCreate(b, product, n, nil) })
	b.Run("create in a file", func(b *testing.B) {
		benchmarkCreate(b, product, n, func() testserver.Option {
			return testserver.WithDataFile(filepath.Join(b.TempDir(), "influxdb.db"))
		})
	})
	s := product.start(b)
	for i := range n {
		product.create(b, s, i)
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if got := product.list(b, s); got != n {
				b.Fatalf("%d tokens, want %d", got, n)
			}
			s.srv.ResetRequests()
		}
		perToken(b, n)
	})
	b.Run("lookup by "+product.lookupBy, func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			product.lookup(b, s, i*7919%n)
			s.srv.ResetRequests()
		}
	})
	b.Run("delete and create", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			product.replace(b, s, i*7919%n)
			s.srv.ResetRequests()
		}
	})
	b.Run("authenticate", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			product.authenticate(b, s, s.secrets[i*7919%n])
			s.srv.ResetRequests()
		}
	})
}
