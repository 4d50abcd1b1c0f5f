package account

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Outputs are the names and IDs that a profile needs. None of them is a secret.
type Outputs struct {
	backend.Resources // the first of InstanceTypes is the launch template's own

	Region, UserPoolID, ClientID, IdentityPoolID, SignInURL string

	OperatingSystem string // linux or windows
	VolumeSize      int    // GB of an instance's disk
	OwnImage        bool   // the stack was given an image, which is expected to bring an avatar
	// how many instances the stack's keeper keeps warm; -1 if a stack of an earlier version doesn't say
	PoolSize       int
	KeeperFunction string // the function that keeps the pool; "" if there is none
	BrokerURL      string // of the function that runs the control plane; "" if desktops do
	AlarmsTo       string // who is told of alarms; "" if nobody
	Provider       string // the company's sign-in; "" if there is none
	Passwords      bool   // users of the pool itself may sign in
}

// Outputs reads what the stack has made.
func (a *Account) Outputs(ctx context.Context) (*Outputs, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil {
		return nil, problem(messages.New("account.cannotReadStackMade"), err)
	}
	if s == nil {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.noStack", a.Stack, a.Region),
			Next: messages.New("account.makeSetupZoneDomain")}
	}
	out := &Outputs{}
	var missing []string
	subnets, kinds := "", ""
	for name, to := range map[string]*string{
		"Region": &out.Region, "UserPoolId": &out.UserPoolID, "ClientId": &out.ClientID,
		"IdentityPoolId": &out.IdentityPoolID,
		"SignInUrl":      &out.SignInURL, "SessionsTable": &out.SessionsTable, "InstancesTable": &out.InstancesTable,
		"StateIndex":  &out.StateIndex,
		"LeasesTable": &out.LeasesTable, "AuditTable": &out.AuditTable, "DayIndex": &out.DayIndex, "Stream": &out.Stream,
		"ZoneId": &out.ZoneID, "ZoneName": &out.ZoneName, "LaunchTemplate": &out.LaunchTemplate, "SubnetIds": &subnets,
		"InstanceTypes": &kinds,
		"ScheduleGroup": &out.ScheduleGroup, "StopRoleArn": &out.StopRoleARN, "DeadLetterArn": &out.DeadLetterARN,
	} {
		if *to = output(s, name); *to == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return out, &backend.Problem{
			Kind: backend.KindConfig,
			What: messages.New("account.stackLacksOutputs"),
			Why:  messages.New("account.empty", strings.Join(missing, ", ")),
			Next: messages.New("account.updateCallSetupAgain"),
		}
	}
	out.PoolTag = cmp.Or(output(s, "PoolTag"), backend.DefaultPoolTag)
	out.SubnetIDs = strings.Split(subnets, ",")
	out.InstanceTypes = strings.FieldsFunc(kinds, func(r rune) bool { return r == ',' })
	out.OwnImage = a.hasOwnImage(s)
	set := Parameters{}
	for _, p := range s.Parameters {
		set[aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
	}
	out.OperatingSystem = a.Template.value(set, "OperatingSystem")
	out.KeeperFunction, out.BrokerURL, out.AlarmsTo = output(s, "KeeperFunction"), output(s, "BrokerUrl"),
		set["BudgetEmail"]
	if out.PoolSize, err = strconv.Atoi(output(s, "PoolSize")); err != nil {
		out.PoolSize = -1
	}
	out.Provider = set["ProviderName"]
	out.Passwords = out.Provider == "" || a.Template.value(set, "LocalPasswords") == "yes"
	out.VolumeSize, _ = strconv.Atoi(a.Template.value(set, "VolumeSize"))
	return out, nil
}

// awsImages begins the parameters of AWS's own images, such as the template's default. They have a driver and no
// avatar.
const awsImages = "/aws/service/"

// hasOwnImage reports whether an operator named an image.
func (a *Account) hasOwnImage(s *types.Stack) bool {
	for _, p := range s.Parameters {
		name, value := aws.ToString(p.ParameterKey), aws.ToString(p.ParameterValue)
		if value != "" && (name == "ImageId" || name == "ImageParameter" && !strings.HasPrefix(value, awsImages)) {
			return true
		}
	}
	return false
}
