package cognitoidp_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pquerna/otp/totp"

	"avatar-launcher/backend/localcloud/cognitoidp"
)

func (c *cloud) totp(secret string) string {
	c.t.Helper()
	code, err := totp.GenerateCode(secret, c.env.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	return code
}

func TestNewPasswordRequired(t *testing.T) {
	c := fresh(t, obj{"Schema": []obj{{"Name": "email", "Required": true}}}, nil)
	c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "demo", "TemporaryPassword": password})
	wantEqual(t, "invitation", c.lastCode("invitation"), password)
	out, e := c.srpSignIn("demo", password, "", nil)
	if e != nil {
		t.Fatal(e)
	}
	wantEqual(t, "challenge", out["ChallengeName"], "NEW_PASSWORD_REQUIRED")
	wantEqual(t, "requiredAttributes", out.at("ChallengeParameters", "requiredAttributes"), `["userAttributes.email"]`)

	c.refused("InvalidPasswordException", "Password not long enough", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "NEW_PASSWORD": "Ab1!", "userAttributes.email": "d@example.com"}))
	c.refused("InvalidParameterException", "email", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "NEW_PASSWORD": "Other-Horse-8"}))
	answer := c.respond(out, obj{"USERNAME": "demo", "NEW_PASSWORD": "Other-Horse-8",
		"userAttributes.email": "d@example.com"})
	if c.must("RespondToAuthChallenge", answer).str("AuthenticationResult", "IdToken") == "" {
		t.Error("no tokens after the new password")
	}
	c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge", answer)
	c.refused("NotAuthorizedException", "Incorrect", "InitiateAuth", c.login("demo", password))
	wantEqual(t, "status", c.must("AdminGetUser", obj{"UserPoolId": c.pool, "Username": "demo"})["UserStatus"],
		"CONFIRMED")
}

func TestTemporaryPasswordExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fresh(t, nil, nil)
		c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "demo", "TemporaryPassword": password})
		time.Sleep(7 * 24 * time.Hour)
		c.refused("NotAuthorizedException", "Temporary password has expired", "InitiateAuth", c.login("demo", password))
	})
}

// mfaPool is a pool with all three factors.
func mfaPool(t testing.TB, mode string) *cloud {
	c := fresh(t, nil, nil)
	c.must("SetUserPoolMfaConfig",
		obj{"UserPoolId": c.pool, "MfaConfiguration": mode, "SoftwareTokenMfaConfiguration": obj{"Enabled": true},
			"SmsMfaConfiguration":   obj{"SmsConfiguration": obj{"SnsCallerArn": "arn:aws:iam::1:role/sms"}},
			"EmailMfaConfiguration": obj{}})
	return c
}

func TestEmailSetupDuringSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mfaPool(t, "ON")
		c.addUser("demo")
		first := c.must("InitiateAuth", c.login("demo", password))
		wantEqual(t, "challenge", first["ChallengeName"], "MFA_SETUP")
		c.refused("InvalidParameterException", "Invalid email", "RespondToAuthChallenge",
			c.respond(first, obj{"USERNAME": "demo", "EMAIL": "nobody"}))
		asked := c.must("RespondToAuthChallenge", c.respond(first, obj{"USERNAME": "demo", "EMAIL": "demo@example.com"}))
		wantEqual(t, "challenge", asked["ChallengeName"], "EMAIL_OTP")
		wantEqual(t, "destination", asked.at("ChallengeParameters", "CODE_DELIVERY_DESTINATION"), "d***@e***")
		c.refused("CodeMismatchException", "", "RespondToAuthChallenge",
			c.respond(asked, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": "00000000"}))
		again := c.must("InitiateAuth", c.login("demo", password))
		wantEqual(t, "challenge before the address is proved", again["ChallengeName"], "MFA_SETUP")
		done := c.must("RespondToAuthChallenge",
			c.respond(asked, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("mfa")}))
		if done.str("AuthenticationResult", "AccessToken") == "" {
			t.Fatalf("no tokens: %v", done)
		}
		wantEqual(t, "challenge afterwards", c.must("InitiateAuth", c.login("demo", password))["ChallengeName"], "EMAIL_OTP")
	})
}

func TestMFASetupDuringSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mfaPool(t, "ON")
		c.addUser("demo")
		first := c.must("InitiateAuth", c.login("demo", password))
		wantEqual(t, "challenge", first["ChallengeName"], "MFA_SETUP")
		wantEqual(t, "offer", first.at("ChallengeParameters", "MFAS_CAN_SETUP"),
			`["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]`)
		c.refused("InvalidParameterException", "has not been verified", "RespondToAuthChallenge",
			c.respond(first, obj{"USERNAME": "demo"}))

		assoc := c.must("AssociateSoftwareToken", obj{"Session": first["Session"]})
		c.refused("NotAuthorizedException", "Invalid session", "AssociateSoftwareToken", obj{"Session": first["Session"]})
		c.refused("EnableSoftwareTokenMFAException", "", "VerifySoftwareToken",
			obj{"Session": assoc["Session"], "UserCode": "000000"})
		secret := assoc.str("SecretCode")
		verified := c.must("VerifySoftwareToken", obj{"Session": assoc["Session"], "UserCode": c.totp(secret)})
		wantEqual(t, "status", verified["Status"], "SUCCESS")
		done := c.must("RespondToAuthChallenge",
			obj{"ClientId": c.client, "ChallengeName": "MFA_SETUP", "Session": verified["Session"],
				"ChallengeResponses": obj{"USERNAME": "demo"}})
		if done.str("AuthenticationResult", "AccessToken") == "" {
			t.Fatalf("no tokens: %v", done)
		}

		next := c.must("InitiateAuth", c.login("demo", password))
		wantEqual(t, "challenge", next["ChallengeName"], "SOFTWARE_TOKEN_MFA")
		c.refused("ExpiredCodeException", "already been used", "RespondToAuthChallenge",
			c.respond(next, obj{"USERNAME": "demo", "SOFTWARE_TOKEN_MFA_CODE": c.totp(secret)}))
		time.Sleep(time.Minute)
		c.refused("CodeMismatchException", "Invalid code", "RespondToAuthChallenge",
			c.respond(next, obj{"USERNAME": "demo", "SOFTWARE_TOKEN_MFA_CODE": "12345x"}))
		c.must("RespondToAuthChallenge", c.respond(next, obj{"USERNAME": "demo", "SOFTWARE_TOKEN_MFA_CODE": c.totp(secret)}))
	})
}

func TestTOTPByAccessToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mfaPool(t, "OPTIONAL")
		c.addUser("demo")
		access := c.tokens("demo").str("AccessToken")
		c.refused("InvalidParameterException", "not verified", "SetUserMFAPreference",
			obj{"AccessToken": access, "SoftwareTokenMfaSettings": obj{"Enabled": true}})
		secret := c.must("AssociateSoftwareToken", obj{"AccessToken": access}).str("SecretCode")
		c.must("VerifySoftwareToken", obj{"AccessToken": access, "UserCode": c.totp(secret), "FriendlyDeviceName": "phone"})
		c.tokens("demo") // not switched on yet
		c.must("SetUserMFAPreference",
			obj{"AccessToken": access, "SoftwareTokenMfaSettings": obj{"Enabled": true, "PreferredMfa": true}})
		wantEqual(t, "preferred", c.must("GetUser", obj{"AccessToken": access})["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA")
		time.Sleep(time.Minute)
		next, e := c.srpSignIn("demo", password, "", nil)
		if e != nil {
			t.Fatal(e)
		}
		wantEqual(t, "friendly name", next.at("ChallengeParameters", "FRIENDLY_DEVICE_NAME"), "phone")
		c.must("RespondToAuthChallenge", c.respond(next, obj{"USERNAME": "demo", "SOFTWARE_TOKEN_MFA_CODE": c.totp(secret)}))
	})
}

