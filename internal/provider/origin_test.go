package provider

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// fakePrivate is private state in a map.
type fakePrivate struct {
	values map[string]string
	diags  diag.Diagnostics
}

// GetKey implements privateReader.
func (p *fakePrivate) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	value, ok := p.values[key]
	if !ok {
		return nil, p.diags
	}
	return []byte(value), p.diags
}

// SetKey implements privateWriter.
func (p *fakePrivate) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	if p.values == nil {
		p.values = map[string]string{}
	}
	p.values[key] = string(value)
	return p.diags
}

// clientOfCluster returns a client that has had a reply from this cluster, or no
// reply at all.
func clientOfCluster(t *testing.T, uuid string, asked bool) *client.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if uuid != "" {
			w.Header().Set("Cluster-Uuid", uuid)
		}
		_, _ = w.Write([]byte("OK"))
	}))
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, client.WithToken(client.NewSecret(hunter)))
	if err != nil {
		t.Fatal(err)
	}
	if asked {
		if err := c.Server.Health(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestOrigin_checkCluster(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		seen, now string
		asked     bool
		wrong     bool
	}{
		"the same cluster":         {seen: "aaaa", now: "aaaa", asked: true},
		"another cluster":          {seen: "aaaa", now: "bbbb", asked: true, wrong: true},
		"never seen":               {now: "bbbb", asked: true},
		"server does not say":      {seen: "aaaa", asked: true},
		"nothing is said anywhere": {asked: true},
		"not asked yet":            {seen: "aaaa", now: "bbbb"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clientOfCluster(t, test.now, test.asked)
			want := ""
			if test.wrong {
				want = "The admin token was last seen on the cluster " + test.seen + ", and " + c.URL() + " is now the cluster " +
					test.now + ". Nothing was changed and the state is kept.\n\nIf the url is wrong, correct it. If the cluster was " +
					"rebuilt and its old tokens are gone, remove the resource from the state (terraform state rm) and apply again."
			}
			checkOne(t, "Another InfluxDB cluster answers", want, origin{URL: "http://a.example", ClusterUUID: test.seen}.checkCluster(c, "admin token"))
		})
	}
}

// checkOne wants one error, or none when detail is empty.
func checkOne(t *testing.T, summary, detail string, got diag.Diagnostic) {
	t.Helper()
	var want, diags diag.Diagnostics
	if detail != "" {
		want.AddError(summary, detail)
	}
	if got != nil {
		diags.Append(got)
	}
	checkDiags(t, want, diags)
}

func TestOrigin_checkAbsence(t *testing.T) {
	t.Parallel()
	const elsewhere = "http://a.example"
	tests := map[string]struct {
		seen origin
		// here says that the resource was seen at the URL of the client.
		here bool
		now  string
		// want is the reason; empty when the absence is a proof.
		want string
	}{
		"same cluster, same URL":    {seen: origin{ClusterUUID: "aaaa"}, here: true, now: "aaaa"},
		"same cluster, another URL": {seen: origin{URL: elsewhere, ClusterUUID: "aaaa"}, now: "aaaa"},
		"same URL, no clusters":     {here: true},
		"same URL, cluster is new":  {here: true, now: "aaaa"},
		"imported":                  {now: "aaaa"},
		"another URL":               {seen: origin{URL: elsewhere}, want: "It was last seen at " + elsewhere + ", so this may be another server."},
		"another URL, cluster is new": {
			seen: origin{URL: elsewhere}, now: "aaaa", want: "It was last seen at " + elsewhere + ", so this may be another server.",
		},
		"server does not say": {
			seen: origin{URL: elsewhere, ClusterUUID: "aaaa"},
			want: "It was last seen on the cluster aaaa at " + elsewhere + ", and this server does not say which cluster it is.",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clientOfCluster(t, test.now, true)
			seen := test.seen
			if test.here {
				seen.URL = c.URL()
			}
			want := ""
			if test.want != "" {
				want = c.URL() + " does not have the authorization. " + test.want + " Nothing was changed and the state is kept.\n\n" +
					"If the url is wrong, correct it. If the authorization is really gone, remove the resource from the state " +
					"(terraform state rm) and apply again."
			}
			checkOne(t, "The authorization is not on this server", want, seen.checkAbsence(c, "authorization"))
		})
	}
}

