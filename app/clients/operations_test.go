package clients

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write operations.go")

// operations are the calls of the SDK's clients that the launcher makes, by the package of the client. To call another
// one, add its name and run: go test ./app/clients -update
var operations = []struct{ pkg, calls string }{
	{"cloudformation", `CreateChangeSet DeleteChangeSet DeleteStack DescribeChangeSet DescribeStackEvents
		DescribeStackResources DescribeStacks ExecuteChangeSet`},
	{"cognitoidentity", `SetIdentityPoolRoles`},
	{"cognitoidentityprovider", `AdminAddUserToGroup AdminCreateUser AdminGetUser DeleteUserPool ListUserPools ListUsers`},
	{"dynamodb", `DeleteItem DeleteTable DescribeTable GetItem PutItem Query Scan TransactWriteItems UpdateItem`},
	{"ec2", `CreateReplaceRootVolumeTask CreateTags DeleteTags DescribeImages DescribeInstanceStatus DescribeInstanceTypeOfferings
		DescribeInstanceTypes DescribeInstances DescribeLaunchTemplateVersions DescribeReplaceRootVolumeTasks
		DescribeSnapshots DescribeSubnets
		DescribeVpcs GetEbsDefaultKmsKeyId ModifyInstanceAttribute RunInstances StartInstances StopInstances TerminateInstances`},
	{"kinesis", `DescribeStreamSummary GetRecords GetShardIterator ListShards`},
	{"pricing", `GetProducts`},
	{"route53", `ChangeResourceRecordSets GetHostedZone ListHostedZonesByName ListResourceRecordSets`},
	{"s3", `DeleteObjects HeadObject ListObjectsV2 PutObject`},
	{"scheduler", `CreateSchedule DeleteSchedule GetSchedule ListSchedules UpdateSchedule`},
	{"servicequotas", `GetServiceQuota`},
}

// generated returns the text of operations.go.
func generated() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("// Code generated from operations_test.go. DO NOT EDIT.\n\npackage clients\n\nimport (\n\t\"context\"\n\n")
	for _, o := range operations {
		fmt.Fprintf(&b, "\t%q\n", "github.com/aws/aws-sdk-go-v2/service/"+o.pkg)
	}
	b.WriteString(")\n")
	for _, o := range operations {
		fields, values := "", ""
		for _, name := range strings.Fields(o.calls) {
			field := strings.ToLower(name[:1]) + name[1:]
			fields += fmt.Sprintf("\t%s call[\n\t\t%s.%sInput,\n\t\t%[2]s.%[3]sOutput,\n\t\t%[2]s.Options,\n\t]\n", field, o.pkg, name)
			values += fmt.Sprintf("\t\t%s: c.%s,\n", field, name)
		}
		fmt.Fprintf(&b, "\ntype %sClient struct {\n%s}\n", o.pkg, fields)
		fmt.Fprintf(&b, "\nfunc narrow%s(c *%s.Client) *%[2]sClient {\n\treturn &%[2]sClient{\n%s\t}\n}\n",
			strings.ToUpper(o.pkg[:1])+o.pkg[1:], o.pkg, values)
		for _, name := range strings.Fields(o.calls) {
			fmt.Fprintf(&b, `
func (c *%sClient) %s(
	ctx context.Context,
	in *%[1]s.%[2]sInput,
	with ...func(*%[1]s.Options),
) (*%[1]s.%[2]sOutput, error) {
	return c.%[3]s(ctx, in, with...)
}
`, o.pkg, name, strings.ToLower(name[:1])+name[1:])
		}
	}
	return format.Source(b.Bytes())
}

// TestOperationsAreGenerated compares operations.go with the table, or writes it.
func TestOperationsAreGenerated(t *testing.T) {
	want, err := generated()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("operations.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("operations.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("operations.go is not what the table says (%v): run go test ./app/clients -update", err)
	}
}