func TestCodesBySMSAndMail(t *testing.T) {
	c := mfaPool(t, "ON")
	c.addUser("demo", attr("email", "demo@example.com"), attr("phone_number", "+15550101234"))
	out := c.must("InitiateAuth", c.login("demo", password))
	wantEqual(t, "challenge", out["ChallengeName"], "SELECT_MFA_TYPE")
	wantEqual(t, "choices", out.at("ChallengeParameters", "MFAS_CAN_CHOOSE"), `["SMS_MFA","EMAIL_OTP"]`)
	c.refused("InvalidParameterException", "", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "ANSWER": "SOFTWARE_TOKEN_MFA"}))

	for choice, destination := range map[string]string{"SMS_MFA": "+*******1234", "EMAIL_OTP": "d***@e***"} {
		out := c.must("InitiateAuth", c.login("demo", password))
		asked := c.must("RespondToAuthChallenge", c.respond(out, obj{"USERNAME": "demo", "ANSWER": choice}))
		wantEqual(t, "challenge", asked["ChallengeName"], choice)
		wantEqual(t, "destination", asked.at("ChallengeParameters", "CODE_DELIVERY_DESTINATION"), destination)
		c.refused("CodeMismatchException", "", "RespondToAuthChallenge",
			c.respond(asked, obj{"USERNAME": "demo", choice + "_CODE": "nope"}))
		c.must("RespondToAuthChallenge", c.respond(asked, obj{"USERNAME": "demo", choice + "_CODE": c.lastCode("mfa")}))
	}
}

func TestWrongCodesVoidTheSession(t *testing.T) {
	c := mfaPool(t, "ON")
	c.addUser("demo", attr("email", "demo@example.com"))
	out := c.must("InitiateAuth", c.login("demo", password))
	for range 5 {
		c.refused("CodeMismatchException", "", "RespondToAuthChallenge",
			c.respond(out, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": "nope"}))
	}
	c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("mfa")}))
}

func TestSessionsAreBoundAndExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := mfaPool(t, "ON")
		c.addUser("demo", attr("email", "demo@example.com"))
		c.addUser("other", attr("email", "other@example.com"))
		out := c.must("InitiateAuth", c.login("demo", password))
		good := obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("mfa")}
		c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge",
			c.respond(out, good.with(obj{"USERNAME": "other"})))
		first := c.client
		c.addClient(nil)
		c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge", c.respond(out, good))
		c.client = first
		c.refused("NotAuthorizedException", "Invalid session", "RespondToAuthChallenge",
			c.respond(out.with(obj{"ChallengeName": "SMS_MFA"}), good))
		time.Sleep(3 * time.Minute)
		c.refused("NotAuthorizedException", "expired", "RespondToAuthChallenge", c.respond(out, good))
	})
}

