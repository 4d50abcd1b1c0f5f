package account

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"avatar-launcher/backend"
)

// wire answers the real clients in AWS's protocols: by operation, one answer after the other, the last one again.
type wire struct {
	mu      sync.Mutex
	answers map[string][]string // the result's members in XML or JSON; "!CODE" is an error
	asked   []string
	sent    map[string]url.Values // the last request of each operation
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, _ := url.ParseQuery(string(body))
	op := form.Get("Action")
	_, target, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if isJSON {
		op = target
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, op)
	if w.sent == nil {
		w.sent = map[string]url.Values{}
	}
	w.sent[op] = form
	left := w.answers[op]
	if len(left) == 0 {
		return respond(r, 400, "<ErrorResponse><Error><Code>InvalidAction</Code><Message>"+op+
			"</Message></Error></ErrorResponse>"), nil
	}
	if len(left) > 1 {
		w.answers[op] = left[1:]
	}
	code, bad := strings.CutPrefix(left[0], "!")
	switch {
	case bad && isJSON:
		return respond(r, 400, `{"__type":"`+code+`","message":"no"}`), nil
	case bad && form.Get("Version") == "2016-11-15": // EC2
		return respond(r, 400, "<Response><Errors><Error><Code>"+code+
			"</Code><Message>no</Message></Error></Errors></Response>"), nil
	case bad:
		return respond(r, 400, "<ErrorResponse><Error><Code>"+code+"</Code><Message>no</Message></Error></ErrorResponse>"),
			nil
	case isJSON:
		return respond(r, 200, left[0]), nil
	case form.Get("Version") == "2016-11-15":
		return respond(r, 200, fmt.Sprintf("<%sResponse>%s</%[1]sResponse>", op, left[0])), nil
	}
	return respond(r, 200, fmt.Sprintf("<%sResponse><%[1]sResult>%s</%[1]sResult></%[1]sResponse>", op, left[0])), nil
}

func respond(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body))}
}

func (w *wire) account(t *testing.T) *Account {
	t.Helper()
	cfg := aws.Config{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String("http://aws"),
		HTTPClient:       &http.Client{Transport: w},
		RetryMaxAttempts: 1,
		Credentials:      credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
	}
	return &Account{CloudFormation: cloudformation.NewFromConfig(cfg), EC2: ec2.NewFromConfig(cfg),
		Quotas: servicequotas.NewFromConfig(cfg),
		STS: sts.NewFromConfig(
			cfg,
		), Cognito: cognito.NewFromConfig(cfg), Pricing: pricing.NewFromConfig(cfg), DynamoDB: dynamodb.NewFromConfig(cfg),
		Region: "us-east-1", Stack: "avatar-launcher", Template: template(t)}
}

// The answers that the tests are made of.
const (
	me    = "<Arn>arn:aws:iam::123456789012:user/olga</Arn>"
	zones = "<instanceTypeOfferingSet><item><instanceType>g5.2xlarge</instanceType>" +
		"<location>us-east-1a</location></item></instanceTypeOfferingSet>"
	noStack = "!ValidationError"
	planned = "<Status>CREATE_COMPLETE</Status><Changes><member><ResourceChange><Action>Add</Action>" +
		"<LogicalResourceId>UserPool</LogicalResourceId><ResourceType>AWS::Cognito::UserPool</ResourceType>" +
		"</ResourceChange></member></Changes>"
	// replacing is a change set that would make a resource anew.
	replacing = "<Status>CREATE_COMPLETE</Status><Changes><member><ResourceChange>" +
		"<Action>Modify</Action><Replacement>True</Replacement>" +
		"<LogicalResourceId>UserPoolDomain</LogicalResourceId>" +
		"<ResourceType>AWS::Cognito::UserPoolDomain</ResourceType></ResourceChange></member></Changes>"
	ourTag   = "<Tags><member><Key>avatar-launcher</Key><Value>stack</Value></member></Tags>"
	gpuTypes = "<instanceTypeSet><item><instanceType>g5.2xlarge</instanceType><vCpuInfo>" +
		"<defaultVCpus>8</defaultVCpus></vCpuInfo></item></instanceTypeSet>"
)

