package account

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/iam"
)

// carryPolicies writes the documents of the embedded cloud into the template, as -write asks: names and stars become
// what they stand for in a stack.
func carryPolicies(t *testing.T) {
	t.Helper()
	data, err := os.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	all := string(data)
	for name, place := range map[string]string{
		"user":     "        - PolicyName: user\n          PolicyDocument:\n",
		"operator": "        - PolicyName: operator\n          PolicyDocument:\n",
		"stop":     "        - PolicyName: stop\n          PolicyDocument:\n",
		"keeper":   "      Description: What the pool's keeper may do\n      PolicyDocument:\n",
	} {
		head, rest, ok := strings.Cut(all, place)
		if !ok {
			t.Fatalf("the template has no place for %s", name)
		}
		indent := strings.Index(place[strings.LastIndex(place[:len(place)-1], "\n")+1:], "P") + 2
		end := regexp.MustCompile(fmt.Sprintf(`(?m)^ {0,%d}\S|^$`, indent-1)).FindStringIndex(rest)[0]
		doc, err := iam.PolicyDocument(name)
		if err != nil {
			t.Fatal(err)
		}
		all = head + place + document(t, doc, indent) + rest[end:]
	}
	if err := os.WriteFile(templateFile, []byte(all), 0o644); err != nil {
		t.Fatal(err)
	}
}

func document(t *testing.T, doc []byte, indent int) string {
	t.Helper()
	var parsed struct{ Statement []map[string]any }
	if err := json.Unmarshal(doc, &parsed); err != nil {
		t.Fatal(err)
	}
	pad := strings.Repeat(" ", indent)
	var b strings.Builder
	b.WriteString(pad + "Version: '2012-10-17'\n" + pad + "Statement:\n")
	for _, s := range parsed.Statement {
		lines := mapping(s, indent+4)
		b.WriteString(pad + "  - " + lines[indent+4:])
	}
	return b.String()
}

// mapping is a mapping in YAML, a policy's elements in the order in which people write them.
func mapping(m map[string]any, indent int) string {
	usual := []string{"Sid", "Effect", "Action", "Resource", "Condition"}
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if i, j := slices.Index(usual, a), slices.Index(usual, b); i != j {
			return i - j
		}
		return strings.Compare(a, b)
	})
	pad := strings.Repeat(" ", indent)
	var b strings.Builder
	for _, k := range keys {
		name := k
		if k == "Null" || !plainWord.MatchString(k) {
			name = "'" + k + "'"
		}
		switch v := m[k].(type) {
		case string:
			if k == "ec2:VolumeSize" {
				fmt.Fprintf(&b, "%s%s: !Sub '${VolumeSize}'\n", pad, name)
				continue
			}
			fmt.Fprintf(&b, "%s%s: %s\n", pad, name, word(v))
		case map[string]any:
			fmt.Fprintf(&b, "%s%s:\n%s", pad, name, mapping(v, indent+2))
		case []any:
			if k == "ec2:InstanceType" {
				fmt.Fprintf(&b, "%s%s: !Split [',', !Sub '${InstanceType},${OtherInstanceTypes}']\n", pad, name)
				continue
			}
			var words []string
			for _, each := range v {
				words = append(words, word(each.(string)))
			}
			if line := strings.Join(words, ", "); len(line) < 80 && !strings.Contains(line, "!") {
				fmt.Fprintf(&b, "%s%s: [%s]\n", pad, name, line)
			} else {
				fmt.Fprintf(&b, "%s%s:\n%s  - %s\n", pad, name, pad, strings.Join(words, "\n"+pad+"  - "))
			}
		}
	}
	return b.String()
}

var (
	plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9:_/.-]*$`)
	regional  = regexp.MustCompile(`^arn:aws:([a-z0-9-]+):\*:\*:`)
	ownerless = regexp.MustCompile(`^arn:aws:([a-z0-9-]+):\*::`)
)

// word is a scalar: what resolve undoes.
func word(s string) string {
	switch s {
	case "avatar": // the tag pool
		return "!Sub '${Prefix}avatar'"
	case "arn:aws:iam::*:role/avatar-launcher-stop":
		return "!GetAtt StopRole.Arn"
	case "arn:aws:iam::*:role/avatar-launcher-instance":
		return "!GetAtt InstanceRole.Arn"
	case "arn:aws:cognito-idp:*:*:userpool/*":
		return "!GetAtt UserPool.Arn"
	}
	named := strings.NewReplacer(
		"avatar.localhost",
		"${ZoneName}",
		"arn:aws:route53:::hostedzone/*",
		"arn:${AWS::Partition}:route53:::hostedzone/${HostedZoneId}",
		"table/avatar-",
		"table/${Prefix}avatar-",
		"stream/avatar-",
		"stream/${Prefix}avatar-",
		"schedule/avatar-",
		"schedule/${Prefix}avatar-",
		"launch-template/*",
		"launch-template/${LaunchTemplate}",
		"${aws:",
		"${!aws:",
	).Replace(
		s,
	)
	named = regional.ReplaceAllString(named, "arn:$${AWS::Partition}:$1:$${AWS::Region}:$${AWS::AccountId}:")
	named = ownerless.ReplaceAllString(named, "arn:$${AWS::Partition}:$1:$${AWS::Region}::")
	switch {
	case strings.Contains(strings.ReplaceAll(named, "${!", ""), "${"):
		return "!Sub '" + named + "'"
	case plainWord.MatchString(s) && s != "true" && s != "false":
		return s
	}
	return "'" + s + "'"
}
