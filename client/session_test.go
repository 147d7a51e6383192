package client_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The routes of sessions.
const (
	opSignIn     = "POST /api/v2/signin"
	opSignOut    = "POST /api/v2/signout"
	opMe         = "GET /api/v2/me"
	opMyPassword = "PUT /api/v2/me/password"
)

// adminPassword is the password of the user that SetupV2 makes.
const adminPassword = "password1"

// newSession returns an InfluxDB v2 that is set up, and a client that signs in as
// its first user.
func newSession(t *testing.T, options ...client.Option) (*testserver.Server, *client.Client, *testserver.FakeClock) {
	t.Helper()
	clock := testserver.NewFakeClock(start())
	srv := testserver.Run(t, testserver.WithClock(clock))
	srv.SetupV2()
	options = append([]client.Option{client.WithSession("admin", client.NewSecret(adminPassword))}, options...)
	return srv, newClient(t, srv.V2URL(), options...), clock
}

// wantSession fails the test unless every request but the sign-ins came with the
// cookie alone.
func wantSession(t *testing.T, srv *testserver.Server) {
	t.Helper()
	for _, r := range srv.Requests() {
		cookie, scheme := "influxdb-oss-session", ""
		switch r.Op {
		case opSignIn:
			cookie, scheme = "", "Basic"
		case opMyPassword:
			scheme = "Basic"
		}
		if got := r.Header.Get("Cookie"); got != cookie {
			t.Errorf("%s: cookie %q, want %q", r.Op, got, cookie)
		}
		if got := r.Header.Get("Authorization"); got != scheme {
			t.Errorf("%s: authorization %q, want %q", r.Op, got, scheme)
		}
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	srv, c, clock := newSession(t)
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("New sent %d requests", n)
	}
	for range 2 {
		if me, err := c.Me.Get(t.Context()); err != nil || me.Name != "admin" {
			t.Fatalf("got %+v, %v", me, err)
		}
	}
	wantSent(t, srv, opSignIn, 1)
	wantSent(t, srv, opMe, 2)
	first, err := c.Token(t.Context())
	if err != nil || first.IsZero() {
		t.Errorf("no key: %v", err)
	}

	// The session ends, and the client begins another one, whatever the call is.
	for name, call := range map[string]struct {
		op string
		do func() error
	}{
		"read":   {opMe, func() error { return second(c.Me.Get(t.Context())) }},
		"create": {"POST /api/v2/users", func() error { return second(c.Users.Create(t.Context(), client.CreateUserRequest{Name: "bob"})) }},
		"change password": {opMyPassword, func() error {
			return c.Me.SetPassword(t.Context(), client.NewSecret(adminPassword))
		}},
	} {
		clock.Advance(2 * time.Hour)
		srv.ResetRequests()
		if err := call.do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wantSent(t, srv, opSignIn, 1)
		sent := srv.RequestsFor(call.op)
		if len(sent) != 2 || sent[0].Status != http.StatusUnauthorized || sent[1].Status/100 != 2 {
			t.Errorf("%s: sent %+v", name, sent)
		}
		wantSession(t, srv)
	}
	if again, err := c.Token(t.Context()); err != nil || again == first {
		t.Errorf("the key is the old one: %v", err)
	}
	// A permission that is missing is no reason to sign in again.
	bob, err := c.Users.FindByName(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Users.SetPassword(t.Context(), bob.ID, client.NewSecret("correct horse")); err != nil {
		t.Fatal(err)
	}
	weak := newClient(t, srv.V2URL(), client.WithSession("bob", client.NewSecret("correct horse")))
	srv.ResetRequests()
	if err := second(weak.Users.Create(t.Context(), client.CreateUserRequest{Name: "x"})); !client.IsForbidden(err) {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opSignIn, 1)
	wantSession(t, srv)
}

func TestWithSession_errors(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]client.Option{
		"no user":     client.WithSession("", client.NewSecret("x")),
		"colon":       client.WithSession("a:b", client.NewSecret("x")),
		"no password": client.WithSession("admin", client.Secret{}),
	} {
		if _, err := client.New("http://influxdb.test", option); err == nil || !strings.Contains(err.Error(), "of a session") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestSession_optionServesManyClients(t *testing.T) {
	t.Parallel()
	option := client.WithSession("admin", client.NewSecret(adminPassword))
	for range 2 {
		srv := testserver.Run(t)
		srv.SetupV2()
		if _, err := newClient(t, srv.V2URL(), option).Me.Get(t.Context()); err != nil {
			t.Error(err)
		}
		wantSent(t, srv, opSignIn, 1)
	}
}

func TestSession_lastOptionCounts(t *testing.T) {
	t.Parallel()
	srv, _, setup := newV2(t)
	session, token := client.WithSession("admin", client.NewSecret(adminPassword)), client.WithToken(client.NewSecret(setup.Token))
	if _, err := newClient(t, srv.V2URL(), session, token).Me.Get(t.Context()); err != nil {
		t.Error(err)
	}
	wantSent(t, srv, opSignIn, 0)
	if _, err := newClient(t, srv.V2URL(), token, session).Me.Get(t.Context()); err != nil {
		t.Error(err)
	}
	wantSent(t, srv, opSignIn, 1)
}

func TestSession_refused(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t)
	setup := srv.SetupV2()
	c := newClient(t, srv.V2URL(), client.WithSession("admin", client.NewSecret("wrong password")))
	err := second(c.Me.Get(t.Context()))
	if e := as[*client.Error](t, err); !client.IsUnauthorized(err) || e.Route != "/api/v2/signin" ||
		!strings.HasPrefix(err.Error(), "GET /api/v2/me: POST /api/v2/signin: 401 ") {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opMe, 0)
	wantSent(t, srv, opSignIn, 1)
	// A fallback is a token, and is sent like one.
	srv.ResetRequests()
	if _, err := c.Me.Get(client.WithFallbackToken(t.Context(), client.NewSecret(setup.Token))); err != nil {
		t.Fatal(err)
	}
	if r := srv.RequestsFor(opMe); len(r) != 1 || r[0].Header.Get("Authorization") != "Bearer" || r[0].Header.Get("Cookie") != "" {
		t.Errorf("got %+v", r)
	}
	// There is none beside the old password.
	srv.ResetRequests()
	err = c.Me.SetPassword(client.WithFallbackToken(t.Context(), client.NewSecret(setup.Token)), client.NewSecret("correct horse"))
	if !client.IsUnauthorized(err) {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opMyPassword, 0)
}

// The password was changed elsewhere, and then the session ended.
func TestSession_cannotBeRenewed(t *testing.T) {
	t.Parallel()
	srv, c, clock := newSession(t)
	me, err := c.Me.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Users.SetPassword(t.Context(), me.ID, client.NewSecret("correct horse")); err != nil {
		t.Fatal(err)
	}
	clock.Advance(2 * time.Hour)
	srv.ResetRequests()
	err = second(c.Me.Get(t.Context()))
	if !client.IsUnauthorized(err) || !strings.Contains(err.Error(), "; and no other token: POST /api/v2/signin: 401 ") {
		t.Errorf("error %v, want both refusals", err)
	}
	wantSent(t, srv, opMe, 1)
	wantSent(t, srv, opSignIn, 1)
}

func TestSession_faults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault testserver.Fault
		sent  int
		bad   string
	}{
		"lost reply":  {fault: testserver.LostReply(opSignIn), sent: 2},
		"503 once":    {fault: testserver.Fault{Times: 1, Status: 503}, sent: 2},
		"500":         {fault: testserver.Fault{Status: 500}, sent: 1, bad: "500 Internal Server Error"},
		"200":         {fault: testserver.Fault{Status: 200, Body: "{}"}, sent: 1, bad: "200 OK"},
		"no cookie":   {fault: testserver.Fault{Status: 204}, sent: 1, bad: "it holds no session"},
		"other":       {fault: testserver.Fault{Status: 204, Header: http.Header{"Set-Cookie": {"a=b"}}}, sent: 1, bad: "it holds no session"},
		"empty":       {fault: testserver.Fault{Status: 204, Header: http.Header{"Set-Cookie": {"influxdb-oss-session="}}}, sent: 1, bad: "it holds no session"},
		"not a token": {fault: testserver.Fault{Status: 204, Header: http.Header{"Set-Cookie": {`influxdb-oss-session="a b"`}}}, sent: 1, bad: "it holds no session"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newSession(t)
			test.fault.Op = opSignIn
			srv.Inject(test.fault)
			err := second(c.Users.Create(t.Context(), client.CreateUserRequest{Name: "bob"}))
			if (err != nil) != (test.bad != "") || !strings.Contains(errorString(err), test.bad) || errors.Is(err, client.ErrOutcomeUnknown) {
				t.Errorf("error %v, want %q", err, test.bad)
			}
			wantSent(t, srv, opSignIn, test.sent)
			want := 1
			if test.bad != "" {
				want = 0
			}
			wantSent(t, srv, "POST /api/v2/users", want)
		})
	}
}