func stack(status, more string) string {
	return "<Stacks><member><StackName>avatar-launcher</StackName><StackId>arn:stack</StackId><StackStatus>" + status +
		"</StackStatus>" + more + "</member></Stacks>"
}

func stackEvents(all ...string) string {
	return "<StackEvents>" + strings.Join(all, "") + "</StackEvents>"
}

func stackEvent(id, resource, kind, status, why string) string {
	return "<member><EventId>" + id + "</EventId><LogicalResourceId>" + resource + "</LogicalResourceId><ResourceType>" +
		kind +
		"</ResourceType><ResourceStatus>" + status + "</ResourceStatus><ResourceStatusReason>" + why +
		"</ResourceStatusReason></member>"
}

var gone = stackEvents(
	stackEvent("3", "UserPoolDomain", "AWS::Cognito::UserPoolDomain", "CREATE_FAILED", "Resource creation cancelled"),
	stackEvent("2", "SessionsTable", "AWS::DynamoDB::Table", "CREATE_FAILED",
		"avatar-sessions is there (HandlerErrorCode: AlreadyExists)"),
	stackEvent("1", "avatar-launcher", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", "User Initiated"))

// TestASetupThatCannotGoOnSaysWhyAndWhatToDo: a sentence each, and nothing is made.
func TestASetupThatCannotGoOnSaysWhyAndWhatToDo(t *testing.T) {
	for _, each := range []struct {
		name      string
		answers   map[string][]string
		kind      backend.Kind
		why, next string
	}{
		{"no permission", map[string][]string{"DescribeStacks": {noStack}, "CreateChangeSet": {"!AccessDenied"}},
			backend.KindDenied, "don’t allow cloudformation:CreateChangeSet", "administrator"},
		{"an expired session", map[string][]string{"DescribeStacks": {"!ExpiredToken"}}, backend.KindRefused, "have expired",
			"aws sso login"},
		{"a key that is none", map[string][]string{"DescribeStacks": {"!InvalidClientTokenId"}}, backend.KindRefused,
			"aren’t valid", "aws sso login"},
		{"a region that is switched off", map[string][]string{"DescribeStacks": {"!OptInRequired"}}, backend.KindConfig,
			"isn’t enabled", "--region"},
		{"too many calls", map[string][]string{"DescribeStacks": {"!Throttling"}}, backend.KindBusy, "limiting requests",
			"in a minute"},
		{"a first try that was rolled back",
			map[string][]string{"DescribeStacks": {stack("ROLLBACK_COMPLETE", ourTag)}, "DescribeStackEvents": {gone}},
			backend.KindConfig, "ROLLBACK_COMPLETE). SessionsTable: avatar-sessions is there", "setup --remove"},
		{"a deletion that failed", map[string][]string{"DescribeStacks": {stack("DELETE_FAILED", ourTag)},
			"DescribeStackEvents": {gone}},
			backend.KindConfig, "DELETE_FAILED", "setup --remove"},
		{"an update that could not be undone",
			map[string][]string{"DescribeStacks": {stack("UPDATE_ROLLBACK_FAILED", ourTag)}, "DescribeStackEvents": {gone}},
			backend.KindConfig, "UPDATE_ROLLBACK_FAILED", "Continue the rollback"},
		{"somebody else's update", map[string][]string{"DescribeStacks": {stack("UPDATE_IN_PROGRESS", ourTag)}},
			backend.KindBusy, "UPDATE_IN_PROGRESS", "Wait"},
		{"somebody else's stack", map[string][]string{"DescribeStacks": {stack("CREATE_COMPLETE", "")}}, backend.KindConfig,
			"wasn’t created by Avatar Launcher", "--stack"},
		{"a template that CloudFormation refuses",
			map[string][]string{"DescribeStacks": {noStack}, "CreateChangeSet": {"<Id>1</Id>"}, "DeleteChangeSet": {""},
				"DeleteStack": {""},
				"DescribeChangeSet": {"<Status>CREATE_PENDING</Status>",
					"<Status>FAILED</Status><StatusReason>Parameter VpcId is no VPC</StatusReason>"}},
			backend.KindConfig, "VpcId is no VPC", "Fix the problem"},
		{"a change of the sign-in pages' name",
			map[string][]string{"DescribeStacks": {stack("CREATE_COMPLETE", ourTag)}, "CreateChangeSet": {"<Id>1</Id>"},
				"DeleteChangeSet": {""}, "DescribeChangeSet": {replacing}}, backend.KindConfig, "a user pool has one domain",
			"Leave the parameter"},
	} {
		t.Run(each.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &wire{answers: each.answers}
				_, err := w.account(t).Plan(t.Context(), Parameters{})
				p := backend.ProblemOf(err)
				if p == nil || p.Kind != each.kind || !strings.Contains(p.Why.String(), each.why) ||
					!strings.Contains(p.Next.String(), each.next) {
					t.Errorf("got %v (%+v)", err, p)
				}
				if strings.Contains(strings.Join(w.asked, " "), "Execute") {
					t.Errorf("something was made: %v", w.asked)
				}
			})
		})
	}
}

