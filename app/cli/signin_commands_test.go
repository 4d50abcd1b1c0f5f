package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"

	"avatar-launcher/backend/localcloud"
)

// cmdPool changes the pool: mfa KINDS (totp, sms, email by commas), mfa-optional KINDS, track, track-asking.
func cmdPool(ts *testscript.TestScript, _ bool, args []string) {
	s, ctx := on(ts), context.Background()
	switch args[0] {
	case "mfa", "mfa-optional":
		in := &cognitoidentityprovider.SetUserPoolMfaConfigInput{UserPoolId: &s.out.UserPoolID,
			MfaConfiguration:              types.UserPoolMfaTypeOn,
			SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: strings.Contains(args[1], "totp")}}
		if args[0] == "mfa-optional" {
			in.MfaConfiguration = types.UserPoolMfaTypeOptional
		}
		if strings.Contains(args[1], "sms") {
			in.SmsMfaConfiguration = &types.SmsMfaConfigType{}
		}
		if strings.Contains(args[1], "email") {
			in.EmailMfaConfiguration = &types.EmailMfaConfigType{}
		}
		if in.MfaConfiguration == types.UserPoolMfaTypeOn {
			ts.Check(passwordsOnly(ctx, s.admin, in.UserPoolId))
		}
		_, err := s.admin.SetUserPoolMfaConfig(ctx, in)
		ts.Check(err)
	case "track", "track-asking":
		_, err := s.admin.UpdateUserPool(ctx, &cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: &s.out.UserPoolID,
			AutoVerifiedAttributes: []types.VerifiedAttributeType{types.VerifiedAttributeTypeEmail},
			DeviceConfiguration: &types.DeviceConfigurationType{ChallengeRequiredOnNewDevice: true,
				DeviceOnlyRememberedOnUserPrompt: args[0] == "track-asking"}})
		ts.Check(err)
	case "rotate":
		_, err := s.admin.UpdateUserPoolClient(ctx, &cognitoidentityprovider.UpdateUserPoolClientInput{
			UserPoolId: &s.out.UserPoolID, ClientId: &s.out.ClientID, EnableTokenRevocation: aws.Bool(true),
			ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth},
			RefreshTokenRotation: &types.RefreshTokenRotationType{Feature: types.FeatureTypeEnabled,
				RetryGracePeriodSeconds: aws.Int32(0)}})
		ts.Check(err)
	default:
		ts.Fatalf("unknown: pool %s", args[0])
	}
}

// passwordsOnly takes the other first factors off the pool: Cognito refuses them beside a second factor for everybody.
func passwordsOnly(ctx context.Context, admin *cognitoidentityprovider.Client, pool *string) error {
	was, err := admin.DescribeUserPool(ctx, &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: pool})
	if err != nil {
		return err
	}
	_, err = admin.UpdateUserPool(ctx, &cognitoidentityprovider.UpdateUserPoolInput{UserPoolId: pool,
		AutoVerifiedAttributes: was.UserPool.AutoVerifiedAttributes, DeviceConfiguration: was.UserPool.DeviceConfiguration,
		MfaConfiguration: was.UserPool.MfaConfiguration})
	return err
}

