package clients

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// The clients that only setup and the doctor need.

// cloudformationClient is *cloudformation.Client, see above.
type cloudformationClient struct {
	describeStackResources call[cloudformation.DescribeStackResourcesInput, cloudformation.DescribeStackResourcesOutput,
		cloudformation.Options]
	describeStacks call[cloudformation.DescribeStacksInput, cloudformation.DescribeStacksOutput,
		cloudformation.Options]
	createChangeSet call[cloudformation.CreateChangeSetInput, cloudformation.CreateChangeSetOutput,
		cloudformation.Options]
	describeChangeSet call[cloudformation.DescribeChangeSetInput, cloudformation.DescribeChangeSetOutput,
		cloudformation.Options]
	executeChangeSet call[cloudformation.ExecuteChangeSetInput, cloudformation.ExecuteChangeSetOutput,
		cloudformation.Options]
	deleteChangeSet call[cloudformation.DeleteChangeSetInput, cloudformation.DeleteChangeSetOutput,
		cloudformation.Options]
	describeStackEvents call[cloudformation.DescribeStackEventsInput, cloudformation.DescribeStackEventsOutput,
		cloudformation.Options]
	deleteStack call[cloudformation.DeleteStackInput, cloudformation.DeleteStackOutput, cloudformation.Options]
}

// CloudFormation returns a narrow client of the service. with changes its options.
func CloudFormation(cfg aws.Config, with func(*cloudformation.Options)) *cloudformationClient {
	c := cloudformation.NewFromConfig(cfg, with)
	return &cloudformationClient{
		describeStackResources: c.DescribeStackResources,
		describeStacks:         c.DescribeStacks,
		createChangeSet:        c.CreateChangeSet,
		describeChangeSet:      c.DescribeChangeSet,
		executeChangeSet:       c.ExecuteChangeSet,
		deleteChangeSet:        c.DeleteChangeSet,
		describeStackEvents:    c.DescribeStackEvents,
		deleteStack:            c.DeleteStack,
	}
}

func (c *cloudformationClient) DescribeStacks(
	ctx context.Context,
	in *cloudformation.DescribeStacksInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeStacksOutput, error) {
	return c.describeStacks(ctx, in, with...)
}

