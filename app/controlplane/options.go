// Package controlplane makes the control plane that a profile describes. The launcher and the keeper on a server share
// it, so that both keep the pool by the same figures.
package controlplane

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"avatar-launcher/app/clients"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/logs/kinesis"
)

// patientAttempts is how often EC2 and Route 53 are asked: their request limits are per account and shared with
// every other desktop.
const patientAttempts = 8

// failedLines is how many lines of a failed instance's log the pool's keeper stores.
const failedLines = 10

// Options returns the options of the control plane for a profile. The caller adds its launcher ID, its clock and its
// log. stream is the instances' log.
func Options(cfg aws.Config, p config.Profile, stream *kinesis.Stream) fleet.Options {
	return fleet.Options{
		EC2:       clients.EC2(cfg, func(o *ec2.Options) { o.RetryMaxAttempts = patientAttempts }),
		DynamoDB:  clients.DynamoDB(cfg),
		Route53:   clients.Route53(cfg, func(o *route53.Options) { o.RetryMaxAttempts = patientAttempts }),
		Scheduler: clients.Scheduler(cfg),
		Names:     p.Resources(),
		Figures:   Figures(p),
		Avatar:    Avatar(p),
		Prices:    Prices(p),
		ReadyLine: lineOf(p.Log.ReadyPattern, stream),
		WarmLine:  lineOf(p.WarmPool.WarmWhen, stream),
		LastLines: LastLines(p, stream),
	}
}

// Figures returns the pool's sizes and the session's times.
func Figures(p config.Profile) fleet.Figures {
	zone, err := time.LoadLocation(p.WarmPool.TimeZone)
	if err != nil {
		zone = time.UTC // config has checked the name: this computer lacks the zone's data
	}
	var free *int
	if p.WarmPool.Free < config.FreeAll {
		free = &p.WarmPool.Free
	}
	return fleet.Figures{
		Free: free, Hot: p.WarmPool.Hot, HotLimit: p.WarmPool.HotLimit,
		PoolSize: p.WarmPool.Size, MaxInstances: p.WarmPool.MaxInstances, Hours: hours(p.WarmPool.Hours), Location: zone,
		Recycle: backend.Recycle(p.WarmPool.Recycle),
		Window:  p.Session.Window, Maximum: p.Session.Maximum, Grace: p.Session.Grace,
		TTL: p.Zone.TTL, ReadyTimeout: p.Avatar.ReadyTimeout,
		Rehearse:  p.WarmPool.Rehearse,
		WarmLimit: p.WarmPool.WarmLimit, MaxFailures: p.WarmPool.MaxFailures,
	}
}

// hours returns the pool's sizes by the hour; config has checked the words.
func hours(all []config.PoolHours) []fleet.Hours {
	var out []fleet.Hours
	for _, h := range all {
		from, _ := config.TimeOfDay(h.From)
		to, _ := config.TimeOfDay(h.To)
		f := fleet.Hours{From: from, To: to, Size: h.Size, Hot: h.Hot}
		for day, name := range config.Days {
			f.Days[day] = len(h.Days) == 0 || slices.Contains(h.Days, name)
		}
		out = append(out, f)
	}
	return out
}

// Prices returns what instances cost.
func Prices(p config.Profile) backend.Prices {
	if p.Avatar.Address == config.AddressPrivate {
		p.Prices.AddressHourly = 0 // instances have no public address to pay for
	}
	return backend.Prices{Currency: p.Prices.Currency, Hourly: p.Prices.Hourly, AddressHourly: p.Prices.AddressHourly,
		DiskMonth: p.Prices.DiskMonth, TrafficGB: p.Prices.TrafficGB}
}

// Avatar returns how an instance's avatar is reached.
func Avatar(p config.Profile) fleet.Avatar {
	return fleet.Avatar{Scheme: p.Avatar.Scheme, Port: p.Avatar.Port, HealthPath: p.Avatar.HealthPath,
		Private: p.Avatar.Address == config.AddressPrivate,
		Gateway: p.Avatar.Gateway}
}

// Pattern compiles a pattern that config has checked. It returns nil, which matches nothing, for "".
func Pattern(s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	return regexp.MustCompile(s)
}

// lineOf returns what tells the pool's keeper whether an instance has logged a line that matches a pattern; nil if
// there is no pattern.
func lineOf(pattern string, stream *kinesis.Stream) func(context.Context, string, time.Time) (bool, error) {
	line := Pattern(pattern)
	if line == nil {
		return nil
	}
	return stream.NewReadyProbe(line).Ready
}

// LastLines returns what reads the end of a failed instance's log for the pool's keeper; nil if the profile names no
// stream.
func LastLines(p config.Profile, stream *kinesis.Stream) func(context.Context, string, time.Time) ([]string, error) {
	if p.Stream == "" {
		return nil
	}
	return func(ctx context.Context, instanceID string, since time.Time) ([]string, error) {
		return stream.Last(ctx, instanceID, since, failedLines)
	}
}
