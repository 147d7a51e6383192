package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// guardName is a name as guards have it.
const guardName = "operator-rotation-guard-00112233445566778899aabbccddeeff"

func TestRegenerateOperatorWithGuard(t *testing.T) {
	t.Parallel()
	srv, c, operator := newV3(t)
	issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if err != nil || issued.Token == operator || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Fatalf("got %+v, error %v", issued, err)
	}
	wantTokens(t, srv, client.OperatorName)
	for op, want := range map[string]int{opRegenerate: 1, opCreateNamed: 1, opDeleteToken: 1} {
		wantSent(t, srv, op, want)
	}
	if caller := srv.RequestsFor(opRegenerate)[0].Caller; !strings.HasPrefix(caller, "operator-rotation-guard-") {
		t.Errorf("the request came from %q", caller)
	}
	if token, err := c.Token(t.Context()); err != nil || token != issued.Token {
		t.Errorf("the client did not take the new token: %v", err)
	}
	if n := refusedRequests(srv); n != 0 {
		t.Errorf("%d requests were refused", n)
	}
}

// A named admin token outlives the rotation: it needs no guard.
func TestRegenerateOperatorWithGuard_namedCredential(t *testing.T) {
	t.Parallel()
	srv, _, _ := newV3(t)
	everyday := client.NewSecret(srv.CreateV3Token("everyday", 0).Token)
	c := newClient(t, srv.V3URL(), client.WithToken(everyday))
	for _, fault := range []testserver.Fault{testserver.LostReply(opRegenerate), {Op: opRegenerate, Drop: true, AfterRun: true, Times: retries + 1}} {
		srv.Inject(fault)
		issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
		if fault.Times == 1 && (err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash) {
			t.Errorf("got %+v, error %v", issued, err)
		}
		if fault.Times > 1 {
			e := as[*client.OutcomeUnknownError](t, err)
			if e.Guard != nil || !strings.Contains(e.Advice, "with the token that this client authenticates with") {
				t.Errorf("error %v", err)
			}
		}
	}
	undo := srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true})
	_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if e := as[*client.NotCreatedError](t, err); e.Removed != 0 || !strings.Contains(err.Error(), "the previous secret works") {
		t.Errorf("error %v", err)
	}
	undo()
	wantSent(t, srv, opCreateNamed, 0)
	if _, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context()); err != nil {
		t.Errorf("the token of the client is not in doubt: %v", err)
	}
	if token, err := c.Token(t.Context()); err != nil || token != everyday {
		t.Errorf("the client changed its token: %v", err)
	}
	wantTokens(t, srv, client.OperatorName, "everyday")
}

// Without a guard that works, nothing is regenerated.
func TestRegenerateOperatorWithGuard_noGuard(t *testing.T) {
	t.Parallel()
	listGuards := testserver.Fault{Op: opQuery, Skip: 1}
	broken, unauthorized := listGuards, listGuards
	broken.Status, unauthorized.Status = http.StatusBadRequest, http.StatusUnauthorized
	for name, test := range map[string]struct {
		faults []testserver.Fault
		left   int
		says   string
	}{
		"refused":          {[]testserver.Fault{{Op: opCreateNamed, Status: 403}}, 1, "403 Forbidden"},
		"never a reply":    {[]testserver.Fault{{Op: opCreateNamed, Drop: true, AfterRun: true}}, 1, "Found and deleted: 4 tokens"},
		"cannot be found":  {[]testserver.Fault{testserver.LostReply(opCreateNamed), broken}, 2, "may have been made"},
		"not accepted":     {[]testserver.Fault{unauthorized}, 1, "the guard token does not work: "},
		"cannot be read":   {[]testserver.Fault{broken}, 1, "the guard token does not work: "},
		"nor be deleted":   {[]testserver.Fault{broken, {Op: opDeleteToken, Status: 500}}, 2, "the guard token does not work: "},
		"nothing readable": {[]testserver.Fault{{Op: opQuery, Status: 400}}, 1, "400 Bad Request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, operator := newV3(t)
			for _, fault := range test.faults {
				srv.Inject(fault)
			}
			_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
			if err == nil || errors.Is(err, client.ErrOutcomeUnknown) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v", err)
			}
			if client.IsUnauthorized(err) {
				t.Errorf("the error blames the operator token: %v", err)
			}
			if strings.Contains(err.Error(), "..") {
				t.Errorf("the error is no text: %v", err)
			}
			if name != "nothing readable" && !strings.Contains(err.Error(), "the operator token is what it was") {
				t.Errorf("error %v", err)
			}
			if told := strings.Contains(err.Error(), "could not be deleted; it ends by itself") || test.says == "may have been made"; told != (test.left > 1) {
				t.Errorf("%d tokens are left, error %v", test.left, err)
			}
			wantSent(t, srv, opRegenerate, 0)
			if left := srv.V3Tokens(); len(left) != test.left || left[0].Hash != operator.Hash() {
				t.Errorf("left: %+v", left)
			}
			noSecrets(t, srv, err.Error())
		})
	}
}

