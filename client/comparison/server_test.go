package comparison_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
)

// The benchmarks run this test binary again, as the server and as clients that are
// measured from start to end: Go counts the allocations of a process, and neither
// side must be charged for the other.
const (
	roleVariable  = "COMPARISON_ROLE"
	inputVariable = "COMPARISON_INPUT"

	roleServer = "server"
	roleReader = "reader"
)

func TestMain(m *testing.M) {
	var run func(input []byte) error
	switch os.Getenv(roleVariable) {
	case roleServer:
		run = serveBenchmark
	case roleReader:
		run = readList
	default:
		os.Exit(m.Run())
	}
	if err := run([]byte(os.Getenv(inputVariable))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// inRole prepares this binary to run in a role, with its input.
func inRole(ctx context.Context, role string, input any) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, inputVariable+"="+string(encoded))
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// stock is what a server has for a benchmark.
type stock struct {
	URL      string `json:"url"`
	Token    string `json:"token"`
	OrgID    string `json:"orgID"`
	UserID   string `json:"userID"`
	BucketID string `json:"bucketID"`
	// TokensOrgID is an organization that owns the authorizations with the IDs, and no
	// others.
	TokensOrgID string   `json:"tokensOrgID"`
	IDs         []string `json:"ids"`
}

// serveBenchmark is the server: InfluxDB 2.7, which shows all tokens. The input is
// the number of authorizations. It serves until its standard input ends.
func serveBenchmark(input []byte) error {
	var authorizations int
	if err := json.Unmarshal(input, &authorizations); err != nil {
		return err
	}
	srv, err := testserver.New(testserver.WithV2Version("2.7"), testserver.WithV2HashedTokens(false), testserver.WithJournalLimit(0))
	if err != nil {
		return err
	}
	defer srv.Close()
	if err := srv.Start(context.Background(), testserver.Listen{V2: "127.0.0.1:0"}); err != nil {
		return err
	}
	setup := srv.SetupV2()
	x := stock{
		URL: srv.V2URL(), Token: setup.Token, OrgID: setup.OrgID, UserID: setup.UserID, BucketID: setup.BucketID,
		TokensOrgID: srv.CreateV2Org("tokens").ID,
	}
	bucket := srv.CreateV2Bucket(x.TokensOrgID, "b1").ID
	for i := range authorizations {
		made := srv.CreateV2Authorization(testserver.V2Authorization{
			Description: fmt.Sprintf("token %d of the benchmark", i), OrgID: x.TokensOrgID,
			Permissions: []testserver.V2Permission{
				{Action: "read", Type: "buckets", ID: bucket, OrgID: x.TokensOrgID},
				{Action: "write", Type: "buckets", ID: bucket, OrgID: x.TokensOrgID},
			},
		})
		x.IDs = append(x.IDs, made.ID)
	}
	if err := json.NewEncoder(os.Stdout).Encode(x); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startServer starts a server in a process of its own, which ends with the
// benchmark.
func startServer(b *testing.B, authorizations int) stock {
	b.Helper()
	cmd, err := inRole(context.Background(), roleServer, authorizations)
	if err != nil {
		b.Fatal(err)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("the server: %v", err)
		}
	})
	var x stock
	if err := json.NewDecoder(stdout).Decode(&x); err != nil {
		b.Fatal(err)
	}
	return x
}
