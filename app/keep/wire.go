// Package keep runs the pool's keeper without a window or a user: as a function in the account, and as a process on a
// server. It links neither Wails nor a keyring.
package keep

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	awskinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"avatar-launcher/app/clients"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/logs/kinesis"
)

// patientAttempts is how often EC2 and Route 53 are asked: their request limits are shared by the whole account.
const patientAttempts = 8

// failedLines is how many lines of a failed instance's log the keeper stores.
const failedLines = 10

// Fleet makes a control plane for the profile. It signs with the configuration's credentials.
func Fleet(cfg aws.Config, p config.Profile, launcherID string, log *slog.Logger) *fleet.Service {
	clock := &fleet.Clock{}
	if cfg.HTTPClient != nil {
		cfg = cfg.Copy()
		cfg.HTTPClient = clock.Watch(cfg.HTTPClient)
	}
	stream := kinesis.New(kinesis.Options{
		API: clients.Kinesis(cfg, func(*awskinesis.Options) {}), Name: p.Stream, RandomKeys: p.Log.RandomKeys, Log: log,
	})
	o := fleet.Options{
		EC2:       clients.EC2(cfg, func(o *ec2.Options) { o.RetryMaxAttempts = patientAttempts }),
		DynamoDB:  clients.DynamoDB(cfg, func(*dynamodb.Options) {}),
		Route53:   clients.Route53(cfg, func(o *route53.Options) { o.RetryMaxAttempts = patientAttempts }),
		Scheduler: clients.Scheduler(cfg, func(*scheduler.Options) {}),
		Names:     p.Resources(),
		Figures:   figures(p),
		Avatar:    avatar(p),
		Prices: backend.Prices{Currency: p.Prices.Currency, Hourly: p.Prices.Hourly, AddressHourly: p.Prices.AddressHourly,
			DiskMonth: p.Prices.DiskMonth},
		LauncherID: launcherID,
		Clock:      clock,
		Log:        log,
	}
	if p.Log.ReadyPattern != "" {
		ready := regexp.MustCompile(p.Log.ReadyPattern) // config has checked it
		o.ReadyLine = stream.NewReadyProbe(ready).Ready
	}
	if p.Stream != "" {
		o.LastLines = func(ctx context.Context, instanceID string, since time.Time) ([]string, error) {
			return stream.Last(ctx, instanceID, since, failedLines)
		}
	}
	return fleet.New(o)
}

func avatar(p config.Profile) fleet.Avatar {
	return fleet.Avatar{Scheme: p.Avatar.Scheme, Port: p.Avatar.Port, HealthPath: p.Avatar.HealthPath, Gateway: p.Avatar.Gateway}
}

func figures(p config.Profile) fleet.Figures {
	zone, err := time.LoadLocation(p.WarmPool.TimeZone)
	if err != nil {
		zone = time.UTC // config has checked the name: this machine lacks the zone's data
	}
	return fleet.Figures{
		PoolSize: p.WarmPool.Size, MaxInstances: p.WarmPool.MaxInstances, Hours: hours(p.WarmPool.Hours), Location: zone,
		Replace: p.WarmPool.Recycle == config.RecycleReplace,
		Window:  p.Session.Window, Maximum: p.Session.Maximum, Grace: p.Session.Grace,
		TTL: p.Zone.TTL, ReadyTimeout: p.Avatar.ReadyTimeout,
		WarmLimit: p.WarmPool.WarmLimit, MaxFailures: p.WarmPool.MaxFailures,
	}
}

// hours are the pool's sizes by the hour; config has checked the words.
func hours(all []config.PoolHours) []fleet.Hours {
	var out []fleet.Hours
	for _, h := range all {
		from, _ := config.TimeOfDay(h.From)
		to, _ := config.TimeOfDay(h.To)
		f := fleet.Hours{From: from, To: to, Size: h.Size}
		for day, name := range config.Days {
			f.Days[day] = len(h.Days) == 0 || slices.Contains(h.Days, name)
		}
		out = append(out, f)
	}
	return out
}
