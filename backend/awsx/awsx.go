// Package awsx holds what every room needs to talk to AWS and none owns: the classes of error codes, the network's
// failures, and waiting. It is a leaf: it imports the SDK's core and no room, and every room may import it.
package awsx

import (
	"context"
	"net/http"
	"time"
)

// Doer sends HTTP requests, as *http.Client does and as the SDK's clients take one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Sleep waits for d. It returns ctx's error if ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