// TestADeploymentThatFailsNamesItsFirstFailure, and not one that follows from it.
func TestADeploymentThatFailsNamesItsFirstFailure(t *testing.T) {
	begun := stackEvent("1", "avatar-launcher", "AWS::CloudFormation::Stack", "REVIEW_IN_PROGRESS", "")
	for _, each := range []struct {
		name, event     string
		kind            backend.Kind
		what, why, next string
	}{
		{"a name that is taken", stackEvent("2", "SessionsTable", "AWS::DynamoDB::Table", "CREATE_FAILED",
			"avatar-sessions (HandlerErrorCode: AlreadyExists)"),
			backend.KindConfig, "already taken", "avatar-sessions", "SessionsTable"},
		{"sign-in pages that are taken", stackEvent("2", "UserPoolDomain", "AWS::Cognito::UserPoolDomain", "CREATE_FAILED",
			"Domain already exists."),
			backend.KindConfig, "already taken", "Domain already exists", "SignInDomain"},
		{"a missing permission", stackEvent("2", "UserRole", "AWS::IAM::Role", "CREATE_FAILED",
			"iam:CreateRole (HandlerErrorCode: AccessDenied)"),
			backend.KindDenied, "wasn’t deployed", "iam:CreateRole", "administrator"},
		{"a limit", stackEvent("2", "LogStream", "AWS::Kinesis::Stream", "CREATE_FAILED",
			"shards (HandlerErrorCode: ServiceLimitExceeded)"),
			backend.KindCapacity, "wasn’t deployed", "shards", "higher quota"},
	} {
		t.Run(each.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				follows := stackEvent("3", "LeasesTable", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource creation cancelled")
				w := &wire{answers: map[string][]string{
					"DescribeStacks":  {noStack, stack("ROLLBACK_IN_PROGRESS", ourTag), stack("ROLLBACK_COMPLETE", ourTag)},
					"CreateChangeSet": {"<Id>1</Id>"}, "DescribeChangeSet": {"<Status>CREATE_IN_PROGRESS</Status>", planned},
					"ExecuteChangeSet": {""},
					"DescribeStackEvents": {stackEvents(begun), stackEvents(each.event, begun),
						stackEvents(follows, each.event, begun)},
				}}
				a := w.account(t)
				cs, err := a.Plan(t.Context(), Parameters{"ZoneName": "avatar.example.com"})
				if err != nil || len(cs.Changes) != 1 {
					t.Fatalf("%+v, %v", cs, err)
				}
				var seen []string
				p := backend.ProblemOf(a.Deploy(t.Context(), cs, func(e Event) { seen = append(seen, e.Resource) }))
				if p == nil || p.Kind != each.kind || !strings.Contains(p.What.String(), each.what) ||
					!strings.Contains(p.Why.String(), each.why) ||
					!strings.Contains(p.Next.String(), each.next) {
					t.Errorf("got %+v", p)
				}
				if len(seen) != 2 {
					t.Errorf("events %v, want each once", seen)
				}
			})
		})
	}
}

