package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// An attempt that has failed may still be writing its header when the next one
// begins, so that no two share one.
func TestAttempt_headersOfItsOwn(t *testing.T) {
	t.Parallel()
	attempts := 0
	c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)),
		client.WithTransport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
			attempts++
			if req.Header.Get("X-Mark") != "" || req.Header.Get("Authorization") != "Bearer "+canary || req.Header.Get("Accept") != "application/json" {
				t.Errorf("attempt %d has the header %v", attempts, req.Header)
			}
			req.Header.Set("X-Mark", "attempt")
			req.Header.Set("Accept", "anything")
			return nil, errors.New("the connection broke")
		})))
	if err := c.Authorizations.Delete(t.Context(), someID); kindOf(err) != requestError || attempts != 1+retries {
		t.Errorf("%d attempts, error %v", attempts, err)
	}
}

// The limit of an object holds to the byte, however its length is told.
func TestAttempt_objectLimit(t *testing.T) {
	t.Parallel()
	const limit, object = 1 << 20, `{"id":"` + someID + `","name":"x"}`
	for name, test := range map[string]struct {
		length   int
		declared int64
		fits     bool
	}{
		"small": {len(object), -1, true}, "small, declared": {len(object), int64(len(object)), true},
		"limit": {limit, -1, true}, "limit, declared": {limit, limit, true},
		"over": {limit + 1, -1, false}, "over, declared": {limit + 1, limit + 1, false},
		"declared too large": {len(object), 1 << 40, true}, "declared too small": {limit, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := object + strings.Repeat(" ", test.length-len(object))
			c := newClient(t, "http://influxdb.test", client.WithToken(client.NewSecret(canary)),
				client.WithTransport(roundTripFunc(func(*http.Request) (*http.Response, error) {
					return &http.Response{
						StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: test.declared, Body: io.NopCloser(strings.NewReader(body)),
					}, nil
				})))
			user, err := c.Users.Get(t.Context(), someID)
			if test.fits && (err != nil || user.Name != "x") || !test.fits && !strings.Contains(errorString(err), "larger than 1048576 bytes") {
				t.Errorf("got %v, error %v", user, err)
			}
		})
	}
}
