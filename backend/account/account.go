// Package account sets an AWS account up for the launcher and looks whether one is: it deploys the stack of build/aws
// by CloudFormation, makes the first users, takes all of it away again, and asks each service that a desktop uses
// whether it would answer.
package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// cloudFormationAPI is what a deployment needs of *cloudformation.Client.
type cloudFormationAPI interface {
	DescribeStacks(
		context.Context,
		*cloudformation.DescribeStacksInput,
		...func(*cloudformation.Options),
	) (*cloudformation.DescribeStacksOutput, error)
	CreateChangeSet(
		context.Context,
		*cloudformation.CreateChangeSetInput,
		...func(*cloudformation.Options),
	) (*cloudformation.CreateChangeSetOutput, error)
	DescribeChangeSet(
		context.Context,
		*cloudformation.DescribeChangeSetInput,
		...func(*cloudformation.Options),
	) (*cloudformation.DescribeChangeSetOutput, error)
	ExecuteChangeSet(
		context.Context,
		*cloudformation.ExecuteChangeSetInput,
		...func(*cloudformation.Options),
	) (*cloudformation.ExecuteChangeSetOutput, error)
	DeleteChangeSet(
		context.Context,
		*cloudformation.DeleteChangeSetInput,
		...func(*cloudformation.Options),
	) (*cloudformation.DeleteChangeSetOutput, error)
	DescribeStackEvents(
		context.Context,
		*cloudformation.DescribeStackEventsInput,
		...func(*cloudformation.Options),
	) (*cloudformation.DescribeStackEventsOutput, error)
	DescribeStackResources(context.Context, *cloudformation.DescribeStackResourcesInput,
		...func(*cloudformation.Options)) (*cloudformation.DescribeStackResourcesOutput, error)
	DeleteStack(
		context.Context,
		*cloudformation.DeleteStackInput,
		...func(*cloudformation.Options),
	) (*cloudformation.DeleteStackOutput, error)
}

// ec2API is what setting up needs of *ec2.Client.
type ec2API interface {
	DescribeInstanceTypeOfferings(
		context.Context,
		*ec2.DescribeInstanceTypeOfferingsInput,
		...func(*ec2.Options),
	) (*ec2.DescribeInstanceTypeOfferingsOutput, error)
	DescribeInstanceTypes(context.Context, *ec2.DescribeInstanceTypesInput,
		...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error)
	DescribeVpcs(context.Context, *ec2.DescribeVpcsInput, ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error)
	DescribeSubnets(context.Context, *ec2.DescribeSubnetsInput, ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error)
	DescribeImages(context.Context, *ec2.DescribeImagesInput, ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error)
	DescribeSnapshots(context.Context, *ec2.DescribeSnapshotsInput,
		...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error)
	GetEbsDefaultKmsKeyId(context.Context, *ec2.GetEbsDefaultKmsKeyIdInput,
		...func(*ec2.Options)) (*ec2.GetEbsDefaultKmsKeyIdOutput, error)
	DescribeInstances(context.Context, *ec2.DescribeInstancesInput,
		...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	StopInstances(context.Context, *ec2.StopInstancesInput, ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error)
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput,
		...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
}

// route53API is what setting up needs of *route53.Client.
type route53API interface {
	ListHostedZonesByName(
		context.Context,
		*route53.ListHostedZonesByNameInput,
		...func(*route53.Options),
	) (*route53.ListHostedZonesByNameOutput, error)
	ListResourceRecordSets(
		context.Context,
		*route53.ListResourceRecordSetsInput,
		...func(*route53.Options),
	) (*route53.ListResourceRecordSetsOutput, error)
}

// quotasAPI is what setting up needs of *servicequotas.Client.
type quotasAPI interface {
	GetServiceQuota(
		context.Context,
		*servicequotas.GetServiceQuotaInput,
		...func(*servicequotas.Options),
	) (*servicequotas.GetServiceQuotaOutput, error)
}

// stsAPI is what setting up needs of *sts.Client.
type stsAPI interface {
	GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput,
		...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error)
}

// cognitoAPI is what making users needs of *cognitoidentityprovider.Client.
type cognitoAPI interface {
	AdminGetUser(context.Context, *cognito.AdminGetUserInput,
		...func(*cognito.Options)) (*cognito.AdminGetUserOutput, error)
	ListUsers(context.Context, *cognito.ListUsersInput, ...func(*cognito.Options)) (*cognito.ListUsersOutput, error)
	AdminCreateUser(context.Context, *cognito.AdminCreateUserInput,
		...func(*cognito.Options)) (*cognito.AdminCreateUserOutput, error)
	AdminAddUserToGroup(
		context.Context,
		*cognito.AdminAddUserToGroupInput,
		...func(*cognito.Options),
	) (*cognito.AdminAddUserToGroupOutput, error)
	ListUserPools(context.Context, *cognito.ListUserPoolsInput,
		...func(*cognito.Options)) (*cognito.ListUserPoolsOutput, error)
	DeleteUserPool(context.Context, *cognito.DeleteUserPoolInput,
		...func(*cognito.Options)) (*cognito.DeleteUserPoolOutput, error)
}

// rolesAPI is what ending sign-ins needs of *cognitoidentity.Client.
type rolesAPI interface {
	SetIdentityPoolRoles(context.Context, *cognitoidentity.SetIdentityPoolRolesInput,
		...func(*cognitoidentity.Options)) (*cognitoidentity.SetIdentityPoolRolesOutput, error)
}

// pricingAPI is what reading prices needs of *pricing.Client.
type pricingAPI interface {
	GetProducts(context.Context, *pricing.GetProductsInput, ...func(*pricing.Options)) (*pricing.GetProductsOutput, error)
}

// dynamoAPI is what closing the pool and keeping the audit need of *dynamodb.Client.
type dynamoAPI interface {
	DescribeTable(context.Context, *dynamodb.DescribeTableInput,
		...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput,
		...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Account is an AWS account that the launcher is to run on. The clients sign as its administrator.
type Account struct {
	CloudFormation cloudFormationAPI
	EC2            ec2API
	Route53        route53API
	Quotas         quotasAPI
	STS            stsAPI
	Cognito        cognitoAPI
	IdentityPool   rolesAPI
	DynamoDB       dynamoAPI
	Pricing        pricingAPI // in PricingRegion
	S3             filesAPI
	Region         string
	Stack          string   // the stack's name
	Template       Template // of build/aws
	Tags           Tags     // of everything that the stack makes, beside those that it has

	prefix string   // of the stack's names, see Named
	bucket string   // of the stack's files; "" before FindBucket or MakeBucket found it
	used   []string // names of the files that this deployment needs
}

// poolTag is the filter of the instances that the launcher made.
const poolTag = "tag:pool"