// TestAnUpdateKeepsWhatIsNotNamed: parameters of the stack that the spec does not name, and those alone.
func TestAnUpdateKeepsWhatIsNotNamed(t *testing.T) {
	parameter := func(name, value string) string {
		return "<member><ParameterKey>" + name + "</ParameterKey><ParameterValue>" + value + "</ParameterValue></member>"
	}
	w := &wire{answers: map[string][]string{"CreateChangeSet": {"<Id>1</Id>"}, "DescribeChangeSet": {planned},
		"DescribeStacks": {
			stack("UPDATE_COMPLETE", ourTag+"<Parameters>"+parameter("ZoneName", "a.example.com")+
				parameter("InstanceType", "g5.xlarge")+
				parameter("OperatingSystem", "windows")+parameter("OfAnOlderTemplate", "x")+"</Parameters>"),
		}}}
	if _, err := w.account(t).Plan(t.Context(), Parameters{"InstanceType": "g6.xlarge"}); err != nil {
		t.Fatal(err)
	}
	form := w.sent["CreateChangeSet"]
	got := map[string]string{}
	for i := 1; form.Get(fmt.Sprintf("Parameters.member.%d.ParameterKey", i)) != ""; i++ {
		prefix := fmt.Sprintf("Parameters.member.%d.", i)
		got[form.Get(prefix+"ParameterKey")] = form.Get(prefix+"ParameterValue") + form.Get(prefix+"UsePreviousValue")
	}
	if len(got) != 3 || got["InstanceType"] != "g6.xlarge" || got["ZoneName"] != "true" ||
		got["OperatingSystem"] != "true" ||
		form.Get("ChangeSetType") != "UPDATE" {
		t.Errorf("%v, %s", got, form.Get("ChangeSetType"))
	}
	if body := form.Get("TemplateBody"); !strings.Contains(body, "New-Service") || len(body) > maxInline {
		t.Errorf("the body has %d bytes and not the script of the stack's operating system", len(body))
	}
}

// TestPreflightComparesTheQuota with the type's vCPUs.
func TestPreflightComparesTheQuota(t *testing.T) {
	for _, each := range []struct {
		name, quota string
		ok          bool
		why         string
	}{
		{"no quota", `{"Quota":{"Value":0}}`, false, "is 0 GPU vCPUs, but one g5.2xlarge needs 8"},
		{"too little", `{"Quota":{"Value":7}}`, false, "is 7 GPU vCPUs"},
		{"enough for three", `{"Quota":{"Value":25}}`, true, "25 GPU vCPUs, enough for 3 × g5.2xlarge"},
		{"a quota that may not be read", "!AccessDeniedException", true, "isn’t allowed to read the GPU quota"},
		{"a quota that is not known", "!NoSuchResourceException", true,
			"Couldn’t read the GPU quota (NoSuchResourceException)"},
	} {
		t.Run(each.name, func(t *testing.T) {
			w := &wire{answers: map[string][]string{"GetCallerIdentity": {me}, "DescribeInstanceTypeOfferings": {zones},
				"DescribeInstanceTypes": {gpuTypes}, "GetServiceQuota": {each.quota}}}
			_, checks, err := w.account(t).Preflight(t.Context(), Spec{})
			if err != nil {
				t.Fatal(err)
			}
			last := checks[len(checks)-1]
			if last.Name.ID != "account.quota" || last.OK != each.ok || !strings.Contains(last.Why.String(), each.why) ||
				last.OK == (!last.Cure.IsZero()) {
				t.Errorf("%+v", last)
			}
		})
	}
}

