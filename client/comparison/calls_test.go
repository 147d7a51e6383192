package comparison_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/client"
)

// comparison is one call of the API, made by each side and, without anything around
// it, by net/http.
type comparison struct {
	name string
	// stock returns how many authorizations a server needs for n calls.
	stock    func(n int) int
	sdk      func(ctx context.Context, c *client.Client, x *stock, i int) error
	official func(ctx context.Context, c influxdb2.Client, x *stock, i int) error
	// request is what both send.
	request func(x *stock, i int) (method, path, body string)
}

func none(int) int     { return 0 }
func one(int) int      { return 1 }
func twenty(int) int   { return 20 }
func as1to1(n int) int { return n }

// second drops the value of a call.
func second[T any](_ T, err error) error { return err }

// comparisons are the calls that both sides have. The official client can't get one
// authorization: a list of one takes its place.
func comparisons() []comparison {
	return []comparison{
		{"create authorization", none,
			func(ctx context.Context, c *client.Client, x *stock, i int) error {
				return second(c.Authorizations.Create(ctx, client.CreateAuthorizationRequest{
					OrgID: x.OrgID, Description: fmt.Sprint("token ", i), Status: client.AuthorizationActive,
					Permissions: client.BucketPermissions(x.OrgID, x.BucketID, client.ActionRead, client.ActionWrite),
				}))
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, i int) error {
				return second(c.AuthorizationsAPI().CreateAuthorization(ctx, &domain.Authorization{
					AuthorizationUpdateRequest: domain.AuthorizationUpdateRequest{
						Description: new(fmt.Sprint("token ", i)), Status: new(domain.AuthorizationUpdateRequestStatusActive),
					},
					OrgID: &x.OrgID,
					Permissions: &[]domain.Permission{
						onBucket(domain.PermissionActionRead, x.OrgID, x.BucketID), onBucket(domain.PermissionActionWrite, x.OrgID, x.BucketID),
					},
				}))
			},
			func(x *stock, i int) (string, string, string) {
				permission := `{"action":%q,"resource":{"type":"buckets","id":"` + x.BucketID + `","orgID":"` + x.OrgID + `"}}`
				return http.MethodPost, "authorizations", fmt.Sprintf(
					`{"orgID":%q,"description":"token %d","status":"active","permissions":[`+permission+","+permission+"]}", x.OrgID, i, "read", "write")
			},
		},
		{"find authorization", one,
			func(ctx context.Context, c *client.Client, x *stock, _ int) error {
				return second(c.Authorizations.List(ctx, client.ListAuthorizationsOptions{OrgID: x.TokensOrgID}))
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, _ int) error {
				return second(c.AuthorizationsAPI().FindAuthorizationsByOrgID(ctx, x.TokensOrgID))
			},
			func(x *stock, _ int) (string, string, string) {
				return http.MethodGet, "authorizations?orgID=" + x.TokensOrgID, ""
			},
		},
		{"list 20 authorizations", twenty,
			func(ctx context.Context, c *client.Client, x *stock, _ int) error {
				return second(c.Authorizations.List(ctx, client.ListAuthorizationsOptions{OrgID: x.TokensOrgID}))
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, _ int) error {
				return second(c.AuthorizationsAPI().FindAuthorizationsByOrgID(ctx, x.TokensOrgID))
			},
			func(x *stock, _ int) (string, string, string) {
				return http.MethodGet, "authorizations?orgID=" + x.TokensOrgID, ""
			},
		},
		{"update status", one,
			func(ctx context.Context, c *client.Client, x *stock, _ int) error {
				return second(c.Authorizations.Update(ctx, x.IDs[0], client.UpdateAuthorizationRequest{Status: new(client.AuthorizationInactive)}))
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, _ int) error {
				return second(c.AuthorizationsAPI().UpdateAuthorizationStatusWithID(ctx, x.IDs[0], domain.AuthorizationUpdateRequestStatusInactive))
			},
			func(x *stock, _ int) (string, string, string) {
				return http.MethodPatch, "authorizations/" + x.IDs[0], `{"status":"inactive"}`
			},
		},
		{"delete authorization", as1to1,
			func(ctx context.Context, c *client.Client, x *stock, i int) error {
				return c.Authorizations.Delete(ctx, x.IDs[i])
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, i int) error {
				return c.AuthorizationsAPI().DeleteAuthorizationWithID(ctx, x.IDs[i])
			},
			func(x *stock, i int) (string, string, string) {
				return http.MethodDelete, "authorizations/" + x.IDs[i], ""
			},
		},
		{"find organization by name", none,
			func(ctx context.Context, c *client.Client, _ *stock, _ int) error {
				return second(c.Organizations.FindByName(ctx, "acme"))
			},
			func(ctx context.Context, c influxdb2.Client, _ *stock, _ int) error {
				return second(c.OrganizationsAPI().FindOrganizationByName(ctx, "acme"))
			},
			func(*stock, int) (string, string, string) { return http.MethodGet, "orgs?org=acme", "" },
		},
		{"get user", none,
			func(ctx context.Context, c *client.Client, x *stock, _ int) error {
				return second(c.Users.Get(ctx, x.UserID))
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, _ int) error {
				return second(c.UsersAPI().FindUserByID(ctx, x.UserID))
			},
			func(x *stock, _ int) (string, string, string) { return http.MethodGet, "users/" + x.UserID, "" },
		},
		{"create user", none,
			func(ctx context.Context, c *client.Client, _ *stock, i int) error {
				return second(c.Users.Create(ctx, client.CreateUserRequest{Name: fmt.Sprint("user ", i)}))
			},
			func(ctx context.Context, c influxdb2.Client, _ *stock, i int) error {
				return second(c.UsersAPI().CreateUserWithName(ctx, fmt.Sprint("user ", i)))
			},
			func(_ *stock, i int) (string, string, string) {
				return http.MethodPost, "users", fmt.Sprintf(`{"name":"user %d"}`, i)
			},
		},
		{"create bucket", none,
			func(ctx context.Context, c *client.Client, x *stock, i int) error {
				return second(c.Buckets.Create(ctx, client.CreateBucketRequest{OrgID: x.OrgID, Name: fmt.Sprint("bucket ", i)}))
			},
			func(ctx context.Context, c influxdb2.Client, x *stock, i int) error {
				return second(c.BucketsAPI().CreateBucketWithNameWithID(ctx, x.OrgID, fmt.Sprint("bucket ", i)))
			},
			func(x *stock, i int) (string, string, string) {
				return http.MethodPost, "buckets", fmt.Sprintf(`{"orgID":%q,"name":"bucket %d","retentionRules":[]}`, x.OrgID, i)
			},
		},
		{"who am I", none,
			func(ctx context.Context, c *client.Client, _ *stock, _ int) error { return second(c.Me.Get(ctx)) },
			func(ctx context.Context, c influxdb2.Client, _ *stock, _ int) error {
				return second(c.UsersAPI().Me(ctx))
			},
			func(*stock, int) (string, string, string) { return http.MethodGet, "me", "" },
		},
	}
}

