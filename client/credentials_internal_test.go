package client

import (
	"context"
	"testing"
)

// A session that one goroutine ends is no reason for another one to give up, whose
// request was refused with it.
func TestCredentials_askAfterTheEnd(t *testing.T) {
	t.Parallel()
	fresh := NewSecret("fresh")
	c := &credentials{gate: newGate(), asking: make(chan struct{}, 1), source: TokenFunc(
		func(_ context.Context, refused Secret) (Secret, error) {
			if !refused.IsZero() {
				t.Error("there is no credential that could have been refused")
			}
			return fresh, nil
		})}
	if got, err := c.ask(t.Context(), NewSecret("ended")); err != nil || got != fresh || c.held() != fresh {
		t.Errorf("got %v, %v", got, err)
	}
}
