package client_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// grants asks the server whether the client's token may grant permissions, which
// it may if it holds them all. Other errors than that of a missing permission come
// after that check.
func grants(t *testing.T, c *client.Client, orgID string, wanted []client.Permission) bool {
	t.Helper()
	_, err := c.Authorizations.Create(t.Context(), client.CreateAuthorizationRequest{OrgID: orgID, Permissions: wanted})
	refused, _ := errors.AsType[*client.Error](err)
	switch {
	case err == nil:
		return true
	case refused == nil:
		t.Fatal(err)
	case refused.StatusCode == http.StatusForbidden && strings.HasSuffix(refused.Message, "is unauthorized"):
		return false
	case strings.Contains(refused.Message, "is not for org id"):
		return true
	case strings.Contains(refused.Message, "cannot be created with the instance type"):
		return true
	}
	t.Fatal(err)
	return false
}

// drawing makes permissions from few values, so that they often have some of them
// in common.
type drawing struct {
	*rand.Rand
	orgs, ids []string
	types     []string
}

func (d *drawing) pick(from ...string) string { return from[d.IntN(len(from))] }

func (d *drawing) permission(orgs ...string) testserver.V2Permission {
	return testserver.V2Permission{
		Action: d.pick("read", "write"), Type: d.pick(d.types...), ID: d.pick(d.ids...), OrgID: d.pick(orgs...),
	}
}

// held returns a permission that a token of the organization may have.
func (d *drawing) held(orgID string) testserver.V2Permission { return d.permission("", orgID) }

// wanted returns the permission as a client writes it, in any case of letters.
func (d *drawing) wanted() client.Permission {
	p := d.permission(d.orgs...)
	if d.IntN(4) == 0 {
		p.ID, p.OrgID = strings.ToUpper(p.ID), strings.ToUpper(p.OrgID)
	}
	return fromServer(p)
}

func fromServer(p testserver.V2Permission) client.Permission {
	return client.Permission{Action: client.Action(p.Action), Resource: client.PermissionResource{
		Type: client.ResourceType(p.Type), ID: p.ID, OrgID: p.OrgID,
	}}
}

// The client and the server say the same about what permissions allow.
func TestPermissionsCover_asTheServer(t *testing.T) {
	t.Parallel()
	const holders, questions = 60, 20
	srv, err := testserver.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	setup := srv.SetupV2()
	other := srv.CreateV2Org("other").ID
	d := &drawing{
		Rand:  rand.New(rand.NewPCG(1, 2)),
		orgs:  []string{"", setup.OrgID, other},
		ids:   []string{"", "", setup.BucketID, setup.OrgID, setup.UserID, someA},
		types: []string{"buckets", "buckets", "orgs", "users", "authorizations", "instance"},
	}
	answers := map[bool]int{}
	for range holders {
		home := d.pick(setup.OrgID, other)
		// Without these two the server does not come to the question.
		granted := []testserver.V2Permission{
			{Action: "write", Type: "authorizations", OrgID: home}, {Action: "write", Type: "users", ID: setup.UserID},
		}
		for range d.IntN(7) {
			granted = append(granted, d.held(home))
		}
		var held []client.Permission
		for _, p := range granted {
			held = append(held, fromServer(p))
		}
		token := client.NewSecret(srv.CreateV2Authorization(testserver.V2Authorization{OrgID: home, Permissions: granted}).Token)
		c := newClient(t, "http://influxdb.test:8086", client.WithToken(token), client.WithTransport(inProcess{srv.V2()}))
		for range questions {
			wanted := []client.Permission{d.wanted()}
			got := client.PermissionsCover(held, wanted[0])
			if want := grants(t, c, home, wanted); got != want {
				t.Errorf("%v cover %v: %t, the server says %t", held, wanted, got, want)
			}
			answers[got]++
			for range d.IntN(3) {
				wanted = append(wanted, d.wanted())
			}
			if got, want := client.PermissionsCoverAll(held, wanted), grants(t, c, home, wanted); got != want {
				t.Errorf("%v cover all of %v: %t, the server says %t", held, wanted, got, want)
			}
		}
	}
	if answers[true] < holders || answers[false] < holders {
		t.Errorf("the questions are one-sided: %v", answers)
	}
}

// What it takes to read a bucket and an organization is what the documentation of
// PermissionsCover says.
func TestPermissionsCover_readsAsTheServer(t *testing.T) {
	t.Parallel()
	srv, _, setup := newV2(t)
	other := srv.CreateV2Org("other").ID
	theirs := srv.CreateV2Bucket(other, "theirs").ID
	d := &drawing{
		Rand:  rand.New(rand.NewPCG(3, 4)),
		ids:   []string{"", "", setup.BucketID, theirs, setup.OrgID, setup.UserID},
		types: []string{"buckets", "orgs", "users"},
	}
	read := func(kind client.ResourceType, id, orgID string) client.Permission {
		return client.Permission{Action: client.ActionRead, Resource: client.PermissionResource{Type: kind, ID: id, OrgID: orgID}}
	}
	for range 60 {
		home := d.pick(setup.OrgID, other)
		granted := []testserver.V2Permission{d.held(home), d.held(home)}
		held := []client.Permission{fromServer(granted[0]), fromServer(granted[1])}
		token := client.NewSecret(srv.CreateV2Authorization(testserver.V2Authorization{OrgID: home, Permissions: granted}).Token)
		c := newClient(t, srv.V2URL(), client.WithToken(token))
		for name, question := range map[string]struct {
			wanted client.Permission
			err    error
		}{
			"bucket":       {read(client.ResourceBuckets, setup.BucketID, setup.OrgID), second(c.Buckets.Get(t.Context(), setup.BucketID))},
			"their bucket": {read(client.ResourceBuckets, theirs, other), second(c.Buckets.Get(t.Context(), theirs))},
			"organization": {read(client.ResourceOrgs, setup.OrgID, ""), second(c.Organizations.Get(t.Context(), setup.OrgID))},
			"me":           {read(client.ResourceUsers, setup.UserID, ""), second(c.Me.Get(t.Context()))},
		} {
			if question.err != nil && !client.IsForbidden(question.err) {
				t.Fatal(question.err)
			}
			if got, want := client.PermissionsCover(held, question.wanted), question.err == nil; got != want {
				t.Errorf("%v, %s: covered is %t, and the server answers %v", held, name, got, question.err)
			}
		}
	}
}
