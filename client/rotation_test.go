package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// refusedRequests returns how many requests were answered 401.
func refusedRequests(srv *testserver.Server) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Status == http.StatusUnauthorized {
			n++
		}
	}
	return n
}

func TestRegenerateOperator(t *testing.T) {
	t.Parallel()
	srv, c, operator := newV3(t)
	before := srv.V3Tokens()[0]
	issued, err := c.AdminTokens.RegenerateOperator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	after := srv.V3Tokens()[0]
	if issued.ID != before.ID || issued.Name != client.OperatorName || !issued.CreatedAt.Equal(before.CreatedAt) || issued.Expiry != nil {
		t.Errorf("got %+v", issued)
	}
	if issued.Token == operator || issued.Token.Hash() != after.Hash || after.UpdatedAt == nil {
		t.Error("the token was not replaced")
	}
	if token, err := c.Token(t.Context()); err != nil || token != issued.Token {
		t.Errorf("the client did not take the new token: %v", err)
	}
	listed, err := c.AdminTokens.Get(t.Context(), client.OperatorName)
	if err != nil {
		t.Fatal(err)
	}
	if listed.Fingerprint != issued.Token.Fingerprint() || listed.UpdatedAt == nil {
		t.Errorf("got %+v", listed)
	}
	if n := refusedRequests(srv); n != 0 {
		t.Errorf("%d requests were refused", n)
	}
}

func TestRegenerateOperator_whileOthersWork(t *testing.T) {
	t.Parallel()
	const workers, rotations = 64, 6
	srv, c, _ := newV3(t)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i := range workers {
		wg.Go(func() {
			for n := 0; ; n++ {
				if i%2 == 0 {
					if _, err := c.AdminTokens.List(t.Context()); err != nil {
						t.Errorf("list: %v", err)
						return
					}
				} else {
					name := fmt.Sprintf("w%d-%d", i, n)
					if err := createNamed(t.Context(), c, name); err != nil {
						t.Errorf("create: %v", err)
						return
					}
					if err := c.AdminTokens.Delete(t.Context(), name); err != nil {
						t.Errorf("delete: %v", err)
						return
					}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for range rotations {
		if _, err := c.AdminTokens.RegenerateOperator(t.Context()); err != nil {
			t.Errorf("regenerate: %v", err)
		}
	}
	close(stop)
	wg.Wait()
	if n := refusedRequests(srv); n != 0 {
		t.Errorf("%d of %d requests were refused", n, len(srv.Requests()))
	}
	wantSent(t, srv, opRegenerate, rotations)
	if n := len(srv.V3Tokens()); n != 1 {
		t.Errorf("%d tokens are left", n)
	}
}

func TestRegenerateOperator_concurrently(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := c.AdminTokens.RegenerateOperator(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wantSent(t, srv, opRegenerate, 8)
	if n := refusedRequests(srv); n != 0 {
		t.Errorf("%d requests were refused", n)
	}
	if token, err := c.Token(t.Context()); err != nil || token.Hash() != srv.V3Tokens()[0].Hash {
		t.Errorf("the client holds another token than the server: %v", err)
	}
}

// Each kind of call that waits for a rotation goes on with the new credential.
func TestRegenerateOperator_callsThatWait(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *client.Client) error{
		"list":   func(ctx context.Context, c *client.Client) error { _, err := c.AdminTokens.List(ctx); return err },
		"create": func(ctx context.Context, c *client.Client) error { return createNamed(ctx, c, "new") },
		"delete": func(ctx context.Context, c *client.Client) error { return c.AdminTokens.Delete(ctx, "ci") },
		"regenerate": func(ctx context.Context, c *client.Client) error {
			_, err := c.AdminTokens.RegenerateOperator(ctx)
			return err
		},
		"health": func(ctx context.Context, c *client.Client) error { return c.Server.Health(ctx) },
		"info": func(ctx context.Context, c *client.Client) error {
			info, err := c.Server.Info(ctx)
			if err == nil && info.Version.Text == "" {
				return errors.New("the server tells its version to a caller with a valid token")
			}
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, c, _ := serverlessV3(t)
				srv.CreateV3Token("ci", 0)
				release := make(chan struct{})
				srv.Inject(testserver.Fault{Op: opRegenerate, Times: 1, Before: func() { <-release }})
				rotated, waited := make(chan error, 1), make(chan error, 1)
				go func() {
					_, err := c.AdminTokens.RegenerateOperator(t.Context())
					rotated <- err
				}()
				synctest.Wait()
				before := len(srv.Requests())
				go func() { waited <- call(t.Context(), c) }()
				synctest.Wait()
				if n := len(srv.Requests()) - before; n != 0 {
					t.Errorf("%d requests were sent during the rotation", n)
				}
				close(release)
				if err := <-rotated; err != nil {
					t.Error(err)
				}
				if err := <-waited; err != nil {
					t.Errorf("the call that waited failed: %v", err)
				}
				if n := refusedRequests(srv); n != 0 {
					t.Errorf("%d requests were refused", n)
				}
			})
		})
	}
}

func TestRegenerateOperator_waitIsCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, c, operator := serverlessV3(t)
		release := make(chan struct{})
		srv.Inject(testserver.Fault{Op: opQuery, Times: 1, Before: func() { <-release }})
		listed := make(chan error, 1)
		go func() {
			_, err := c.AdminTokens.List(t.Context())
			listed <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		rotated := make(chan error, 1)
		go func() {
			_, err := c.AdminTokens.RegenerateOperator(ctx)
			rotated <- err
		}()
		synctest.Wait()
		waited := make(chan error, 1)
		waiting, giveUp := context.WithCancel(t.Context())
		go func() { waited <- createNamed(waiting, c, "new") }()
		synctest.Wait()
		giveUp()
		if err := <-waited; kindOf(err) != requestError || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
		cancel()
		if err := <-rotated; kindOf(err) != requestError || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want that of the context", err)
		}
		close(release)
		if err := <-listed; err != nil {
			t.Error(err)
		}
		if token, err := c.Token(t.Context()); err != nil || token != operator {
			t.Errorf("the credential changed: %v", err)
		}
		wantSent(t, srv, opRegenerate, 0)
		wantSent(t, srv, opCreateNamed, 0)
	})
}

