package broker

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"avatar-launcher/backend/awsx"
)

// Signed returns a client that signs requests to a function's URL with credentials of the region.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
func Signed(client awsx.Doer, credentials aws.CredentialsProvider, region string, now func() time.Time) awsx.Doer {
	return &signed{client, credentials, region, now, v4.NewSigner()}
}

type signed struct {
	client      awsx.Doer
	credentials aws.CredentialsProvider
	region      string
	now         func() time.Time
	signer      *v4.Signer
}

func (s *signed) Do(r *http.Request) (*http.Response, error) {
	credentials, err := s.credentials.Retrieve(r.Context())
	if err != nil {
		return nil, err
	}
	body := []byte{}
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	sum := sha256.Sum256(body)
	if err := s.signer.SignHTTP(r.Context(), credentials, r, hex.EncodeToString(sum[:]), "lambda", s.region,
		s.now()); err != nil {
		return nil, err
	}
	return s.client.Do(r)
}
