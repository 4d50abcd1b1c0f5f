package core

import (
	"bytes"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/config"
)

// TestCertificateBundle is honoured with an endpoint in the profile and without, and named if it is no good.
func TestCertificateBundle(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	ofWindows := append([]byte("\ufeff"), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))...)
	good := write("good.pem", text)
	for bundle, want := range map[string]string{good: "", write("windows.pem", ofWindows): "",
		write("chain.pem", append([]byte("# the company's\n"), text...)): "", write("empty.pem", nil): "no certificate",
		filepath.Join(dir, "none.pem"): "none.pem", dir: "be read"} {
		t.Setenv(bundleVariable, bundle)
		for _, endpoint := range []string{"", server.URL} {
			cfg, err := sdkConfig(t.Context(), config.Profile{Region: "us-east-1", Endpoint: endpoint})
			if want != "" {
				if p := backend.ProblemOf(err); p == nil || p.Kind != backend.KindConfig ||
					!strings.Contains(p.Why.String(), want) || !strings.Contains(p.Why.String(), bundle) {
					t.Errorf("%s: %v", bundle, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			res, err := cfg.HTTPClient.Do(req)
			if err != nil {
				t.Errorf("endpoint %q: %v", endpoint, err)
				continue
			}
			_ = res.Body.Close()
		}
	}
	t.Setenv(bundleVariable, "")
	cfg, err := sdkConfig(t.Context(), config.Profile{Region: "us-east-1", Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	cfg.RetryMaxAttempts = 1
	cfg.Credentials = nil
	_, err = dynamodb.NewFromConfig(cfg).ListTables(t.Context(), nil)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if _, plain := cfg.HTTPClient.Do(req); err == nil || !awsx.IsCertificate(plain) {
		t.Errorf("a certificate that is not trusted: %v, %v", err, plain)
	}
}

// TestAProfileOfAWSThatDoesNotExist stops nothing: the launcher needs nothing of it.
func TestAProfileOfAWSThatDoesNotExist(t *testing.T) {
	t.Setenv("AWS_PROFILE", "gone")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
	cfg, err := sdkConfig(t.Context(), config.Profile{Region: "us-east-1"})
	if err != nil || cfg.Region != "us-east-1" || cfg.HTTPClient == nil || cfg.BaseEndpoint == nil ||
		*cfg.BaseEndpoint != "http://127.0.0.1:4566" {
		t.Errorf("got %+v, %v", cfg, err)
	}
}

// TestEveryClientReadsRequests is that no client of AWS sends a body that the SDK may close under net/http.
func TestEveryClientReadsRequests(t *testing.T) {
	for _, p := range []config.Profile{{Region: "us-east-1"}, {Region: "us-east-1", Endpoint: "http://127.0.0.1:1"}} {
		cfg, err := sdkConfig(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if _, bare := cfg.HTTPClient.(*awshttp.BuildableClient); bare || cfg.HTTPClient == nil {
			t.Errorf("endpoint %q: the SDK's own client, %T", p.Endpoint, cfg.HTTPClient)
		}
	}
}
