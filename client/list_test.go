package client_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// List is all or nothing: it is repeated when the connection breaks in the middle.
func TestList_repeatedAsAWhole(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) <= retries {
			writeAuthorizations(w, 500, ",")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		writeAuthorizations(w, 7, "]}")
	})
	list, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{})
	if err != nil || len(list) != 7 || requests.Load() != 1+retries {
		t.Errorf("%d authorizations after %d requests, error %v", len(list), requests.Load(), err)
	}
}

// A list that is read as a whole has a limit, and says who has none.
func TestList_limit(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"links":"`)
		for rest := []byte(strings.Repeat("x", 1<<20)); ; {
			if _, err := w.Write(rest); err != nil {
				return
			}
		}
	})
	_, err := c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{})
	if kindOf(err) != replyError || !strings.Contains(err.Error(), "larger than 67108864 bytes, a limit that the iterator All does not have") {
		t.Errorf("error %v", err)
	}
}

// A row without an ID or a name is none: the operator's ID is 0.
func TestAdminTokens_incompleteRows(t *testing.T) {
	t.Parallel()
	const row = `{"token_id":0,"name":"_admin","created_at":"2026-03-01T12:00:00","permissions":"*:*:*"}`
	for name, body := range map[string]string{
		"no ID": `{"name":"x","created_at":"2026-03-01T12:00:00"}`, "no name": `{"token_id":1,"created_at":"2026-03-01T12:00:00"}`,
		"null ID": `{"token_id":null,"name":"x"}`, "null": "null",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "["+row+","+body+"]") })
			if list, err := c.AdminTokens.List(t.Context()); kindOf(err) != replyError {
				t.Errorf("List: %v, error %v", list, err)
			}
			if n, err := countAll(t, c.AdminTokens.All(t.Context())); n != 1 || kindOf(err) != replyError {
				t.Errorf("AdminTokens.All: %d tokens, error %v", n, err)
			}
			if n, err := countAll(t, c.ResourceTokens.All(t.Context())); n != 0 || kindOf(err) != replyError {
				t.Errorf("ResourceTokens.All: %d tokens, error %v", n, err)
			}
		})
	}
}

// What a list shows is not shown again by an error.
func TestAuthorizations_listedSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	const odd = "imported=token%of<another>kind"
	for name, read := range map[string]func(*client.Client) error{
		"All": func(c *client.Client) error {
			_, err := countAll(t, c.Authorizations.All(t.Context(), client.ListAuthorizationsOptions{}))
			return err
		},
		"List": func(c *client.Client) error {
			return second(c.Authorizations.List(t.Context(), client.ListAuthorizationsOptions{}))
		},
		"Get": func(c *client.Client) error { return second(c.Authorizations.Get(t.Context(), "000000000000000a")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shown := `{"id":"000000000000000a","token":"` + odd + `"}`
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodDelete:
					http.Error(w, "sorry: "+odd, http.StatusBadRequest)
				case strings.HasSuffix(r.URL.Path, "/authorizations"):
					_, _ = io.WriteString(w, listHead+shown+"]}")
				default:
					_, _ = io.WriteString(w, shown)
				}
			})
			if err := read(c); err != nil {
				t.Fatal(err)
			}
			err := c.Authorizations.Delete(t.Context(), someID)
			if !strings.Contains(errorString(err), "sorry: [redacted]") || strings.Contains(err.Error(), "imported") {
				t.Errorf("error %v", err)
			}
		})
	}
}
