package cognitoidp

import (
	"regexp"
	"strings"
)

// filterForm is ListUsers' Filter: attribute, = or ^=, and a quoted value in which \" is a quote. See "Searching for
// user attributes" in the developer guide.
var filterForm = regexp.MustCompile(`^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$`)

// parseFilter makes a predicate; an empty filter takes everybody.
func parseFilter(filter string) (func(*user) bool, error) {
	if strings.TrimSpace(filter) == "" {
		return func(*user) bool { return true }, nil
	}
	var m []string
	if len(filter) <= 256 {
		m = filterForm.FindStringSubmatch(filter)
	}
	if m == nil {
		return nil, fail("InvalidParameterException", "Error while parsing filter.")
	}
	value, err := filterValue(m[1])
	if err != nil {
		return nil, err
	}
	want := unescape(m[3])
	if foldsCase(m[1]) {
		want = strings.ToLower(want)
		exact := value
		value = func(u *user) string { return strings.ToLower(exact(u)) }
	}
	if m[2] == "^=" {
		return func(u *user) bool { return strings.HasPrefix(value(u), want) }, nil
	}
	return func(u *user) bool { return value(u) == want }, nil
}

// filterValue reads the attribute that a filter may name: the standard ones that Cognito indexes, no custom ones.
func filterValue(name string) (func(*user) string, error) {
	switch name {
	case "username":
		return func(u *user) string { return u.Username }, nil
	case "cognito:user_status":
		return func(u *user) string { return u.Status }, nil
	case "status":
		return func(u *user) string {
			if u.Disabled {
				return "Disabled"
			}
			return "Enabled"
		}, nil
	case "email", "phone_number", "name", "given_name", "family_name", "preferred_username", "sub":
		return func(u *user) string { return u.get(name) }, nil
	}
	return nil, fail("InvalidParameterException", "Invalid search attribute: %s", name)
}

func foldsCase(name string) bool { return name == "cognito:user_status" || name == "status" }

func unescape(v string) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '\\' && i+1 < len(v) {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}
