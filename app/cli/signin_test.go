package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/rogpeppe/go-internal/testscript"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// TestMain lets the scripts run the launcher itself, as a process of its own.
func TestMain(m *testing.M) {
	i18n.SetLanguage(messages.Default)
	testscript.Main(m, map[string]func(){"avatar-launcher": func() {
		config.UsePolicy(os.Getenv("SCRIPT_POLICY")) // never that of the computer which runs the tests
		os.Exit(Main(os.DirFS("."), nil))
	}})
}

// TestSignInScripts runs the journeys of testdata/sign-in on a private session bus with an unlocked GNOME Keyring.
func TestSignInScripts(t *testing.T) {
	for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	home := t.TempDir()
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c",
		`printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$0" `+
			`-test.run='^TestSignInScriptsInside$' -test.timeout=40m -test.v="$VERBOSE"`, os.Args[0])
	cmd.Env = append(os.Environ(), "SIGN_IN_SCRIPTS=1", "VERBOSE="+strconv.FormatBool(testing.Verbose()),
		"HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+home, "DISPLAY=", "WAYLAND_DISPLAY=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestSignInScriptsInside is the part that runs on the private bus.
func TestSignInScriptsInside(t *testing.T) {
	if os.Getenv("SIGN_IN_SCRIPTS") == "" {
		return // TestSignInScripts runs it
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/sign-in", Setup: openStage, RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"pool": cmdPool, "account": cmdAccount, "converse": cmdConverse, "browse": cmdBrowse, "calls": cmdCalls,
			"kill-while": cmdKillWhile, "cloud": cmdCloud,
		}})
}

// stage is a script's own cloud.
type stage struct {
	cloud *localcloud.Cloud
	out   localcloud.Outputs
	admin *cognitoidentityprovider.Client
}

func openStage(env *testscript.Env) error {
	cloud, err := localcloud.Open(localcloud.Options{})
	if err != nil {
		return err
	}
	env.Defer(func() {
		logCalls(env.T(), cloud)
		_ = cloud.Close()
	})
	if err := cloud.Listen("", ""); err != nil {
		return err
	}
	s := &stage{cloud: cloud, out: cloud.Outputs()}
	s.admin = cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: s.out.Region,
		BaseEndpoint: aws.String(cloud.Endpoint()),
		Credentials:  credentials.NewStaticCredentialsProvider(s.out.OperatorAccessKeyID, s.out.OperatorSecretAccessKey, "")})
	// Each script has its own entries in the keyring: they are named by the profile.
	name := "script-" + filepath.Base(env.WorkDir)
	f := core.CloudAddress{Endpoint: cloud.Endpoint(), Gateway: cloud.Gateway(), EdgePort: cloud.EdgePort(),
		Outputs: s.out}.File()
	p := f.Profiles["cloud"]
	p.Cognito.SignIn = config.SignInEither
	f = config.File{Profile: name, Profiles: map[string]config.Profile{name: p}}
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
	env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
	env.Setenv("DBUS_SESSION_BUS_ADDRESS", os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("LC_ALL", "C")
	for _, u := range s.out.DemoUsers {
		if strings.HasPrefix(u.Username, "user") {
			continue // one of very many
		}
		env.Setenv("password_"+u.Username, u.Password)
	}
	dir := filepath.Join(env.WorkDir, "config", "avatar-launcher")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	env.Values["stage"] = s
	return config.WriteProfile(filepath.Join(dir, "config.yaml"), f)
}

// logCalls writes the calls to Cognito to the test's log, which shows it for a script that failed: what was refused,
// why, and which call the SDK repeated.
func logCalls(t testscript.T, cloud *localcloud.Cloud) {
	var b strings.Builder
	for _, c := range cloud.Calls() {
		if c.Service == "cognito-idp" && !strings.HasPrefix(c.Operation, "Admin") {
			fmt.Fprintf(&b, "\n%s %s %s: %d %s %s", c.Time.Format("15:04:05.000"), c.Operation, c.Attempt, c.Status, c.ErrorCode,
				c.Message)
		}
	}
	t.Log("the calls to Cognito:" + b.String())
}

func on(ts *testscript.TestScript) *stage { return ts.Value("stage").(*stage) }

// asksFor recognises a question that waits for its answer.
var asksFor = regexp.MustCompile(
	`(?:^|\n)(?:Code|New password|Add the secret|Where the code|Which second|Your |Remember this)[^\n]*: $`)

var shownSecret = regexp.MustCompile(`the secret ([A-Z2-7]{16,})`)

var (
	formAction = regexp.MustCompile(`action="([^"]*)"`)
	formToken  = regexp.MustCompile(`name="_csrf" value="([^"]*)"`)
)
