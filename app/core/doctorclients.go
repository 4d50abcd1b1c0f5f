package core

import (
	"context"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"avatar-launcher/app/clients"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/config"
)

// doctor has clients of its own: it gives up sooner than the rooms do.
func doctor(cfg aws.Config, watched aws.HTTPClient, p config.Profile) *account.Doctor {
	cfg.HTTPClient, cfg.RetryMaxAttempts = nil, 2
	d := &account.Doctor{
		STS:       sts.NewFromConfig(cfg, func(o *sts.Options) { o.HTTPClient = watched }),
		DynamoDB:  clients.DynamoDB(cfg, func(o *dynamodb.Options) { o.HTTPClient = watched }),
		EC2:       clients.EC2(cfg, func(o *ec2.Options) { o.HTTPClient = watched }),
		Kinesis:   clients.Kinesis(cfg, func(o *kinesis.Options) { o.HTTPClient = watched }),
		Route53:   clients.Route53(cfg, func(o *route53.Options) { o.HTTPClient = watched }),
		Scheduler: clients.Scheduler(cfg, func(o *scheduler.Options) { o.HTTPClient = watched }),
		Quotas:    clients.Quotas(cfg, func(o *servicequotas.Options) { o.HTTPClient = watched }),
		Names:     p.Resources(),
	}
	if p.Endpoint == "" { // the zone of an AWS-compatible cloud is in no public DNS
		d.LookupNS = func(ctx context.Context, zone string) ([]string, error) {
			found, err := net.DefaultResolver.LookupNS(ctx, zone)
			var names []string
			for _, ns := range found {
				names = append(names, ns.Host)
			}
			return names, err
		}
	}
	return d
}
