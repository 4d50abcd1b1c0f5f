package account

import (
	"fmt"
	"strings"
	"testing"
)

// TestOutputsSayWhetherTheImageIsTheOperators, by the stack's parameters.
func TestOutputsSayWhetherTheImageIsTheOperators(t *testing.T) {
	byDefault, _ := template(t).at("Parameters", "ImageParameter", "Default").(string)
	for _, each := range []struct {
		image, parameter string
		want             bool
	}{
		{"", byDefault, false}, {"", strings.Replace(byDefault, "24.04", "22.04", 1), false},
		{"ami-0123456789abcdef0", byDefault, true}, {"", "/mine", true},
	} {
		w := &wire{answers: map[string][]string{"DescribeStacks": {stack("CREATE_COMPLETE", ourTag+outputsOf(t)+
			fmt.Sprintf("<Parameters><member><ParameterKey>ImageId</ParameterKey><ParameterValue>%s</ParameterValue></member>"+
				"<member><ParameterKey>ImageParameter</ParameterKey><ParameterValue>%s</ParameterValue></member></Parameters>",
				each.image, each.parameter))}}}
		got, err := w.account(t).Outputs(t.Context())
		if err != nil || got.OwnImage != each.want {
			t.Errorf("%+v: %+v, %v", each, got, err)
		}
	}
}

// outputsOf gives each output of the template a value.
func outputsOf(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for name := range template(t).at("Outputs").(map[string]any) {
		b.WriteString("<member><OutputKey>" + name + "</OutputKey><OutputValue>x</OutputValue></member>")
	}
	return "<Outputs>" + b.String() + "</Outputs>"
}
