package testserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/apiv3"
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
	// Admin is the address of the admin endpoint, which has to be a loopback one;
	// see Server.Admin.
	Admin string
}

// faceAdmin stands for the admin endpoint among the listeners.
const faceAdmin Face = -1

// listener is one face, or the admin endpoint, on one address.
type listener struct {
	http *http.Server
	url  string
}

// Start listens on every address that is named and serves the faces until
// Close or Shutdown; that ctx ends later makes no difference. It may be called
// again to add faces. When one address of a call cannot be had, none of that call
// is kept; what listened before goes on.
func (s *Server) Start(ctx context.Context, l Listen) error {
	if l.Admin != "" && !loopbackAddress(l.Admin) {
		return fmt.Errorf("testserver: admin: %q is not a loopback address", l.Admin)
	}
	var lc net.ListenConfig
	had := make(map[Face]net.Listener)
	for _, want := range []struct {
		face Face
		name string
		addr string
	}{
		{FaceV2, FaceV2.String(), l.V2},
		{FaceV3, FaceV3.String(), l.V3},
		{FaceV3Recovery, FaceV3Recovery.String(), l.V3Recovery},
		{faceAdmin, "admin", l.Admin},
	} {
		if want.addr == "" {
			continue
		}
		nl, err := lc.Listen(ctx, "tcp", want.addr)
		if err != nil {
			closeAll(had)
			return fmt.Errorf("testserver: %s: %w", want.name, err)
		}
		had[want.face] = nl
	}
	if err := s.serveAll(had); err != nil {
		closeAll(had)
		return fmt.Errorf("testserver: %w", err)
	}
	return nil
}

// closeAll gives back what is not served.
func closeAll(listeners map[Face]net.Listener) {
	for _, nl := range listeners {
		_ = nl.Close() // Another error is the one to report.
	}
}

// serveAll serves all of the faces, or none.
func (s *Server) serveAll(listeners map[Face]net.Listener) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return errors.New("the server is closed")
	}
	for id := range listeners {
		if _, ok := s.listeners[id]; ok {
			return fmt.Errorf("the %s face listens already", id)
		}
	}
	for id, nl := range listeners {
		s.serveLocked(id, nl)
	}
	return nil
}

// serveLocked serves one face in a goroutine.
func (s *Server) serveLocked(id Face, nl net.Listener) {
	if id == FaceV3Recovery {
		// A new listener stands for a restart: it serves once more.
		if recovery, ok := s.faces[id].api.(*apiv3.Recovery); ok {
			recovery.Reopen()
		}
	}
	l := s.newListener(id, nl)
	s.listeners[id] = l
	s.serving.Go(func() {
		serve := l.http.Serve
		if l.http.TLSConfig != nil {
			serve = func(nl net.Listener) error { return l.http.ServeTLS(nl, "", "") }
		}
		if err := serve(nl); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.cfg.logger.Error("listener failed", "url", l.url, "error", err)
		}
	})
}

// newListener returns what serves one face, or the admin endpoint, on nl.
func (s *Server) newListener(id Face, nl net.Listener) *listener {
	l := &listener{
		url: "http://" + reachable(nl.Addr()),
		http: &http.Server{
			// OPTIONS * belongs to the face like any other request.
			DisableGeneralOptionsHandler: true,
			ReadHeaderTimeout:            time.Minute,
			BaseContext:                  func(net.Listener) context.Context { return s.ctx },
			ErrorLog:                     slog.NewLogLogger(s.cfg.logger.Handler(), slog.LevelDebug),
		},
	}
	if id == faceAdmin {
		l.http.Handler = s.Admin()
		return l
	}
	l.http.Handler = s.faces[id]
	l.http.Protocols = new(http.Protocols)
	l.http.Protocols.SetHTTP1(true)
	// InfluxDB 3 finds out by itself what the client speaks, also without TLS;
	// influxd has HTTP/2 only where TLS negotiates it.
	l.http.Protocols.SetUnencryptedHTTP2(id != FaceV2)
	if cert := s.cfg.tls.cert; cert != nil {
		l.url = "https://" + reachable(nl.Addr())
		l.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12}
		l.http.Protocols.SetHTTP2(true)
	}
	return l
}

// reachable returns an address for a URL: what listens everywhere is reached at
// loopback, too.
func reachable(addr net.Addr) string {
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil || !at.Addr().IsUnspecified() {
		return addr.String()
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String()
}

// loopbackAddress says whether only this machine can reach an address.
func loopbackAddress(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && loopbackHost(host)
}

// loopbackHost says whether a host, without a port, is this machine.
func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Close ends the listeners and every connection at once, and waits for the
// serving goroutines. The handlers of V2, V3 and V3Recovery keep working, but
// with the file of WithDataFile, which Close closes, they can only read.
func (s *Server) Close() {
	if err := s.close(); err != nil {
		s.cfg.logger.Error("close", "error", err)
	}
}

func (s *Server) close() error {
	s.cancel()
	for _, l := range s.takeListeners() {
		_ = l.http.Close() // Only a listener that is closed already makes an error.
	}
	s.serving.Wait()
	return s.store.Close()
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
	return errors.Join(append(errs, s.close())...)
}

// takeListeners takes out all that listens.
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

// AdminURL returns the base URL of the admin endpoint, "" where it does not
// listen.
func (s *Server) AdminURL() string { return s.url(faceAdmin) }

func (s *Server) url(id Face) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.listeners[id]; ok {
		return l.url
	}
	return ""
}