// A node of a cluster may not know the guard at once.
func TestRegenerateOperatorWithGuard_guardIsSlow(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opQuery, Skip: 1, Times: retries, Status: http.StatusUnauthorized})
	if _, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context()); err != nil {
		t.Error(err)
	}
	wantTokens(t, srv, client.OperatorName)
}

// Nor does the error say that nothing is left of a rotation that had no effect.
func TestRegenerateOperatorWithGuard_guardStaysAfterAll(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true})
	srv.Inject(testserver.Fault{Op: opDeleteToken, Status: 500})
	_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if e := as[*client.NotCreatedError](t, err); !strings.Contains(e.Evidence, srv.V3Tokens()[1].Name) {
		t.Errorf("error %v", err)
	}
}

// Requests that were given up are refused when they arrive after all: nobody would have
// the secret that they make.
func TestRegenerateOperatorWithGuard_arrivesAfterwards(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	var held []*http.Request
	c := newClient(t, srv.V3URL(), client.WithToken(operator), client.WithTransport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/regenerate") {
			held = append(held, req.Clone(t.Context()))
			return nil, io.ErrUnexpectedEOF
		}
		return http.DefaultTransport.RoundTrip(req)
	})))
	_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if e := as[*client.NotCreatedError](t, err); e.Tries != retries+1 || len(held) != retries+1 {
		t.Errorf("error %v", err)
	}
	for _, req := range held {
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if left := srv.V3Tokens(); len(left) != 1 || left[0].Hash != operator.Hash() {
		t.Errorf("left: %+v", left)
	}
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Error(err)
	}
}

// A node that is behind lists the old hash of a secret that is dead.
func TestRegenerateOperatorWithGuard_staleRead(t *testing.T) {
	t.Parallel()
	srv, c, operator := newV3(t)
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, AfterRun: true, Times: retries + 1})
	undo := srv.Inject(testserver.Fault{Op: opQuery, Skip: 2, Body: fmt.Sprintf(
		`[{"token_id":0,"name":"_admin","hash":%q,"created_at":"2026-01-01T00:00:00","permissions":"*:*:*"}]`, operator.Fingerprint())})
	_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	undo()
	if !strings.Contains(errorString(err), "but the previous secret is refused") {
		t.Errorf("error %v", err)
	}
	e := as[*client.OutcomeUnknownError](t, err)
	if e.Guard == nil {
		t.Fatal("no guard")
	}
	if _, err := newClient(t, srv.V3URL(), client.WithToken(e.Guard.Token)).AdminTokens.RegenerateOperatorWithGuard(t.Context()); err != nil {
		t.Errorf("the guard is of no use: %v", err)
	}
}

// Enterprise may let nobody but the operator token regenerate it: then the old secret
// is tried again, which works if the lost request did not.
func TestRegenerateOperatorWithGuard_guardMayNot(t *testing.T) {
	t.Parallel()
	for name, done := range map[string]bool{"lost request": false, "lost reply": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t)
			srv.Inject(testserver.Fault{Op: opRegenerate, Status: http.StatusForbidden, Times: 1})
			srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, Times: 1, AfterRun: done})
			issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
			if !done && (err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash) {
				t.Errorf("got %+v, error %v", issued, err)
			}
			if done {
				wantGuard(t, srv, c, err)
			}
		})
	}
}

