package main

import (
	"fmt"
	"net"
	"net/netip"
)

// checkAddress refuses an address that other machines may reach, since anybody
// who reaches the server may set it up.
func checkAddress(addr string, allowNonLoopback bool) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%w (an address is HOST:PORT, such as 127.0.0.1:0)", err)
	}
	if allowNonLoopback || host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is not a loopback address: the server is for tests and open to everybody; add --allow-non-loopback if that is meant", addr)
	}
	return nil
}
