package localcloud

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"avatar-launcher/backend/localcloud/ec2"
	"avatar-launcher/backend/localcloud/iam"
	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const outputsKey = "outputs"

// demoNames are the demo users, "operator" the one in the operators' group.
func demoNames() []string {
	names := []string{"demo", "alice", "bob", "carol", "dave"}
	for n := 1; n <= 50; n++ {
		names = append(names, "user"+strconv.Itoa(n))
	}
	return append(names, "operator")
}

// provision makes what an operator's stack would make, at the first opening of a state; later ones only read what
// was made. It goes through the services' own API, so that nothing is there that a user could not have made. A kill
// in the middle leaves the outputs unwritten, and the next opening starts over; what has a name of its own stays.
func (c *Cloud) provision() error {
	if v := c.st.Get(cloudBucket, outputsKey); v != nil {
		if err := json.Unmarshal(v, &c.outputs); err != nil {
			return fmt.Errorf("localcloud: read the outputs of the state: %w", err)
		}
		if c.outputs.Region != c.opts.Region {
			return fmt.Errorf("localcloud: the state is of region %s and cannot be opened as %s", c.outputs.Region,
				c.opts.Region)
		}
		c.outputs.ParkingAddress = c.parkingAddress()
		return nil
	}
	c.outputs = Outputs{
		Region: c.opts.Region, SessionsTable: sessionsTable, InstancesTable: instancesTable, LeasesTable: leasesTable,
		AuditTable: auditTable,
		StateIndex: stateIndex, DayIndex: dayIndex, Stream: streamName, ZoneName: zoneName, SchedulerGroup: groupName,
		StopRoleARN: iam.RoleARN(AccountID, iam.StopRole), LaunchTemplate: templateName,
		SubnetIDs: c.ec2.Load().SubnetIDs(), ParkingAddress: c.parkingAddress(), RedirectURIs: slices.Clone(redirectURIs),
	}
	for _, step := range []func() error{
		c.provisionOperator, c.provisionUserPool, c.provisionUsers, c.provisionIdentityPool, c.provisionTables,
		c.provisionStreamAndZone, c.provisionGroup, c.provisionTemplate,
	} {
		if err := step(); err != nil {
			return fmt.Errorf("localcloud: provision: %w", err)
		}
	}
	value, err := json.Marshal(c.outputs)
	if err != nil {
		return err
	}
	return c.st.Apply(store.Op{Bucket: cloudBucket, Key: outputsKey, Value: value})
}

// root is who provisions: the operator.
func root() wire.Principal {
	return wire.Principal{AccountID: AccountID, ARN: "arn:aws:iam::" + AccountID + ":user/operator", Root: true}
}

func (c *Cloud) provisionOperator() error {
	k, err := c.iam.IssueKey(root())
	c.outputs.OperatorAccessKeyID, c.outputs.OperatorSecretAccessKey = k.AccessKeyID, k.SecretAccessKey
	return err
}

// object is a JSON object of a request.
type object map[string]any

