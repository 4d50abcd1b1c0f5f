package cognitoidp_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/cognitoidp"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func names(out obj, list, member string) string {
	var got []string
	for _, v := range out[list].([]any) {
		got = append(got, obj(v.(map[string]any)).str(member))
	}
	return strings.Join(got, " ")
}

func TestListUsers(t *testing.T) {
	c := fresh(t, nil, nil)
	for _, n := range []string{"alice", "alan", "bob", `quo"te`} {
		c.addUser(n, attr("email", n[:2]+"@example.com"))
	}
	c.must("AdminDisableUser", obj{"UserPoolId": c.pool, "Username": "bob"})
	c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "new"})
	tests := map[string]string{
		``:                                `alan alice bob new quo"te`,
		`username = "alice"`:              `alice`,
		`username ^= "al"`:                `alan alice`,
		`"username" ^= "al"`:              `alan alice`,
		`username="quo\"te"`:              `quo"te`,
		`email = "bo@example.com"`:        `bob`,
		`status = "disabled"`:             `bob`,
		`cognito:user_status="confirmed"`: `alan alice bob quo"te`,
		`cognito:user_status ^= "FORCE"`:  `new`,
		`email = "nobody"`:                ``,
	}
	for filter, want := range tests {
		wantEqual(t, filter, names(c.must("ListUsers", obj{"UserPoolId": c.pool, "Filter": filter}), "Users", "Username"),
			want)
	}
	for _, bad := range []string{`username`, `username = alice`, `username > "a"`, `custom:x = "1"`,
		`username = "a" and email = "b"`, `username = "a\"`} {
		c.refused("InvalidParameterException", "", "ListUsers", obj{"UserPoolId": c.pool, "Filter": bad})
	}
	got := c.must("ListUsers", obj{"UserPoolId": c.pool, "AttributesToGet": []string{"email"}, "Limit": 1})
	wantEqual(t, "attributes", got.at("Users", 0, "Attributes"),
		[]any{map[string]any{"Name": "email", "Value": "al@example.com"}})
}

func TestPages(t *testing.T) {
	c := fresh(t, nil, nil)
	for i := range 7 {
		c.must("CreateGroup", obj{"UserPoolId": c.pool, "GroupName": fmt.Sprintf("g%d", i)})
		c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": fmt.Sprintf("u%d", i)})
	}
	for _, l := range []struct{ op, token, list, member, want string }{
		{"ListGroups", "NextToken", "Groups", "GroupName", "g0 g1 g2 g3 g4 g5 g6"},
		{"ListUsers", "PaginationToken", "Users", "Username", "u0 u1 u2 u3 u4 u5 u6"},
	} {
		var got []string
		in := obj{"UserPoolId": c.pool, "Limit": 3}
		for pages := 1; ; pages++ {
			out := c.must(l.op, in)
			got = append(got, names(out, l.list, l.member))
			if out[l.token] == nil {
				wantEqual(t, l.op+" pages", pages, 3)
				break
			}
			in[l.token] = out[l.token]
		}
		wantEqual(t, l.op, strings.Join(got, " "), l.want)
		c.refused("InvalidParameterException", "", l.op, in.with(obj{l.token: "!!"}))
		c.refused("InvalidParameterException", "limit", l.op, obj{"UserPoolId": c.pool, "Limit": 61})
	}
}

