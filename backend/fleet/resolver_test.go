package fleet

import (
	"context"
	"net/http"
	"testing"

	"avatar-launcher/backend"
)

// TestWhichNamesAreLookedUp: a start of the embedded cloud must not wait for a name that leads to the loopback address.
func TestWhichNamesAreLookedUp(t *testing.T) {
	own := func(context.Context, string) ([]string, error) { return nil, nil }
	for name, c := range map[string]struct {
		avatar Avatar
		zone   string
		want   bool
	}{
		"by name":             {Avatar{}, "avatar.example.com", true},
		"with the root's dot": {Avatar{}, "avatar.example.com.", true},
		"through a gateway":   {Avatar{Gateway: "127.0.0.1:1"}, "avatar.example.com", false},
		"by a transport": {Avatar{Transport: func(string) http.RoundTripper {
			return nil
		}}, "avatar.example.com", false},
		"below localhost":          {Avatar{}, "avatar.localhost", false},
		"below localhost, dotted":  {Avatar{}, "avatar.localhost.", false},
		"localhost itself":         {Avatar{}, "localhost", false},
		"not below localhost":      {Avatar{}, "mylocalhost", true},
		"by a resolver of its own": {Avatar{Resolve: own}, "avatar.localhost", true},
	} {
		s := New(Options{Avatar: c.avatar, Names: backend.Resources{ZoneName: c.zone}})
		if got := s.resolver() != nil; got != c.want {
			t.Errorf("%s: names are looked up: %v, want %v", name, got, c.want)
		}
	}
}