// setUp makes a call to a JSON service and decodes its answer into out, which may be nil. Codes in there say that
// what is to be made is there already.
func (c *Cloud) setUp(service, operation string, in object, out any, there ...string) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := c.call(context.Background(), root(), service, operation, body)
	var e *wire.Error
	if errors.As(err, &e) && slices.Contains(there, e.Code) {
		return nil
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

func (c *Cloud) provisionUserPool() error {
	var pool struct{ UserPool struct{ Id string } }
	err := c.setUp("cognito-idp", "CreateUserPool", object{
		"PoolName": "avatar-launcher", "UsernameConfiguration": object{"CaseSensitive": false},
		"AutoVerifiedAttributes": []string{"email"},
		"Policies": object{"SignInPolicy": object{
			"AllowedFirstAuthFactors": []string{"PASSWORD", "EMAIL_OTP", "WEB_AUTHN"}}},
	}, &pool)
	if err != nil {
		return err
	}
	c.outputs.UserPoolID = pool.UserPool.Id
	err = c.setUp("cognito-idp", "SetUserPoolMfaConfig", object{
		"UserPoolId": pool.UserPool.Id, "MfaConfiguration": "OPTIONAL",
		"SoftwareTokenMfaConfiguration": object{"Enabled": true},
		"WebAuthnConfiguration":         object{"RelyingPartyId": "localhost", "UserVerification": "preferred"},
	}, nil)
	if err != nil {
		return err
	}
	var client struct{ UserPoolClient struct{ ClientId string } }
	err = c.setUp("cognito-idp", "CreateUserPoolClient", object{
		"UserPoolId": pool.UserPool.Id, "ClientName": "avatar-launcher-desktop", "GenerateSecret": false,
		"ExplicitAuthFlows": []string{"ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
		"AllowedOAuthFlows": []string{"code"}, "AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthScopes":         []string{"openid", "email", "profile", "aws.cognito.signin.user.admin"},
		"SupportedIdentityProviders": []string{"COGNITO"}, "CallbackURLs": redirectURIs, "LogoutURLs": redirectURIs,
		"PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": true,
	}, &client)
	c.outputs.ClientID = client.UserPoolClient.ClientId
	return err
}

// GroupRoles returns the ARNs of the roles of the user pool's groups, by the groups' names.
func GroupRoles() map[string]string {
	return map[string]string{"user": iam.RoleARN(AccountID, iam.UserRole),
		"keeper": iam.RoleARN(AccountID, iam.KeeperRole), "operator": iam.RoleARN(AccountID, iam.OperatorRole)}
}

func (c *Cloud) provisionUsers() error {
	pool := c.outputs.UserPoolID
	for name, role := range GroupRoles() {
		err := c.setUp("cognito-idp", "CreateGroup",
			object{"UserPoolId": pool, "GroupName": name, "RoleArn": role}, nil, "GroupExistsException")
		if err != nil {
			return err
		}
	}
	if c.opts.WithoutUsers {
		return nil
	}
	var all errgroup.Group // side by side, because they then share the disk's flushes
	for _, name := range demoNames() {
		u := DemoUser{Username: name, Password: readablePassword()}
		c.outputs.DemoUsers = append(c.outputs.DemoUsers, u)
		all.Go(func() error { return c.provisionUser(u) })
	}
	return all.Wait()
}

func (c *Cloud) provisionUser(u DemoUser) error {
	group := "keeper" // the demo has no other desktop to keep its pool
	if u.Username == "operator" {
		group = u.Username
	}
	user := object{"UserPoolId": c.outputs.UserPoolID, "Username": u.Username}
	create := object{"MessageAction": "SUPPRESS", "UserAttributes": []object{
		{"Name": "email", "Value": u.Username + "@example.com"}, {"Name": "email_verified", "Value": "true"},
	}}
	for _, step := range []struct {
		operation string
		more      object
	}{
		{"AdminCreateUser", create},
		{"AdminSetUserPassword", object{"Password": u.Password, "Permanent": true}},
		{"AdminAddUserToGroup", object{"GroupName": group}},
	} {
		in := object{}
		for _, part := range []object{user, step.more} {
			for k, v := range part {
				in[k] = v
			}
		}
		if err := c.setUp("cognito-idp", step.operation, in, nil); err != nil {
			return err
		}
	}
	return nil
}

// provisionIdentityPool maps the token's sub and username to principal tags, and members of the group operator to
// their own role.
func (c *Cloud) provisionIdentityPool() error {
	provider := "cognito-idp." + c.opts.Region + ".amazonaws.com/" + c.outputs.UserPoolID
	var pool struct{ IdentityPoolId string }
	err := c.setUp("cognito-identity", "CreateIdentityPool", object{
		"IdentityPoolName": "avatar-launcher", "AllowUnauthenticatedIdentities": false,
		"CognitoIdentityProviders": []object{{"ProviderName": provider, "ClientId": c.outputs.ClientID,
			"ServerSideTokenCheck": true}},
	}, &pool)
	if err != nil {
		return err
	}
	c.outputs.IdentityPoolID = pool.IdentityPoolId
	err = c.setUp("cognito-identity", "SetIdentityPoolRoles", object{
		"IdentityPoolId": pool.IdentityPoolId, "Roles": object{"authenticated": iam.RoleARN(AccountID, iam.UserRole)},
		"RoleMappings": object{provider + ":" +
			c.outputs.ClientID: object{"Type": "Token", "AmbiguousRoleResolution": "Deny"}},
	}, nil)
	if err != nil {
		return err
	}
	return c.setUp("cognito-identity", "SetPrincipalTagAttributeMap", object{
		"IdentityPoolId": pool.IdentityPoolId, "IdentityProviderName": provider, "UseDefaults": false,
		"PrincipalTags": object{"sub": "sub", "username": "cognito:username"},
	}, nil)
}

func (c *Cloud) provisionStreamAndZone() error {
	if err := c.kinesis.CreateStream(streamName, 1); err != nil {
		return err
	}
	id, err := c.route53.CreateZone(zoneName)
	c.outputs.ZoneID = id
	return err
}

func (c *Cloud) provisionGroup() error {
	r, err := http.NewRequest(http.MethodPost, inProcessEndpoint+"/schedule-groups/"+groupName, nil)
	if err != nil {
		return err
	}
	_, err = c.ask(root(), "scheduler", "CreateScheduleGroup", r, []byte("{}"))
	var e *wire.Error
	if errors.As(err, &e) && e.Code == "ConflictException" {
		return nil
	}
	return err
}

// provisionTemplate makes the launch template. Its instances carry pool=avatar from their first moment, since that
// tag is what the users' policy asks for.
func (c *Cloud) provisionTemplate() error {
	form := url.Values{
		"Action": {"CreateLaunchTemplate"}, "Version": {"2016-11-15"}, "LaunchTemplateName": {templateName},
		"TagSpecification.1.ResourceType": {"launch-template"},
		"TagSpecification.1.Tag.1.Key":    {"pool"}, "TagSpecification.1.Tag.1.Value": {"avatar"},
		"LaunchTemplateData.ImageId": {ec2.DefaultImage}, "LaunchTemplateData.InstanceType": {"g5.2xlarge"},
		"LaunchTemplateData.InstanceInitiatedShutdownBehavior": {"stop"},
		"LaunchTemplateData.SecurityGroupId.1":                 {ec2.DefaultSecurityGroup},
		"LaunchTemplateData.MetadataOptions.HttpTokens":        {"required"},
	}
	for i, kind := range []string{"instance", "volume"} {
		prefix := "LaunchTemplateData.TagSpecification." + strconv.Itoa(i+1)
		form.Set(prefix+".ResourceType", kind)
		form.Set(prefix+".Tag.1.Key", "pool")
		form.Set(prefix+".Tag.1.Value", "avatar")
	}
	answer, err := c.call(context.Background(), root(), "ec2", "CreateLaunchTemplate", []byte(form.Encode()))
	var e *wire.Error
	if errors.As(err, &e) && strings.HasSuffix(e.Code, "AlreadyExistsException") {
		return nil
	}
	if err != nil {
		return err
	}
	return xml.Unmarshal(answer, &struct{ XMLName xml.Name }{})
}
