package testserver

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv2"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// Server is a reference server: one store under an InfluxDB v2 face, an InfluxDB
// 3 face and an InfluxDB 3 recovery face. It is an http.Handler, which serves
// the face of WithFace, and safe for concurrent use.
type Server struct {
	cfg     config
	store   *store.Store
	journal journal
	faults  faults
	faces   map[Face]*face

	// ctx ends with Close, and every request's context with it.
	ctx    context.Context
	cancel context.CancelFunc

	mu        sync.Mutex
	listeners map[Face]*listener
	serving   sync.WaitGroup
}

// New returns a server without a listener: InfluxDB v2 before setup, InfluxDB 3
// without an operator token.
func New(opts ...Option) (*Server, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	st, err := openStore(&cfg)
	if err != nil {
		return nil, fmt.Errorf("testserver: %w", err)
	}
	if err := cfg.v3.start(st, cfg.logger); err != nil {
		_ = st.Close() // The first error is the one to report.
		return nil, fmt.Errorf("testserver: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		cfg:       cfg,
		store:     st,
		ctx:       ctx,
		cancel:    cancel,
		journal:   journal{limit: cfg.journalLimit},
		listeners: make(map[Face]*listener),
	}
	v3 := cfg.v3.api()
	s.faces = map[Face]*face{
		FaceV2:         s.newFace(FaceV2, apiv2.New(s.store, cfg.v2.api())),
		FaceV3:         s.newFace(FaceV3, apiv3.New(s.store, v3)),
		FaceV3Recovery: s.newFace(FaceV3Recovery, apiv3.NewRecovery(s.store, v3, s.closeRecovery)),
	}
	if cfg.journalLimit != nil {
		s.store.KeepIssued(*cfg.journalLimit)
	}
	if err := s.checkFaults(cfg.faults); err != nil {
		s.Close()
		return nil, fmt.Errorf("testserver: %w", err)
	}
	s.faults.add(cfg.faults...)
	return s, nil
}

// ServeHTTP serves the face of WithFace.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.faces[s.cfg.face].ServeHTTP(w, r)
}

// V2 returns the InfluxDB v2 face.
func (s *Server) V2() http.Handler { return s.faces[FaceV2] }

// V3 returns the InfluxDB 3 face.
func (s *Server) V3() http.Handler { return s.faces[FaceV3] }

// V3Recovery returns the InfluxDB 3 recovery face. As on the real server, its
// listener (if there is one) closes after the first success.
func (s *Server) V3Recovery() http.Handler { return s.faces[FaceV3Recovery] }

// V2Routes returns the route patterns of the InfluxDB v2 face.
func (s *Server) V2Routes() []string { return s.faces[FaceV2].api.Routes() }

// V3Routes returns the route patterns of the InfluxDB 3 face.
func (s *Server) V3Routes() []string { return s.faces[FaceV3].api.Routes() }
