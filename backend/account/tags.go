package account

import (
	"maps"
	"slices"
	"strings"

	"avatar-launcher/backend/messages"
)

// Tags are values by key that a company wants on everything in its account. CloudFormation gives a stack's tags to its
// resources, and the launch template gives them to instances and disks.
type Tags map[string]string

// ownTags are the keys that the launcher uses itself.
var ownTags = []string{"Name", "pool", "owner", "epoch", "expire-at", "gate-key", stackMark}

// ParseTag adds KEY=VALUE.
func (t Tags) ParseTag(text string) error {
	key, value, ok := strings.Cut(text, "=")
	switch {
	case !ok || key == "":
		return misused(messages.New("commands.setup.notATag", text))
	case slices.Contains(ownTags, key) || strings.HasPrefix(strings.ToLower(key), "aws:"):
		return misused(messages.New("commands.setup.reservedTag", key))
	}
	t[key] = value
	return nil
}

// withTags returns the template with tags for instances and disks beside its own. t stays as it is.
func (t Template) withTags(tags Tags) Template {
	data := asMap(t.at("Resources", "LaunchTemplate", "Properties", "LaunchTemplateData"))
	specifications, _ := data["TagSpecifications"].([]any)
	if len(tags) == 0 || len(specifications) == 0 {
		return t
	}
	all := make([]any, len(specifications))
	for i, each := range specifications {
		specification := maps.Clone(asMap(each))
		own, _ := specification["Tags"].([]any)
		own = slices.Clone(own)
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			own = append(own, map[string]any{"Key": key, "Value": tags[key]})
		}
		specification["Tags"] = own
		all[i] = specification
	}
	return t.with(all, "Resources", "LaunchTemplate", "Properties", "LaunchTemplateData", "TagSpecifications")
}

// with returns a copy of the mapping in which the value at the path is another.
func (t Template) with(value any, path ...string) Template {
	out := maps.Clone(t)
	if len(path) == 1 {
		out[path[0]] = value
	} else {
		out[path[0]] = map[string]any(Template(asMap(t[path[0]])).with(value, path[1:]...))
	}
	return out
}