func TestOrigin_seen(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before origin
		// here says that the resource was seen at the URL of the client.
		here      bool
		now, want string
	}{
		"first":                     {now: "aaaa", want: "aaaa"},
		"first, nothing is said":    {},
		"the same":                  {before: origin{ClusterUUID: "aaaa"}, here: true, now: "aaaa", want: "aaaa"},
		"another":                   {before: origin{ClusterUUID: "aaaa"}, here: true, now: "bbbb", want: "bbbb"},
		"learnt":                    {here: true, now: "aaaa", want: "aaaa"},
		"not forgotten":             {before: origin{ClusterUUID: "aaaa"}, here: true, want: "aaaa"},
		"not taken to another URL":  {before: origin{URL: "http://a.example", ClusterUUID: "aaaa"}},
		"another URL, same cluster": {before: origin{URL: "http://a.example", ClusterUUID: "aaaa"}, now: "aaaa", want: "aaaa"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clientOfCluster(t, test.now, true)
			before := test.before
			if test.here {
				before.URL = c.URL()
			}
			if diff := cmp.Diff(origin{URL: c.URL(), ClusterUUID: test.want}, before.seen(c)); diff != "" {
				t.Errorf("origin (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrigin_sameServer(t *testing.T) {
	t.Parallel()
	c, err := client.New("https://a.example:8181/x/")
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]bool{
		"": true, "https://a.example:8181/x": true, "https://a.example:8181/x/": false, "https://a.example:8181": false,
		"http://a.example:8181/x": false, "https://a.example/x": false, "https://b.example:8181/x": false,
	} {
		if got := (origin{URL: url}).sameServer(c); got != want {
			t.Errorf("sameServer of %q = %t, want %t", url, got, want)
		}
	}
}

func TestReadOrigin(t *testing.T) {
	t.Parallel()
	whole := origin{URL: "https://a.example", ClusterUUID: "aaaa"}
	text := `{"url":"https://a.example","cluster_uuid":"aaaa"}`
	failed := diag.Diagnostics{diag.NewErrorDiagnostic("no", "no")}
	tests := map[string]struct {
		private fakePrivate
		want    origin
	}{
		"nothing":           {fakePrivate{}, origin{}},
		"another key":       {fakePrivate{values: map[string]string{"other": text}}, origin{}},
		"everything":        {fakePrivate{values: map[string]string{"origin": text}}, whole},
		"no cluster":        {fakePrivate{values: map[string]string{"origin": `{"url":"https://a.example"}`}}, origin{URL: "https://a.example"}},
		"more than known":   {fakePrivate{values: map[string]string{"origin": `{"url":"https://a.example","cluster_uuid":"aaaa","x":1}`}}, whole},
		"null":              {fakePrivate{values: map[string]string{"origin": "null"}}, origin{}},
		"not JSON":          {fakePrivate{values: map[string]string{"origin": "{"}}, origin{}},
		"not an object":     {fakePrivate{values: map[string]string{"origin": `"text"`}}, origin{}},
		"half of it wrong":  {fakePrivate{values: map[string]string{"origin": `{"url":"https://a.example","cluster_uuid":5}`}}, origin{}},
		"unreadable":        {fakePrivate{values: map[string]string{"origin": text}, diags: failed}, origin{}},
		"empty, no message": {fakePrivate{values: map[string]string{"origin": ""}}, origin{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, readOrigin(t.Context(), &test.private)); diff != "" {
				t.Errorf("origin (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOrigin_write(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]origin{
		`{"url":"https://a.example"}`:                       {URL: "https://a.example"},
		`{"url":"https://a.example","cluster_uuid":"aaaa"}`: {URL: "https://a.example", ClusterUUID: "aaaa"},
	} {
		private := &fakePrivate{}
		checkDiags(t, nil, o.write(t.Context(), private))
		if diff := cmp.Diff(map[string]string{"origin": want}, private.values); diff != "" {
			t.Errorf("private state (-want +got):\n%s", diff)
		}
		if got := readOrigin(t.Context(), private); got != o {
			t.Errorf("read back: %+v, want %+v", got, o)
		}
	}
	failed := diag.Diagnostics{diag.NewErrorDiagnostic("no", "no")}
	checkDiags(t, failed, origin{}.write(t.Context(), &fakePrivate{diags: failed}))
}