func (c *cloudformationClient) CreateChangeSet(
	ctx context.Context,
	in *cloudformation.CreateChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.CreateChangeSetOutput, error) {
	return c.createChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DescribeChangeSet(
	ctx context.Context,
	in *cloudformation.DescribeChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeChangeSetOutput, error) {
	return c.describeChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) ExecuteChangeSet(
	ctx context.Context,
	in *cloudformation.ExecuteChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.ExecuteChangeSetOutput, error) {
	return c.executeChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DeleteChangeSet(
	ctx context.Context,
	in *cloudformation.DeleteChangeSetInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DeleteChangeSetOutput, error) {
	return c.deleteChangeSet(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStackEvents(
	ctx context.Context,
	in *cloudformation.DescribeStackEventsInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeStackEventsOutput, error) {
	return c.describeStackEvents(ctx, in, with...)
}

func (c *cloudformationClient) DeleteStack(
	ctx context.Context,
	in *cloudformation.DeleteStackInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DeleteStackOutput, error) {
	return c.deleteStack(ctx, in, with...)
}

// cognitoClient is *cognitoidentityprovider.Client as an administrator uses it, see above.
type cognitoClient struct {
	deleteUserPool      call[cognito.DeleteUserPoolInput, cognito.DeleteUserPoolOutput, cognito.Options]
	listUserPools       call[cognito.ListUserPoolsInput, cognito.ListUserPoolsOutput, cognito.Options]
	adminGetUser        call[cognito.AdminGetUserInput, cognito.AdminGetUserOutput, cognito.Options]
	listUsers           call[cognito.ListUsersInput, cognito.ListUsersOutput, cognito.Options]
	adminCreateUser     call[cognito.AdminCreateUserInput, cognito.AdminCreateUserOutput, cognito.Options]
	adminAddUserToGroup call[cognito.AdminAddUserToGroupInput, cognito.AdminAddUserToGroupOutput, cognito.Options]
}

// Cognito returns a narrow client of the service. with changes its options.
func Cognito(cfg aws.Config, with func(*cognito.Options)) *cognitoClient {
	c := cognito.NewFromConfig(cfg, with)
	return &cognitoClient{
		deleteUserPool:      c.DeleteUserPool,
		listUserPools:       c.ListUserPools,
		adminGetUser:        c.AdminGetUser,
		listUsers:           c.ListUsers,
		adminCreateUser:     c.AdminCreateUser,
		adminAddUserToGroup: c.AdminAddUserToGroup,
	}
}

func (c *cognitoClient) AdminGetUser(
	ctx context.Context,
	in *cognito.AdminGetUserInput,
	with ...func(*cognito.Options),
) (*cognito.AdminGetUserOutput, error) {
	return c.adminGetUser(ctx, in, with...)
}

func (c *cognitoClient) ListUsers(
	ctx context.Context,
	in *cognito.ListUsersInput,
	with ...func(*cognito.Options),
) (*cognito.ListUsersOutput, error) {
	return c.listUsers(ctx, in, with...)
}

func (c *cognitoClient) AdminCreateUser(
	ctx context.Context,
	in *cognito.AdminCreateUserInput,
	with ...func(*cognito.Options),
) (*cognito.AdminCreateUserOutput, error) {
	return c.adminCreateUser(ctx, in, with...)
}

func (c *cognitoClient) AdminAddUserToGroup(
	ctx context.Context,
	in *cognito.AdminAddUserToGroupInput,
	with ...func(*cognito.Options),
) (*cognito.AdminAddUserToGroupOutput, error) {
	return c.adminAddUserToGroup(ctx, in, with...)
}

// quotasClient is *servicequotas.Client, see above.
type quotasClient struct {
	getServiceQuota call[servicequotas.GetServiceQuotaInput, servicequotas.GetServiceQuotaOutput, servicequotas.Options]
}

// Quotas returns a narrow client of the service. with changes its options.
func Quotas(cfg aws.Config, with func(*servicequotas.Options)) *quotasClient {
	c := servicequotas.NewFromConfig(cfg, with)
	return &quotasClient{
		getServiceQuota: c.GetServiceQuota,
	}
}

func (c *quotasClient) GetServiceQuota(
	ctx context.Context,
	in *servicequotas.GetServiceQuotaInput,
	with ...func(*servicequotas.Options),
) (*servicequotas.GetServiceQuotaOutput, error) {
	return c.getServiceQuota(ctx, in, with...)
}

func (c *ec2Client) DescribeSnapshots(
	ctx context.Context,
	in *ec2.DescribeSnapshotsInput,
	with ...func(*ec2.Options),
) (*ec2.DescribeSnapshotsOutput, error) {
	return c.describeSnapshots(ctx, in, with...)
}

func (c *ec2Client) GetEbsDefaultKmsKeyId(
	ctx context.Context,
	in *ec2.GetEbsDefaultKmsKeyIdInput,
	with ...func(*ec2.Options),
) (*ec2.GetEbsDefaultKmsKeyIdOutput, error) {
	return c.getEbsDefaultKmsKeyId(ctx, in, with...)
}

func (c *cognitoClient) ListUserPools(
	ctx context.Context,
	in *cognito.ListUserPoolsInput,
	with ...func(*cognito.Options),
) (*cognito.ListUserPoolsOutput, error) {
	return c.listUserPools(ctx, in, with...)
}

func (c *cognitoClient) DeleteUserPool(
	ctx context.Context,
	in *cognito.DeleteUserPoolInput,
	with ...func(*cognito.Options),
) (*cognito.DeleteUserPoolOutput, error) {
	return c.deleteUserPool(ctx, in, with...)
}

func (c *dynamodbClient) DescribeTable(
	ctx context.Context,
	in *dynamodb.DescribeTableInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.DescribeTableOutput, error) {
	return c.describeTable(ctx, in, with...)
}

func (c *dynamodbClient) DeleteTable(
	ctx context.Context,
	in *dynamodb.DeleteTableInput,
	with ...func(*dynamodb.Options),
) (*dynamodb.DeleteTableOutput, error) {
	return c.deleteTable(ctx, in, with...)
}

func (c *cloudformationClient) DescribeStackResources(
	ctx context.Context,
	in *cloudformation.DescribeStackResourcesInput,
	with ...func(*cloudformation.Options),
) (*cloudformation.DescribeStackResourcesOutput, error) {
	return c.describeStackResources(ctx, in, with...)
}

// IdentityPoolRoles is the one operation of *cognitoidentity.Client that removing a stack needs.
type IdentityPoolRoles struct {
	Set call[cognitoidentity.SetIdentityPoolRolesInput, cognitoidentity.SetIdentityPoolRolesOutput,
		cognitoidentity.Options]
}

// SetIdentityPoolRoles implements the client.
func (c IdentityPoolRoles) SetIdentityPoolRoles(ctx context.Context, in *cognitoidentity.SetIdentityPoolRolesInput,
	with ...func(*cognitoidentity.Options)) (*cognitoidentity.SetIdentityPoolRolesOutput, error) {
	return c.Set(ctx, in, with...)
}

// PricingClient is the one operation of *pricing.Client that setup needs.
type PricingClient struct {
	Get call[pricing.GetProductsInput, pricing.GetProductsOutput, pricing.Options]
}

// GetProducts implements the client.
func (c PricingClient) GetProducts(ctx context.Context, in *pricing.GetProductsInput,
	with ...func(*pricing.Options)) (*pricing.GetProductsOutput, error) {
	return c.Get(ctx, in, with...)
}