func TestUsers(t *testing.T) {
	c := fresh(t, nil, nil)
	made := c.must("AdminCreateUser",
		obj{"UserPoolId": c.pool, "Username": "Demo", "UserAttributes": []obj{attr("email", "d@example.com")}})
	wantEqual(t, "status", made.at("User", "UserStatus"), "FORCE_CHANGE_PASSWORD")
	wantEqual(t, "enabled", made.at("User", "Enabled"), true)
	if sub := attributeOf(obj(made["User"].(map[string]any)), "sub"); len(sub) != 36 || sub[14] != '4' {
		t.Errorf("sub %q is no UUID", sub)
	}
	demo := obj{"UserPoolId": c.pool, "Username": "demo"}
	c.refused("UsernameExistsException", "", "AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "DEMO"})
	c.refused("UserNotFoundException", "", "AdminGetUser", obj{"UserPoolId": c.pool, "Username": "nobody"})
	c.refused("ResourceNotFoundException", "does not exist", "AdminGetUser",
		obj{"UserPoolId": "us-east-1_none", "Username": "demo"})
	c.refused("InvalidParameterException", "schema", "AdminUpdateUserAttributes",
		demo.with(obj{"UserAttributes": []obj{attr("custom:none", "1")}}))
	c.refused("InvalidParameterException", "sub", "AdminUpdateUserAttributes",
		demo.with(obj{"UserAttributes": []obj{attr("sub", "1")}}))
	c.refused("InvalidParameterException", "email", "AdminUpdateUserAttributes",
		demo.with(obj{"UserAttributes": []obj{attr("email", "nope")}}))
	c.must("AdminUpdateUserAttributes", demo.with(obj{"UserAttributes": []obj{attr("email_verified", "true")}}))
	c.must("AdminUpdateUserAttributes", demo.with(obj{"UserAttributes": []obj{attr("email", "e@example.com")}}))
	wantEqual(t, "email_verified after a change", attributeOf(c.must("AdminGetUser", demo), "email_verified"), "false")
	c.must("AdminDeleteUserAttributes", demo.with(obj{"UserAttributeNames": []string{"email"}}))
	wantEqual(t, "email", attributeOf(c.must("AdminGetUser", demo), "email"), "")
	c.must("AdminDeleteUser", demo)
	c.refused("UserNotFoundException", "", "AdminGetUser", demo)
}

func TestGroups(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	op := obj{"UserPoolId": c.pool, "GroupName": "operator"}
	member := op.with(obj{"Username": "demo"})
	c.refused("ResourceNotFoundException", "Group", "AdminAddUserToGroup", member)
	c.must("CreateGroup", op.with(obj{"Description": "d", "Precedence": 0}))
	c.refused("GroupExistsException", "", "CreateGroup", op)
	wantEqual(t, "precedence 0 is kept", c.must("GetGroup", op).at("Group", "Precedence"), 0)
	c.must("UpdateGroup", op.with(obj{"RoleArn": "arn:aws:iam::1:role/x"}))
	wantEqual(t, "description after an update", c.must("GetGroup", op).at("Group", "Description"), "d")
	c.must("AdminAddUserToGroup", member)
	c.must("AdminAddUserToGroup", member)
	wantEqual(t, "members", names(c.must("ListUsersInGroup", op), "Users", "Username"), "demo")
	wantEqual(t, "groups", names(c.must("AdminListGroupsForUser", member), "Groups", "GroupName"), "operator")
	c.must("AdminRemoveUserFromGroup", member)
	wantEqual(t, "members", names(c.must("ListUsersInGroup", op), "Users", "Username"), "")
	c.must("AdminAddUserToGroup", member)
	c.must("DeleteGroup", op)
	wantEqual(t, "groups", names(c.must("AdminListGroupsForUser", member), "Groups", "GroupName"), "")
}

func TestSignUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, obj{"AutoVerifiedAttributes": []string{"email"}, "Schema": []obj{{"Name": "email", "Required": true}}},
			nil)
		in := obj{"ClientId": c.client, "Username": "demo", "Password": password}
		c.refused("InvalidParameterException", "email", "SignUp", in)
		c.refused("InvalidPasswordException", "", "SignUp", in.with(obj{"Password": "short"}))
		in["UserAttributes"] = []obj{attr("email", "demo@example.com")}
		c.refused("NotAuthorizedException", "unauthorized attribute", "SignUp",
			in.with(obj{"UserAttributes": []obj{attr("email_verified", "true")}}))
		out := c.must("SignUp", in)
		wantEqual(t, "delivery", out.at("CodeDeliveryDetails", "Destination"), "d***@e***")
		c.refused("UsernameExistsException", "", "SignUp", in)
		c.refused("UserNotConfirmedException", "", "InitiateAuth", c.login("demo", password))
		confirm := func(code string) obj {
			return obj{"ClientId": c.client, "Username": "demo", "ConfirmationCode": code}
		}
		c.refused("CodeMismatchException", "", "ConfirmSignUp", confirm("nope"))
		first := c.lastCode("confirm")
		time.Sleep(24 * time.Hour)
		c.refused("ExpiredCodeException", "", "ConfirmSignUp", confirm(first))
		c.must("ResendConfirmationCode", obj{"ClientId": c.client, "Username": "demo"})
		c.must("ConfirmSignUp", confirm(c.lastCode("confirm")))
		c.refused("NotAuthorizedException", "Current status is CONFIRMED", "ConfirmSignUp", confirm(first))
		wantEqual(t, "email_verified", c.claims(c.tokens("demo").str("IdToken"))["email_verified"], true)
	})
}

