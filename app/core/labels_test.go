package core

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitotypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/smithy-go"

	"avatar-launcher/app/groups"
	"avatar-launcher/backend"
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
		r := newRoomOf(t, localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1,
			Functions: map[string]func([]byte) ([]byte, error){"groups": func(event []byte) ([]byte, error) {
				return function.Handle(t.Context(), json.RawMessage(event))
			}}})
		pool := cognitoidentityprovider.NewFromConfig(r.operator())
		r.user(pool, "john.doe")
		r.user(pool, "Acme_anna@x.com")
		refused := r.desktop(time.Hour)
		r.signIn(refused, "john.doe", backend.Idle)
		refused.Do(backend.Wish{Verb: backend.WishStart})
		if s := r.until(refused, time.Minute, backend.Failed, backend.Idle); s.Problem == nil {
			t.Error("without a label a start is not refused")
		}

		r.giveLabels(pool)
		for name, label := range map[string]string{"john.doe": "john-doe-", "Acme_anna@x.com": "anna-", "demo": "demo."} {
			var cfg aws.Config
			l := r.desktop(time.Hour, func(_ *backend.Options, own aws.Config) { cfg = own })
			r.signIn(l, name, backend.Idle)
			l.Do(backend.Wish{Verb: backend.WishStart})
			s := r.until(l, 5*time.Minute, backend.Ready)
			if name != "demo" { // who is a keeper, and may set all names
				r.confined(cfg, s.Session.Domain)
			}
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

// confined checks that the rights of somebody who has a name reach that name and no other, nor anybody else's row.
func (r *room) confined(cfg aws.Config, own string) {
	r.t.Helper()
	point := func(name string) error {
		_, err := route53.NewFromConfig(cfg).ChangeResourceRecordSets(r.t.Context(),
			&route53.ChangeResourceRecordSetsInput{HostedZoneId: &r.profile.Zone.ID,
				ChangeBatch: &route53types.ChangeBatch{Changes: []route53types.Change{{
					Action: route53types.ChangeActionUpsert, ResourceRecordSet: &route53types.ResourceRecordSet{Name: &name,
						Type: route53types.RRTypeA, TTL: aws.Int64(10),
						ResourceRecords: []route53types.ResourceRecord{{Value: aws.String("192.0.2.1")}}}}}}})
		return err
	}
	if err := point(own); err != nil {
		r.t.Errorf("their own name %s: %v", own, err)
	}
	zone := own[strings.IndexByte(own, '.'):]
	for _, name := range []string{"alice" + zone, "anna" + zone, "x" + own, "x." + own, strings.Replace(own, "-", "-x-", 1)} {
		if err := point(name); name != own && !denied(err) {
			r.t.Errorf("%s may set the name %s: %v", own, name, err)
		}
	}
	_, err := dynamodb.NewFromConfig(cfg).UpdateItem(r.t.Context(), &dynamodb.UpdateItemInput{
		TableName: &r.profile.Tables.Sessions,
		Key: map[string]dynamotypes.AttributeValue{
			"UserId": &dynamotypes.AttributeValueMemberS{Value: "somebody-else"},
		},
		UpdateExpression: aws.String("SET PublicIp = :d"),
		ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{
			":d": &dynamotypes.AttributeValueMemberS{Value: own}}})
	if !denied(err) {
		r.t.Errorf("%s may write somebody else's session: %v", own, err)
	}
}

// denied reports whether a call was refused for want of rights.
func denied(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && strings.HasPrefix(e.ErrorCode(), "AccessDenied")
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
