// Package keep runs the pool's keeper without a window or a user: as a function in the account, and as a process on a
// server. It links neither Wails nor a keyring.
package keep

import (
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"

	"avatar-launcher/app/clients"
	"avatar-launcher/app/controlplane"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/logs/kinesis"
)

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
	o := controlplane.Options(cfg, p, stream)
	o.LauncherID, o.Clock, o.Log = launcherID, clock, log
	return fleet.New(o)
}
