package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// stopper ends the demonstration in two stages. When soft ends, nothing new is
// begun and what runs is asked to stop; when hard ends, it is killed.
type stopper struct {
	soft, hard       context.Context
	endSoft, endHard context.CancelFunc
	release          func()
}

// newStopper returns a stopper that nothing has stopped yet.
func newStopper(ctx context.Context) *stopper {
	s := &stopper{release: func() {}}
	s.hard, s.endHard = context.WithCancel(ctx)
	s.soft, s.endSoft = context.WithCancel(s.hard)
	return s
}

// catchSignals returns a stopper that the first signal stops softly and the
// second one hard. Without it a signal would end the program before it has
// ended what it started.
func catchSignals(stderr io.Writer) *stopper {
	s := newStopper(context.Background())
	// A reader that goes away ("make demo | head") must not kill the program
	// either: the failed write stops it softly.
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for end := s.endSoft; ; end = s.endHard {
			select {
			case <-s.hard.Done():
				return
			case <-signals:
			}
			if s.soft.Err() == nil {
				_, _ = fmt.Fprintln(stderr, "\nInterrupted: waiting for what runs to stop. Once more kills it.")
			}
			end()
		}
	}()
	s.release = func() {
		signal.Stop(signals)
		s.endHard()
	}
	return s
}

// guardedWriter stops the demonstration softly when nobody reads its output any
// more.
type guardedWriter struct {
	w    io.Writer
	stop *stopper
}

// Write implements io.Writer.
func (g *guardedWriter) Write(p []byte) (int, error) {
	n, err := g.w.Write(p)
	if err != nil {
		g.stop.endSoft()
	}
	return n, err
}