// What earlier rotations could not delete is deleted once it has expired, and nothing
// else.
func TestRegenerateOperatorWithGuard_sweeps(t *testing.T) {
	t.Parallel()
	clock := testserver.NewFakeClock(start())
	srv, c, _ := newV3(t, testserver.WithClock(clock))
	srv.CreateV3Token(guardName, time.Minute)
	srv.CreateV3Token("operator-rotation-guard-of-mine", time.Minute)
	clock.Advance(time.Hour)
	other := strings.ReplaceAll(guardName, "f", "e")
	srv.CreateV3Token(other, time.Minute) // Of a rotation that goes on elsewhere.
	if _, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTokens(t, srv, client.OperatorName, "operator-rotation-guard-of-mine", other)
}

// A guard that can't be deleted is no reason to lose the new secret.
func TestRegenerateOperatorWithGuard_guardStays(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opDeleteToken, Status: 500})
	issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Errorf("got %+v, error %v", issued, err)
	}
	if left := srv.V3Tokens(); len(left) != 2 || left[1].Expiry == nil || left[1].Expiry.Sub(left[1].CreatedAt) != 15*time.Minute {
		t.Errorf("left: %+v", left)
	}
}

// The request that was given up arrives after the one that succeeded, and ends its
// secret.
func TestRegenerateOperatorWithGuard_lateArrival(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	// The third read is the one after the second request.
	srv.Inject(testserver.Fault{Op: opQuery, Skip: 2, Times: 1, Before: func() { srv.RegenerateV3Operator() }})
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, Times: 1})
	issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Errorf("got %+v, error %v", issued, err)
	}
	wantSent(t, srv, opRegenerate, 3)
	wantTokens(t, srv, client.OperatorName)
}

// The same, and the list that would show it can't be had: a dead secret is no success.
func TestRegenerateOperatorWithGuard_lateArrivalUnlisted(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opQuery, Status: 400, Skip: 2})
	srv.Inject(testserver.Fault{Op: opQuery, Status: 400, Skip: 2, Times: 1, Before: func() { srv.RegenerateV3Operator() }})
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, Times: 1})
	issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Errorf("got %+v, error %v", issued, err)
	}
	wantSent(t, srv, opRegenerate, 3)
	wantTokens(t, srv, client.OperatorName)
}

// Nothing answers after the lost reply: the guard is in the error, and the error says
// what is not known.
func TestRegenerateOperatorWithGuard_nothingAnswers(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opQuery, Status: 400, Skip: 2})
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, AfterRun: true})
	_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	e := as[*client.OutcomeUnknownError](t, err)
	if e.Guard == nil || !strings.Contains(err.Error(), "A read afterwards failed too") || !strings.Contains(err.Error(), e.Guard.Name) {
		t.Errorf("error %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", err, *e, *e); strings.Contains(text, e.Guard.Token.Reveal()) {
		t.Error("the guard's secret shows")
	}
}

// A client in doubt that regenerates with the guard knows its operator token again.
func TestRegenerateOperator_endsDoubt(t *testing.T) {
	t.Parallel()
	for name, regenerate := range map[string]func(context.Context, *client.Client) (*client.IssuedAdminToken, error){
		"with guard": func(ctx context.Context, c *client.Client) (*client.IssuedAdminToken, error) {
			return c.AdminTokens.RegenerateOperatorWithGuard(ctx)
		},
		"without": func(ctx context.Context, c *client.Client) (*client.IssuedAdminToken, error) {
			return c.AdminTokens.RegenerateOperator(ctx)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, _ := newV3(t)
			srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, AfterRun: true, Times: retries + 1})
			_, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
			e := as[*client.OutcomeUnknownError](t, err)
			_, err = c.AdminTokens.List(t.Context())
			_ = as[*client.CredentialInDoubtError](t, err)
			issued, err := regenerate(client.WithFallbackToken(t.Context(), e.Guard.Token), c)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.AdminTokens.List(t.Context()); err != nil {
				t.Errorf("the client is still in doubt: %v", err)
			}
			if token, err := c.Token(t.Context()); err != nil || token != issued.Token {
				t.Errorf("the client has another token: %v", err)
			}
		})
	}
}

