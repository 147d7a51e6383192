package testserver_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

func TestParseFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		json string
		want []testserver.Fault
	}{
		"none":   {`[]`, []testserver.Fault{}},
		"one":    {` {"drop": true} `, []testserver.Fault{{Drop: true}}},
		"status": {`[{"face": "v2", "op": "GET /ping", "skip": 1, "times": 2, "status": 503}]`, []testserver.Fault{{Face: testserver.FaceV2, Op: "GET /ping", Skip: 1, Times: 2, Status: 503}}},
		"reply": {`[{"face": "v3-recovery", "header": {"Retry-After": "1", "x-a": ["b", "c"]}, "body": "<html>"}]`, []testserver.Fault{
			{Face: testserver.FaceV3Recovery, Header: http.Header{"Retry-After": {"1"}, "X-A": {"b", "c"}}, Body: "<html>"},
		}},
		"redirect": {`[{"redirect": "http://example.test/x"}]`, []testserver.Fault{
			{Status: 307, Header: http.Header{"Location": {"http://example.test/x"}}},
		}},
		"redirect with a header": {`[{"redirect": "/x", "header": {"A": "b"}, "skip": 0}]`, []testserver.Fault{
			{Status: 307, Header: http.Header{"A": {"b"}, "Location": {"/x"}}},
		}},
		"timing": {`[{"delay": "250ms", "after_run": true}, {"truncate": 5}, {"truncate": -1}]`, []testserver.Fault{
			{Delay: 250 * time.Millisecond, AfterRun: true},
			{Truncate: 5},
			{Truncate: -1},
		}},
		"spoil": {`[{"spoil": "garbage"}, {"spoil": "wrong_hash"}]`, []testserver.Fault{{Spoil: testserver.SpoilGarbage}, {Spoil: testserver.SpoilHash}}},
		"before": {
			`[{"before": {"create_v3_token": "a", "delete_v3_token": "b", "regenerate_v3_operator": true, "replace_v3_cluster": true,
				"delete_v2_authorization": "0000000000000001", "deactivate_v2_authorization": "0000000000000002", "v2_ready": false, "advance_clock": "-1h"}}]`,
			[]testserver.Fault{{Change: testserver.Change{
				CreateV3Token: "a", DeleteV3Token: "b", RegenerateV3Operator: true, ReplaceV3Cluster: true,
				DeleteV2Authorization: "0000000000000001", DeactivateV2Authorization: "0000000000000002", V2Ready: new(false), AdvanceClock: -time.Hour,
			}}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := testserver.ParseFaults(strings.NewReader(tt.json))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(testserver.Fault{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestParseFaults_errors names the fault, the field and what is allowed.
func TestParseFaults_errors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ json, want string }{
		"nothing":            {" \n", "there is no JSON"},
		"no JSON":            {"[\n  {\"drop\": yes}]", "line 2, column 12: invalid character 'y'"},
		"cut off":            {`[{"drop": true}`, "unexpected end of JSON input"},
		"more":               {`{"drop": true} {}`, "line 1, column 16: invalid character '{' after top-level value"},
		"a string":           {`"x"`, "faults are one JSON object or an array of them"},
		"a number inside":    {`[{"drop": true}, 7]`, "fault 2: 7 is not a JSON object"},
		"null":               {`[null]`, "fault 1: null is not a JSON object"},
		"unknown":            {`[{"drop": true}, {"statuss": 500}]`, `fault 2: unknown field "statuss": use after_run, before, body, delay, drop, face, header, op, redirect, skip, spoil, status, times, truncate`},
		"case":               {`{"Drop": true}`, `unknown field "Drop"`},
		"twice":              {`{"drop": true, "drop": true}`, "drop: the field comes twice"},
		"face":               {`{"face": "v4"}`, `face: unknown face "v4": use v2, v3 or v3-recovery`},
		"face, any":          {`{"face": "any"}`, `use v2, v3`},
		"face, number":       {`{"face": 2}`, "face: 2 is not a string"},
		"op":                 {`{"op": null}`, "op: null is not a string"},
		"op, empty":          {`{"op": ""}`, "op: the string is empty"},
		"skip":               {`{"skip": -1}`, "skip: -1 is less than 0"},
		"times":              {`{"times": 0}`, "times: 0 is less than 1"},
		"times, half":        {`{"times": 1.5}`, "times: 1.5 is not a whole number"},
		"status low":         {`{"status": 199}`, "status: 199 is not within 200 to 599"},
		"status high":        {`{"status": 600}`, "status: 600 is not within 200 to 599"},
		"status, text":       {`{"status": "500"}`, `status: "500" is not a whole number`},
		"header":             {`{"header": ["a"]}`, `header: ["a"] is not an object such as {"Retry-After": "1"}`},
		"header, null":       {`{"header": null}`, `header: null is not an object`},
		"header name":        {`{"header": {"a b": "c"}}`, `header: "a b" is not the name of a header`},
		"header value":       {`{"header": {"a": 1}}`, "header: a: 1 is neither a string nor an array of strings"},
		"header null":        {`{"header": {"a": null}}`, "header: a: null is neither"},
		"header injection":   {`{"header": {"a": "b\r\nc: d"}}`, "header: a: the value has a line break"},
		"body":               {`{"body": {"a": "a long object that is too long to be shown in full"}}`, `body: {"a": "a long object that is too long to… is not a string`},
		"redirect":           {`{"redirect": "nowhere"}`, `redirect: "nowhere" is neither a URL nor a path`},
		"redirect, type":     {`{"redirect": 1}`, `redirect: 1 is not a string`},
		"delay":              {`{"delay": "soon"}`, `delay: "soon" is not a duration such as "250ms"`},
		"delay, number":      {`{"delay": 250}`, `delay: 250 is not a duration such as "250ms"`},
		"delay, negative":    {`{"delay": "-1s"}`, "delay: the duration -1s is negative"},
		"after_run":          {`{"after_run": 1}`, "after_run: 1 is neither true nor false"},
		"drop":               {`{"drop": null}`, "drop: null is neither true nor false"},
		"truncate":           {`{"truncate": -2}`, "truncate: -2 is less than -1"},
		"truncate to 0":      {`{"truncate": 0}`, "truncate: 0 bytes would mean no truncation"},
		"spoil":              {`{"spoil": "fish"}`, `spoil: "fish" is unknown: use garbage or wrong_hash`},
		"spoil, type":        {`{"spoil": true}`, `spoil: true is not a string`},
		"before":             {`{"before": 1}`, "before: 1 is not a JSON object"},
		"before, nothing":    {`{"before": {}}`, "before: the change is empty"},
		"before, unknown":    {`{"before": {"delete": "ci"}}`, `before: unknown field "delete": use advance_clock, create_v3_token`},
		"before, duration":   {`{"before": {"advance_clock": 1}}`, "before: advance_clock: 1 is not a duration"},
		"does nothing":       {`{"op": "GET /ping", "times": 1, "after_run": true}`, "the fault does nothing"},
		"redirect, status":   {`{"redirect": "/x", "status": 301}`, "redirect: the fault has a status or a body already"},
		"redirect, location": {`{"redirect": "/x", "header": {"location": "/y"}}`, "redirect: the fault has a header Location already"},
		"spoil, body":        {`{"spoil": "garbage", "body": "x"}`, "spoil: the fault has a reply of its own"},
		"drop, status":       {`{"drop": true, "status": 500}`, "drop: nothing is sent"},
		"drop, truncate":     {`{"drop": true, "truncate": 1}`, "drop: nothing is sent"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := testserver.ParseFaults(strings.NewReader(tt.json))
			if err == nil {
				t.Fatalf("%+v", got)
			}
			if text := err.Error(); !strings.HasPrefix(text, "testserver: ") || !strings.Contains(text, tt.want) {
				t.Errorf("error %q, want %q", text, tt.want)
			}
		})
	}
	unreadable := errors.New("unreadable")
	if _, err := testserver.ParseFaults(iotest.ErrReader(unreadable)); !errors.Is(err, unreadable) {
		t.Errorf("error %v", err)
	}
	if _, err := testserver.ParseChange(iotest.ErrReader(unreadable)); !errors.Is(err, unreadable) {
		t.Errorf("error %v", err)
	}
}

// TestWithFaults tries the faults in their order, and refuses those that cannot
// work on this server.
func TestWithFaults(t *testing.T) {
	t.Parallel()
	srv, err := testserver.New(testserver.WithFace(testserver.FaceV2), testserver.WithFaults(
		testserver.Fault{Op: "GET /ping", Times: 1, Status: 500}, testserver.Fault{Status: 503},
	))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{500, 503, 503} {
		if got := serveDirect(t, srv, "GET", "/ping").Code; got != want {
			t.Errorf("status %d, want %d", got, want)
		}
	}
	tests := map[string]struct {
		fault testserver.Fault
		want  string
	}{
		"no route":          {testserver.Fault{Op: "DELETE /nope", Status: 500}, `fault 1: op: "DELETE /nope" is not a route pattern of any face: use DELETE /api/v2/authorizations/{id}, `},
		"no method":         {testserver.Fault{Op: "FETCH /nope", Status: 500}, "GET /health"},
		"of another face":   {testserver.Fault{Face: testserver.FaceV3Recovery, Op: opNamed, Status: 500}, "is not a route pattern of face v3-recovery: use POST /api/v3/configure/token/admin/regenerate"},
		"ID":                {testserver.Fault{Change: testserver.Change{DeleteV2Authorization: "ci"}}, `before: delete_v2_authorization: "ci" is not an ID of 16`},
		"ID, deactivate":    {testserver.Fault{Change: testserver.Change{DeactivateV2Authorization: "ci"}}, `before: deactivate_v2_authorization: "ci"`},
		"the system's time": {testserver.Fault{Change: testserver.Change{AdvanceClock: time.Hour}}, "before: advance_clock: the server's clock cannot be moved"},
	}
	for name, tt := range tests {
		if _, err := testserver.New(testserver.WithFaults(tt.fault)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestFault_canned is the faults that have a name, on the creation of a token.
func TestFault_canned(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault  testserver.Fault
		status int
		body   string // a part of it
		failed bool
		tokens int
	}{
		"lost reply": {testserver.LostReply(opBootstrap), 0, "", true, 1},
		"garbage":    {testserver.Garbage(opBootstrap), 201, "<garbage>", false, 1},
		"redirect":   {testserver.Redirect(opBootstrap, "http://example.test/x"), 307, "", false, 0},
		"wrong hash": {testserver.WrongHash(opBootstrap), 201, `"hash":"`, false, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := testserver.Run(t)
			srv.Inject(tt.fault)
			r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", "")
			if r.status != tt.status || !strings.Contains(r.body, tt.body) || (r.err != nil) != tt.failed {
				t.Errorf("%+v", r)
			}
			tokens := srv.V3Tokens()
			if len(tokens) != tt.tokens {
				t.Errorf("%d tokens", len(tokens))
			}
			switch name {
			case "redirect":
				if got := r.header.Get("Location"); got != "http://example.test/x" {
					t.Errorf("Location %q", got)
				}
			case "wrong hash":
				_, hash, _ := strings.Cut(r.body, `"hash":"`)
				hash, _, _ = strings.Cut(hash, `"`)
				if len(hash) != len(tokens[0].Hash) || hash == tokens[0].Hash {
					t.Errorf("hash %q of %q", hash, tokens[0].Hash)
				}
			}
			if r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", ""); r.status != http.StatusCreated && r.status != http.StatusConflict {
				t.Errorf("the fault goes on: %+v", r)
			}
		})
	}
	// A second time the first digit is that of the wrong hash already.
	for range 20 {
		srv := testserver.Run(t)
		srv.Inject(testserver.WrongHash(opBootstrap))
		r := send(t.Context(), "POST", srv.V3URL()+"/api/v3/configure/token/admin", "", "")
		if strings.Contains(r.body, srv.V3Tokens()[0].Hash) {
			t.Errorf("the right hash: %s", r.body)
		}
	}
}

// TestFault_change makes every change before the handler runs.
func TestFault_change(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		change func(auth string) testserver.Change
		check  func(srv *testserver.Server, clk *testserver.FakeClock) bool
	}{
		"create": {
			func(string) testserver.Change { return testserver.Change{CreateV3Token: "new"} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return len(srv.V3Tokens()) == 3 },
		},
		"create again": {
			func(string) testserver.Change { return testserver.Change{CreateV3Token: "ci", DeleteV3Token: "ci"} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return len(srv.V3Tokens()) == 2 },
		},
		"delete": {
			func(string) testserver.Change { return testserver.Change{DeleteV3Token: "ci"} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return len(srv.V3Tokens()) == 1 },
		},
		"delete nothing": {
			func(string) testserver.Change {
				return testserver.Change{DeleteV3Token: "nope", RegenerateV3Operator: true}
			},
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return srv.V3Tokens()[0].UpdatedAt == nil },
		},
		"regenerate": {
			func(string) testserver.Change { return testserver.Change{RegenerateV3Operator: true} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return srv.V3Tokens()[0].UpdatedAt != nil },
		},
		"replace": {
			func(string) testserver.Change { return testserver.Change{ReplaceV3Cluster: true} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return len(srv.V3Tokens()) == 0 },
		},
		"replace and advance": {
			func(string) testserver.Change {
				return testserver.Change{ReplaceV3Cluster: true, AdvanceClock: time.Hour}
			},
			func(srv *testserver.Server, clk *testserver.FakeClock) bool {
				return len(srv.V3Tokens()) == 0 && clk.Now().Equal(noon.Add(time.Hour))
			},
		},
		"delete, v2": {
			func(auth string) testserver.Change { return testserver.Change{DeleteV2Authorization: auth} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool { return len(srv.V2Authorizations()) == 0 },
		},
		"delete nothing, v2": {
			func(string) testserver.Change {
				return testserver.Change{DeleteV2Authorization: "00000000000000ff", AdvanceClock: time.Hour}
			},
			func(_ *testserver.Server, clk *testserver.FakeClock) bool { return clk.Now().Equal(noon) },
		},
		"deactivate, v2": {
			func(auth string) testserver.Change { return testserver.Change{DeactivateV2Authorization: auth} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool {
				return srv.V2Authorizations()[0].Status == "inactive"
			},
		},
		"deactivate nothing, v2": {
			func(string) testserver.Change {
				return testserver.Change{DeactivateV2Authorization: "00000000000000ff", AdvanceClock: time.Hour}
			},
			func(_ *testserver.Server, clk *testserver.FakeClock) bool { return clk.Now().Equal(noon) },
		},
		"not ready, v2": {
			func(string) testserver.Change { return testserver.Change{V2Ready: new(false)} },
			func(srv *testserver.Server, _ *testserver.FakeClock) bool {
				rec := httptest.NewRecorder()
				srv.V2().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/ready", http.NoBody))
				return rec.Code == http.StatusServiceUnavailable
			},
		},
		"clock": {
			func(string) testserver.Change { return testserver.Change{AdvanceClock: -time.Hour} },
			func(_ *testserver.Server, clk *testserver.FakeClock) bool {
				return clk.Now().Equal(noon.Add(-time.Hour))
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clk := testserver.NewFakeClock(noon)
			tb := &recorder{TB: t}
			srv := testserver.Run(tb, testserver.WithClock(clk))
			defer func() {
				tb.finish()
				// What cannot be done is no test that passes.
				if impossible := strings.Contains(name, "nothing") || name == "create again"; (len(tb.failures) == 1) != impossible {
					t.Errorf("failures %q", tb.failures)
				}
			}()
			srv.BootstrapV3()
			srv.CreateV3Token("ci", 0)
			auth := srv.SetupV2().AuthorizationID
			srv.Inject(testserver.Fault{Face: testserver.FaceV3, Times: 1, Change: tt.change(auth)})
			if r := send(t.Context(), "GET", srv.V3URL()+"/ping", "", ""); r.err != nil {
				t.Errorf("%+v", r)
			}
			if !tt.check(srv, clk) {
				t.Errorf("%+v %+v %s", srv.V3Tokens(), srv.V2Authorizations(), clk.Now())
			}
		})
	}
}
