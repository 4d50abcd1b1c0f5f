package keep

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

const (
	// passEnd is what a pass leaves of the function's time limit to give the lease back and to finish names.
	passEnd = 15 * time.Second
	// watchTime is how long a pass goes on that EC2's event has started. An instance is left alone for the first 30
	// seconds, since its other half may be on the way.
	watchTime = 40 * time.Second
	// EC2Source is the source of EC2's events.
	EC2Source = "aws.ec2"
)

// Event is what starts the function: a schedule's payload, or EC2's event. Only its source matters.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
type Event struct {
	Source string `json:"source"`
}

// Result is what the function answers.
type Result struct {
	Led     bool `json:"led"`   // this run kept the pool; false: another one does
	Quiet   bool `json:"quiet"` // nothing was under way when it ended
	Missing int  `json:"missing"`
}

// Function is the keeper as a Lambda function.
type Function struct {
	Config  aws.Config
	Profile config.Profile
	Stack   string    // the value of the metrics' dimension
	Out     io.Writer // for metrics; CloudWatch Logs reads what the function prints
	Log     *slog.Logger
}

// Handle makes one pass, within ctx's deadline. id tells this run from every other.
func (f *Function) Handle(ctx context.Context, id string, e Event) (Result, error) {
	if at, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, at.Add(-passEnd))
		defer cancel()
	}
	atLeast := time.Duration(0)
	if e.Source == EC2Source {
		atLeast = watchTime
	}
	s := Fleet(f.Config, f.Profile, "keeper-"+id, f.Log)
	defer s.Wait()
	began := time.Now()
	pass, err := s.KeepOnce(ctx, atLeast, func(backend.Pool) {})
	if err != nil {
		f.Log.Error("the pass failed", "cause", err)
		return Result{}, err
	}
	out := Result{Led: pass.Led, Quiet: pass.Quiet, Missing: missing(pass.Pool, f.Profile.WarmPool.MaxInstances)}
	f.Log.Info("the pass ended", "led", out.Led, "quiet", out.Quiet, "missing", out.Missing, "took",
		time.Since(began).String())
	return out, writeMetrics(f.Out, time.Now(), f.Stack, pass, f.Profile.WarmPool.MaxInstances)
}
