// Command function is the launcher's function in an AWS account: the keeper of the warm pool. build/aws/function/build
// makes its package.
package main

import (
	"context"
	"log/slog"
	"os"
	_ "time/tzdata" // the runtime has no time zones, which a pool's hours name

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"avatar-launcher/app/keep"
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
	p, err := keep.Settings(os.Getenv)
	if err != nil {
		return err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return err
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
