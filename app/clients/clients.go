package clients

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"avatar-launcher/backend/awsx"
)

// Each client here holds those operations of an SDK's client that the launcher calls, each as a function. An interface
// that held the SDK's client itself would keep every one of its operations in the program, 800 for EC2: Wails looks
// methods up by reflection, so the linker keeps whatever a value in an interface could be asked for. They were half of
// the program. The methods are in operations.go, generated from the table in operations_test.go.

// call is one operation of a client.
type call[In, Out, Options any] func(context.Context, *In, ...func(*Options)) (*Out, error)

// CloudFormation returns a client. The functions of with may change its options, as for all of these.
func CloudFormation(cfg aws.Config, with ...func(*cloudformation.Options)) *cloudformationClient {
	return narrowCloudformation(cloudformation.NewFromConfig(cfg, with...))
}

// Cognito returns a client of user pools.
func Cognito(cfg aws.Config, with ...func(*cognitoidentityprovider.Options)) *cognitoidentityproviderClient {
	return narrowCognitoidentityprovider(cognitoidentityprovider.NewFromConfig(cfg, with...))
}

// IdentityPool returns a client of identity pools.
func IdentityPool(cfg aws.Config, with ...func(*cognitoidentity.Options)) *cognitoidentityClient {
	return narrowCognitoidentity(cognitoidentity.NewFromConfig(cfg, with...))
}

// DynamoDB returns a client.
func DynamoDB(cfg aws.Config, with ...func(*dynamodb.Options)) *dynamodbClient {
	return narrowDynamodb(dynamodb.NewFromConfig(cfg, with...))
}

// EC2 returns a client that signs again if this computer's clock is wrong.
func EC2(cfg aws.Config, with ...func(*ec2.Options)) *ec2Client {
	right := func(o *ec2.Options) { o.Retryer = awsx.CorrectClock(o.Retryer) }
	return narrowEc2(ec2.NewFromConfig(cfg, append([]func(*ec2.Options){right}, with...)...))
}

// Kinesis returns a client.
func Kinesis(cfg aws.Config, with ...func(*kinesis.Options)) *kinesisClient {
	return narrowKinesis(kinesis.NewFromConfig(cfg, with...))
}

// Pricing returns a client of AWS's price list.
func Pricing(cfg aws.Config, with ...func(*pricing.Options)) *pricingClient {
	return narrowPricing(pricing.NewFromConfig(cfg, with...))
}

// Route53 returns a client.
func Route53(cfg aws.Config, with ...func(*route53.Options)) *route53Client {
	return narrowRoute53(route53.NewFromConfig(cfg, with...))
}

// Files returns a client for the stack's bucket over an HTTP client whose calls may take as long as an upload.
func Files(cfg aws.Config, http aws.HTTPClient) *s3Client {
	return narrowS3(s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = http
		o.UsePathStyle = o.BaseEndpoint != nil // what stands in for AWS has no name for each bucket
	}))
}

// Scheduler returns a client.
func Scheduler(cfg aws.Config, with ...func(*scheduler.Options)) *schedulerClient {
	return narrowScheduler(scheduler.NewFromConfig(cfg, with...))
}

// Quotas returns a client of Service Quotas.
func Quotas(cfg aws.Config, with ...func(*servicequotas.Options)) *servicequotasClient {
	return narrowServicequotas(servicequotas.NewFromConfig(cfg, with...))
}
