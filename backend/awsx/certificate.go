package awsx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// IsCertificate reports whether the server's certificate was not accepted, as where a network inspects TLS.
func IsCertificate(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		host         x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}
