package account

import (
	"strings"
	"testing"
)

// TestSetupNamesTheKeyThatTheRolesLack, of new disks or of the image's snapshots.
func TestSetupNamesTheKeyThatTheRolesLack(t *testing.T) {
	const id, key, other = "ami-0123456789abcdef0", "arn:aws:kms:us-east-1:123456789012:key/a",
		"arn:aws:kms:us-east-1:123456789012:key/b"
	const ours, theirs = "<kmsKeyId>alias/aws/ebs</kmsKeyId>", "<kmsKeyId>" + key + "</kmsKeyId>"
	snapshot := func(key string) string {
		return "<snapshotSet><item><snapshotId>snap-1</snapshotId><kmsKeyId>" + key + "</kmsKeyId></item></snapshotSet>"
	}
	for _, each := range []struct {
		name, byDefault, snapshots, parameter string
		encrypted, ok                         bool
		says                                  string // "" for no check
	}{
		{"AWS's own key", ours, "", "", false, true, ""},
		{"a key of the account's", theirs, "", "", false, false, "--set KmsKeyArn=" + key},
		{"a default that may not be read", "!UnauthorizedOperation", "", "", false, true,
			"are encrypted with (UnauthorizedOperation)"},
		{"the key that the roles have", theirs, "", key, false, true, ""},
		{"an image of that key", theirs, snapshot(key), key, true, true, "may use the key of the image"},
		{"an image of another key", theirs, snapshot(other), key, true, false, "--set KmsKeyArn=" + other},
		{"an image of a key of unknown kind", ours, snapshot(other), "", true, true, "If that isn’t AWS’s own key"},
		{"an image whose snapshots are not shown", ours, "!InvalidSnapshot.NotFound", "", true, true, "doesn’t show"},
	} {
		t.Run(each.name, func(t *testing.T) {
			image := imageOf("x86_64", "Linux/UNIX", "/dev/sda1", 100)
			if each.encrypted {
				image = strings.Replace(image, "<ebs>", "<ebs><snapshotId>snap-1</snapshotId><encrypted>true</encrypted>", 1)
			}
			w := &wire{answers: map[string][]string{"GetCallerIdentity": {me}, "DescribeInstanceTypeOfferings": {zones},
				"DescribeInstanceTypes": {gpuTypes}, "GetServiceQuota": {`{"Quota":{"Value":64}}`}, "DescribeImages": {image},
				"DescribeStacks": {noStack}, "GetEbsDefaultKmsKeyId": {each.byDefault}, "DescribeSnapshots": {each.snapshots}}}
			set := Parameters{}
			if each.parameter != "" {
				set["KmsKeyArn"] = each.parameter
			}
			_, checks, err := w.account(t).Preflight(t.Context(), Spec{Image: id, Set: set})
			if err != nil {
				t.Fatal(err)
			}
			last := checks[len(checks)-1]
			if each.says == "" {
				if last.Name.ID == "account.diskKey" {
					t.Errorf("%+v", last)
				}
				return
			}
			if last.Name.ID != "account.diskKey" || last.OK != each.ok ||
				!strings.Contains(last.Why.String()+last.Cure.String(), each.says) {
				t.Errorf("%+v", last)
			}
		})
	}
}
