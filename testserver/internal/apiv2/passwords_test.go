package apiv2_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

const (
	lengthFault  = "passwords must be between 8 and 72 characters long"
	classesFault = "passwords must contain at least three of the following character types: uppercase, lowercase, numbers, and special characters: !@#$%^&*()_+"
)

// strong returns a face that wants strong passwords, before setup.
func strong(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: start}
	w.store = store.New(func() time.Time { return w.now }, rand.NewChaCha8([32]byte{1}))
	w.api = apiv2.New(w.store, apiv2.Config{Version: "2.10.0", HashedTokens: true, StrongPasswords: true})
	return w
}

// TestStrongPasswords is the setting --strong-passwords, with the setup and with
// an administrator who sets a password.
func TestStrongPasswords(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ password, fault string }{
		"two classes":         {"password1", classesFault},
		"two others":          {"Password", classesFault},
		"blanks":              {"        ", classesFault},
		"short and weak":      {"short", lengthFault + "\n" + classesFault},
		"short, not weak":     {"Sh0rt", lengthFault},
		"long and weak":       {strings.Repeat("x", 73), lengthFault + "\n" + classesFault},
		"long, not weak":      {"aA1" + strings.Repeat("b", 70), lengthFault},
		"upper, lower, digit": {"Password1", ""},
		"lower, digit, other": {"passw0rd!", ""},
		"not a special":       {"passw0rd?", classesFault},
		"other scripts":       {"пароЛь٠٠", ""},
		"as long as possible": {"aA1" + strings.Repeat("b", 69), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := strong(t)
			r := w.send("", "POST", "/api/v2/setup", `{"username":"admin","org":"acme","bucket":"b0","password":`+quote(t, tt.password)+`}`)
			if tt.fault == "" {
				wantStatus(t, r, 201)
			} else {
				w.wantError(r, 400, "invalid", tt.fault)
				if r := w.send("", "GET", "/api/v2/setup", ""); r.body != "{\n\t\"allowed\": true\n}" {
					t.Errorf("after the fault: %s", r.body)
				}
				wantStatus(t, w.send("", "POST", "/api/v2/setup", `{"username":"admin","org":"acme","bucket":"b0"}`), 201)
			}
			w.op = w.store.IssuedSecrets()[len(w.store.IssuedSecrets())-1]
			user := w.store.V2Users()[0].ID.String()
			r = w.send(w.op, "POST", "/api/v2/users/"+user+"/password", `{"password":`+quote(t, tt.password)+`}`)
			if tt.fault == "" {
				wantStatus(t, r, 204)
				return
			}
			w.wantError(r, 400, "invalid", tt.fault)
			// The password is looked at before the user.
			w.wantError(w.send(w.op, "POST", "/api/v2/users/00000000000000aa/password", `{"password":`+quote(t, tt.password)+`}`), 400, "invalid", tt.fault)
		})
	}
}

// TestStrongPasswords_signIn says that a weak password from before can be
// changed, but that nobody gets in with it.
func TestStrongPasswords_signIn(t *testing.T) {
	t.Parallel()
	w := strong(t)
	if _, err := w.store.V2Setup(store.V2SetupRequest{Username: "admin", Password: "password1", Org: "acme", Bucket: "b0"}, true); err != nil {
		t.Fatal(err)
	}
	signIn := func(password string) reply {
		return w.sendHeader(http.Header{"Authorization": {basic("admin", password)}}, "POST", "/api/v2/signin", "")
	}
	w.wantError(signIn("password1"), 403, "forbidden", "password change required\n"+classesFault)
	w.wantError(signIn("password2"), 401, "unauthorized", "unauthorized access")
	w.op = w.store.IssuedSecrets()[0]
	wantStatus(t, w.send(w.op, "POST", "/api/v2/users/"+w.store.V2Users()[0].ID.String()+"/password", `{"password":"Password1"}`), 204)
	r := signIn("Password1")
	wantStatus(t, r, 204)
	cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	header := http.Header{"Authorization": {basic("", "Password1")}, "Cookie": {cookie}}
	w.wantError(w.sendHeader(header, "PUT", "/api/v2/me/password", `{"password":"password2"}`), 400, "invalid", classesFault)
	wantStatus(t, w.sendHeader(header, "PUT", "/api/v2/me/password", `{"password":"Password2"}`), 204)
}
