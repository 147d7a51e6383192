package testserver

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	mathrand "math/rand/v2"
	"sync"
)

// newRandom returns the source of secrets and random IDs: the operating system,
// or a stream that follows from the seed and from how often the data file was
// opened before, since no secret may be handed out twice.
func newRandom(seed *uint64, starts uint64) io.Reader {
	if seed == nil {
		return rand.Reader
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], *seed)
	binary.LittleEndian.PutUint64(key[8:], starts)
	return &seededReader{src: mathrand.NewChaCha8(key)}
}

// seededReader makes a ChaCha8 stream safe for concurrent use.
type seededReader struct {
	mu  sync.Mutex
	src *mathrand.ChaCha8
}

// Read fills p with the next bytes of the stream.
func (r *seededReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.src.Read(p)
}