// cmdAccount changes an account: signs-up, created, bare (with a password and nothing else), reset, ended, disabled,
// all with NAME, and a password where needed. Who is new is a member of the group user.
func cmdAccount(ts *testscript.TestScript, _ bool, args []string) {
	s, ctx, name := on(ts), context.Background(), args[1]
	attributes := []types.AttributeType{}
	for k, v := range map[string]string{"email": name + "@example.com", "phone_number": "+15550100"} {
		attributes = append(attributes, types.AttributeType{Name: aws.String(k), Value: aws.String(v)})
	}
	var err error
	switch args[0] {
	case "signs-up":
		_, err = s.admin.SignUp(ctx, &cognitoidentityprovider.SignUpInput{ClientId: &s.out.ClientID, Username: &name,
			Password: &args[2], UserAttributes: attributes})
	case "created":
		for _, k := range []string{"email_verified", "phone_number_verified"} {
			attributes = append(attributes, types.AttributeType{Name: aws.String(k), Value: aws.String("true")})
		}
		_, err = s.admin.AdminCreateUser(ctx,
			&cognitoidentityprovider.AdminCreateUserInput{UserPoolId: &s.out.UserPoolID, Username: &name,
				TemporaryPassword: &args[2], MessageAction: types.MessageActionTypeSuppress, UserAttributes: attributes})
	case "bare":
		_, err = s.admin.AdminCreateUser(ctx,
			&cognitoidentityprovider.AdminCreateUserInput{UserPoolId: &s.out.UserPoolID, Username: &name,
				MessageAction: types.MessageActionTypeSuppress})
		ts.Check(err)
		_, err = s.admin.AdminSetUserPassword(ctx,
			&cognitoidentityprovider.AdminSetUserPasswordInput{UserPoolId: &s.out.UserPoolID, Username: &name,
				Password: &args[2], Permanent: true})
	case "reset":
		_, err = s.admin.AdminResetUserPassword(ctx,
			&cognitoidentityprovider.AdminResetUserPasswordInput{UserPoolId: &s.out.UserPoolID, Username: &name})
	case "ended":
		_, err = s.admin.AdminUserGlobalSignOut(ctx,
			&cognitoidentityprovider.AdminUserGlobalSignOutInput{UserPoolId: &s.out.UserPoolID, Username: &name})
	case "disabled":
		_, err = s.admin.AdminDisableUser(ctx,
			&cognitoidentityprovider.AdminDisableUserInput{UserPoolId: &s.out.UserPoolID, Username: &name})
	default:
		ts.Fatalf("unknown: account %s", args[0])
	}
	ts.Check(err)
	if slices.Contains([]string{"signs-up", "created", "bare"}, args[0]) {
		_, err := s.admin.AdminAddUserToGroup(ctx, &cognitoidentityprovider.AdminAddUserToGroupInput{
			UserPoolId: &s.out.UserPoolID, Username: &name, GroupName: aws.String("user")})
		ts.Check(err)
	}
}

// cmdCloud makes the cloud unreachable for Cognito's calls (away), or reachable again (back).
func cmdCloud(ts *testscript.TestScript, _ bool, args []string) {
	c := on(ts).cloud
	if args[0] == "back" {
		c.RemoveFault("")
		return
	}
	_, err := c.AddFault(localcloud.Fault{Service: "cognito-idp", Kind: localcloud.FaultDropBefore})
	ts.Check(err)
}

// cmdCalls wants an operation to have been called that often.
func cmdCalls(ts *testscript.TestScript, _ bool, args []string) {
	if got := on(ts).cloud.CallCounts()[args[0]]; strconv.FormatInt(got, 10) != args[1] {
		ts.Fatalf("%d calls of %s, want %s", got, args[0], args[1])
	}
}

