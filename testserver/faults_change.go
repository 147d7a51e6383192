package testserver

import (
	"errors"
	"fmt"
	"time"

	"github.com/influxdb-tokens/terraform-provider-influxdb/testserver/internal/store"
)

// Change is a change of the server's world as data: what the back door does, for
// a Fault in JSON and for the admin endpoint. What is not empty happens, in the
// order of the fields.
type Change struct {
	// CreateV3Token is the name of a named admin token to create. Nobody learns its
	// secret.
	CreateV3Token string
	// DeleteV3Token is the name of a token to delete.
	DeleteV3Token string
	// RegenerateV3Operator gives the operator token of InfluxDB 3 a new secret,
	// which nobody learns.
	RegenerateV3Operator bool
	// ReplaceV3Cluster puts another, empty InfluxDB 3 behind the same URL.
	ReplaceV3Cluster bool
	// DeleteV2Authorization is the ID of an authorization to delete.
	DeleteV2Authorization string
	// DeactivateV2Authorization is the ID of an authorization to set to inactive.
	DeactivateV2Authorization string
	// V2Ready says whether the InfluxDB v2 face has finished its start; nil leaves
	// it as it is. See Server.SetV2Ready.
	V2Ready *bool
	// AdvanceClock moves the clock, which has to be a FakeClock.
	AdvanceClock time.Duration
}

// errSystemClock says why a clock cannot be moved.
var errSystemClock = errors.New("the server's clock cannot be moved: it needs WithClock with a FakeClock, or the flag --clock")

// check finds fault with a change that this server can never make.
func (c *Change) check(s *Server) error {
	for name, id := range map[string]string{
		"delete_v2_authorization":     c.DeleteV2Authorization,
		"deactivate_v2_authorization": c.DeactivateV2Authorization,
	} {
		if id == "" {
			continue
		}
		if _, err := store.ParseV2ID(id); err != nil {
			return fmt.Errorf("%s: %q is not an ID of 16 hexadecimal digits", name, id)
		}
	}
	if _, ok := s.cfg.clock.(*FakeClock); !ok && c.AdvanceClock != 0 {
		return fmt.Errorf("advance_clock: %w", errSystemClock)
	}
	return nil
}

// apply makes the change. What cannot be done stops what comes after it.
func (c *Change) apply(s *Server) error {
	if c.CreateV3Token != "" {
		if _, err := s.store.V3Create(c.CreateV3Token, nil); err != nil {
			return fmt.Errorf("create_v3_token %q: %w", c.CreateV3Token, err)
		}
	}
	if c.DeleteV3Token != "" {
		if err := s.store.V3Delete(c.DeleteV3Token); err != nil {
			return fmt.Errorf("delete_v3_token %q: %w", c.DeleteV3Token, err)
		}
	}
	if c.RegenerateV3Operator {
		if _, err := s.store.V3Regenerate(); err != nil {
			return fmt.Errorf("regenerate_v3_operator: %w", err)
		}
	}
	if c.ReplaceV3Cluster {
		if err := s.store.V3Reset(); err != nil {
			return fmt.Errorf("replace_v3_cluster: %w", err)
		}
	}
	if err := c.applyV2(s); err != nil {
		return err
	}
	if c.AdvanceClock != 0 {
		if err := s.advance(c.AdvanceClock); err != nil {
			return fmt.Errorf("advance_clock: %w", err)
		}
	}
	return nil
}

// advance moves the clock, as far as there are times that can be shown.
func (s *Server) advance(by time.Duration) error {
	clk, ok := s.cfg.clock.(*FakeClock)
	if !ok {
		return errSystemClock
	}
	if err := checkTime(clk.Now().Add(by)); err != nil {
		return err
	}
	clk.Advance(by)
	return nil
}

// applyV2 makes the part of the change that concerns InfluxDB v2.
func (c *Change) applyV2(s *Server) error {
	if c.DeleteV2Authorization != "" {
		id, err := store.ParseV2ID(c.DeleteV2Authorization)
		if err == nil {
			err = s.store.V2DeleteAuthorization(id)
		}
		if err != nil {
			return fmt.Errorf("delete_v2_authorization %q: %w", c.DeleteV2Authorization, err)
		}
	}
	if c.DeactivateV2Authorization != "" {
		id, err := store.ParseV2ID(c.DeactivateV2Authorization)
		if err == nil {
			_, err = s.store.V2UpdateAuthorization(id, new("inactive"), nil)
		}
		if err != nil {
			return fmt.Errorf("deactivate_v2_authorization %q: %w", c.DeactivateV2Authorization, err)
		}
	}
	if c.V2Ready != nil {
		s.SetV2Ready(*c.V2Ready)
	}
	return nil
}