// Benchmark_calls makes each call with the SDK, with the official client, and with
// net/http alone, each on a fresh server.
func Benchmark_calls(b *testing.B) {
	for _, compared := range comparisons() {
		b.Run(compared.name, func(b *testing.B) {
			b.Run("sdk", func(b *testing.B) {
				x := startServer(b, compared.stock(b.N))
				c, err := client.New(x.URL, client.WithToken(client.NewSecret(x.Token)))
				if err != nil {
					b.Fatal(err)
				}
				measure(b, func(i int) error { return compared.sdk(b.Context(), c, &x, i) })
			})
			b.Run("official", func(b *testing.B) {
				x := startServer(b, compared.stock(b.N))
				c := influxdb2.NewClient(x.URL, x.Token)
				b.Cleanup(c.Close)
				measure(b, func(i int) error { return compared.official(b.Context(), c, &x, i) })
			})
			b.Run("net-http", func(b *testing.B) {
				x := startServer(b, compared.stock(b.N))
				c := &http.Client{Transport: &http.Transport{}}
				b.Cleanup(c.CloseIdleConnections)
				measure(b, func(i int) error {
					method, path, body := compared.request(&x, i)
					return roundTrip(b.Context(), c, method, x.URL+"/api/v2/"+path, x.Token, body)
				})
			})
		})
	}
}

// measure counts b.N calls, the first of which opens the connection. The time of the
// processor, cpu-ns/op, is the client's alone, and hardly depends on what else the
// machine does.
func measure(b *testing.B, call func(i int) error) {
	b.Helper()
	b.ReportAllocs()
	before, err := processorTime()
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		if err := call(i); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	after, err := processorTime()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64((after-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// processorTime is what the process has used so far.
func processorTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// roundTrip sends a request and reads the reply, and no more.
func roundTrip(ctx context.Context, c *http.Client, method, url, token, body string) error {
	var sent io.Reader
	if body != "" {
		sent = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, sent)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Token "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, url, resp.Status)
	}
	return nil
}

// onBucket is a permission on one bucket of an organization.
func onBucket(action domain.PermissionAction, orgID, bucketID string) domain.Permission {
	return domain.Permission{
		Action:   action,
		Resource: domain.Resource{Type: domain.ResourceTypeBuckets, Id: &bucketID, OrgID: &orgID},
	}
}
