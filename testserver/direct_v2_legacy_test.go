package testserver_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// writesAs says whether a user name and a password may write to b0.
func writesAs(t *testing.T, srv *testserver.Server, user, password string) bool {
	t.Helper()
	query := url.Values{"db": {"b0"}, "u": {user}, "p": {password}}
	status, body := request(t, srv.V2(), "POST", "/write?"+query.Encode(), "", "m f=1")
	if status != http.StatusNoContent && status != http.StatusUnauthorized {
		t.Fatalf("%d %s", status, body)
	}
	return status == http.StatusNoContent
}

// TestDirectV2Legacy checks the back door of v1-compatible authorizations against
// the API, before and after a restart on the same file.
func TestDirectV2Legacy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	srv := openData(t, path)
	setup := srv.SetupV2()
	permissions := []testserver.V2Permission{{Action: "write", Type: "buckets", ID: setup.BucketID, OrgID: setup.OrgID}}
	made := srv.CreateV2LegacyAuthorization(testserver.V2LegacyAuthorization{
		Username: "telegraf", Description: "text", Permissions: permissions,
	}, "password1")
	silent := srv.CreateV2LegacyAuthorization(testserver.V2LegacyAuthorization{
		Username: "grafana", Status: "inactive", OrgID: srv.CreateV2Org("other").ID, UserID: srv.CreateV2User("alice").ID,
	}, "")
	want := testserver.V2LegacyAuthorization{
		ID: made.ID, Username: "telegraf", Status: "active", Description: "text", OrgID: setup.OrgID, UserID: setup.UserID,
		Permissions: permissions, CreatedAt: made.CreatedAt, UpdatedAt: made.CreatedAt,
	}
	if diff := cmp.Diff(want, made); diff != "" || made.CreatedAt.IsZero() {
		t.Error(diff)
	}
	if silent.Status != "inactive" || silent.OrgID == setup.OrgID || silent.UserID == setup.UserID {
		t.Errorf("got %+v", silent)
	}
	if status, body := request(t, srv.V2(), "GET", "/private/legacy/authorizations/"+made.ID, setup.Token, ""); status != http.StatusOK ||
		!strings.Contains(body, `"token": "telegraf"`) || !strings.Contains(body, `"description": "text"`) {
		t.Errorf("%d %s", status, body)
	}
	if !writesAs(t, srv, "telegraf", "password1") || writesAs(t, srv, "telegraf", "password2") {
		t.Error("the password is wrong")
	}
	if !srv.HasV2LegacyPassword(made.ID, "password1") || srv.HasV2LegacyPassword(made.ID, "password2") || srv.HasV2LegacyPassword(silent.ID, "") {
		t.Error("the back door knows another password")
	}
	if n := len(srv.V2Authorizations()); n != 1 {
		t.Errorf("%d authorizations", n)
	}
	if len(srv.IssuedSecrets()) != 1 {
		t.Error("a name was taken for a secret")
	}
	last := srv.RequestsFor("POST /write")[0]
	if last.Caller != made.ID {
		t.Errorf("the journal says %q", last.Caller)
	}
	before := srv.V2LegacyAuthorizations()
	srv.Close()
	if data := readFile(t, path); strings.Contains(string(data), "password1") || !strings.Contains(string(data), "telegraf") {
		t.Error("the file is wrong")
	}

	again := openData(t, path)
	if diff := cmp.Diff(before, again.V2LegacyAuthorizations()); diff != "" {
		t.Error(diff)
	}
	if !again.HasV2LegacyPassword(made.ID, "password1") || again.HasV2LegacyPassword(made.ID, "password2") {
		t.Error("the password is another one after the restart")
	}
	again.DeleteV2LegacyAuthorization(made.ID)
	if writesAs(t, again, "telegraf", "password1") {
		t.Error("a deleted one may write")
	}
	if diff := cmp.Diff(before[1:], again.V2LegacyAuthorizations()); diff != "" {
		t.Error(diff)
	}
}
