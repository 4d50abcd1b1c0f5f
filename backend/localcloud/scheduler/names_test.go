package scheduler

import (
	"strings"
	"testing"
	"testing/synctest"
)

// TestNamesThatAWSRefuses asks every operation that takes a name for one that AWS's model does not allow.
func TestNamesThatAWSRefuses(t *testing.T) {
	const pattern = "Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+"
	const length = "Member must have length less than or equal to 64"
	long := strings.Repeat("n", 65)
	names := []struct{ path, message string }{
		{"a%2Fb", "1 validation error detected: Value 'a/b' at 'name' failed to satisfy constraint: " + pattern},
		{"a%20b", "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: " + pattern},
		{long, "1 validation error detected: Value '" + long + "' at 'name' failed to satisfy constraint: " + length},
		{"%2F" + long, "2 validation errors detected: Value '/" + long + "' at 'name' failed to satisfy constraint: " +
			pattern +
			"; Value '/" + long + "' at 'name' failed to satisfy constraint: " + length},
	}
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "")
		for _, root := range []string{"/schedules/", "/schedule-groups/"} {
			for _, method := range []string{"POST", "PUT", "GET", "DELETE"} {
				if method == "PUT" && root == "/schedule-groups/" {
					continue // groups cannot be updated
				}
				for _, n := range names {
					status, body, code := c.raw(method, root+n.path, "{}", nil)
					if status != 400 || code != "ValidationException" || body["Message"] != n.message {
						t.Errorf("%s %s%s: %d %s %v\nwant %s", method, root, n.path, status, code, body["Message"], n.message)
					}
				}
			}
		}
	})
}
