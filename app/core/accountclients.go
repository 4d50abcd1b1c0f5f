package core

import (
	"context"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"avatar-launcher/app/clients"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/awsx"
	"avatar-launcher/backend/config"
)

// doctor returns the checks of the account, with clients of their own: they give up sooner than the rooms' do.
func doctor(cfg aws.Config, p config.Profile) *account.Doctor {
	cfg.RetryMaxAttempts = 2
	d := &account.Doctor{
		STS:       sts.NewFromConfig(cfg),
		DynamoDB:  clients.DynamoDB(cfg),
		EC2:       clients.EC2(cfg),
		Kinesis:   clients.Kinesis(cfg),
		Route53:   clients.Route53(cfg),
		Scheduler: clients.Scheduler(cfg),
		Quotas:    clients.Quotas(cfg),
		Names:     p.Resources(),
	}
	if p.Endpoint == "" { // the zone of an AWS-compatible cloud is in no public DNS
		d.LookupNS = lookupNS
	}
	return d
}

// lookupNS returns the name servers that public DNS has for a zone.
func lookupNS(ctx context.Context, zone string) ([]string, error) {
	found, err := net.DefaultResolver.LookupNS(ctx, zone)
	var names []string
	for _, ns := range found {
		names = append(names, ns.Host)
	}
	return names, err
}

// AccountClients makes what setup needs of an account, with clients that wait longer than those of a desktop.
func AccountClients(cfg aws.Config) *account.Account {
	own, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		own = awshttp.NewBuildableClient()
	}
	cfg.HTTPClient = awsx.ReadRequests(own.WithTimeout(30 * time.Second))
	return &account.Account{
		CloudFormation: clients.CloudFormation(cfg),
		EC2:            clients.EC2(cfg),
		Route53:        clients.Route53(cfg),
		Quotas:         clients.Quotas(cfg),
		STS:            sts.NewFromConfig(cfg),
		Cognito:        clients.Cognito(cfg),
		IdentityPool:   clients.IdentityPool(cfg),
		DynamoDB:       clients.DynamoDB(cfg),
		Pricing:        clients.Pricing(cfg, func(o *pricing.Options) { o.Region = account.PricingRegion }),
		S3:             clients.Files(cfg, awsx.ReadRequests(own.WithTimeout(10*time.Minute))),
		Region:         cfg.Region,
	}
}