// Many calls find the session ended at once: one of them signs in for all.
func TestSession_concurrent(t *testing.T) {
	t.Parallel()
	srv, c, clock := newSession(t)
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock.Advance(2 * time.Hour)
	srv.ResetRequests()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if _, err := c.Me.Get(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wantSent(t, srv, opSignIn, 1)
}

func TestSession_SignOut(t *testing.T) {
	t.Parallel()
	srv, c, _ := newSession(t)
	if err := c.Session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent about no session", n)
	}
	key, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if status := withKey(t, srv, key); status != http.StatusOK {
		t.Errorf("the session is answered %d", status)
	}
	srv.ResetRequests()
	if err := c.Session.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSent(t, srv, opSignOut, 1)
	wantSession(t, srv)
	if status := withKey(t, srv, key); status != http.StatusUnauthorized {
		t.Errorf("the session is answered %d after its end", status)
	}
	srv.ResetRequests()
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Errorf("the client can't go on: %v", err)
	}
	wantSent(t, srv, opSignIn, 1)
	wantSent(t, srv, opMe, 1)

	// A lost reply is repeated, and that the session is no more is what was asked for.
	srv.Inject(testserver.LostReply(opSignOut))
	if err := c.Session.SignOut(t.Context()); err != nil {
		t.Error(err)
	}
	wantSent(t, srv, opSignOut, 2)

	// What was not ended is used further.
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	undo := srv.Inject(testserver.Fault{Op: opSignOut, Status: 500})
	if err := c.Session.SignOut(t.Context()); kindOf(err) != replyError {
		t.Errorf("error %v", err)
	}
	undo()
	srv.ResetRequests()
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSent(t, srv, opSignIn, 0)
}