func TestChoiceBasedSignIn(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	out := c.must("InitiateAuth",
		obj{"AuthFlow": "USER_AUTH", "ClientId": c.client, "AuthParameters": obj{"USERNAME": "demo"}})
	wantEqual(t, "challenge", out["ChallengeName"], "SELECT_CHALLENGE")
	wantEqual(t, "choices", out["AvailableChallenges"], []string{"PASSWORD_SRP", "PASSWORD"})
	done := c.must("RespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "ANSWER": "PASSWORD", "PASSWORD": password}))
	if done.str("AuthenticationResult", "AccessToken") == "" {
		t.Errorf("no tokens: %v", done)
	}
	direct := c.must("InitiateAuth", obj{"AuthFlow": "USER_AUTH", "ClientId": c.client,
		"AuthParameters": obj{"USERNAME": "demo", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": password}})
	if direct.str("AuthenticationResult", "AccessToken") == "" {
		t.Errorf("no tokens: %v", direct)
	}
}

func TestFlowsThatAreNotAllowed(t *testing.T) {
	c := fresh(t, nil, obj{"ExplicitAuthFlows": []string{"ALLOW_USER_SRP_AUTH"}})
	c.addUser("demo")
	c.refused("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client", "InitiateAuth",
		c.login("demo", password))
	c.refused("InvalidParameterException", "Auth flow not enabled", "AdminInitiateAuth",
		obj{"UserPoolId": c.pool, "ClientId": c.client,
			"AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": obj{"USERNAME": "demo", "PASSWORD": password}})
	c.refused("InvalidParameterException", "Custom auth", "InitiateAuth",
		obj{"AuthFlow": "CUSTOM_AUTH", "ClientId": c.client})
	c.refused("InvalidParameterException", "", "InitiateAuth",
		obj{"AuthFlow": "NONSENSE", "ClientId": c.client, "AuthParameters": obj{"USERNAME": "demo"}})
	c.refused("InvalidParameterException", "authFlow", "InitiateAuth",
		obj{"ClientId": c.client, "AuthParameters": obj{"USERNAME": "demo"}})
	c.refused("InvalidParameterException", "USERNAME", "InitiateAuth",
		obj{"AuthFlow": "USER_SRP_AUTH", "ClientId": c.client})
	c.refused("ResourceNotFoundException", "client", "InitiateAuth", obj{"AuthFlow": "USER_SRP_AUTH", "ClientId": "none"})
}

func TestStatesThatForbidSignIn(t *testing.T) {
	c := fresh(t, nil, nil)
	user := obj{"UserPoolId": c.pool, "Username": "demo"}
	c.addUser("demo", attr("email", "d@example.com"), attr("email_verified", "true"))
	c.must("AdminDisableUser", user)
	c.refused("NotAuthorizedException", "User is disabled.", "InitiateAuth", c.login("demo", password))
	c.refused("NotAuthorizedException", "Incorrect", "InitiateAuth", c.login("demo", "wrong"))
	c.must("AdminEnableUser", user)
	c.tokens("demo")
	c.must("AdminResetUserPassword", user)
	c.refused("PasswordResetRequiredException", "", "InitiateAuth", c.login("demo", password))
	c.must("ConfirmForgotPassword",
		obj{"ClientId": c.client, "Username": "demo", "ConfirmationCode": c.lastCode("reset"), "Password": password})
	c.tokens("demo")
}

func TestLockout(t *testing.T) {
	for _, name := range []string{"demo", "nobody"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := fresh(t, nil, obj{"PreventUserExistenceErrors": "ENABLED"})
				c.addUser("demo")
				wrong := c.login(name, "Wrong-Horse-7")
				for range 5 {
					c.refused("NotAuthorizedException", "Incorrect", "InitiateAuth", wrong)
				}
				for wait := time.Second; wait <= 8*time.Second; wait *= 2 {
					c.refused("NotAuthorizedException", "Password attempts exceeded", "InitiateAuth", c.login(name, password))
					time.Sleep(wait - time.Millisecond)
					c.refused("NotAuthorizedException", "Password attempts exceeded", "InitiateAuth", wrong)
					time.Sleep(time.Millisecond)
					c.refused("NotAuthorizedException", "Incorrect", "InitiateAuth", wrong)
				}
				_, e := c.srpSignIn(name, password, "", nil)
				if e == nil || e.message != "Password attempts exceeded" {
					t.Fatalf("SRP while locked: %v", e)
				}
				time.Sleep(16*time.Second + 15*time.Minute) // forgotten
				for range 4 {
					c.refused("NotAuthorizedException", "Incorrect", "InitiateAuth", wrong)
				}
				if name == "demo" {
					c.tokens("demo")
				}
			})
		})
	}
}

func TestDeviceTracking(t *testing.T) {
	c := fresh(t, obj{"DeviceConfiguration": obj{"ChallengeRequiredOnNewDevice": true}}, nil)
	c.must("SetUserPoolMfaConfig", obj{"UserPoolId": c.pool, "MfaConfiguration": "ON", "EmailMfaConfiguration": obj{}})
	c.addUser("demo", attr("email", "demo@example.com"))
	out := c.must("InitiateAuth", c.login("demo", password))
	done := c.must("RespondToAuthChallenge", c.respond(out, obj{"USERNAME": "demo", "EMAIL_OTP_CODE": c.lastCode("mfa")}))
	access := done.str("AuthenticationResult", "AccessToken")
	key, group := done.str("AuthenticationResult", "NewDeviceMetadata", "DeviceKey"),
		done.str("AuthenticationResult", "NewDeviceMetadata", "DeviceGroupKey")
	d := newDevice(group, key, "device-password")
	c.must("ConfirmDevice", obj{"AccessToken": access, "DeviceKey": key, "DeviceName": "laptop",
		"DeviceSecretVerifierConfig": obj{"PasswordVerifier": d.verifier64(), "Salt": d.salt64()}})
	wantEqual(t, "devices", len(c.must("ListDevices", obj{"AccessToken": access})["Devices"].([]any)), 1)

	login := c.login("demo", password)
	login["AuthParameters"].(obj)["DEVICE_KEY"] = key
	first := c.must("InitiateAuth", login)
	wantEqual(t, "challenge", first["ChallengeName"], "DEVICE_SRP_AUTH")
	second := c.must("RespondToAuthChallenge",
		c.respond(first, obj{"USERNAME": "demo", "DEVICE_KEY": key, "SRP_A": d.a()}))
	wantEqual(t, "challenge", second["ChallengeName"], "DEVICE_PASSWORD_VERIFIER")
	third := c.must("RespondToAuthChallenge", c.respond(second, d.proof(t, second, c.env.Now())))
	if third.str("AuthenticationResult", "AccessToken") == "" {
		t.Fatalf("the remembered device was asked for more: %v", third)
	}

	c.must("AdminForgetDevice", obj{"UserPoolId": c.pool, "Username": "demo", "DeviceKey": key})
	c.refused("ResourceNotFoundException", "Device does not exist", "InitiateAuth", login)
	c.refused("NotAuthorizedException", "revoked", "GetUser", obj{"AccessToken": access})
}

