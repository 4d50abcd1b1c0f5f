package localcloud

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cognitosrp "github.com/alexrudd/cognito-srp/v4"
)

// signIn goes the whole way of a desktop: SRP against the user pool, identity, temporary credentials.
func signIn(t testing.TB, c *Cloud, user, password string) (caller, result) {
	t.Helper()
	out, nobody := c.Outputs(), caller{t: t, c: c}
	srp, err := cognitosrp.NewCognitoSRP(user, password, out.UserPoolID, out.ClientID, nil)
	if err != nil {
		t.Fatal(err)
	}
	var challenge struct{ ChallengeParameters map[string]string }
	post(t, nobody, "cognito-idp", "InitiateAuth",
		object{"AuthFlow": "USER_SRP_AUTH", "ClientId": out.ClientID, "AuthParameters": srp.GetAuthParams()}, &challenge)
	responses, err := srp.PasswordVerifierChallenge(challenge.ChallengeParameters, c.Now())
	if err != nil {
		t.Fatal(err)
	}
	var tokens struct{ AuthenticationResult struct{ IdToken string } }
	got := post(t, nobody, "cognito-idp", "RespondToAuthChallenge",
		object{"ChallengeName": "PASSWORD_VERIFIER", "ClientId": out.ClientID, "ChallengeResponses": responses}, &tokens)
	if got.status != 200 {
		return caller{}, got
	}
	logins := object{"cognito-idp." + out.Region + ".amazonaws.com/" + out.UserPoolID: tokens.AuthenticationResult.IdToken}
	var identity struct{ IdentityId string }
	post(t, nobody, "cognito-identity", "GetId", object{"IdentityPoolId": out.IdentityPoolID, "Logins": logins}, &identity)
	var issued struct {
		Credentials struct{ AccessKeyId, SecretKey, SessionToken string }
	}
	got = post(t, nobody, "cognito-identity", "GetCredentialsForIdentity",
		object{"IdentityId": identity.IdentityId, "Logins": logins}, &issued)
	x := issued.Credentials
	return caller{t: t, c: c, key: x.AccessKeyId, secret: x.SecretKey, token: x.SessionToken, region: out.Region,
		now: c.Now}, got
}

func post(t testing.TB, k caller, service, operation string, in, out any) result {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	got := k.call(service, operation, string(body))
	if got.status == 200 {
		if err := json.Unmarshal([]byte(got.body), out); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

func passwordOf(t testing.TB, c *Cloud, user string) string {
	t.Helper()
	for _, u := range c.Outputs().DemoUsers {
		if u.Username == user {
			return u.Password
		}
	}
	t.Fatalf("no demo user %s", user)
	return ""
}

func TestDemoUsersSignInAndAreConfinedByTheirRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1, Throttle: true})
		if _, got := signIn(t, c, "alice", passwordOf(t, c, "alice")+"x"); got.status != 400 ||
			!strings.Contains(got.body, "NotAuthorizedException") {
			t.Errorf("a wrong password: %d %s", got.status, got.body)
		}
		alice, got := signIn(t, c, "alice", passwordOf(t, c, "alice"))
		if got.status != 200 {
			t.Fatal(got.body)
		}
		if got := alice.call("sts", "GetCallerIdentity", ""); !strings.Contains(got.body,
			"assumed-role/avatar-launcher-keeper/") {
			t.Errorf("alice is %s", got.body)
		}
		_, _, p, _, _ := c.iam.Lookup(alice.key)
		if p.Tags["username"] != "alice" || p.Tags["sub"] == "" {
			t.Errorf("principal tags %v", p.Tags)
		}
		launch := "LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=1&MaxCount=1&" +
			"TagSpecification.1.ResourceType=instance" +
			"&TagSpecification.1.Tag.1.Key=expire-at&TagSpecification.1.Tag.1.Value=2026-01-01T00:00:00Z"
		for _, each := range []struct{ service, operation, body, code string }{
			{"ec2", "RunInstances", launch, ""},
			{"ec2", "RunInstances", launch + "&InstanceType=t3.micro", "UnauthorizedOperation"},
			{"ec2", "RunInstances", launch + "&ImageId=ami-0a7a7a20000000002", "UnauthorizedOperation"},
			{"ec2", "CreateLaunchTemplate", "LaunchTemplateName=mine&LaunchTemplateData.InstanceType=g5.xlarge",
				"UnauthorizedOperation"},
			{"dynamodb", "Scan", `{"TableName":"avatar-instances","IndexName":"state-index"}`, ""},
			{"dynamodb", "DeleteTable", `{"TableName":"avatar-instances"}`, "AccessDeniedException"},
			{"kinesis", "ListShards", `{"StreamName":"avatar-logs"}`, ""},
			{"kinesis", "DeleteStream", `{"StreamName":"avatar-logs"}`, "AccessDeniedException"},
			{"cognito-idp", "ListUsers", `{"UserPoolId":"` + c.Outputs().UserPoolID + `"}`, "AccessDeniedException"},
		} {
			got := alice.call(each.service, each.operation, each.body)
			if (got.status == 200) != (each.code == "") || !strings.Contains(got.body, each.code) {
				t.Errorf("%s %s: %d %s, want %q", each.service, each.operation, got.status, got.body, each.code)
			}
		}
		operator, got := signIn(t, c, "operator", passwordOf(t, c, "operator"))
		if got.status != 200 {
			t.Fatal(got.body)
		}
		if got := operator.call("cognito-idp", "ListUsers", `{"UserPoolId":"`+c.Outputs().UserPoolID+
			`"}`); got.status != 200 {
			t.Errorf("the operator: %d %s", got.status, got.body)
		}
		time.Sleep(61 * time.Minute)
		if got := alice.call("dynamodb", "Scan", `{"TableName":"avatar-leases"}`); !strings.Contains(got.body,
			"ExpiredTokenException") {
			t.Errorf("an hour later: %d %s", got.status, got.body)
		}
	})
}