// withKey returns the status of a request in the session, without the client.
func withKey(t *testing.T, srv *testserver.Server, key client.Secret) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.V2URL()+"/api/v2/me", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "influxdb-oss-session", Value: key.Reveal()})
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	return resp.StatusCode
}

// A request in flight keeps its session: the end waits for it, or gives up.
func TestSession_SignOutWaits(t *testing.T) {
	t.Parallel()
	srv, c, _ := newSession(t)
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	arrived, release := make(chan struct{}), make(chan struct{})
	srv.Inject(testserver.Fault{Op: opMe, Times: 1, Before: func() { close(arrived); <-release }})
	inFlight := make(chan error, 1)
	go func() { inFlight <- second(c.Me.Get(t.Context())) }()
	<-arrived
	if err := c.Session.SignOut(canceledContext(t)); kindOf(err) != requestError || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Session.SignOut(t.Context()) }()
	close(release)
	if err := <-inFlight; err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	requests := srv.Requests()
	if last := requests[len(requests)-1]; last.Op != opSignOut || last.Status != http.StatusNoContent {
		t.Errorf("the last request is %+v", last)
	}
	wantSent(t, srv, opMe, 2)
}

// No call is refused while sessions end under it.
func TestSession_SignOutUnderLoad(t *testing.T) {
	t.Parallel()
	_, c, _ := newSession(t)
	var wg sync.WaitGroup
	var done atomic.Bool
	for range 8 {
		wg.Go(func() {
			for !done.Load() {
				if _, err := c.Me.Get(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 20 {
		if err := c.Session.SignOut(t.Context()); err != nil {
			t.Error(err)
		}
	}
	done.Store(true)
	wg.Wait()
}

func TestMe_SetPassword(t *testing.T) {
	t.Parallel()
	const changed = "correct horse \"<&>"
	for name, test := range map[string]struct {
		fault    *testserver.Fault
		signIn   *testserver.Fault
		password string
		want     kind
		after    bool // the new password counts
		evidence string
		sent     int
		signIns  int
	}{
		"good":  {password: changed, after: true, sent: 1, signIns: 1},
		"short": {password: "1234567", want: replyError, sent: 1, signIns: 1},
		"lost reply": {
			fault: &testserver.Fault{AfterRun: true, Drop: true}, password: changed, after: true, sent: 1, signIns: 2,
		},
		"lost request": {
			fault: &testserver.Fault{Drop: true}, password: changed, want: unknownOutcome, sent: 1, signIns: 2,
			evidence: "A sign-in afterwards with the new password was refused: at that moment it had not been changed. Set it again.",
		},
		"lost reply, no proof": {
			fault: &testserver.Fault{AfterRun: true, Drop: true}, signIn: &testserver.Fault{Skip: 1, Status: 500},
			password: changed, want: unknownOutcome, sent: 1, signIns: 2,
			evidence: "A sign-in afterwards with the new password failed too: POST /api/v2/signin: 500 ",
		},
		"429": {fault: &testserver.Fault{Times: 1, Status: 429}, password: changed, after: true, sent: 2, signIns: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, clock := newSession(t)
			if test.fault != nil {
				test.fault.Op = opMyPassword
				srv.Inject(*test.fault)
			}
			if test.signIn != nil {
				test.signIn.Op = opSignIn
				defer srv.Inject(*test.signIn)()
			}
			err := c.Me.SetPassword(t.Context(), client.NewSecret(test.password))
			if kindOf(err) != test.want || !strings.Contains(errorString(err), test.evidence) {
				t.Errorf("error %v, want %q", err, test.evidence)
			}
			noSecrets(t, srv, errorString(err), adminPassword, test.password)
			wantSent(t, srv, opMyPassword, test.sent)
			wantSent(t, srv, opSignIn, test.signIns)
			wantSession(t, srv)
			if test.signIn != nil {
				return
			}
			// The client signs in with the password that counts.
			clock.Advance(2 * time.Hour)
			if _, err := c.Me.Get(t.Context()); err != nil {
				t.Error(err)
			}
			want := http.StatusUnauthorized
			if test.after {
				want = http.StatusNoContent
			}
			if got := signIn(t, srv, "admin", test.password); got != want {
				t.Errorf("the new password is answered %d, want %d", got, want)
			}
		})
	}
}

func TestMe_SetPassword_refused(t *testing.T) {
	t.Parallel()
	srv, c, _ := newSession(t)
	me, err := c.Me.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Me.SetPassword(t.Context(), client.NewSecret("no \xff text")); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("error %v", err)
	}
	wantSent(t, srv, opMyPassword, 0)
	if err := c.Users.SetPassword(t.Context(), me.ID, client.NewSecret("set elsewhere")); err != nil {
		t.Fatal(err)
	}
	if err := c.Me.SetPassword(t.Context(), client.NewSecret("correct horse")); !client.IsForbidden(err) {
		t.Errorf("error %v, want a refusal of the old password", err)
	}
}

func TestSession_none(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV2(t)
	for call, err := range map[string]error{
		"POST /api/v2/signout":     c.Session.SignOut(t.Context()),
		"PUT /api/v2/me/password:": c.Me.SetPassword(t.Context(), client.NewSecret("correct horse")),
	} {
		if !errors.Is(err, client.ErrNoSession) || !strings.Contains(err.Error(), call) {
			t.Errorf("%s: error %v", call, err)
		}
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// Neither a jar of the caller's nor another server gets to see the session.
func TestSession_staysHome(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	srv, c, _ := newSession(t, client.WithHTTPClient(&http.Client{Jar: jar}))
	base, err := url.Parse(srv.V2URL() + "/api/v2/")
	if err != nil {
		t.Fatal(err)
	}
	var visits atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	t.Cleanup(elsewhere.Close)

	undo := srv.Inject(testserver.Redirect(opSignIn, elsewhere.URL+"/"))
	if err := second(c.Me.Get(t.Context())); !strings.Contains(errorString(err), "which the client does not follow") {
		t.Errorf("error %v", err)
	}
	undo()
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	undo = srv.Inject(testserver.Redirect(opMe, elsewhere.URL+"/"))
	if err := second(c.Me.Get(t.Context())); !strings.Contains(errorString(err), "which the client does not follow") {
		t.Errorf("error %v", err)
	}
	undo()
	if n := visits.Load(); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
	if cookies := jar.Cookies(base); len(cookies) != 0 {
		t.Errorf("the jar holds %d cookies", len(cookies))
	}
	// Nor does a jar's cookie get in the way.
	jar.SetCookies(base, []*http.Cookie{{Name: "influxdb-oss-session", Value: "stale"}})
	srv.ResetRequests()
	if _, err := c.Me.Get(t.Context()); err != nil {
		t.Error(err)
	}
	wantSent(t, srv, opMe, 1)

	// Outside of the API the session does not count.
	srv.ResetRequests()
	if info, err := c.Server.Info(t.Context()); err != nil || info.Product != client.ProductInfluxDB2 {
		t.Errorf("got %+v, %v", info, err)
	}
	if err := c.Server.Health(t.Context()); err != nil {
		t.Error(err)
	}
	for _, r := range srv.Requests() {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			t.Errorf("%s: a credential was sent", r.Op)
		}
	}
}

func TestSession_ofInfluxDB3(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"3.6", "3.10"} {
		srv := testserver.Run(t, testserver.WithV3Version(version), testserver.AllowUnknownRoutes())
		srv.BootstrapV3()
		c := newClient(t, srv.V3URL(), client.WithSession("admin", client.NewSecret(adminPassword)))
		for name, err := range map[string]error{
			"v2":         second(c.Me.Get(t.Context())),
			"list":       second(c.AdminTokens.List(t.Context())),
			"regenerate": second(c.AdminTokens.RegenerateOperator(t.Context())),
		} {
			_, wrong := errors.AsType[*client.GenerationError](err)
			if version == "3.6" && kindOf(err) != replyError || version == "3.10" && !wrong {
				t.Errorf("%s: %s: error %v", version, name, err)
			}
		}
		if err := c.Me.SetPassword(t.Context(), client.NewSecret("correct horse")); err == nil || errors.Is(err, client.ErrOutcomeUnknown) {
			t.Errorf("error %v", err)
		}
	}
}

// Everything that can go wrong with a session, logged as loud as it gets.
func TestSession_noSecrets(t *testing.T) {
	t.Parallel()
	const changed = "correct horse"
	echo := func(op string, srv *testserver.Server) testserver.Fault {
		return testserver.Fault{Op: op, Rewrite: func(_ int, header http.Header, body []byte) (int, http.Header, []byte) {
			said := "you said: " + base64.StdEncoding.EncodeToString([]byte("admin:"+adminPassword)) + " " + changed + " " +
				strings.Join(header.Values("Set-Cookie"), " ") + " " + strings.Join(srv.IssuedSecrets(), " ")
			header.Set("X-Request-Id", said)
			return http.StatusTeapot, header, append([]byte(said), body...)
		}}
	}
	for name, fault := range map[string]func(op string, srv *testserver.Server) testserver.Fault{
		"none": func(string, *testserver.Server) testserver.Fault {
			return testserver.Fault{Op: "GET /health", Status: 500}
		},
		"echo": echo,
		"dropped": func(op string, _ *testserver.Server) testserver.Fault {
			return testserver.Fault{Op: op, Drop: true, AfterRun: true}
		},
		"502": func(op string, _ *testserver.Server) testserver.Fault { return testserver.Fault{Op: op, Status: 502} },
	} {
		for _, op := range []string{opSignIn, opSignOut, opMe, opMyPassword} {
			t.Run(name+"/"+op, func(t *testing.T) {
				t.Parallel()
				var b bytes.Buffer
				srv, c, _ := newSession(t, client.WithLogger(traceLogger(&b)))
				srv.Inject(fault(op, srv))
				basic := base64.StdEncoding.EncodeToString([]byte("admin:" + adminPassword))
				for _, err := range []error{
					c.Me.SetPassword(t.Context(), client.NewSecret(changed)), second(c.Me.Get(t.Context())), c.Session.SignOut(t.Context()),
				} {
					noSecrets(t, srv, errorString(err), adminPassword, changed, basic)
				}
				noSecrets(t, srv, b.String(), adminPassword, changed, basic)
				if b.Len() == 0 {
					t.Error("nothing was logged")
				}
			})
		}
	}
}
