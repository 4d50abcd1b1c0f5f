package core

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"avatar-launcher/app/clients"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/awsx"
)

// AccountClients makes what setup needs of an account, with clients that wait longer than those of a desktop.
func AccountClients(cfg aws.Config) *account.Account {
	own, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		own = awshttp.NewBuildableClient()
	}
	patient, upload := awsx.ReadRequests(own.WithTimeout(30*time.Second)),
		awsx.ReadRequests(own.WithTimeout(10*time.Minute))
	cfg.HTTPClient = nil
	return &account.Account{
		CloudFormation: clients.CloudFormation(cfg, func(o *cloudformation.Options) { o.HTTPClient = patient }),
		EC2:            clients.EC2(cfg, func(o *ec2.Options) { o.HTTPClient = patient }),
		Route53:        clients.Route53(cfg, func(o *route53.Options) { o.HTTPClient = patient }),
		Quotas:         clients.Quotas(cfg, func(o *servicequotas.Options) { o.HTTPClient = patient }),
		STS:            sts.NewFromConfig(cfg, func(o *sts.Options) { o.HTTPClient = patient }),
		Cognito:        clients.Cognito(cfg, func(o *cognito.Options) { o.HTTPClient = patient }),
		IdentityPool:   clients.IdentityPool(cfg, func(o *cognitoidentity.Options) { o.HTTPClient = patient }),
		DynamoDB:       clients.DynamoDB(cfg, func(o *dynamodb.Options) { o.HTTPClient = patient }),
		Pricing: clients.Pricing(cfg, func(o *pricing.Options) {
			o.HTTPClient, o.Region = patient, account.PricingRegion
		}),
		S3:     clients.Files(cfg, upload),
		Region: cfg.Region,
	}
}
