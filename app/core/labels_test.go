package core

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/app/groups"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
)

// TestSomebodyWhoseNameIsNoLabel starts an avatar under the label that the pool's function gives them, and somebody
// whose name is one keeps it. Without the function the first is refused, as before.
func TestSomebodyWhoseNameIsNoLabel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		function, err := groups.FromEnvironment(func(name string) string {
			return map[string]string{groups.AttributeVariable: "custom:groups", "USER_GROUPS": "staff"}[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		cloud, err := localcloud.Open(localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1,
			Functions: map[string]func([]byte) ([]byte, error){"groups": func(event []byte) ([]byte, error) {
				return function.Handle(t.Context(), json.RawMessage(event))
			}}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cloud.Close() })
		r := &room{t: t, cloud: cloud, password: map[string]string{}}
		r.profile = CloudAddress{Endpoint: "http://localcloud",
			Outputs: cloud.Outputs()}.fill(config.Default().Profiles["local"])
		for _, u := range cloud.Outputs().DemoUsers {
			r.password[u.Username] = u.Password
		}
		pool := cognitoidentityprovider.NewFromConfig(r.operator())
		r.user(pool, "john.doe")
		refused := r.desktop(time.Hour)
		r.signIn(refused, "john.doe", backend.Idle)
		refused.Do(backend.Wish{Verb: backend.WishStart})
		if s := r.until(refused, time.Minute, backend.Failed, backend.Idle); s.Problem == nil {
			t.Error("without a label a start is not refused")
		}

		r.giveLabels(pool)
		for name, label := range map[string]string{"john.doe": "john-doe-", "demo": "demo."} {
			l := r.desktop(time.Hour)
			r.signIn(l, name, backend.Idle)
			l.Do(backend.Wish{Verb: backend.WishStart})
			s := r.until(l, 5*time.Minute, backend.Ready)
			if !strings.HasPrefix(s.Session.Domain, label) || s.Session.Username != name {
				t.Errorf("%s has %s", name, s.Session.Domain)
			}
			l.Do(backend.Wish{Verb: backend.WishStop})
			r.until(l, time.Minute, backend.Idle)
		}
	})
}

// user makes a user of the group user, with a password.
func (r *room) user(pool *cognitoidentityprovider.Client, name string) {
	r.t.Helper()
	r.password[name] = "Correct-horse-7!"
	id := &r.profile.Cognito.UserPoolID
	_, err := pool.AdminCreateUser(r.t.Context(), &cognitoidentityprovider.AdminCreateUserInput{UserPoolId: id,
		Username: &name, MessageAction: cognitotypes.MessageActionTypeSuppress})
	if err == nil {
		_, err = pool.AdminSetUserPassword(r.t.Context(), &cognitoidentityprovider.AdminSetUserPasswordInput{UserPoolId: id,
			Username: &name, Password: aws.String(r.password[name]), Permanent: true})
	}
	if err == nil {
		_, err = pool.AdminAddUserToGroup(r.t.Context(), &cognitoidentityprovider.AdminAddUserToGroupInput{UserPoolId: id,
			Username: &name, GroupName: aws.String("user")})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// giveLabels has the function run for each token, and the principal tag made of the label, as the stack does.
func (r *room) giveLabels(pool *cognitoidentityprovider.Client) {
	r.t.Helper()
	id := r.profile.Cognito.UserPoolID
	_, err := pool.UpdateUserPool(r.t.Context(), &cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: &id,
		LambdaConfig: &cognitotypes.LambdaConfigType{
			PreTokenGeneration: aws.String("arn:aws:lambda:us-east-1:123456789012:function:groups")}})
	if err == nil {
		provider := "cognito-idp." + r.profile.Region + ".amazonaws.com/" + id
		_, err = cognitoidentity.NewFromConfig(r.operator()).SetPrincipalTagAttributeMap(r.t.Context(),
			&cognitoidentity.SetPrincipalTagAttributeMapInput{IdentityPoolId: &r.profile.Cognito.IdentityPoolID,
				IdentityProviderName: &provider, UseDefaults: aws.Bool(false),
				PrincipalTags: map[string]string{"sub": "sub", "username": groups.LabelClaim}})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}
