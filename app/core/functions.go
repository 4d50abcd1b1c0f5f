package core

import (
	"context"
	"encoding/json"

	"avatar-launcher/app/groups"
	"avatar-launcher/backend/localcloud"
)

// localFunctions are the functions of the program's own cloud: groups, the stack's pre token generation trigger. The
// company's groups come in custom:groups and are called as the pool's. The pool has no trigger until somebody names
// arn:aws:lambda:REGION:123456789012:function:groups as its PreTokenGeneration.
func localFunctions() map[string]func([]byte) ([]byte, error) {
	f := &groups.Function{Attribute: "custom:groups", Wanted: map[string][]string{},
		// Asking the cloud for its groups would wait for the answer that waits for this function.
		Roles: func(context.Context, string) (map[string]string, error) { return localcloud.GroupRoles(), nil }}
	for _, name := range groups.Names {
		f.Wanted[name] = []string{name}
	}
	return map[string]func([]byte) ([]byte, error){"groups": func(event []byte) ([]byte, error) {
		return f.Handle(context.Background(), json.RawMessage(event))
	}}
}