// TestAnImageIsHeldAgainstTheLaunchTemplate, and decides what the template takes from it.
func TestAnImageIsHeldAgainstTheLaunchTemplate(t *testing.T) {
	const id = "ami-0123456789abcdef0"
	for _, each := range []struct {
		name, image string
		set         Parameters
		ok          bool
		why         string
		system      string
	}{
		{"Linux", imageOf("x86_64", "Linux/UNIX", "/dev/sda1", 100), nil, true, "linux", "linux"},
		{"Linux after Windows", imageOf("x86_64", "Linux/UNIX", "/dev/xvda", 8), nil, true, "linux", "linux"},
		{"Windows", imageOf("x86_64", "Windows with SQL Server Web", "/dev/sda1", 30), nil, true, "windows", "windows"},
		{"not what --os says", imageOf("x86_64", "Linux/UNIX", "/dev/sda1", 8), Parameters{"OperatingSystem": "windows"},
			false, "runs linux", "windows"},
		{"another architecture", imageOf("arm64", "Linux/UNIX", "/dev/sda1", 8), nil, false, "made for arm64", ""},
		{"a disk that is too large", imageOf("x86_64", "Linux/UNIX", "/dev/sda1", 120), nil, false, "has 120 GiB", ""},
		{"a larger volume", imageOf("x86_64", "Linux/UNIX", "/dev/sda1", 120), Parameters{"VolumeSize": "120"}, true, "linux",
			"linux"},
	} {
		t.Run(each.name, func(t *testing.T) {
			w := &wire{
				answers: map[string][]string{"GetCallerIdentity": {me}, "DescribeInstanceTypeOfferings": {zones},
					"DescribeInstanceTypes": {gpuTypes},
					"GetServiceQuota":       {`{"Quota":{"Value":64}}`}, "DescribeImages": {each.image}, "DescribeStacks": {noStack}},
			}
			given, checks, err := w.account(t).Preflight(t.Context(), Spec{Image: id, Set: each.set})
			if err != nil {
				t.Fatal(err)
			}
			got := check(t, checks, "Image")
			if got.OK != each.ok || !strings.Contains(got.Why.String(), each.why) || given["OperatingSystem"] != each.system {
				t.Errorf("%+v, %v", got, given)
			}
			if root := given["RootDeviceName"]; !strings.Contains(each.image, "<rootDeviceName>"+root+"<") {
				t.Errorf("the root device is %q", root)
			}
		})
	}
}

func imageOf(architecture, platform, root string, size int) string {
	windows := ""
	if strings.HasPrefix(platform, "Windows") {
		windows = "<platform>windows</platform>"
	}
	return fmt.Sprintf(
		"<imagesSet><item><imageState>available</imageState><name>avatar</name>"+
			"<architecture>%s</architecture>%s<platformDetails>%s</platformDetails>"+
			"<rootDeviceName>%s</rootDeviceName><blockDeviceMapping><item>"+
			"<deviceName>%[4]s</deviceName><ebs><volumeSize>%d</volumeSize></ebs></item></blockDeviceMapping>"+
			"</item></imagesSet>",
		architecture,
		windows,
		platform,
		root,
		size,
	)
}

// TestSubnetsAreOfOneVPC, since the security group is.
func TestSubnetsAreOfOneVPC(t *testing.T) {
	subnet := func(id, vpc string) string {
		return "<item><subnetId>" + id + "</subnetId><vpcId>" + vpc +
			"</vpcId><availabilityZone>us-east-1a</availabilityZone><mapPublicIpOnLaunch>true</mapPublicIpOnLaunch></item>"
	}
	w := &wire{
		answers: map[string][]string{"GetCallerIdentity": {me}, "DescribeInstanceTypeOfferings": {zones},
			"DescribeInstanceTypes": {gpuTypes},
			"GetServiceQuota": {
				`{"Quota":{"Value":64}}`,
			}, "DescribeSubnets": {"<subnetSet>" + subnet("subnet-1", "vpc-1") + subnet("subnet-2", "vpc-2") + "</subnetSet>"}},
	}
	_, checks, err := w.account(t).Preflight(t.Context(), Spec{Subnets: []string{"subnet-1", "subnet-2"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := check(t, checks, "Network"); got.OK || !strings.Contains(got.Why.String(), "vpc-1, vpc-2") {
		t.Errorf("%+v", got)
	}
}