func TestRegenerateOperatorWithGuard_refusals(t *testing.T) {
	t.Parallel()
	srv := testserver.Run(t, testserver.WithV3WithoutAuth())
	c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("any")))
	if _, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context()); !client.IsAuthDisabled(err) {
		t.Errorf("error %v", err)
	}
	srv, c, _ = newV3(t)
	if _, err := c.AdminTokens.RegenerateOperatorWithGuard(canceledContext(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n := len(srv.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// The promise of the gate and of the guard together: workers that never fail and are
// never refused while the operator token that all of them use is replaced again and
// again, and replies get lost.
func TestRegenerateOperatorWithGuard_underLoad(t *testing.T) {
	t.Parallel()
	const workers, rotations = 64, 200
	srv, c, _ := newV3(t, testserver.WithJournalLimit(1<<20))
	draw := rand.New(rand.NewPCG(4, 2026))
	lost := []testserver.Fault{
		{Op: opRegenerate, Drop: true}, {Op: opRegenerate, Drop: true, AfterRun: true},
		{Op: opRegenerate, Truncate: 20}, {Op: opRegenerate, Status: 502, AfterRun: true},
		{Op: opRegenerate, Spoil: testserver.SpoilGarbage}, {Op: opRegenerate, Spoil: testserver.SpoilHash},
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	done := make(chan int) // A worker has made a call.
	for i := range workers {
		wg.Go(func() {
			for {
				var err error
				if name := fmt.Sprintf("w%d", i); i%2 == 0 {
					_, err = c.AdminTokens.Get(t.Context(), client.OperatorName)
				} else if err = createNamed(t.Context(), c, name); err == nil {
					err = c.AdminTokens.Delete(t.Context(), name)
				}
				if err != nil {
					t.Errorf("worker %d: %v", i, err)
				}
				select {
				case <-stop:
					return
				case done <- i:
				}
			}
		})
	}
	losses := 0
	for n := range rotations {
		if draw.IntN(2) == 0 {
			fault := lost[draw.IntN(len(lost))]
			fault.Times = 1 + draw.IntN(2)
			losses += fault.Times
			srv.Inject(fault)
		}
		issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
		if err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
			t.Errorf("rotation %d: got %+v, error %v", n, issued, err)
			break
		}
		for range workers / 4 {
			<-done
		}
	}
	close(stop)
	wg.Wait()
	if n := refusedRequests(srv); n != 0 {
		t.Errorf("%d of %d requests were refused", n, len(srv.Requests()))
	}
	wantSent(t, srv, opRegenerate, rotations+losses)
	wantTokens(t, srv, client.OperatorName)
}

// A node of a cluster that is behind shows the operator token with an old hash: that
// makes the client's own operator token no named admin token, which needs no guard.
func TestRegenerateOperatorWithGuard_staleFirstRead(t *testing.T) {
	t.Parallel()
	srv, c, operator := newV3(t)
	srv.Inject(testserver.Fault{Op: opQuery, Times: 1, Rewrite: func(status int, header http.Header, body []byte) (int, http.Header, []byte) {
		return status, header, bytes.Replace(body, []byte(operator.Fingerprint()), []byte("000000000"), 1)
	}})
	srv.Inject(testserver.LostReply(opRegenerate))
	issued, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context())
	if err != nil || issued.Token.Hash() != srv.V3Tokens()[0].Hash {
		t.Fatalf("got %+v, error %v", issued, err)
	}
	wantSent(t, srv, opCreateNamed, 1)
	if token, err := c.Token(t.Context()); err != nil || token != issued.Token {
		t.Errorf("the client did not take the new token: %v", err)
	}
}

// A named admin token that ends soon can't stand in for a guard.
func TestRegenerateOperatorWithGuard_credentialEndsSoon(t *testing.T) {
	t.Parallel()
	for life, guards := range map[time.Duration]int{10 * time.Minute: 1, time.Hour: 0} {
		clock := testserver.NewFakeClock(start())
		srv, _, _ := newV3(t, testserver.WithClock(clock))
		everyday := client.NewSecret(srv.CreateV3Token("everyday", life).Token)
		c := newClient(t, srv.V3URL(), client.WithToken(everyday), client.WithClock(clock.Now))
		srv.Inject(testserver.Fault{Op: opQuery, Skip: 1, Times: 1, Status: 400})
		if _, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context()); err == nil {
			t.Error("it went on without knowing whether it needs a guard")
		}
		if _, err := c.AdminTokens.RegenerateOperatorWithGuard(t.Context()); err != nil {
			t.Error(err)
		}
		wantSent(t, srv, opCreateNamed, guards)
		wantSent(t, srv, opRegenerate, 1)
		wantTokens(t, srv, client.OperatorName, "everyday")
	}
}