func TestRegenerateOperator_namedCredential(t *testing.T) {
	t.Parallel()
	srv, _, _ := newV3(t)
	named := client.NewSecret(srv.CreateV3Token("ci", 0).Token)
	c := newClient(t, srv.V3URL(), client.WithToken(named))
	issued, err := c.AdminTokens.RegenerateOperator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if token, err := c.Token(t.Context()); err != nil || token != named {
		t.Errorf("the credential changed: %v", err)
	}
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Error(err)
	}
	if issued.Token.Hash() != srv.V3Tokens()[0].Hash || refusedRequests(srv) != 0 {
		t.Error("the operator token was not replaced, or a request was refused")
	}
}

func TestRegenerateOperator_fallbackCredential(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	named := client.NewSecret(srv.CreateV3Token("ci", 0).Token)
	c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("dead")))
	ctx := client.WithFallbackToken(t.Context(), operator)
	for range 2 { // The second time, the fallback stands for its successor.
		issued, err := c.AdminTokens.RegenerateOperator(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if issued.Token.Hash() != srv.V3Tokens()[0].Hash {
			t.Error("that is not the operator token")
		}
	}
	if _, err := c.AdminTokens.List(ctx); err != nil {
		t.Error(err)
	}
	if token, err := c.Token(t.Context()); err != nil || token.Reveal() != "dead" {
		t.Errorf("the client's own credential changed: %v", err)
	}
	if _, err := c.AdminTokens.List(client.WithFallbackToken(t.Context(), named)); err != nil {
		t.Error(err)
	}
}

