package core

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// bundleVariable names a file of certificates to trust instead of the system's, as the SDK and the AWS CLI take it.
const bundleVariable = "AWS_CA_BUNDLE"

// maxBundle is more than any bundle of certificates.
const maxBundle = 16 << 20

// bundle returns the certificates of AWS_CA_BUNDLE in PEM form, nil if it is not set.
func bundle() ([]byte, error) {
	path := os.Getenv(bundleVariable)
	if path == "" {
		return nil, nil
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("core.certificatesCannotRead"),
		Why: messages.New("core.awsCaBundleNames", path), Next: messages.New("core.correctUnsetAwsCa")}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		p.Cause = err
		return nil, p
	}
	f, err := os.Open(path)
	if err != nil {
		p.Cause = err
		return nil, p
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBundle))
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // a byte order mark, which editors of Windows write
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(data) {
		p.Why, p.Cause = messages.New("core.awsCaBundleNamesHolds", path), err
		return nil, p
	}
	return data, nil
}

// HTTPClient is the SDK's own HTTP client, with the certificates of AWS_CA_BUNDLE.
func HTTPClient() (*awshttp.BuildableClient, error) {
	client := awshttp.NewBuildableClient()
	certificates, err := bundle()
	if err != nil || certificates == nil {
		return client, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificates)
	return client.WithTransportOptions(func(t *http.Transport) {
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		t.TLSClientConfig.RootCAs = pool
	}), nil
}
