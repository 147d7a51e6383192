package testserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listen names the addresses for Start; a face without an address does not
// listen. Port 0 takes a free port.
type Listen struct {
	// V2 is the address of the InfluxDB v2 face.
	V2 string
	// V3 is the address of the main InfluxDB 3 face.
	V3 string
	// V3Recovery is the address of the InfluxDB 3 recovery face.
	V3Recovery string
}

// listener is one face on one address.
type listener struct {
	http *http.Server
	url  string
}

// Start listens on every address that is named and serves the faces until
// Close or Shutdown. When one address cannot be had, none is kept.
func (s *Server) Start(ctx context.Context, l Listen) error {
	var lc net.ListenConfig
	for _, want := range []struct {
		face Face
		addr string
	}{{FaceV2, l.V2}, {FaceV3, l.V3}, {FaceV3Recovery, l.V3Recovery}} {
		if want.addr == "" {
			continue
		}
		nl, err := lc.Listen(ctx, "tcp", want.addr)
		if err != nil {
			s.Close()
			return fmt.Errorf("testserver: %s: %w", want.face, err)
		}
		if err := s.serve(want.face, nl); err != nil {
			_ = nl.Close() // The first error is the one to report.
			s.Close()
			return err
		}
	}
	return nil
}

// serve serves one face on nl in a goroutine.
func (s *Server) serve(id Face, nl net.Listener) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return errors.New("testserver: the server is closed")
	}
	if _, ok := s.listeners[id]; ok {
		return fmt.Errorf("testserver: the %s face listens already", id)
	}
	l := &listener{
		url: "http://" + nl.Addr().String(),
		http: &http.Server{
			Handler: s.faces[id],
			// OPTIONS * belongs to the face like any other request.
			DisableGeneralOptionsHandler: true,
			ReadHeaderTimeout:            time.Minute,
			BaseContext:                  func(net.Listener) context.Context { return s.ctx },
			ErrorLog:                     slog.NewLogLogger(s.cfg.logger.Handler(), slog.LevelDebug),
		},
	}
	s.listeners[id] = l
	s.serving.Go(func() {
		if err := l.http.Serve(nl); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.cfg.logger.Error("listener failed", "face", id.String(), "error", err)
		}
	})
	return nil
}

// Close ends the listeners and every connection at once, and waits for the
// serving goroutines. The handlers of V2, V3 and V3Recovery keep working.
func (s *Server) Close() {
	s.cancel()
	for _, l := range s.takeListeners() {
		_ = l.http.Close() // Only a listener that is closed already makes an error.
	}
	s.serving.Wait()
}

// Shutdown ends the listeners, lets the requests in flight finish until ctx
// ends, and then closes like Close.
func (s *Server) Shutdown(ctx context.Context) error {
	var errs []error
	for _, l := range s.takeListeners() {
		if err := l.http.Shutdown(ctx); err != nil {
			errs = append(errs, err, l.http.Close())
		}
	}
	s.Close()
	return errors.Join(errs...)
}

func (s *Server) takeListeners() map[Face]*listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.listeners
	s.listeners = make(map[Face]*listener)
	return taken
}

// closeRecovery ends the recovery listener, as the real server does after a
// successful regenerate. It is called inside the request that succeeded, so the
// graceful end has to wait in the background.
func (s *Server) closeRecovery() {
	s.mu.Lock()
	l, ok := s.listeners[FaceV3Recovery]
	delete(s.listeners, FaceV3Recovery)
	closed := s.ctx.Err() != nil
	if ok && !closed {
		s.serving.Go(func() {
			if err := l.http.Shutdown(s.ctx); err != nil {
				_ = l.http.Close() // The server is closing: at once, then.
			}
		})
	}
	s.mu.Unlock()
}

// V2URL returns the base URL of the InfluxDB v2 face, "" where it does not
// listen.
func (s *Server) V2URL() string { return s.url(FaceV2) }

// V3URL returns the base URL of the InfluxDB 3 face, "" where it does not
// listen.
func (s *Server) V3URL() string { return s.url(FaceV3) }

// V3RecoveryURL returns the base URL of the InfluxDB 3 recovery face, "" where
// it does not listen, also after it has closed itself.
func (s *Server) V3RecoveryURL() string { return s.url(FaceV3Recovery) }

func (s *Server) url(id Face) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.listeners[id]; ok {
		return l.url
	}
	return ""
}
