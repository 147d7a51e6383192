package testserver

import "testing"

// Run starts a server for a test: all three faces listen on free ports of
// 127.0.0.1, and everything closes with the test. The test fails when a request
// had no route and no fault answered it, unless AllowUnknownRoutes is given, and
// when a function of a fault panicked or the Change of one could not be made.
func Run(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s, err := New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		for _, crash := range s.journal.allCrashes() {
			t.Errorf("testserver: %s", crash)
		}
		if s.cfg.allowUnknownRoutes {
			return
		}
		for _, route := range s.journal.unknownRoutes() {
			t.Errorf("testserver: request without a route: %s", s.hide(route))
		}
	})
	const anyPort = "127.0.0.1:0"
	if err := s.Start(t.Context(), Listen{V2: anyPort, V3: anyPort, V3Recovery: anyPort}); err != nil {
		t.Fatal(err)
	}
	return s
}
