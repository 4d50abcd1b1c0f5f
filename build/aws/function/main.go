// Command function is the launcher's function in an AWS account: the keeper of the warm pool, the broker, or the groups of
// a company's people, by the variable AVATAR_FUNCTION. build/aws/function/build makes its package.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"
	_ "time/tzdata" // the runtime has no time zones, which a pool's hours name

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-lambda-go/lambdaurl"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"avatar-launcher/app/groups"
	"avatar-launcher/app/keep"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/config"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(context.Background(), log); err != nil {
		log.Error("the function cannot start", "cause", err)
		os.Exit(1)
	}
}

// run serves invocations. It returns if the function's environment is wrong.
func run(ctx context.Context, log *slog.Logger) error {
	if os.Getenv("AVATAR_FUNCTION") == "groups" {
		return runGroups(ctx)
	}
	p, err := keep.Settings(os.Getenv)
	if err != nil {
		return err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	cfg.HTTPClient = awsx.ReadRequests(cfg.HTTPClient)
	if os.Getenv("AVATAR_FUNCTION") == "broker" {
		lambdaurl.Start(handler(cfg, p, log))
		return nil
	}
	f := &keep.Function{Config: cfg, Profile: p, Stack: os.Getenv("AVATAR_STACK"), Out: os.Stdout, Log: log}
	lambda.StartWithOptions(func(ctx context.Context, e keep.Event) (keep.Result, error) {
		id := "unknown"
		if c, ok := lambdacontext.FromContext(ctx); ok {
			id = c.AwsRequestID
		}
		return f.Handle(ctx, id, e)
	}, lambda.WithContext(ctx))
	return nil
}

// runGroups serves the user pool's trigger.
func runGroups(ctx context.Context) error {
	f, err := groups.FromEnvironment(os.Getenv)
	if err != nil {
		return err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	f.Roles = groups.Roles(cognitoidentityprovider.NewFromConfig(cfg))
	lambda.StartWithOptions(f.Handle, lambda.WithContext(ctx))
	return nil
}

// handler is the broker for the profile's user pool.
func handler(cfg aws.Config, p config.Profile, log *slog.Logger) http.Handler {
	v := &broker.Verifier{
		Issuer:   "https://cognito-idp." + p.Region + ".amazonaws.com/" + p.Cognito.UserPoolID,
		ClientID: p.Cognito.ClientID,
		HTTP:     &http.Client{Timeout: 10 * time.Second},
	}
	fleet := keep.Fleet(cfg, p, "broker", log)
	fleet.StoreGateKeys = true // Lambda runs a process for each request at a time
	return &broker.Handler{Fleet: fleet, Verify: v.User, Logger: log,
		Log: broker.Log{API: kinesis.NewFromConfig(cfg), Stream: p.Stream}}
}