func TestRegenerateOperator_refusals(t *testing.T) {
	t.Parallel()
	t.Run("no operator", func(t *testing.T) {
		t.Parallel()
		srv := testserver.Run(t)
		named := client.NewSecret(srv.CreateV3Token("ci", 0).Token)
		c := newClient(t, srv.V3URL(), client.WithToken(named))
		if _, err := c.AdminTokens.RegenerateOperator(t.Context()); !client.IsOperatorMissing(err) || errors.Is(err, client.ErrOutcomeUnknown) {
			t.Errorf("error %v", err)
		}
		if _, err := c.AdminTokens.List(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("dead token", func(t *testing.T) {
		t.Parallel()
		srv, _, _ := newV3(t)
		c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("dead")))
		if _, err := c.AdminTokens.RegenerateOperator(t.Context()); !client.IsUnauthorized(err) {
			t.Errorf("error %v", err)
		}
		wantSent(t, srv, opRegenerate, 0)
	})
	t.Run("without authentication", func(t *testing.T) {
		t.Parallel()
		srv := testserver.Run(t, testserver.WithV3WithoutAuth())
		srv.BootstrapV3()
		c := newClient(t, srv.V3URL(), client.WithToken(client.NewSecret("any")))
		if _, err := c.AdminTokens.RegenerateOperator(t.Context()); !client.IsAuthDisabled(err) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("the read fails", func(t *testing.T) {
		t.Parallel()
		srv, c, _ := newV3(t)
		srv.Inject(testserver.Fault{Op: opQuery, Status: 500})
		if _, err := c.AdminTokens.RegenerateOperator(t.Context()); kindOf(err) != replyError {
			t.Errorf("error %v", err)
		}
		wantSent(t, srv, opRegenerate, 0)
	})
}

func TestRegenerateOperator_unknownOutcome(t *testing.T) {
	t.Parallel()
	const lost = "its new secret was lost with the reply"
	const wayBack, again = "recovery listener", "Regenerate it again"
	tests := map[string]struct {
		fault    testserver.Fault
		read     *testserver.Fault // of the read afterwards
		named    bool
		evidence []string
		advice   string
		usable   bool // whether the client still is
	}{
		"replaced": {
			fault:    testserver.Fault{Drop: true, AfterRun: true},
			evidence: []string{"A read afterwards was refused", "{before}", lost},
			advice:   wayBack,
		},
		"replaced, garbage": {
			fault:    testserver.Fault{Status: 201, Body: "}{", AfterRun: true},
			evidence: []string{"A read afterwards was refused", "{before}", lost},
			advice:   wayBack,
		},
		"replaced, 502": {
			fault:    testserver.Fault{Status: 502, AfterRun: true},
			evidence: []string{"A read afterwards was refused", "{before}", lost},
			advice:   wayBack,
		},
		"not replaced": {
			fault:    testserver.Fault{Drop: true},
			evidence: []string{"still showed the operator token with the hash {before}", "had not been replaced"},
			advice:   again,
			usable:   true,
		},
		"not replaced, 503": {
			fault:    testserver.Fault{Status: 503},
			evidence: []string{"still showed the operator token with the hash {before}"},
			advice:   again,
			usable:   true,
		},
		"named, replaced": {
			fault: testserver.Fault{Drop: true, AfterRun: true}, named: true,
			evidence: []string{"it has been replaced", "its hash was {before} and is {after} now", "still works"},
			advice:   again,
			usable:   true,
		},
		"named, not replaced": {
			fault: testserver.Fault{Drop: true}, named: true,
			evidence: []string{"still showed the operator token with the hash {before}"},
			advice:   again,
			usable:   true,
		},
		"no read": {
			fault: testserver.Fault{Drop: true, AfterRun: true}, read: &testserver.Fault{Op: opQuery, Skip: 1, Drop: true},
			evidence: []string{"A read afterwards failed too", "no reply"},
			advice:   wayBack,
		},
		"no read, not replaced": {
			fault: testserver.Fault{Drop: true}, read: &testserver.Fault{Op: opQuery, Skip: 1, Status: 500},
			evidence: []string{"A read afterwards failed too", "500"},
			advice:   wayBack,
		},
		"named, no read": {
			fault: testserver.Fault{Drop: true, AfterRun: true}, read: &testserver.Fault{Op: opQuery, Skip: 1, Drop: true, Times: retries + 1},
			named: true, evidence: []string{"A read afterwards failed too"},
			advice: wayBack,
			usable: true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, c, operator := newV3(t)
			named := client.NewSecret(srv.CreateV3Token("ci", 0).Token)
			if test.named {
				c = newClient(t, srv.V3URL(), client.WithToken(named))
			}
			fault := test.fault
			fault.Op, fault.Times = opRegenerate, 1
			srv.Inject(fault)
			undo := func() {}
			if test.read != nil {
				undo = srv.Inject(*test.read)
			}
			_, err := c.AdminTokens.RegenerateOperator(t.Context())
			undo()
			e := as[*client.OutcomeUnknownError](t, err)
			wantSent(t, srv, opRegenerate, 1)
			words := strings.NewReplacer("{before}", operator.Fingerprint(),
				"{after}", srv.V3Tokens()[0].Hash[:client.FingerprintLength])
			for _, part := range test.evidence {
				if part = words.Replace(part); !strings.Contains(e.Evidence, part) {
					t.Errorf("evidence %q, want %q in it", e.Evidence, part)
				}
			}
			if !strings.Contains(e.Advice, test.advice) {
				t.Errorf("advice %q, want %q in it", e.Advice, test.advice)
			}
			if !strings.Contains(err.Error(), e.Evidence) || !strings.Contains(err.Error(), e.Advice) {
				t.Errorf("the error keeps its evidence for itself: %v", err)
			}
			noSecrets(t, srv, err.Error())

			srv.ResetRequests()
			calls := map[string]func(context.Context) error{
				"list":       func(ctx context.Context) error { _, err := c.AdminTokens.List(ctx); return err },
				"create":     func(ctx context.Context) error { return createNamed(ctx, c, "new") },
				"regenerate": func(ctx context.Context) error { _, err := c.AdminTokens.RegenerateOperator(ctx); return err },
			}
			if test.usable {
				for call, do := range calls {
					if err := do(t.Context()); err != nil {
						t.Errorf("%s: %v", call, err)
					}
				}
				return
			}
			for call, do := range calls {
				err := do(t.Context())
				doubt := as[*client.CredentialInDoubtError](t, err)
				if doubt.Rotation != e || doubt.Method == "" || doubt.Route == "" || !strings.Contains(err.Error(), doubt.Route+": not sent, because") {
					t.Errorf("%s: %v", call, err)
				}
				// Nothing can have changed through a call that was not sent.
				if errors.Is(err, client.ErrOutcomeUnknown) {
					t.Errorf("%s: %v", call, err)
				}
				noSecrets(t, srv, err.Error())
			}
			if n := len(srv.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
			// What brings its own credential still works.
			if _, err := c.AdminTokens.List(client.WithFallbackToken(t.Context(), named)); err != nil {
				t.Errorf("with a fallback: %v", err)
			}
		})
	}
}

// Health asks with the client's credential, too.
func TestRegenerateOperator_unknownOutcomeAndHealth(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, AfterRun: true})
	if _, err := c.AdminTokens.RegenerateOperator(t.Context()); !errors.Is(err, client.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	srv.ResetRequests()
	if doubt := as[*client.CredentialInDoubtError](t, c.Server.Health(t.Context())); doubt.Route != "/health" {
		t.Errorf("got %+v", doubt)
	}
	wantSent(t, srv, "GET /health", 0)
	if info, err := c.Server.Info(t.Context()); err != nil || info.Product != client.ProductInfluxDB3 {
		t.Errorf("Info: %v, %v", info, err)
	}
}

// Calls that waited for a rotation of unknown outcome are not sent with a
// credential that may be dead.
func TestRegenerateOperator_unknownOutcomeAndCallsThatWait(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *client.Client) error{
		"list":   func(ctx context.Context, c *client.Client) error { _, err := c.AdminTokens.List(ctx); return err },
		"create": func(ctx context.Context, c *client.Client) error { return createNamed(ctx, c, "new") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, c, _ := serverlessV3(t)
				release := make(chan struct{})
				srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, AfterRun: true, Before: func() { <-release }})
				rotated, waited := make(chan error, 1), make(chan error, 1)
				go func() {
					_, err := c.AdminTokens.RegenerateOperator(t.Context())
					rotated <- err
				}()
				synctest.Wait()
				go func() { waited <- call(t.Context(), c) }()
				synctest.Wait()
				close(release)
				if err := <-rotated; !errors.Is(err, client.ErrOutcomeUnknown) {
					t.Error(err)
				}
				err := <-waited
				if _, ok := errors.AsType[*client.CredentialInDoubtError](err); !ok {
					t.Errorf("error %v, want the one that says why the token is dead", err)
				}
				// The read of the rotation itself is the only request that was refused.
				if n := refusedRequests(srv); n != 1 {
					t.Errorf("%d requests were refused", n)
				}
			})
		})
	}
}

