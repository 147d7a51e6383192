package conformance

import (
	"net/url"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestForeign puts reference servers through the cases as if they were somebody
// else's: the cases share one server, so none may be in another's way.
func TestForeign(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		product Product
		opts    []testserver.Option
		options Options
		least   int
	}{
		"2.7":           {product: V2, opts: []testserver.Option{testserver.WithV2Version("2.7")}, least: 150},
		"2.10":          {product: V2, least: 150},
		"3.6":           {product: V3, opts: []testserver.Option{testserver.WithV3Version("3.6")}, least: 75},
		"3.11":          {product: V3, opts: []testserver.Option{testserver.WithV3Version("3.11")}, least: 75},
		"without auth":  {product: V3, opts: []testserver.Option{testserver.WithV3WithoutAuth()}, options: Options{"without-auth"}, least: 10},
		"disable authz": {product: V3, opts: []testserver.Option{testserver.WithV3DisableAuthz("health")}, options: Options{"disable-authz=health"}, least: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t, append(test.opts, testserver.AllowUnknownRoutes())...)
			target := &Target{Server: Server{Options: test.options}}
			address := srv.V2URL()
			if test.product == V3 {
				address = srv.V3URL()
				target.Recovery = mustURL(t, srv.V3RecoveryURL())
			}
			target.URL = mustURL(t, address)
			result, err := load(t, test.product).Foreign(t.Context(), target, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range result.Failed {
				t.Error(err)
			}
			if result.Passed < test.least {
				t.Errorf("only %d cases were run, not %d", result.Passed, test.least)
			}
			for _, n := range result.NotRun {
				if n.Why == "" {
					t.Errorf("%s was not run, and nothing says why", n.Case)
				}
			}
		})
	}
}

// TestForeign_notFresh sees that a server that is in use is left alone.
func TestForeign_notFresh(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.AllowUnknownRoutes())
	srv.SetupV2()
	operator := srv.BootstrapV3()
	for p, address := range map[Product]string{V2: srv.V2URL(), V3: srv.V3URL()} {
		target := &Target{URL: mustURL(t, address), Recovery: mustURL(t, srv.V3RecoveryURL())}
		if _, err := load(t, p).Foreign(t.Context(), target, ""); err == nil {
			t.Errorf("%s: a server that has been set up is used", p)
		}
	}
	if tokens := srv.V3Tokens(); len(tokens) != 1 || tokens[0].Hash != operator.Hash {
		t.Errorf("the tokens are %v now", tokens)
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