// launcher is the program with the script's environment.
func launcher(ts *testscript.TestScript, args ...string) *exec.Cmd {
	path, err := exec.LookPath("avatar-launcher")
	ts.Check(err)
	cmd := exec.Command(path, args...)
	for _, name := range []string{"HOME", "PATH", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "DBUS_SESSION_BUS_ADDRESS",
		"AWS_EC2_METADATA_DISABLED"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// cmdConverse runs the sign-in verb, or the verb given, and answers its questions by the lines of a file, each when it
// is asked. A line "@sent NAME" is the newest code sent to somebody, "@app" the code of the authenticator whose secret
// was shown last.
func cmdConverse(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	verb, signsIn := args[1:], strings.HasPrefix(args[1], "--")
	if signsIn {
		verb = append([]string{"sign-in", "--password-stdin"}, verb...)
	}
	cmd := launcher(ts, verb...)
	in, err := cmd.StdinPipe()
	ts.Check(err)
	asked, err := cmd.StderrPipe()
	ts.Check(err)
	cmd.Stdout = ts.Stdout()
	ts.Check(cmd.Start())
	if signsIn && args[len(args)-1] != "--forgot" && !slices.Contains(args, "code") {
		fmt.Fprintln(in, os.Expand(lines[0], ts.Getenv))
		lines = lines[1:]
	}
	text := ""
	questions := bufio.NewReader(asked)
	for {
		r, _, err := questions.ReadRune()
		if err != nil {
			break
		}
		text += string(r)
		if !asksFor.MatchString(text) {
			continue
		}
		if len(lines) == 0 {
			_ = in.Close()
			continue
		}
		fmt.Fprintln(in, on(ts).answer(ts, lines[0], text))
		lines = lines[1:]
	}
	_ = in.Close()
	err = cmd.Wait()
	fmt.Fprint(ts.Stderr(), text)
	ts.Logf("%s", text)
	if (err != nil) != neg || len(lines) > 0 {
		ts.Fatalf("it ended with %v, and %d answers are left", err, len(lines))
	}
}

func (s *stage) answer(ts *testscript.TestScript, line, text string) string {
	if name, ok := strings.CutPrefix(line, "@sent "); ok {
		return s.sent(ts, name)
	}
	if line != "@app" {
		return os.Expand(line, ts.Getenv)
	}
	if found := shownSecret.FindStringSubmatch(text); found != nil {
		ts.Setenv("app_secret", found[1])
	}
	// A code works once, so each is of a step of its own; the cloud takes the one after the present one.
	used, _ := strconv.Atoi(ts.Getenv("app_used"))
	ts.Setenv("app_used", strconv.Itoa(used+1))
	code, err := totp.GenerateCode(ts.Getenv("app_secret"), time.Now().Add(time.Duration(used)*30*time.Second))
	ts.Check(err)
	return code
}

func (s *stage) sent(ts *testscript.TestScript, name string) string {
	req, err := http.NewRequest(http.MethodGet, s.cloud.Endpoint()+"/_admin/outbox", nil)
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+s.out.OperatorSecretAccessKey)
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	var outbox []struct{ Username, Code string }
	ts.Check(json.NewDecoder(res.Body).Decode(&outbox))
	for i := len(outbox) - 1; i >= 0; i-- {
		if outbox[i].Username == name {
			return outbox[i].Code
		}
	}
	ts.Fatalf("no code was sent to %s", name)
	return ""
}

// cmdBrowse signs in by the browser as USER: it goes where the verb sends the browser and fills the form in.
func cmdBrowse(ts *testscript.TestScript, _ bool, args []string) {
	cmd := launcher(ts, "sign-in", "--browser")
	said, err := cmd.StderrPipe()
	ts.Check(err)
	told, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "http") {
	}
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	var answer []byte
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path != "/callback/done" {
			return nil
		}
		// A slow browser: the launcher has nothing left to do but to wait for it.
		line, err := bufio.NewReader(told).ReadBytes('\n')
		answer = line
		return err
	}}
	get := func(res *http.Response, err error) string {
		ts.Check(err)
		defer res.Body.Close()
		data, err := io.ReadAll(res.Body)
		ts.Check(err)
		return string(data)
	}
	address, err := url.Parse(lines.Text())
	ts.Check(err)
	page := get(client.Get(address.String()))
	action, err := address.Parse(html.UnescapeString(formAction.FindStringSubmatch(page)[1]))
	ts.Check(err)
	last := get(client.PostForm(action.String(),
		url.Values{"_csrf": {formToken.FindStringSubmatch(page)[1]},
			"username": {args[0]}, "password": {ts.Getenv("password_" + args[0])}}))
	ts.Check(cmd.Wait())
	_, _ = ts.Stdout().Write(answer)
	if !strings.Contains(last, "You can close this tab") {
		ts.Fatalf("the browser ends at %s", last)
	}
}

// cmdKillWhile runs the launcher until it makes a call, which gets no answer, and kills it there: a crash.
func cmdKillWhile(ts *testscript.TestScript, _ bool, args []string) {
	c := on(ts).cloud
	service, operation, _ := strings.Cut(args[0], ":")
	_, err := c.AddFault(localcloud.Fault{Service: service, Operation: operation, Kind: localcloud.FaultLatency,
		Latency: time.Hour})
	ts.Check(err)
	cmd := launcher(ts, args[1:]...)
	ts.Check(cmd.Start())
	await(ts, c, args[0]+" was never called", func() bool {
		return slices.ContainsFunc(c.Faults(), func(f localcloud.Fault) bool { return f.Hits > 0 })
	})
	before := c.CallCounts()[args[0]]
	ts.Check(cmd.Process.Kill())
	_ = cmd.Wait()
	// The cloud counts the call when it notices that the caller is gone, which may be later than we do.
	await(ts, c, args[0]+" was never given up", func() bool { return c.CallCounts()[args[0]] > before })
	c.RemoveFault("")
}

// await waits for what a launcher, a process of its own, does to the cloud.
func await(ts *testscript.TestScript, c *localcloud.Cloud, never string, holds func() bool) {
	limit := time.After(30 * time.Second)
	for {
		seen := c.Seen()
		if holds() {
			return
		}
		select {
		case <-seen:
		case <-limit:
			ts.Fatalf("%s", never)
		}
	}
}
