package ec2

import (
	"encoding/base64"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// page cuts one page out of items, which are in the order of their unique keys. low and high bound MaxResults as the
// operation's own documentation does; without MaxResults there is one page. next is "" at the end.
func page[T any](p params, items []T, key func(T) string, low, high int) (out []T, next string, err *wire.Error) {
	size, err := p.number("MaxResults", 0)
	if err != nil {
		return nil, "", err
	}
	if p.has("MaxResults") && (size < low || size > high) {
		return nil, "", invalid("Value ( %d ) for parameter maxResults is invalid. Expecting a value between %d and %d.",
			size, low, high)
	}
	if token := p.get("NextToken"); token != "" {
		after, ok := readToken(token)
		if !ok {
			return nil, "", wire.Errorf(400, "InvalidNextToken", "The specified NextToken is not valid.")
		}
		// By key and not by position, so that a resource that went away in between moves nobody onto two pages.
		for len(items) > 0 && key(items[0]) <= after {
			items = items[1:]
		}
	}
	if size > 0 && len(items) > size {
		return items[:size], pageToken(key(items[size-1])), nil
	}
	return items, "", nil
}

func pageToken(key string) string { return base64.StdEncoding.EncodeToString([]byte("ec2:" + key)) }

func readToken(token string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(string(raw), "ec2:")
}
