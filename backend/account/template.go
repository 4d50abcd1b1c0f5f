package account

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxBody is how long a template may be that is sent with the request itself, in bytes.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const maxBody = 51_200

// Template is a CloudFormation template as plain values: intrinsic functions are in their long form, {"Fn::Sub": …}.
type Template map[string]any

// ParseTemplate reads a template in YAML, short forms such as !Sub included.
func ParseTemplate(yaml []byte) (Template, error) {
	file, err := parser.ParseBytes(yaml, 0)
	if err != nil {
		return nil, fmt.Errorf("the template: %w", err)
	}
	if len(file.Docs) != 1 {
		return nil, fmt.Errorf("the template holds %d documents", len(file.Docs))
	}
	v, err := plain(file.Docs[0].Body)
	if err != nil {
		return nil, fmt.Errorf("the template: %w", err)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the template is no mapping")
	}
	return m, nil
}

// plain is a node's value.
func plain(n ast.Node) (any, error) {
	switch n := n.(type) {
	case *ast.TagNode:
		return intrinsic(n)
	case *ast.MappingNode:
		out := map[string]any{}
		for _, pair := range n.Values {
			if err := entry(out, pair); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *ast.MappingValueNode:
		out := map[string]any{}
		return out, entry(out, n)
	case *ast.SequenceNode:
		out := []any{}
		for _, each := range n.Values {
			v, err := plain(each)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.NullNode:
		return nil, nil
	case ast.ScalarNode:
		return n.GetValue(), nil
	}
	return nil, fmt.Errorf("line %d: %s is not used in templates", n.GetToken().Position.Line, n.Type())
}

func entry(out map[string]any, pair *ast.MappingValueNode) error {
	v, err := plain(pair.Value)
	if key, ok := pair.Key.(ast.ScalarNode); ok {
		out[fmt.Sprint(key.GetValue())] = v
	}
	return err
}

// intrinsic is the long form of a short one. !GetAtt A.B has two parts.
func intrinsic(n *ast.TagNode) (any, error) {
	v, err := plain(n.Value)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(n.Start.Value, "!")
	switch text, isText := v.(string); {
	case name == "Ref" || name == "Condition":
		return map[string]any{name: v}, nil
	case name == "GetAtt" && isText:
		resource, attribute, _ := strings.Cut(text, ".")
		v = []any{resource, attribute}
	}
	return map[string]any{"Fn::" + name: v}, nil
}

// Body is the template as it is sent: JSON, which is shorter, and without the first-boot script of the operating system
// that is not used, since both together are too long.
func (t Template) Body(operatingSystem string) (string, error) {
	scripts, _ := t.at("Mappings", "FirstBoot").(map[string]any)
	for system := range scripts {
		if system != operatingSystem {
			scripts[system] = map[string]any{"script": ""}
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(t); err != nil {
		return "", err
	}
	if b.Len() > maxBody {
		return "", fmt.Errorf("the template is %d bytes long, and %d are allowed", b.Len(), maxBody)
	}
	return b.String(), nil
}

// at walks down mappings.
func (t Template) at(path ...string) any {
	var v any = map[string]any(t)
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}
