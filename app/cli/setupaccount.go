package cli

import (
	"context"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"avatar-launcher/app/core"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/messages"
)

// openAccount makes the clients, with the credentials and the region of the AWS configuration.
func openAccount(ctx context.Context, files fs.FS, f *setupFlags) (*account.Account, error) {
	template, err := readTemplate(files)
	if err != nil {
		return nil, err
	}
	var with []func(*awsconfig.LoadOptions) error
	if f.region != "" {
		with = append(with, awsconfig.WithRegion(f.region))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, with...)
	if err != nil {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("common.awsSettingsUnreadable"),
			Why: i18n.Sentence(err.Error()), Next: messages.New("common.mendAwsConfigurationFiles"), Cause: err}
	}
	if cfg.Region == "" {
		return nil, usage(messages.New("commands.setup.noRegion"))
	}
	if err := credentialsOf(ctx, cfg); err != nil {
		return nil, err
	}
	a := core.AccountClients(cfg)
	a.Stack, a.Template, a.Tags = f.stack, template, f.tags
	return a, nil
}

// credentialsOf returns a problem if there are no credentials. It is called first, so that an expired sign-in of IAM
// Identity Center is named, and not an error of a service.
func credentialsOf(ctx context.Context, cfg aws.Config) error {
	if cfg.Credentials == nil {
		cfg.Credentials = aws.AnonymousCredentials{}
	}
	_, err := cfg.Credentials.Retrieve(ctx)
	if err == nil {
		return nil
	}
	return &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.noAwsCredentialsSet"),
		Why:  messages.New("cli.neitherEnvironmentNorAws"),
		Next: messages.New("cli.signInAwsSsoLogin"), Cause: err}
}
