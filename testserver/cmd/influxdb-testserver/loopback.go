package main

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// checkAddress refuses an address that other machines may reach, since anybody
// who reaches the server may set it up. The admin endpoint is never for others.
func checkAddress(addr string, admin, allowNonLoopback bool) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%w (an address is HOST:PORT, such as 127.0.0.1:0)", err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q has no port from 0 to 65535 (an address is HOST:PORT, such as 127.0.0.1:0)", addr)
	}
	if strings.EqualFold(host, "localhost") {
		return nil
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && ip.IsLoopback():
		return nil
	case admin:
		return fmt.Errorf("%q is not a loopback address, and the admin endpoint is for this machine alone: use 127.0.0.1", addr)
	case !allowNonLoopback:
		return fmt.Errorf("%q is not a loopback address: the server is for tests and open to everybody; add --allow-non-loopback if that is meant", addr)
	}
	return nil
}
