package localcloud

import (
	"strings"
	"testing"
)

// promised are the operations that the launcher, an operator with the AWS CLI and boto3 rely on.
var promised = map[string]string{
	"cognito-idp": `CreateUserPool CreateUserPoolClient AdminCreateUser AdminSetUserPassword SignUp ConfirmSignUp ListUsers CreateGroup
		ListGroups AdminAddUserToGroup InitiateAuth RespondToAuthChallenge AssociateSoftwareToken VerifySoftwareToken SetUserMFAPreference
		ForgotPassword ConfirmForgotPassword GetTokensFromRefreshToken RevokeToken GlobalSignOut GetUser ChangePassword
		StartWebAuthnRegistration CompleteWebAuthnRegistration ListWebAuthnCredentials DeleteWebAuthnCredential
		GetUserAuthFactors`,
	"cognito-identity": `CreateIdentityPool SetIdentityPoolRoles SetPrincipalTagAttributeMap GetId ` +
		`GetCredentialsForIdentity`,
	"sts": `GetCallerIdentity AssumeRole`,
	"ec2": `RunInstances StartInstances StopInstances RebootInstances TerminateInstances DescribeInstances DescribeInstanceStatus
		DescribeInstanceTypes DescribeImages DescribeSubnets DescribeSecurityGroups DescribeLaunchTemplates DescribeAvailabilityZones
		CreateTags DeleteTags ModifyInstanceAttribute`,
	"dynamodb": `CreateTable DescribeTable DeleteTable ListTables UpdateTimeToLive PutItem GetItem UpdateItem DeleteItem Query Scan
		BatchGetItem BatchWriteItem TransactWriteItems TransactGetItems`,
	"kinesis": `CreateStream DescribeStreamSummary ListShards SplitShard MergeShards UpdateShardCount PutRecord PutRecords
		GetShardIterator GetRecords IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod RegisterStreamConsumer
		DeregisterStreamConsumer SubscribeToShard`,
}

// promisedPaths are those of the REST services, and the operation that each is.
var promisedPaths = map[string]map[string]string{
	"route53": {
		"POST 2013-04-01/hostedzone": "CreateHostedZone", "GET 2013-04-01/hostedzone": "ListHostedZones",
		"GET 2013-04-01/hostedzone/Z1":         "GetHostedZone",
		"POST 2013-04-01/hostedzone/Z1/rrset":  "ChangeResourceRecordSets",
		"POST 2013-04-01/hostedzone/Z1/rrset/": "ChangeResourceRecordSets",
		"GET 2013-04-01/hostedzone/Z1/rrset":   "ListResourceRecordSets", "GET 2013-04-01/change/C1": "GetChange",
	},
	"scheduler": {
		"POST schedule-groups/g": "CreateScheduleGroup", "POST schedules/s": "CreateSchedule",
		"PUT schedules/s": "UpdateSchedule",
		"GET schedules/s": "GetSchedule", "DELETE schedules/s": "DeleteSchedule", "GET schedules": "ListSchedules",
	},
}

// TestWhatIsPromisedIsThere asks for every operation with nothing in the request: whatever a service says to that, it
// is not that it does not know the operation.
func TestWhatIsPromisedIsThere(t *testing.T) {
	c := open(t, Options{Seed: 1})
	k := operatorOf(t, c)
	for service, operations := range promised {
		body := "{}"
		if service == "ec2" || service == "sts" {
			body = ""
		}
		for operation := range strings.FieldsSeq(operations) {
			if got := k.call(service, operation, body); got.err != nil || got.status >= 500 ||
				strings.Contains(got.body, "UnknownOperation") || strings.Contains(got.body, "InvalidAction") {
				t.Errorf("%s %s: %d %v %s", service, operation, got.status, got.err, got.body)
			}
		}
	}
	for service, paths := range promisedPaths {
		for request, want := range paths {
			method, path, _ := strings.Cut(request, " ")
			if got := c.services[service].Operation(k.signed(service, method, path), nil); got != want {
				t.Errorf("%s is %q of %s, not %s", request, got, service, want)
			}
		}
	}
}
