package identity_test

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
)

// demanding is a service over a pool of its own, which demands attributes of its users; its newcomer has a temporary
// password and none of them.
func (w *world) demanding(t *testing.T, attributes ...string) (*identity.Service, string) {
	t.Helper()
	in := &cognitoidentityprovider.CreateUserPoolInput{PoolName: aws.String("demanding"),
		AliasAttributes: []types.AliasAttributeType{types.AliasAttributeTypeEmail}}
	for _, name := range attributes {
		in.Schema = append(in.Schema,
			types.SchemaAttributeType{Name: &name, AttributeDataType: types.AttributeDataTypeString, Required: aws.Bool(true),
				Mutable: aws.Bool(true)})
	}
	pool, err := w.admin.CreateUserPool(t.Context(), in)
	must(t, err)
	client, err := w.admin.CreateUserPoolClient(t.Context(),
		&cognitoidentityprovider.CreateUserPoolClientInput{UserPoolId: pool.UserPool.Id,
			ClientName: aws.String("launcher"),
			ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth,
				types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth}})
	must(t, err)
	_, err = w.admin.AdminCreateUser(t.Context(),
		&cognitoidentityprovider.AdminCreateUserInput{UserPoolId: pool.UserPool.Id, Username: aws.String("newcomer"),
			TemporaryPassword: aws.String("Temporary-1234"), MessageAction: types.MessageActionTypeSuppress})
	must(t, err)
	o := w.options()
	o.UserPoolID, o.ClientID = *pool.UserPool.Id, *client.UserPoolClient.ClientId
	return identity.New(o), o.UserPoolID
}

func TestAttributesThatThePoolDemands(t *testing.T) {
	w := newWorld(t)
	s, pool := w.demanding(t, "email", "given_name", "phone_number")
	_, c, err := s.SignIn(t.Context(), "newcomer", "Temporary-1234")
	told := map[string]string{"email": "new@example.com", "given_name": "Ada  Maria", "phone_number": "+15550100"}
	wrong := map[string]string{"email": "new at example", "phone_number": "555 0100"}
	asked := 0
	for err == nil && c != nil && c.Name == backend.StepAttribute {
		if bad := wrong[c.Attribute]; bad != "" {
			var again *backend.Challenge
			_, again, err = s.Respond(t.Context(), bad)
			refusal(t, err, backend.KindRefused, "n’t accepted")
			if again == nil || again.Attribute != c.Attribute {
				t.Fatalf("got %+v, want %s again", again, c.Attribute)
			}
		}
		value := told[c.Attribute]
		if value == "" {
			t.Fatalf("it asks for %q", c.Attribute)
		}
		delete(told, c.Attribute)
		asked++
		_, c, err = s.Respond(t.Context(), " "+value+" ")
	}
	asks(t, c, err, "NEW_PASSWORD_REQUIRED")
	if asked != 3 {
		t.Errorf("it asked %d times", asked)
	}
	_, c, err = s.Respond(t.Context(), "short")
	back(t, c, err, "NEW_PASSWORD_REQUIRED", "doesn’t meet your organization’s rules")
	user, c, err := s.Respond(t.Context(), "My-own-Passw0rd")
	if err != nil || c != nil || user.Username != "newcomer" {
		t.Fatalf("got %v, %v, %v", user, c, err)
	}
	got, err := w.admin.AdminGetUser(t.Context(),
		&cognitoidentityprovider.AdminGetUserInput{UserPoolId: &pool, Username: aws.String("newcomer")})
	must(t, err)
	have := map[string]string{}
	for _, a := range got.UserAttributes {
		have[*a.Name] = *a.Value
	}
	for name, value := range map[string]string{"email": "new@example.com", "given_name": "Ada  Maria",
		"phone_number": "+15550100"} {
		if have[name] != value {
			t.Errorf("%s is %q", name, have[name])
		}
	}
	if !regexp.MustCompile(`"userAttributes.given_name":"Ada  Maria"`).MatchString(w.wire.sent.String()) {
		t.Error("the attributes are not sent as Cognito wants them")
	}
}

func TestAttributesThatCognitoDoesNotTake(t *testing.T) {
	w := newWorld(t)
	s, _ := w.demanding(t, "email")
	_, c, err := s.SignIn(t.Context(), "newcomer", "Temporary-1234")
	asks(t, c, err, backend.StepAttribute)
	_, c, err = s.Respond(t.Context(), "@@")
	back(t, c, err, backend.StepAttribute, "a valid email address")
	_, c, err = s.Respond(t.Context(), "new@example.com")
	asks(t, c, err, "NEW_PASSWORD_REQUIRED")
	_, err = w.cloud.AddFault(faultOf("RespondToAuthChallenge", "InvalidParameterException"))
	must(t, err)
	_, c, err = s.Respond(t.Context(), "My-own-Passw0rd")
	back(t, c, err, backend.StepAttribute, "in the expected format")
	w.cloud.RemoveFault("")
	_, c, err = s.Respond(t.Context(), "other@example.com")
	asks(t, c, err, "NEW_PASSWORD_REQUIRED")
	user, _, err := s.Respond(t.Context(), "My-own-Passw0rd")
	if err != nil || user.Username != "newcomer" {
		t.Errorf("got %v, %v", user, err)
	}
}

// faultOf answers an operation of the user pool with an error code.
func faultOf(operation, code string) localcloud.Fault {
	return localcloud.Fault{Service: "cognito-idp", Operation: operation, Kind: localcloud.FaultError, Code: code,
		Status: 400}
}
