package officialclient_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/influxdata/influxdb-client-go/v2/api"
	"github.com/influxdata/influxdb-client-go/v2/domain"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// TestBuckets is the life of a bucket and of what a token may do there.
func TestBuckets(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			ctx := t.Context()
			buckets := x.client.BucketsAPI()
			made := must(buckets.CreateBucketWithNameWithID(ctx, x.orgID, "b1", domain.RetentionRule{EverySeconds: 7200}))(t)
			lastRequest(t, x.srv, "POST /api/v2/buckets", http.StatusCreated)
			if rules := made.RetentionRules; len(rules) != 1 || rules[0].EverySeconds != 7200 {
				t.Errorf("retention %+v", rules)
			}
			_, err := buckets.CreateBucketWithNameWithID(ctx, x.orgID, "b1")
			wantError(t, "name taken", err, "conflict: bucket with name b1 already exists")

			if found := must(buckets.FindBucketByName(ctx, "b1"))(t); *found.Id != *made.Id {
				t.Errorf("found %q", *found.Id)
			}
			if found := must(buckets.FindBucketByID(ctx, *made.Id))(t); found.Name != "b1" || text(found.OrgID) != x.orgID {
				t.Errorf("found %q", found.Name)
			}
			_, err = buckets.FindBucketByID(ctx, "00000000000000aa")
			wantError(t, "unknown bucket", err, "not found: bucket not found")
			_, err = buckets.FindBucketByName(ctx, "nope")
			wantError(t, "unknown name", err, "bucket 'nope' not found")
			want := []string{"_monitoring", "_tasks", "b0", "b1"}
			for what, list := range map[string]func() (*[]domain.Bucket, error){
				"all":       func() (*[]domain.Bucket, error) { return buckets.GetBuckets(ctx) },
				"by org":    func() (*[]domain.Bucket, error) { return buckets.FindBucketsByOrgName(ctx, "acme") },
				"by org ID": func() (*[]domain.Bucket, error) { return buckets.FindBucketsByOrgID(ctx, x.orgID) },
				"pages": func() (*[]domain.Bucket, error) {
					var all []domain.Bucket
					for offset := range 4 {
						one := must(buckets.GetBuckets(ctx, api.PagingWithLimit(1), api.PagingWithOffset(offset)))(t)
						all = append(all, *one...)
					}
					return &all, nil
				},
			} {
				names := map[string]bool{}
				for _, bucket := range *must(list())(t) {
					names[bucket.Name] = true
				}
				for _, name := range want {
					if !names[name] || len(names) != len(want) {
						t.Errorf("%s: %v, want %q", what, names, want)
					}
				}
			}

			made.Name, made.Description = "b2", new("changed")
			made.RetentionRules[0].EverySeconds = 0
			changed := must(buckets.UpdateBucket(ctx, made))(t)
			lastRequest(t, x.srv, "PATCH /api/v2/buckets/{id}", http.StatusOK)
			if changed.Name != "b2" || text(changed.Description) != "changed" || changed.RetentionRules[0].EverySeconds != 0 {
				t.Errorf("changed to %q, %q, %+v", changed.Name, text(changed.Description), changed.RetentionRules)
			}

			auth := must(x.client.AuthorizationsAPI().CreateAuthorizationWithOrgID(ctx, x.orgID,
				[]domain.Permission{onBucket(domain.PermissionActionWrite, x.orgID, *made.Id)}))(t)
			if got := text((*auth.Permissions)[0].Resource.Name); got != "b2" {
				t.Errorf("the permission names bucket %q", got)
			}
			if got := write(t, x, *auth.Token); got != http.StatusForbidden {
				t.Errorf("write to another bucket: %d", got)
			}
			if err := newClient(t, x.srv, *auth.Token).WriteAPIBlocking(x.orgID, *made.Id).WriteRecord(ctx, "m f=1"); err != nil {
				t.Errorf("write by IDs: %v", err)
			}

			if err := buckets.DeleteBucket(ctx, made); err != nil {
				t.Fatal(err)
			}
			lastRequest(t, x.srv, "DELETE /api/v2/buckets/{id}", http.StatusNoContent)
			wantError(t, "second delete", buckets.DeleteBucketWithID(ctx, *made.Id), "not found: bucket not found")
			found := must(x.client.AuthorizationsAPI().GetAuthorizations(ctx))(t)
			resource := (*(*found)[1].Permissions)[0].Resource
			gone := domain.Resource{Type: domain.ResourceTypeBuckets, Id: made.Id, OrgID: &x.orgID}
			if diff := cmp.Diff(gone, resource); diff != "" {
				t.Errorf("resource after the bucket is gone (-want +got):\n%s", diff)
			}
			for _, bucket := range x.srv.V2Buckets() {
				if bucket.ID == *made.Id {
					t.Error("the bucket is still there")
				}
			}
		})
	}
}

// TestBuckets_system does not let anybody delete what is the server's own.
func TestBuckets_system(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			var system []testserver.V2Bucket
			for _, bucket := range x.srv.V2Buckets() {
				if bucket.System {
					system = append(system, bucket)
				}
			}
			if len(system) != 2 {
				t.Fatalf("system buckets %+v", system)
			}
			wantError(t, "delete "+system[0].Name, x.client.BucketsAPI().DeleteBucketWithID(t.Context(), system[0].ID),
				"invalid: system buckets cannot be deleted")
		})
	}
}

// TestBuckets_members adds and removes members and owners of a bucket.
func TestBuckets_members(t *testing.T) {
	t.Parallel()
	for name, rel := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newFixture(t, rel)
			ctx := t.Context()
			buckets := x.client.BucketsAPI()
			alice := must(x.client.UsersAPI().CreateUserWithName(ctx, "alice"))(t)
			member := must(buckets.AddMemberWithID(ctx, x.bucketID, *alice.Id))(t)
			lastRequest(t, x.srv, "POST /api/v2/buckets/{id}/members", http.StatusCreated)
			if text(member.Id) != *alice.Id || text(member.Role) != "member" {
				t.Errorf("member %q as %s", member.Name, text(member.Role))
			}
			if members := must(buckets.GetMembersWithID(ctx, x.bucketID))(t); len(*members) != 1 {
				t.Errorf("%d members", len(*members))
			}
			if err := buckets.RemoveMemberWithID(ctx, x.bucketID, *alice.Id); err != nil {
				t.Error(err)
			}
			lastRequest(t, x.srv, "DELETE /api/v2/buckets/{id}/members/{userID}", http.StatusNoContent)
			must(buckets.AddOwnerWithID(ctx, x.bucketID, *alice.Id))(t)
			owners := must(buckets.GetOwnersWithID(ctx, x.bucketID))(t)
			found := false
			for _, owner := range *owners {
				found = found || text(owner.Id) == *alice.Id && text(owner.Role) == "owner"
			}
			if !found {
				t.Errorf("owners %+v", *owners)
			}
			if err := buckets.RemoveOwnerWithID(ctx, x.bucketID, *alice.Id); err != nil {
				t.Error(err)
			}
		})
	}
}