func TestAdminFlow(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo")
	out := c.must("AdminInitiateAuth",
		obj{"UserPoolId": c.pool, "ClientId": c.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
			"AuthParameters": obj{"USERNAME": "demo", "PASSWORD": password}})
	if out.str("AuthenticationResult", "IdToken") == "" {
		t.Errorf("no tokens: %v", out)
	}
	c.must("AdminSetUserPassword", obj{"UserPoolId": c.pool, "Username": "demo", "Password": "Other-Horse-8"})
	out = c.must("AdminInitiateAuth", obj{"UserPoolId": c.pool, "ClientId": c.client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
		"AuthParameters": obj{"USERNAME": "demo", "PASSWORD": "Other-Horse-8"}})
	c.must("AdminRespondToAuthChallenge",
		c.respond(out, obj{"USERNAME": "demo", "NEW_PASSWORD": password}).with(obj{"UserPoolId": c.pool}))
	c.tokens("demo")
}

func TestPasswordPolicy(t *testing.T) {
	c := fresh(t, obj{"Policies": obj{"PasswordPolicy": obj{"MinimumLength": 10, "RequireUppercase": true,
		"RequireLowercase": true,
		"RequireNumbers":   true, "RequireSymbols": true, "PasswordHistorySize": 2}}}, nil)
	c.must("AdminCreateUser", obj{"UserPoolId": c.pool, "Username": "demo"})
	set := func(pw string) obj {
		return obj{"UserPoolId": c.pool, "Username": "demo", "Password": pw, "Permanent": true}
	}
	for pw, part := range map[string]string{"Aa1!aaaaa": "long enough", "AAAA1111!!": "lowercase",
		"aaaa1111!!": "uppercase",
		"AAAAaaaa!!": "numeric", "AAAAaaaa11": "symbol"} {
		c.refused("InvalidPasswordException", part, "AdminSetUserPassword", set(pw))
	}
	c.must("AdminSetUserPassword", set("First-Horse-1"))
	c.must("AdminSetUserPassword", set("Second-Horse-2"))
	for _, old := range []string{"First-Horse-1", "Second-Horse-2"} {
		c.refused("PasswordHistoryPolicyViolationException", "", "AdminSetUserPassword", set(old))
	}
	c.must("AdminSetUserPassword", set("Third-Horse-3"))
	c.must("AdminSetUserPassword", set("First-Horse-1"))
}

func TestOutboxNamesNoMoreThanItHolds(t *testing.T) {
	c := fresh(t, nil, nil)
	c.addUser("demo", attr("email", "d@example.com"), attr("email_verified", "true"))
	for range 1005 {
		c.must("ForgotPassword", obj{"ClientId": c.client, "Username": "demo"})
	}
	box := c.svc.Outbox()
	wantEqual(t, "messages", len(box), 1000)
	if slices.ContainsFunc(box, func(m cognitoidp.Message) bool {
		return len(m.Code) != 6 ||
			strings.Trim(m.Code, "0123456789") != ""
	}) {
		t.Error("a code is not six digits")
	}
}
