package dynamodb

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// access is one thing that a request wants to do, with the facts that policies can ask for.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
type access struct {
	action       string // without "dynamodb:"
	resource     string // ARN
	leadingKeys  []string
	attributes   []string
	selects      string
	returnValues string
	enclosing    string // the transaction's operation
}

func (s *Service) authorize(c *wire.Call, a access) *wire.Error {
	if c.Principal.Root {
		return nil // whatever the keys
	}
	keys := map[string][]string{}
	for name, values := range map[string][]string{
		"dynamodb:LeadingKeys":        a.leadingKeys,
		"dynamodb:Attributes":         unique(a.attributes),
		"dynamodb:Select":             {a.selects},
		"dynamodb:ReturnValues":       {a.returnValues},
		"dynamodb:EnclosingOperation": {a.enclosing},
	} {
		if len(values) > 0 && values[0] != "" {
			keys[name] = values
		}
	}
	if c.Allowed("dynamodb:"+a.action, a.resource, keys) {
		return nil
	}
	return wire.Errorf(400, "AccessDeniedException",
		"User: %s is not authorized to perform: dynamodb:%s on resource: %s because no identity-based policy allows the "+
			"dynamodb:%s action",
		c.Principal.ARN, a.action, a.resource, a.action)
}

func (s *Service) authorizeTable(c *wire.Call, action, table string) *wire.Error {
	return s.authorize(c, access{action: action, resource: s.tableARN(table)})
}

// leading is a partition key's value as dynamodb:LeadingKeys compares it.
func (k keySchema) leading(it item) []string {
	v, ok := it[k.hash.name]
	if !ok {
		return nil
	}
	if v.kind == kindN {
		return []string{v.num.String()}
	}
	return []string{v.str}
}

func unique(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}

// tops lists the top-level attributes of expressions.
func tops(paths []path, conditions ...*node) []string {
	var out []string
	for _, p := range paths {
		out = append(out, p.top())
	}
	for _, n := range conditions {
		n.paths(func(p path) { out = append(out, p.top()) })
	}
	return out
}