func TestSignUpByAdministratorsOnly(t *testing.T) {
	c := fresh(t, obj{"AdminCreateUserConfig": obj{"AllowAdminCreateUserOnly": true}}, nil)
	c.refused("NotAuthorizedException", "not permitted", "SignUp",
		obj{"ClientId": c.client, "Username": "demo", "Password": password})
}

func TestForgotPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, nil, obj{"PreventUserExistenceErrors": "ENABLED"})
		c.addUser("demo", attr("email", "demo@example.com"), attr("email_verified", "true"))
		c.addUser("bare")
		ask := func(name string) obj { return obj{"ClientId": c.client, "Username": name} }
		confirm := func(code, pw string) obj { return ask("demo").with(obj{"ConfirmationCode": code, "Password": pw}) }
		c.must("ForgotPassword", ask("nobody"))
		c.refused("InvalidParameterException", "no registered/verified", "ForgotPassword", ask("bare"))
		c.must("ForgotPassword", ask("demo"))
		code := c.lastCode("reset")
		c.refused("InvalidPasswordException", "", "ConfirmForgotPassword", confirm(code, "short"))
		for range 4 {
			c.refused("CodeMismatchException", "", "ConfirmForgotPassword", confirm("nope", "Other-Horse-8"))
		}
		c.must("ConfirmForgotPassword", confirm(code, "Other-Horse-8"))
		c.refused("ExpiredCodeException", "", "ConfirmForgotPassword", confirm(code, "Other-Horse-9"))
		c.must("InitiateAuth", c.login("demo", "Other-Horse-8"))
		c.must("ForgotPassword", ask("demo"))
		time.Sleep(time.Hour)
		c.refused("ExpiredCodeException", "", "ConfirmForgotPassword", confirm(c.lastCode("reset"), "Other-Horse-9"))
	})
}

func TestOwnAttributes(t *testing.T) {
	c := fresh(t, obj{"AutoVerifiedAttributes": []string{"email"}}, nil)
	c.addUser("demo")
	access := c.tokens("demo")["AccessToken"]
	out := c.must("UpdateUserAttributes",
		obj{"AccessToken": access, "UserAttributes": []obj{attr("email", "d@example.com"), attr("name", "Demo")}})
	wantEqual(t, "deliveries", len(out["CodeDeliveryDetailsList"].([]any)), 1)
	c.refused("NotAuthorizedException", "unauthorized attribute", "UpdateUserAttributes",
		obj{"AccessToken": access, "UserAttributes": []obj{attr("email_verified", "true")}})
	c.refused("CodeMismatchException", "", "VerifyUserAttribute",
		obj{"AccessToken": access, "AttributeName": "email", "Code": "x"})
	c.must("VerifyUserAttribute", obj{"AccessToken": access, "AttributeName": "email", "Code": c.lastCode("verify:email")})
	user := c.must("GetUser", obj{"AccessToken": access})
	wantEqual(t, "email_verified", attributeOf(user, "email_verified"), "true")
	wantEqual(t, "name", attributeOf(user, "name"), "Demo")
	c.must("DeleteUser", obj{"AccessToken": access})
	c.refused("UserNotFoundException", "", "GetUser", obj{"AccessToken": access})
}

