package testserver_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store/datafile"
)

const (
	killRounds  = 20
	killWorkers = 6
	// killCreates is the least number of acknowledged creations in all rounds.
	killCreates = 2000
	// killChildFile names the variable that makes TestDataFile_killChild a server.
	killChildFile = "INFLUXDB_TESTSERVER_TEST_KILL_CHILD"
	killSeed      = 20260504
)

// killURLs is what the child tells its parent.
type killURLs struct {
	V2 string `json:"v2"`
	V3 string `json:"v3"`
}

// TestDataFile_killChild is the server that TestDataFile_kill kills: the test
// binary runs itself with this test alone. It serves until its standard input
// ends, so no child outlives its parent.
func TestDataFile_killChild(t *testing.T) {
	t.Parallel()
	path := os.Getenv(killChildFile)
	if path == "" {
		t.Skip("only TestDataFile_kill runs this")
	}
	srv, err := testserver.New(testserver.WithDataFile(path), testserver.WithSeed(killSeed), testserver.WithJournalLimit(0))
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	if err := srv.Start(t.Context(), testserver.Listen{V2: "127.0.0.1:0", V3: "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(killURLs{srv.V2URL(), srv.V3URL()}); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // It ends when the parent does.
}

// killToken is one token that was asked for.
type killToken struct {
	name string
	v3   bool
	// id and secret are known when the creation was acknowledged.
	id, secret string
	// deleting says that a deletion was asked for, dead that it was acknowledged.
	deleting, dead bool
}

// killTest is what the parent knows.
type killTest struct {
	path     string
	setup    testserver.V2Setup
	operator string

	mu     sync.Mutex
	tokens map[string]*killToken
	// ids has the name of every token that was ever seen under an ID.
	ids map[string]string
	// saved counts the tokens that were there although nobody was told.
	saved int
}

// TestDataFile_kill kills a server in the middle of its work, many times, and
// finds after each start that everything that was acknowledged is there and that
// nothing is there by half.
func TestDataFile_kill(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("no SIGKILL")
	}
	k := &killTest{
		path:   filepath.Join(t.TempDir(), "data"),
		tokens: map[string]*killToken{},
		ids:    map[string]string{},
	}
	srv := k.open(t)
	k.setup = srv.SetupV2()
	k.operator = srv.BootstrapV3().Token
	srv.Close()
	// This ends a test that hangs; it takes a tenth of the time.
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	rnd := rand.New(rand.NewPCG(killSeed, 1))
	for round := range killRounds {
		k.round(ctx, t, round, rnd)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
		k.check(t)
		if t.Failed() {
			t.Fatalf("after round %d", round)
		}
	}
	acknowledged, unacknowledged := 0, 0
	for _, token := range k.tokens {
		if token.secret != "" {
			acknowledged++
		} else {
			unacknowledged++
		}
	}
	t.Logf("%d tokens were acknowledged, %d were not, but %d of these were saved", acknowledged, unacknowledged, k.saved)
	if acknowledged < killCreates {
		t.Errorf("only %d creations were acknowledged", acknowledged)
	}
}

func (k *killTest) open(t *testing.T) *testserver.Server {
	t.Helper()
	srv, err := testserver.New(testserver.WithDataFile(k.path), testserver.WithSeed(killSeed), testserver.WithJournalLimit(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

// round starts a child, works on it with several workers, and kills it after a
// random number of acknowledged creations and of further requests.
func (k *killTest) round(ctx context.Context, t *testing.T, round int, rnd *rand.Rand) {
	t.Helper()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestDataFile_killChild$")
	child.Env = append(os.Environ(), killChildFile+"="+k.path)
	child.Stderr = os.Stderr
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var urls killURLs
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &urls)
	}
	if err != nil {
		_ = child.Process.Kill()
		t.Fatalf("the child said %q: %v, %v", line, err, child.Wait())
	}
	creations := int64(killCreates/killRounds + rnd.IntN(20))
	pings := rnd.IntN(25)
	transport := &http.Transport{MaxIdleConnsPerHost: killWorkers + 1}
	defer transport.CloseIdleConnections()
	w := &killWork{
		killTest: k, ctx: ctx, client: &http.Client{Transport: transport}, urls: urls,
		wanted: creations, reached: make(chan struct{}),
	}
	var workers sync.WaitGroup
	for i := range killWorkers {
		prefix := fmt.Sprintf("r%02d-w%d-", round, i)
		seed := rnd.Uint64()
		workers.Go(func() { w.work(t, prefix, rand.New(rand.NewPCG(seed, 2))) })
	}
	ended := make(chan struct{})
	go func() {
		workers.Wait()
		close(ended)
	}()
	select {
	case <-w.reached:
		// The pings take a random time, in which the workers go on: so the kill hits
		// any part of the next changes.
		for range pings {
			_, _, _ = w.send("GET", urls.V2+"/ping", "", "")
		}
	case <-ended:
		t.Errorf("the child ended by itself after %d creations", w.created.Load())
	}
	if err := child.Process.Kill(); err != nil {
		t.Errorf("kill: %v", err)
	}
	<-ended
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Errorf("the child ended with %v", err)
	}
}

// killWork is the work of one round.
type killWork struct {
	*killTest
	ctx     context.Context
	client  *http.Client
	urls    killURLs
	created atomic.Int64
	wanted  int64
	reached chan struct{}
}

// work creates and deletes tokens until the server is gone.
func (w *killWork) work(t *testing.T, prefix string, rnd *rand.Rand) {
	t.Helper()
	var mine []*killToken
	for n := 0; ; n++ {
		if len(mine) > 0 && rnd.IntN(8) == 0 {
			i := rnd.IntN(len(mine))
			if !w.remove(t, mine[i]) {
				return
			}
			mine[i] = mine[len(mine)-1]
			mine = mine[:len(mine)-1]
			continue
		}
		token := &killToken{name: prefix + strconv.Itoa(n), v3: rnd.IntN(2) == 0}
		w.mu.Lock()
		w.tokens[token.name] = token
		w.mu.Unlock()
		if !w.create(t, token) {
			return
		}
		mine = append(mine, token)
		if w.created.Add(1) == w.wanted {
			close(w.reached)
		}
	}
}

// create reports whether the server has acknowledged the token.
func (w *killWork) create(t *testing.T, token *killToken) bool {
	t.Helper()
	var status int
	var body []byte
	var err error
	if token.v3 {
		status, body, err = w.send("POST", w.urls.V3+"/api/v3/configure/token/named_admin", w.operator, `{"token_name":"`+token.name+`","expiry_secs":1000000}`)
	} else {
		status, body, err = w.send("POST", w.urls.V2+"/api/v2/authorizations", w.setup.Token, w.authorization(token.name))
	}
	if err != nil {
		return false
	}
	var reply struct {
		ID    any    `json:"id"`
		Token string `json:"token"`
	}
	if err := json.Unmarshal(body, &reply); err != nil || status != http.StatusCreated || reply.Token == "" {
		t.Errorf("create %s: %d %s", token.name, status, body)
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	token.id, token.secret = fmt.Sprint(reply.ID), reply.Token
	w.see(t, token.v3, token.id, token.name)
	return true
}

// authorization is the request for a v2 token.
func (k *killTest) authorization(name string) string {
	return `{"description":"` + name + `","orgID":"` + k.setup.OrgID +
		`","permissions":[{"action":"read","resource":{"type":"buckets","orgID":"` + k.setup.OrgID + `"}}]}`
}

// remove reports whether the server has acknowledged the deletion.
func (w *killWork) remove(t *testing.T, token *killToken) bool {
	t.Helper()
	w.mu.Lock()
	token.deleting = true
	w.mu.Unlock()
	target, secret, want := w.urls.V2+"/api/v2/authorizations/"+token.id, w.setup.Token, http.StatusNoContent
	if token.v3 {
		target, secret, want = w.urls.V3+"/api/v3/configure/token?token_name="+url.QueryEscape(token.name), w.operator, http.StatusOK
	}
	status, body, err := w.send("DELETE", target, secret, "")
	if err != nil {
		return false
	}
	if status != want {
		t.Errorf("delete %s: %d %s", token.name, status, body)
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	token.dead = true
	return true
}

// send sends a request and reads the whole reply; anything less is an error.
func (w *killWork) send(method, target, token, body string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(w.ctx, method, target, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := w.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, data, errors.Join(err, res.Body.Close())
}

// see notes that an ID belongs to a name; it may never belong to another.
func (k *killTest) see(t *testing.T, v3 bool, id, name string) {
	t.Helper()
	key := strconv.FormatBool(v3) + "/" + id
	if other, ok := k.ids[key]; ok && other != name {
		t.Errorf("ID %s belonged to %s and now to %s", id, other, name)
	}
	k.ids[key] = name
}

// killListed is a token in a list.
type killListed struct {
	v3       bool
	id, name string
	problem  string
}

// check opens the file and compares it with what was acknowledged.
func (k *killTest) check(t *testing.T) {
	t.Helper()
	k.checkRows(t)
	srv := k.open(t)
	defer srv.Close()
	count := map[string]int{}
	for _, l := range k.listed(t, srv) {
		token := k.tokens[l.name]
		switch {
		case token == nil || token.v3 != l.v3:
			t.Errorf("nobody asked for %+v", l)
			continue
		case l.problem != "":
			t.Errorf("%s is not complete: %s", l.name, l.problem)
		case token.dead:
			t.Errorf("%s was deleted and is back", l.name)
		}
		k.see(t, l.v3, l.id, l.name)
		if count[l.name]++; count[l.name] > 1 {
			t.Errorf("%s is listed %d times", l.name, count[l.name])
		}
		if token.secret == "" {
			// Never acknowledged, so nobody has the secret; it has to go away.
			k.saved++
			if status, body := k.removeDirectly(t, srv, l); status/100 != 2 {
				t.Errorf("delete %s: %d %s", l.name, status, body)
			}
			token.deleting, token.dead = true, true
		}
	}
	for name, token := range k.tokens {
		if token.secret == "" {
			continue
		}
		listed, works := count[name] > 0, k.works(t, srv, token)
		if token.deleting && !token.dead {
			// Nobody knows, but now it is settled.
			token.dead = !listed
		}
		if listed == token.dead || works == token.dead {
			t.Errorf("%s: deleted %t, listed %t, works %t", name, token.dead, listed, works)
		}
	}
}

// checkRows looks at the rows in the file: each has the hash of its secret.
func (k *killTest) checkRows(t *testing.T) {
	t.Helper()
	file, err := datafile.Open(k.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	hashes := map[string]bool{}
	for kind, size := range map[string]int{"v2_authorizations": sha256.Size, "v3_tokens": sha512.Size} {
		digits := regexp.MustCompile(`^[0-9a-f]{` + strconv.Itoa(2*size) + `}$`)
		err := file.Read(kind, func(_, value []byte) error {
			var row struct {
				Name        string `json:"name"`
				Description string `json:"description"`
				Hash        string `json:"hash"`
				Token       string `json:"token"`
			}
			if err := json.Unmarshal(value, &row); err != nil {
				return err
			}
			if !digits.MatchString(row.Hash) || hashes[row.Hash] || row.Token != "" {
				return fmt.Errorf("row %s", value)
			}
			hashes[row.Hash] = true
			if token := k.tokens[row.Name+row.Description]; token != nil && token.secret != "" && row.Hash != killHash(token) {
				return fmt.Errorf("row %s has the wrong hash", value)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func killHash(token *killToken) string {
	if token.v3 {
		sum := sha512.Sum512([]byte(token.secret))
		return hex.EncodeToString(sum[:])
	}
	sum := sha256.Sum256([]byte(token.secret))
	return hex.EncodeToString(sum[:])
}

// listed reads both lists, without the tokens of the setup.
func (k *killTest) listed(t *testing.T, srv *testserver.Server) []killListed {
	t.Helper()
	var out []killListed
	var v2 struct {
		Authorizations []struct {
			ID          string    `json:"id"`
			Token       string    `json:"token"`
			Status      string    `json:"status"`
			Description string    `json:"description"`
			OrgID       string    `json:"orgID"`
			UserID      string    `json:"userID"`
			CreatedAt   time.Time `json:"createdAt"`
			UpdatedAt   time.Time `json:"updatedAt"`
			Permissions []struct {
				Action   string `json:"action"`
				Resource struct {
					Type  string `json:"type"`
					OrgID string `json:"orgID"`
				} `json:"resource"`
			} `json:"permissions"`
		} `json:"authorizations"`
	}
	status, body := request(t, srv.V2(), "GET", "/api/v2/authorizations", k.setup.Token, "")
	if err := json.Unmarshal([]byte(body), &v2); err != nil || status != http.StatusOK {
		t.Fatalf("v2 list: %d, %v", status, err)
	}
	for _, a := range v2.Authorizations {
		if a.ID == k.setup.AuthorizationID {
			continue
		}
		l := killListed{id: a.ID, name: a.Description}
		if a.Token != "" || a.Status != "active" || a.OrgID != k.setup.OrgID || a.UserID != k.setup.UserID || a.CreatedAt.IsZero() || a.UpdatedAt.IsZero() ||
			len(a.Permissions) != 1 || a.Permissions[0].Action != "read" || a.Permissions[0].Resource.Type != "buckets" || a.Permissions[0].Resource.OrgID != k.setup.OrgID {
			l.problem = fmt.Sprintf("%+v", a)
		}
		out = append(out, l)
	}
	tokens := srv.V3Tokens()
	for _, token := range tokens[1:] {
		l := killListed{v3: true, id: strconv.FormatUint(token.ID, 10), name: token.Name}
		if len(token.Hash) != 128 || token.CreatedAt.IsZero() || token.Expiry == nil || token.Expiry.Sub(token.CreatedAt) != 1e6*time.Second {
			l.problem = fmt.Sprintf("%+v", token)
		}
		out = append(out, l)
	}
	return out
}

func (k *killTest) removeDirectly(t *testing.T, srv *testserver.Server, l killListed) (int, string) {
	t.Helper()
	if l.v3 {
		return request(t, srv.V3(), "DELETE", "/api/v3/configure/token?token_name="+url.QueryEscape(l.name), k.operator, "")
	}
	return request(t, srv.V2(), "DELETE", "/api/v2/authorizations/"+l.id, k.setup.Token, "")
}

// works says whether the server takes the secret.
func (k *killTest) works(t *testing.T, srv *testserver.Server, token *killToken) bool {
	t.Helper()
	h, path := srv.V2(), "/api/v2/resources"
	if token.v3 {
		h, path = srv.V3(), "/health"
	}
	status, body := request(t, h, "GET", path, token.secret, "")
	if status != http.StatusOK && status != http.StatusUnauthorized {
		t.Errorf("GET %s: %d %s", path, status, body)
	}
	return status == http.StatusOK
}
