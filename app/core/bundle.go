package core

import (
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

// trusted are the certificates of AWS_CA_BUNDLE, nil if it is not set.
func trusted() (*x509.CertPool, error) {
	path := os.Getenv(bundleVariable)
	if path == "" {
		return nil, nil
	}
	p := &backend.Problem{Kind: backend.KindConfig, What: messages.New("core.certificatesCannotRead"),
		Next: messages.New("core.correctUnsetAwsCa")}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		p.Why, p.Cause = messages.New("core.awsCaBundleNames", path), err
		return nil, p
	}
	f, err := os.Open(path)
	if err != nil {
		p.Why, p.Cause = messages.New("core.awsCaBundleNames", path), err
		return nil, p
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBundle))
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(data) {
		p.Why, p.Cause = messages.New("core.awsCaBundleNamesHolds", path), err
		return nil, p
	}
	return pool, nil
}

// HTTPClient is the SDK's own HTTP client, with the certificates of AWS_CA_BUNDLE.
func HTTPClient() (*awshttp.BuildableClient, error) {
	client := awshttp.NewBuildableClient()
	pool, err := trusted()
	if err != nil || pool == nil {
		return client, err
	}
	return client.WithTransportOptions(func(t *http.Transport) {
		if t.TLSClientConfig == nil {
			t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		t.TLSClientConfig.RootCAs = pool
	}), nil
}