func TestSignInByEmail(t *testing.T) {
	c := fresh(t, obj{"UsernameAttributes": []string{"email"}}, nil)
	c.refused("InvalidParameterException", "email", "AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "demo"})
	c.addUser("Demo@Example.com")
	out, e := c.srpSignIn("demo@example.com", password, "", nil)
	if e != nil {
		t.Fatal(e)
	}
	claims := c.claims(out.str("AuthenticationResult", "IdToken"))
	wantEqual(t, "cognito:username", claims["cognito:username"], claims["sub"])
	wantEqual(t, "email", claims["email"], "Demo@Example.com")
}

func TestPoolsAndClients(t *testing.T) {
	c := fresh(t, obj{"UserPoolTags": obj{"app": "avatar"}, "LambdaConfig": obj{"PreSignUp": "arn:x"}}, nil)
	got := c.must("DescribeUserPool", obj{"UserPoolId": c.pool})
	wantEqual(t, "ID's form", strings.HasPrefix(c.pool, "us-east-1_") && len(c.pool) == 19, true)
	wantEqual(t, "ARN", got.at("UserPool", "Arn"), "arn:aws:cognito-idp:us-east-1:123456789012:userpool/"+c.pool)
	wantEqual(t, "policy", got.at("UserPool", "Policies", "PasswordPolicy", "MinimumLength"), 8)
	wantEqual(t, "triggers", got.at("UserPool", "LambdaConfig", "PreSignUp"), "arn:x")
	wantEqual(t, "pools", names(c.must("ListUserPools", obj{"MaxResults": 10}), "UserPools", "Id"), c.pool)
	wantEqual(t, "clients", names(c.must("ListUserPoolClients", obj{"UserPoolId": c.pool, "MaxResults": 10}),
		"UserPoolClients", "ClientId"), c.client)
	client := obj{"UserPoolId": c.pool, "ClientId": c.client}
	c.must("UpdateUserPoolClient", client.with(obj{"CallbackURLs": []string{"http://127.0.0.1:8123/callback"}}))
	described := c.must("DescribeUserPoolClient", client)
	wantEqual(t, "name after an update without one", described.at("UserPoolClient", "ClientName"), "launcher")
	wantEqual(t, "flows after an update without any", described.at("UserPoolClient", "ExplicitAuthFlows"),
		"[ALLOW_CUSTOM_AUTH ALLOW_USER_SRP_AUTH ALLOW_REFRESH_TOKEN_AUTH]")
	c.refused("InvalidParameterException", "HTTP", "UpdateUserPoolClient",
		client.with(obj{"CallbackURLs": []string{"http://example.com/"}}))
	c.must("CreateUserPoolDomain", obj{"UserPoolId": c.pool, "Domain": "avatars"})
	wantEqual(t, "domain", c.must("DescribeUserPoolDomain", obj{"Domain": "avatars"}).at("DomainDescription",
		"UserPoolId"), c.pool)
	c.refused("InvalidParameterException", "domain", "DeleteUserPool", obj{"UserPoolId": c.pool})
	c.must("DeleteUserPoolDomain", obj{"UserPoolId": c.pool, "Domain": "avatars"})
	c.must("DeleteUserPoolClient", client)
	c.refused("ResourceNotFoundException", "", "DescribeUserPoolClient", client)
	c.must("DeleteUserPool", obj{"UserPoolId": c.pool})
	c.refused("ResourceNotFoundException", "", "DescribeUserPool", obj{"UserPoolId": c.pool})
	c.refused("InvalidParameterException", "SMS configuration", "CreateUserPool",
		obj{"PoolName": "x", "MfaConfiguration": "ON"})
	c.refused("SerializationException", "", "CreateUserPool", []string{"x"})
	c.refused("UnknownOperationException", "", "MakeCoffee", obj{})
}

// denial allows nothing and remembers what was asked.
type denial struct{ asked []string }

func (d *denial) Allowed(_ wire.Principal, action, resource string, _ map[string][]string) bool {
	d.asked = append(d.asked, action+" "+resource)
	return false
}

func TestAuthorisation(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	d := &denial{}
	c.call = wire.Call{Principal: wire.Principal{ARN: "arn:aws:sts::1:assumed-role/user/x"}, Auth: d}
	c.refused("AccessDeniedException", "not authorized to perform: cognito-idp:AdminGetUser", "AdminGetUser",
		obj{"UserPoolId": c.pool, "Username": "demo"})
	c.refused("AccessDeniedException", "", "ListUserPools", obj{})
	wantEqual(t, "asked", d.asked,
		[]string{"cognito-idp:AdminGetUser arn:aws:cognito-idp:us-east-1:123456789012:userpool/" + c.pool,
			"cognito-idp:ListUserPools *"})
	c.call = wire.Call{Auth: d} // nobody
	c.must("GetUser", obj{"AccessToken": c.tokens("demo")["AccessToken"]})
	for op, want := range map[string]bool{"InitiateAuth": true, "SignUp": true, "RevokeToken": true,
		"GetTokensFromRefreshToken": true,
		"AdminInitiateAuth":         false, "ListUsers": false, "AdminListDevices": false, "nonsense": false} {
		wantEqual(t, op, c.svc.Unsigned(op), want)
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := bare(t, st)
	c.pool = c.must("CreateUserPool", obj{"PoolName": "p"}).str("UserPool", "Id")
	c.addClient(nil)
	c.addUser("demo", attr("email", "d@example.com"))
	c.addUser("gone")
	c.must("AdminDeleteUser", obj{"UserPoolId": c.pool, "Username": "gone"})
	c.must("CreateGroup", obj{"UserPoolId": c.pool, "GroupName": "operator"})
	c.must("AdminAddUserToGroup", obj{"UserPoolId": c.pool, "Username": "demo", "GroupName": "operator"})
	c.must("CreateUserPoolDomain", obj{"UserPoolId": c.pool, "Domain": "avatars"})
	tok := c.tokens("demo")
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}

	if st, err = store.Open(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if c.svc, err = cognitoidp.New(c.env, st, options()); err != nil {
		t.Fatal(err)
	}
	again := c.must("InitiateAuth", c.refreshFlow(tok.str("RefreshToken")))
	wantEqual(t, "groups", c.claims(again.str("AuthenticationResult", "AccessToken"))["cognito:groups"], "[operator]")
	c.must("GetUser", obj{"AccessToken": tok["AccessToken"]})
	c.claims(tok.str("IdToken"))
	if _, e := c.srpSignIn("demo", password, "", nil); e != nil {
		t.Error(e)
	}
	wantEqual(t, "users", names(c.must("ListUsers", obj{"UserPoolId": c.pool}), "Users", "Username"), "demo")
	wantEqual(t, "domain", c.must("DescribeUserPoolDomain", obj{"Domain": "avatars"}).at("DomainDescription",
		"UserPoolId"), c.pool)
	if err := st.Each("cognito-idp/users", func(key string, value []byte) error {
		if strings.Contains(string(value), password) {
			t.Errorf("the password of %s is in the store", key)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, _ := store.Open("")
		env := wiretest.Env(nil)
		env.Throttle = func() bool { return true }
		svc, err := cognitoidp.New(env, st, options())
		if err != nil {
			t.Fatal(err)
		}
		c := &cloud{t: t, env: env, svc: svc, call: wire.Call{Principal: wire.Principal{Root: true}}}
		c.pool = c.must("CreateUserPool", obj{"PoolName": "p"}).str("UserPool", "Id")
		c.addClient(nil)
		for range 120 {
			c.refused("UserNotFoundException", "", "InitiateAuth", c.login("nobody", "x"))
		}
		c.refused("TooManyRequestsException", "", "InitiateAuth", c.login("nobody", "x"))
		time.Sleep(time.Second)
		c.refused("UserNotFoundException", "", "InitiateAuth", c.login("nobody", "x"))
	})
}

func TestManySignInsAtOnce(t *testing.T) {
	c := fresh(t, nil, rotating)
	for i := range 8 {
		c.addUser(fmt.Sprint("user", i))
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprint("user", i)
			for range 5 {
				out, e := c.try("InitiateAuth", c.login(name, password))
				if e != nil {
					t.Errorf("%s: %s", name, e)
					return
				}
				token := out.str("AuthenticationResult", "RefreshToken")
				for range 3 {
					out, e := c.try("GetTokensFromRefreshToken", obj{"ClientId": c.client, "RefreshToken": token})
					if e != nil {
						t.Errorf("%s: %s", name, e)
						return
					}
					token = out.str("AuthenticationResult", "RefreshToken")
				}
			}
		})
	}
	wg.Wait()
}
