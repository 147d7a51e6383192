package apiv2

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// commit is what the server names as its build.
const commit = "reference"

// check is one check of /health and /ready since 2.10.
type check struct {
	Name     string    `json:"name"`
	Status   string    `json:"status"`
	Message  string    `json:"message,omitempty"`
	Progress *progress `json:"progress,omitempty"`
	Failures *failures `json:"failures,omitempty"`
}

// failures is how many shards could not be loaded.
type failures struct {
	Count int    `json:"count"`
	Unit  string `json:"unit"`
}

// progress is how many shards a starting server has loaded.
type progress struct {
	Completed int    `json:"completed"`
	Total     int    `json:"total"`
	Unit      string `json:"unit"`
}

// healthResponse is the reply of /health since 2.10.
type healthResponse struct {
	Name    string  `json:"name"`
	Status  string  `json:"status"`
	Message string  `json:"message"`
	Checks  []check `json:"checks"`
	Version string  `json:"version"`
	Commit  string  `json:"commit"`
}

// serveHealth answers every method alike.
func (a *API) serveHealth(w http.ResponseWriter) {
	if !a.since(10) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		// The older releases write this text by hand, blanks included.
		writeBody(w, fmt.Appendf(nil, `{"name":"influxdb", "message":"ready for queries and writes", "status":"pass", "checks":[], "version": "v%s", "commit": "%s"}`+"\n",
			a.cfg.Version, commit))
		return
	}
	body := healthResponse{Name: "influxdb", Status: "pass", Message: "healthy", Version: "v" + a.cfg.Version, Commit: commit}
	for _, c := range []check{
		{Name: "bolt"},
		{Name: "influxql"},
		{Name: "query"},
		{Name: "shards", Failures: &failures{Unit: "shards"}},
		{Name: "sqlite"},
		{Name: "task-scheduler", Message: "scheduler idle: no scheduled runs"},
	} {
		if a.starting.Load() && c.Name != "bolt" && c.Name != "shards" && c.Name != "sqlite" {
			continue // The others come when they have started.
		}
		c.Status = "pass"
		body.Checks = append(body.Checks, c)
	}
	respondLine(w, http.StatusOK, body)
}

// uptime is how long the server runs, as a number.
type uptime struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// readyResponse is the reply of /ready.
type readyResponse struct {
	Status  string    `json:"status"`
	Started time.Time `json:"started"`
	Up      string    `json:"up"`
	Uptime  *uptime   `json:"uptime,omitempty"`
	Checks  []check   `json:"checks,omitempty"`
}

func (a *API) serveReady(w http.ResponseWriter) {
	up := a.store.Now().Sub(a.started)
	body := readyResponse{Status: "ready", Started: a.started, Up: up.String()}
	if !a.since(10) {
		data, err := json.MarshalIndent(body, "", "    ")
		if err != nil {
			respondError(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		writeBody(w, append(data, '\n'))
		return
	}
	body.Uptime = &uptime{Value: up.Seconds(), Unit: "seconds"}
	if !a.starting.Load() {
		respondLine(w, http.StatusOK, body)
		return
	}
	body.Status = statusStarting
	for _, name := range []string{"engine", "query", "replications", "shards", "task-scheduler", "tasks"} {
		c := check{Name: name, Status: "fail", Message: "not ready"}
		if name == "shards" {
			c.Message, c.Progress = "waiting for shard enumeration", &progress{Unit: "shards"}
		}
		body.Checks = append(body.Checks, c)
	}
	respondLine(w, http.StatusServiceUnavailable, body)
}

// statusStarting is the status of a server that is not ready yet.
const statusStarting = "starting"

// SetReady says whether the server has finished its start; a new API has. Until
// then 2.10 answers 503, and the older releases do not even accept connections.
func (a *API) SetReady(ready bool) { a.starting.Store(!ready) }

// serveStarting answers in the place of the API while the server starts.
func (a *API) serveStarting(w http.ResponseWriter) {
	if !a.since(10) {
		// There is no listener yet. The nearest to it is a connection that ends
		// without a reply.
		panic(http.ErrAbortHandler)
	}
	respondLine(w, http.StatusServiceUnavailable, map[string]string{"status": statusStarting})
}

// respondLine sends compact JSON with a line end.
func respondLine(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		respondError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	writeBody(w, append(data, '\n'))
}
