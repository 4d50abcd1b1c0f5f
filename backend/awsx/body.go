package awsx

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// ReadRequests makes a client for the SDK that reads each request's body by Read alone. The SDK closes the body of a
// request as soon as the answer begins, while net/http may still look for its end; WriteTo of a body that smithy-go
// 1.28 has closed returns io.EOF as an error, upon which net/http closes the connection that the answer is being read
// from. The SDK then repeats a call that has taken effect. It is seen with requests of more than 4 KiB, which
// net/http sends before it looks for the end.
func ReadRequests(c aws.HTTPClient) aws.HTTPClient { return readRequests{c} }

type readRequests struct{ client aws.HTTPClient }

func (c readRequests) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.client.Do(r)
}
