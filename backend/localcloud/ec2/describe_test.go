package ec2

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWildcard(t *testing.T) {
	for _, tc := range []struct {
		pattern, s string
		want       bool
	}{
		{"avatar-*", "avatar-alice", true}, {"avatar-*", "Avatar-alice", false}, {"*", "", true}, {"?", "", false},
		{"a?c", "abc", true}, {"a*c*e", "abcde", true}, {"a*c", "abd", false}, {`a\*`, "a*", true}, {`a\*`, "ab", false},
		{`a\?b`, "a?b", true}, {`\\`, `\`, true}, {"", "", true}, {"", "a", false}, {"*a*a*a*b", "aaaaaaaaaaaaaaaa", false},
		{"ü?", "üé", true},
	} {
		if got := wildcard(tc.pattern, tc.s); got != tc.want {
			t.Errorf("wildcard(%q, %q) = %v", tc.pattern, tc.s, got)
		}
	}
}

func TestFilters(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	tag := func(k, v string) []string {
		return []string{"TagSpecification.1.ResourceType", "instance", "TagSpecification.1.Tag.1.Key", k,
			"TagSpecification.1.Tag.1.Value", v}
	}
	a := c.run(1, append(tag("Name", "avatar-alice"), "SubnetId", c.SubnetIDs()[0])...)[0]
	b := c.run(1, append(tag("Name", "avatar-warm-1"), "SubnetId", c.SubnetIDs()[1])...)[0]
	d := c.run(1, "SubnetId", c.SubnetIDs()[0])[0]
	c.ok("StopInstances", "InstanceId.1", b)
	ip, _ := c.Instance(d)
	for _, tc := range []struct {
		name string
		args []string
		want []string
	}{
		{"tag", []string{"Filter.1.Name", "tag:Name", "Filter.1.Value.1", "avatar-warm-*"}, []string{b}},
		{"tag absent", []string{"Filter.1.Name", "tag:owner", "Filter.1.Value.1", "*"}, nil},
		{"tag key", []string{"Filter.1.Name", "tag-key", "Filter.1.Value.1", "Name"}, []string{a, b}},
		{"state", []string{"Filter.1.Name", "instance-state-name", "Filter.1.Value.1", "pending", "Filter.1.Value.2",
			"stopped"}, []string{b}},
		{"state code", []string{"Filter.1.Name", "instance-state-code", "Filter.1.Value.1", "16"}, []string{a, d}},
		{"two filters", []string{"Filter.1.Name", "tag-key", "Filter.1.Value.1", "Name", "Filter.2.Name",
			"instance-state-name", "Filter.2.Value.1", "running"}, []string{a}},
		{"zone", []string{"Filter.1.Name", "availability-zone", "Filter.1.Value.1", "us-east-1a"}, []string{a, d}},
		{"address", []string{"Filter.1.Name", "ip-address", "Filter.1.Value.1", ip.PublicIP}, []string{d}},
		{"ids and filter", []string{"InstanceId.1", a, "InstanceId.2", b, "Filter.1.Name", "instance-state-name",
			"Filter.1.Value.1", "stopped"}, []string{b}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c.t = t
			got := c.ok("DescribeInstances", tc.args...).texts("reservationSet/item/instancesSet/item/instanceId")
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
	c.t = t
	c.fails(400, "InvalidParameterValue", "DescribeInstances", "Filter.1.Name", "colour", "Filter.1.Value.1", "red")
}

func TestPages(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	want := c.run(12)
	var got []string
	token := ""
	for range 4 {
		args := []string{"MaxResults", "5"}
		if token != "" {
			args = append(args, "NextToken", token)
		}
		e := c.ok("DescribeInstances", args...)
		got = append(got, e.texts("reservationSet/item/instancesSet/item/instanceId")...)
		if token = e.text("nextToken"); token == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages give %d instances, want %d in order", len(got), len(want))
	}
	c.fails(400, "InvalidNextToken", "DescribeInstances", "NextToken", "x")
	c.fails(400, "InvalidParameterValue", "DescribeInstances", "MaxResults", "4")
	c.fails(400, "InvalidParameterCombination", "DescribeInstances", "MaxResults", "5", "InstanceId.1", want[0])
}

func TestTags(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.run(1)[0]
	c.ok("CreateTags", "ResourceId.1", id, "Tag.1.Key", "owner", "Tag.1.Value", "alice", "Tag.2.Key", "note",
		"Tag.2.Value", "<&>\"'")
	told := len(c.states())
	c.ok("CreateTags", "ResourceId.1", id, "Tag.1.Key", "owner", "Tag.1.Value", "alice")
	if got := len(c.states()); got != told {
		t.Error("a tag that stays as it is is told as a change")
	}
	e := c.ok("DescribeTags", "Filter.1.Name", "resource-id", "Filter.1.Value.1", id)
	if got := e.texts("tagSet/item/value"); !slices.Equal(got, []string{"<&>\"'", "alice"}) {
		t.Errorf("values %q", got)
	}
	c.ok("DeleteTags", "ResourceId.1", id, "Tag.1.Key", "owner", "Tag.1.Value", "bob")
	c.ok("DeleteTags", "ResourceId.1", id, "Tag.1.Key", "note")
	if in, _ := c.Instance(id); len(in.Tags) != 1 || in.Tags["owner"] != "alice" {
		t.Errorf("tags %v", in.Tags)
	}
	c.fails(400, "InvalidInstanceID.NotFound", "CreateTags", "ResourceId.1", id, "ResourceId.2", "i-0123456789abcdef0",
		"Tag.1.Key", "x")
	c.fails(400, "InvalidID", "CreateTags", "ResourceId.1", "cat-1", "Tag.1.Key", "x")
	many := []string{"ResourceId.1", id}
	for i := range 51 {
		many = append(many, fmt.Sprintf("Tag.%d.Key", i+1), fmt.Sprint("k", i))
	}
	c.fails(400, "TagLimitExceeded", "CreateTags", many...)
	c.ok("DeleteTags", "ResourceId.1", id)
	if in, _ := c.Instance(id); len(in.Tags) != 0 {
		t.Errorf("tags %v", in.Tags)
	}
}

func TestAttributes(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.run(1, "UserData", "aGVsbG8=", "InstanceInitiatedShutdownBehavior", "terminate")[0]
	for attribute, want := range map[string]string{
		"instanceType": "g5.2xlarge", "userData": "aGVsbG8=", "disableApiTermination": "false",
		"instanceInitiatedShutdownBehavior": "terminate",
	} {
		e := c.ok("DescribeInstanceAttribute", "InstanceId", id, "Attribute", attribute)
		if got := e.text(attribute + "/value"); got != want {
			t.Errorf("%s = %q, want %q", attribute, got, want)
		}
	}
	c.fails(400, "IncorrectInstanceState", "ModifyInstanceAttribute", "InstanceId", id, "InstanceType.Value", "g5.4xlarge")
	c.ok("ModifyInstanceAttribute", "InstanceId", id, "InstanceInitiatedShutdownBehavior.Value", "stop")
	c.ok("StopInstances", "InstanceId.1", id)
	c.ok("ModifyInstanceAttribute", "InstanceId", id, "InstanceType.Value", "g5.4xlarge")
	if in, _ := c.Instance(id); in.Type != "g5.4xlarge" {
		t.Errorf("type %s", in.Type)
	}
	c.fails(400, "InvalidParameterValue", "ModifyInstanceAttribute", "InstanceId", id, "InstanceType.Value", "g5.huge")
	c.fails(400, "InvalidParameterCombination", "ModifyInstanceAttribute", "InstanceId", id)
	c.fails(400, "InvalidParameterValue", "DescribeInstanceAttribute", "InstanceId", id, "Attribute", "colour")
}

func TestWhatEveryAccountHas(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	for _, tc := range []struct {
		operation string
		args      []string
		path      string
		want      string
	}{
		{"DescribeVpcs", nil, "vpcSet/item/vpcId", DefaultVPC},
		{"DescribeSubnets", nil, "subnetSet/item/availabilityZone", "us-east-1a,us-east-1b,us-east-1c"},
		{"DescribeSubnets", []string{"Filter.1.Name", "availability-zone-id", "Filter.1.Value.1", "use1-az2"},
			"subnetSet/item/cidrBlock", "172.31.16.0/20"},
		{"DescribeAvailabilityZones", nil, "availabilityZoneInfo/item/zoneId", "use1-az1,use1-az2,use1-az3"},
		{"DescribeRegions", nil, "regionInfo/item/regionName", "us-east-1"},
		{"DescribeSecurityGroups", []string{"GroupName.1", "default"}, "securityGroupInfo/item/groupId",
			DefaultSecurityGroup},
		{"DescribeImages", []string{"Owner.1", "self"}, "imagesSet/item/name", "avatar-metahuman"},
		{"DescribeImages", []string{"Filter.1.Name", "name", "Filter.1.Value.1", "avatar-*"}, "imagesSet/item/imageId",
			DefaultImage},
		{"DescribeInstanceTypes", []string{"InstanceType.1", "g5.2xlarge"}, "instanceTypeSet/item/vCpuInfo/defaultVCpus",
			"8"},
		{"DescribeInstanceTypes", []string{"InstanceType.1", "g5.2xlarge"}, "instanceTypeSet/item/gpuInfo/gpus/item/name",
			"A10G"},
		{"DescribeInstanceTypeOfferings",
			[]string{"LocationType", "availability-zone", "Filter.1.Name", "instance-type", "Filter.1.Value.1", "g5.2xlarge"},
			"instanceTypeOfferingSet/item/location", "us-east-1a,us-east-1b,us-east-1c"},
	} {
		if got := c.ok(tc.operation, tc.args...).text(tc.path); got != tc.want {
			t.Errorf("%s %v: %q, want %q", tc.operation, tc.args, got, tc.want)
		}
	}
	c.fails(400, "InvalidInstanceType", "DescribeInstanceTypes", "InstanceType.1", "g5.huge")
	c.fails(400, "InvalidAction", "DescribeCats")
}

func TestShortRegions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "use1", "eu-central-1": "euc1", "ap-southeast-2": "apse2", "eu-north-1": "eun1",
		"us-gov-west-1": "usgw1",
	} {
		if got := shortRegion(region); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, 0, 0, nil)
		id := c.run(1)[0]
		c.throttle = true
		// accepted calls the operation n times, and counts those that are not throttled.
		accepted := func(n int, operation string, args ...string) int {
			count := 0
			for range n {
				status, e := c.do(operation, args...)
				if status == 503 && e.text("Errors/Error/Code") == "RequestLimitExceeded" {
					continue
				}
				count++
			}
			return count
		}
		if got := accepted(200, "DescribeInstances"); got != 50 {
			t.Errorf("unfiltered: %d of a bucket of 50", got)
		}
		if got := accepted(200, "DescribeInstances", "InstanceId.1", id); got != 100 {
			t.Errorf("by ID: %d of a bucket of 100", got)
		}
		if got := accepted(20, "StartInstances", "InstanceId.1", id); got != 5 {
			t.Errorf("starts: %d of a bucket of 5", got)
		}
		sleep(time.Second)
		if got := accepted(200, "DescribeInstances", "InstanceId.1", id); got != 20 {
			t.Errorf("%d a second later, refill is 20", got)
		}
		if got := accepted(20, "StartInstances", "InstanceId.1", id); got != 2 {
			t.Errorf("%d starts a second later, refill is 2", got)
		}
		sleep(time.Minute)
		if got := accepted(2, "RunInstances", with(launchArgs, "MinCount", "900", "MaxCount", "900")...); got != 1 {
			t.Errorf("%d launches of 900, the resource bucket has 1000", got)
		}
	})
}

// The answer is compared as text once: this is what clients' parsers have been written against.
func TestWireForm(t *testing.T) {
	c := newCloud(t, 0, 0, nil)
	id := c.run(1)[0]
	d := &doc{}
	d.open("StopInstancesResponse", "")
	writeMoves(d, []move{{id, running, stopping}})
	want := "<instancesSet><item><instanceId>" + id +
		"</instanceId><currentState><code>64</code><name>stopping</name></currentState>" +
		"<previousState><code>16</code><name>running</name></previousState></item></instancesSet>"
	if got := d.buf.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got %s", got)
	}
	w := httptest.NewRecorder()
	c.WriteError(w, "req-9", notFound([]string{"i-1"}))
	wantError := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code>` +
		`<Message>The instance ID &#39;i-1&#39; does not ` +
		`exist</Message></Error></Errors><RequestID>req-9</RequestID></Response>`
	if w.Body.String() != wantError || w.Code != 400 || w.Header().Get("Content-Type") != "text/xml;charset=UTF-8" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	e := c.ok("DescribeInstances")
	in := e.all("reservationSet/item/instancesSet/item")[0]
	for path, want := range map[string]string{
		"imageId": DefaultImage, "instanceState/code": "16", "placement/tenancy": "default", "vpcId": DefaultVPC,
		"groupSet/item/groupName": "default", "blockDeviceMapping/item/ebs/status": "attached",
		"networkInterfaceSet/item/status": "in-use", "monitoring/state": "disabled", "metadataOptions/httpTokens": "required",
	} {
		if got := in.text(path); got != want {
			t.Errorf("%s = %q, want %q", path, got, want)
		}
	}
	if got := e.XMLName.Space; got != "http://ec2.amazonaws.com/doc/2016-11-15/" {
		t.Errorf("namespace %q", got)
	}
}

func FuzzParameters(f *testing.F) {
	f.Add("Action=DescribeInstances&Filter.1.Name=tag:a&Filter.1.Value.1=*")
	f.Add("Action=RunInstances&MinCount=1&MaxCount=-1&TagSpecification.1.Tag.1.Key=a")
	f.Add("Action=CreateTags&ResourceId.99999999999999999999=i-1&Tag.-1.Key=%00")
	f.Add("Action=CreateLaunchTemplate&LaunchTemplateName=abc&LaunchTemplateData.TagSpecification.1.ResourceType=%ff")
	f.Fuzz(func(t *testing.T, body string) {
		c := newCloud(t, 0, 0, nil)
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		op := c.Operation(r, []byte(body))
		if _, ok := operations[op]; !ok {
			return
		}
		p := parseParams(r, []byte(body))
		if n, err := p.number("MaxCount", 1); err != nil || n > 20 {
			return // as many instances are no parser's matter
		}
		args := []string{}
		for k, v := range p {
			if k != "Action" && k != "Version" {
				args = append(args, k, v)
			}
		}
		c.do(op, args...) // fails the test where the answer is no XML
	})
}