func TestRegenerateOperator_unknownOutcomeAndTokenFile(t *testing.T) {
	t.Parallel()
	srv, _, operator := newV3(t)
	path := filepath.Join(t.TempDir(), "token")
	writeFile(t, path, operator.Reveal())
	c := newClient(t, srv.V3URL(), client.WithTokenSource(client.TokenFile(path)))
	srv.Inject(testserver.Fault{Op: opRegenerate, Times: 1, Drop: true, AfterRun: true})
	if _, err := c.AdminTokens.RegenerateOperator(t.Context()); !errors.Is(err, client.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
	_, err := c.AdminTokens.List(t.Context())
	if doubt := as[*client.CredentialInDoubtError](t, err); doubt.Rotation == nil {
		t.Errorf("got %+v", doubt)
	}
	// The administrator repairs it by the file.
	writeFile(t, path, srv.RegenerateV3Operator().Token)
	srv.ResetRequests()
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	issued, err := c.AdminTokens.RegenerateOperator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AdminTokens.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := refusedRequests(srv); n != 0 {
		t.Errorf("%d requests were refused", n)
	}
	if token, err := c.Token(t.Context()); err != nil || token != issued.Token {
		t.Errorf("the client does not hold the token that it has just been given: %v", err)
	}
	if _, err := c.AdminTokens.RegenerateOperator(t.Context()); err != nil {
		t.Errorf("the next rotation: %v", err)
	}
}

func TestRegenerateOperator_canceledDuringInvestigation(t *testing.T) {
	t.Parallel()
	srv, c, _ := newV3(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	srv.Inject(testserver.Fault{Op: opRegenerate, Drop: true, Before: cancel})
	_, err := c.AdminTokens.RegenerateOperator(ctx)
	if e := as[*client.OutcomeUnknownError](t, err); !strings.Contains(e.Evidence, "had not been replaced") {
		t.Errorf("evidence %q", e.Evidence)
	}
}
