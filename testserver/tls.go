package testserver

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"time"
)

// tlsConfig is what the options say about TLS; the zero value is plain HTTP.
type tlsConfig struct {
	cert *tls.Certificate
	// ca is the certificate to trust, in PEM, when the server made its own.
	ca []byte
}

// WithTLS makes every face serve HTTPS with the certificate. The admin endpoint
// stays plain HTTP: it only listens on loopback addresses.
//
// As the real servers do, the faces then offer HTTP/2 beside HTTP/1.1, and no
// version of TLS below 1.2.
func WithTLS(cert tls.Certificate) Option {
	return func(c *config) error {
		if len(cert.Certificate) == 0 || cert.PrivateKey == nil {
			return errors.New("the TLS certificate has no chain or no key")
		}
		c.tls = tlsConfig{cert: &cert}
		return nil
	}
}

// WithSelfSignedTLS is WithTLS with a certificate that the server makes for
// itself: for localhost, 127.0.0.1, ::1 and the hosts, which are names or IP
// addresses. Server.CACertificate returns what a client has to trust.
//
// Clients compare the validity with their own clock, or with the one that a test
// gives them, and rarely with the server's; so the certificate is valid from the
// year 2000 to the end of 9999, and no clock is read. Its key comes from the
// operating system, also under WithSeed, and never leaves the process.
func WithSelfSignedTLS(hosts ...string) Option {
	return func(c *config) error {
		cert, ca, err := selfSigned(append([]string{"localhost", "127.0.0.1", "::1"}, hosts...))
		if err != nil {
			return fmt.Errorf("make a TLS certificate: %w", err)
		}
		c.tls = tlsConfig{cert: &cert, ca: ca}
		return nil
	}
}

// CACertificate returns the certificate, in PEM, that a client has to trust
// under WithSelfSignedTLS. It returns nil otherwise.
func (s *Server) CACertificate() []byte { return bytes.Clone(s.cfg.tls.ca) }

// selfSigned makes a certificate authority, lets it sign one certificate for the
// hosts, and forgets its key. A certificate that signs itself would do for most
// clients, but rustls takes none that is an authority and a server in one.
func selfSigned(hosts []string) (tls.Certificate, []byte, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	ca := certificateTemplate("influxdb-testserver CA")
	ca.IsCA = true
	ca.BasicConstraintsValid = true
	ca.MaxPathLenZero = true
	ca.KeyUsage = x509.KeyUsageCertSign
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	// The authority's key ID has to be in what it signs.
	if ca, err = x509.ParseCertificate(caDER); err != nil {
		return tls.Certificate{}, nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf := certificateTemplate("influxdb-testserver")
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if host == "" {
			return tls.Certificate{}, nil, errors.New("a host is empty")
		}
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	cert := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), nil
}

// certificateTemplate is what both certificates have in common; the serial
// number is drawn by CreateCertificate.
func certificateTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC),
	}
}
