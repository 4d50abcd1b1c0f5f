package keep

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// defaultListen is the health endpoint's address unless another is named.
const defaultListen = "127.0.0.1:8086"

// callTime bounds one request to AWS.
const callTime = 30 * time.Second

// Options are the flags of the command keep.
type Options struct {
	Profile string // a name from the configuration file, or a file
	Once    bool
	Listen  string
	Level   slog.Level
}

// Command is the command keep. common returns the profile and the level of the log that the flags of
// every command name.
func Command(common func() (profile string, level slog.Level, err error)) *cobra.Command {
	var o Options
	c := &cobra.Command{
		Use:   "keep",
		Short: i18n.Text("commands.keep.short"),
		Long:  i18n.Text("commands.keep.long"),
		Example: "  avatar-launcher keep --profile avatar-launcher.yaml\n" +
			"  avatar-launcher keep --once              " + i18n.Text("commands.keep.oncePass") + "\n" +
			"  curl http://" + defaultListen + "/healthz",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if o.Profile, o.Level, err = common(); err != nil {
				return err
			}
			return Run(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.Once, "once", false, i18n.Text("commands.keep.once"))
	c.Flags().StringVar(&o.Listen, "listen", defaultListen, i18n.Text("commands.keep.listen"))
	return c
}

// Run runs the keeper until ctx is done, or once.
func Run(ctx context.Context, o Options) error {
	p, _, err := config.Resolve(o.Profile, config.Paths().ConfigFile)
	if err != nil {
		return err
	}
	if p.Cloud == config.CloudEmbedded {
		return &backend.Problem{Kind: backend.KindConfig, What: messages.New("keep.noPoolKeep"),
			Why:  messages.New("keep.profileEmbeddedCloud", p.Name),
			Next: messages.New("keep.nameAccountProfileProfile")}
	}
	cfg, err := load(ctx, p)
	if err != nil {
		return err
	}
	listen := o.Listen
	if o.Once {
		listen = ""
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: o.Level}))
	k := &Process{Config: cfg, Profile: p, LauncherID: launcherID(), Once: o.Once, Listen: listen, Log: log,
		Listening: func(address string) { log.Info("the health endpoint answers", "url", "http://"+address+"/healthz") }}
	if err := k.Run(ctx); err != nil {
		return problem(err)
	}
	return nil
}

// load reads the SDK's configuration and looks whether it gives credentials.
func load(ctx context.Context, p config.Profile) (aws.Config, error) {
	cfg, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(p.Region))
	if err != nil {
		return cfg, &backend.Problem{Kind: backend.KindConfig, What: messages.New("keep.cannotReadMachineAws"),
			Why:  messages.Verbatim(strings.TrimSuffix(err.Error(), ".") + "."),
			Next: messages.New("keep.correctAwsConfigurationFiles"), Cause: err}
	}
	cfg.AppID = "avatar-launcher"
	if p.Endpoint != "" {
		cfg.BaseEndpoint = &p.Endpoint
	}
	if b, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = awsx.ReadRequests(b.WithTimeout(callTime))
	}
	if cfg.Credentials == nil {
		cfg.Credentials = aws.AnonymousCredentials{}
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, &backend.Problem{Kind: backend.KindRefused, What: messages.New("keep.noAwsCredentialsKeep"),
			Why:  messages.New("keep.neitherEnvironmentAwsConfiguration"),
			Next: messages.New("keep.giveMachineRolePolicy"), Cause: err}
	}
	return cfg, nil
}

// problem says why a run failed.
func problem(err error) error {
	p := &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("keep.poolCannotKept"),
		Why:  messages.New("keep.logAboveSaysWhy"),
		Next: messages.New("common.tryAgainMinute"), Cause: err}
	switch {
	case awsx.IsDenied(err):
		p.Kind, p.Why = backend.KindDenied, messages.New("keep.machineAwsCredentialsNot")
		p.Next = messages.New("keep.givePolicyKeeperpolicyStack")
	case awsx.IsExpired(err):
		p.Kind, p.Why, p.Next = backend.KindRefused, messages.New("keep.machineAwsCredentialsArent"),
			messages.New("keep.renew")
	case awsx.IsUnreachable(err):
		p.Kind, p.Why = backend.KindUnreachable, messages.New("keep.awsDoesntAnswer")
	case backend.ProblemOf(err).Kind != backend.KindUnexpected:
		return err
	}
	return p
}

// launcherID tells this process from every other, and says to people where it runs.
func launcherID() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("keeper-%s-%s", cmp.Or(host, "server"), uuid.NewString()[:8])
}
