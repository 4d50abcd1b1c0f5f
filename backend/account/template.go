package account

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// How long a template may be, in bytes: one that is sent with the request itself, and one in a bucket.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const (
	maxInline = 51_200
	maxBody   = 1_000_000
)

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

// Body returns the template as it is sent: JSON, which is shorter, with only what the parameters need. Both first-boot
// scripts together are too long. The budget alarm is left out if it has no recipient or the region has none.
func (t Template) Body(region string, p Parameters) (string, error) {
	body := maps.Clone(t)
	delete(body, "Metadata") // the console's arrangement of the parameters
	parameters := t.terse()
	parameters[prefixParameter] = map[string]any{"Type": "String", "Default": t.value(p, prefixParameter),
		"AllowedValues": []any{t.value(p, prefixParameter)}} // it is filled in below, which is shorter
	body["Parameters"] = parameters
	body["Mappings"] = t.mappings(t.value(p, "OperatingSystem"))
	resources, _ := t.at("Resources").(map[string]any)
	body["Resources"] = t.withBudget(maps.Clone(resources), region, p)
	alone := t.value(p, functionBucket) == ""
	if !alone && t.value(p, "Control") == controlAccount && slices.Contains(withoutAddresses, region) {
		return "", &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.accountCantControl", region),
			Why:  messages.New("account.awsLambdaGivesFunctions"),
			Next: messages.New("account.chooseAnotherRegionRegionLeave")}
	}
	for _, part := range []string{"Resources", "Outputs"} {
		if alone {
			body[part] = without(asMap(body[part]), hasFunction)
		}
		if alone || t.value(p, "Control") != controlAccount {
			body[part] = chosen(without(asMap(body[part]), byAccount), byAccount, false)
		}
		if passwordless := t.value(p, "Passwordless") != "no"; passwordless {
			body[part] = chosen(body[part], isPasswordless, true)
		} else {
			body[part] = chosen(without(asMap(body[part]), isPasswordless), isPasswordless, false)
		}
		body[part] = chosen(body[part], sendsCodes, t.value(p, "Passwordless") == "passkeys-and-codes")
	}
	t.leaveProviderOut(body, p, alone)
	for _, part := range []string{"Resources", "Outputs"} {
		body[part] = withoutSids(withPrefix(body[part], t.value(p, prefixParameter)))
	}
	body["Conditions"] = used(asMap(body["Conditions"]), body)
	maps.DeleteFunc(body, func(_ string, part any) bool {
		m, ok := part.(map[string]any)
		return ok && len(m) == 0
	})
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return "", err
	}
	if b.Len() > maxBody {
		return "", fmt.Errorf("the template is %d bytes long, and %d are allowed", b.Len(), maxBody)
	}
	return b.String(), nil
}

// The parameter of the function's bucket, and the condition that it is given.
const (
	functionBucket = "FunctionBucket"
	functionKey    = "FunctionKey"
	hasFunction    = "HasFunction"
)

// byAccount is the condition that the control plane runs in the account, which the value of the parameter Control says.
const (
	byAccount      = "ByAccount"
	controlAccount = "account"
)

// terse returns the parameters without what only a person at the console reads.
func (t Template) terse() map[string]any {
	out := map[string]any{}
	for name, p := range asMap(t.at("Parameters")) {
		bare := maps.Clone(asMap(p))
		delete(bare, "Description")
		delete(bare, "ConstraintDescription")
		out[name] = bare
	}
	return out
}

// comments are the lines of a first-boot script, and of the files that it writes, that have a comment and nothing else.
var comments = regexp.MustCompile(`(?m)^[ \t]*# .*\n`)

// mappings keeps the first-boot script of one operating system without its comments, and the pins of what it installs.
func (t Template) mappings(operatingSystem string) map[string]any {
	all, _ := t.at("Mappings").(map[string]any)
	out := maps.Clone(all)
	scripts := map[string]any{}
	for system, script := range asMap(all["FirstBoot"]) {
		text, _ := asMap(script)["script"].(string)
		text = comments.ReplaceAllString(text, "")
		switch {
		case system == "pins":
			text = pinsOf(text, operatingSystem)
		case system != operatingSystem:
			text = "# not used"
		case system == "linux":
			text = packed(text)
		}
		scripts[system] = map[string]any{"script": text}
	}
	if len(scripts) > 0 {
		out["FirstBoot"] = scripts
	}
	return out
}

// pinsOf keeps the lines of one operating system.
func pinsOf(pins, operatingSystem string) string {
	var own strings.Builder
	for line := range strings.Lines(pins) {
		if strings.Contains(line, " "+operatingSystem+" ") {
			own.WriteString(line)
		}
	}
	return own.String()
}

// packed is a shell script that runs another one, which is in it compressed: user data may have 16 KB,
// and a template 50.
func packed(script string) string {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one that there is
	_, _ = w.Write([]byte(script))                        // to memory
	_ = w.Close()
	return "bash <(base64 -d <<'END' | gzip -d\n" + base64.StdEncoding.EncodeToString(b.Bytes()) + "\nEND\n)\n"
}

// withoutBudgets are the commercial regions whose CloudFormation has no budgets: it refuses a template that names a
// type that it does not know, even under a condition that is false. The check "stack" compares them with the registry.
var withoutBudgets = []string{"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-3", "ap-south-2", "ap-southeast-3",
	"ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-north-1",
	"eu-south-1",
	"eu-south-2", "il-central-1", "me-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"}

// withoutAddresses are the commercial regions whose functions have no URLs. The check "stack" compares
// them with the registry.
var withoutAddresses = []string{"ap-east-2", "ap-south-2", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
	"ap-southeast-7",
	"ca-west-1", "eu-central-2", "il-central-1", "me-central-1", "mx-central-1"}

// withBudget removes the budget alarm, or gives it a name of its own. The recipient cannot be changed in a budget that
// exists, so CloudFormation replaces it, and the replacement must not have the name of the one that is still there.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-budgets-budget.html
func (t Template) withBudget(resources map[string]any, region string, p Parameters) map[string]any {
	email := t.value(p, "BudgetEmail")
	if email == "" || slices.Contains(withoutBudgets, region) {
		delete(resources, "Budget")
		return resources
	}
	name, ok := t.at("Resources", "Budget", "Properties", "Budget", "BudgetName", "Fn::Sub").(string)
	if !ok {
		return resources
	}
	sum := sha256.Sum256([]byte(email + " " + t.value(p, "BudgetAmount")))
	budget := maps.Clone(asMap(resources["Budget"]))
	properties := maps.Clone(asMap(budget["Properties"]))
	limits := maps.Clone(asMap(properties["Budget"]))
	limits["BudgetName"] = map[string]any{"Fn::Sub": name + "-" + hex.EncodeToString(sum[:4])}
	properties["Budget"], budget["Properties"], resources["Budget"] = limits, properties, budget
	return resources
}

// value returns a parameter's value, or its default in the template.
func (t Template) value(p Parameters, name string) string {
	if v, ok := p[name]; ok {
		return v
	}
	if v := t.at("Parameters", name, "Default"); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
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
