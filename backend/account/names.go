package account

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// parkedAddress is where the launcher points the name of a user without an instance; see config.Zone.ParkingAddress.
const parkedAddress = "192.0.2.1"

// named is a record that a user's name would collide with.
type named struct{ label, kind string }

// records lists the address records one label below the domain, those of the launcher's parked names aside. Deeper
// names and names that no user can have, such as those of certificate validation, are not in anybody's way.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
func (a *Account) records(ctx context.Context, zoneID, domain string) ([]named, error) {
	var out []named
	in := &route53.ListResourceRecordSetsInput{HostedZoneId: &zoneID, StartRecordName: aws.String(domain + ".")}
	for {
		page, err := a.Route53.ListResourceRecordSets(ctx, in)
		if err != nil {
			return nil, problem(messages.New("account.cannotReadNamesZone"), err)
		}
		for _, set := range page.ResourceRecordSets {
			label, below := strings.CutSuffix(strings.ToLower(aws.ToString(set.Name)), "."+domain+".")
			if below && backend.IsLabel(label) && isAddress(set.Type) && !isParked(set) {
				out = append(out, named{label, string(set.Type)})
			}
		}
		if !page.IsTruncated {
			return out, nil
		}
		in.StartRecordName, in.StartRecordType, in.StartRecordIdentifier = page.NextRecordName, page.NextRecordType,
			page.NextRecordIdentifier
	}
}

func isAddress(t types.RRType) bool {
	return t == types.RRTypeA || t == types.RRTypeAaaa || t == types.RRTypeCname
}

func isParked(set types.ResourceRecordSet) bool {
	return len(set.ResourceRecords) == 1 && aws.ToString(set.ResourceRecords[0].Value) == parkedAddress
}

// names reports the names below the domain that are not those of the stack's own users.
func (s *preflight) names(ctx context.Context) error {
	zoneID, domain := s.params["HostedZoneId"], s.params["ZoneName"]
	if s.spec.Zone == "" || zoneID == "" {
		return nil // the stack's zone, which was looked at when the stack was made
	}
	all, err := s.a.records(ctx, zoneID, domain)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		users, err := s.a.userNames(ctx)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(n named) bool { return slices.Contains(users, n.label) })
	}
	if len(all) == 0 {
		s.add(messages.New("account.names"), true, messages.New("account.noOtherNameBelow", domain), messages.Message{})
		return nil
	}
	var list []string
	for _, n := range all {
		list = append(list, n.label+" ("+n.kind+")")
	}
	s.add(
		messages.New("account.names"),
		false,
		messages.New("account.otherNamesBelow", domain, strings.Join(list, ", ")),
		messages.New("account.useDomainLauncherOwn", domain),
	)
	return nil
}

// userNames lists the users of the stack's user pool, and the labels that they may have in place of their names. There
// are none if there is no stack yet.
func (a *Account) userNames(ctx context.Context) ([]string, error) {
	s, err := a.describe(ctx, a.Stack)
	if err != nil {
		return nil, problem(messages.New("account.cannotLookStack"), err)
	}
	if s == nil || !a.ours(s) {
		return nil, nil
	}
	pool := ""
	for _, o := range s.Outputs {
		if aws.ToString(o.OutputKey) == "UserPoolId" {
			pool = aws.ToString(o.OutputValue)
		}
	}
	if pool == "" {
		return nil, nil
	}
	var out []string
	in := &cognito.ListUsersInput{UserPoolId: &pool}
	for {
		page, err := a.Cognito.ListUsers(ctx, in)
		if err != nil {
			return nil, problem(messages.New("account.cannotListUsers"), err)
		}
		for _, u := range page.Users {
			name := strings.ToLower(aws.ToString(u.Username))
			out = append(out, name)
			for _, a := range u.Attributes {
				if aws.ToString(a.Name) == "sub" {
					out = append(out, backend.LabelFor(aws.ToString(u.Username), aws.ToString(a.Value)))
				}
			}
		}
		if page.PaginationToken == nil {
			return out, nil
		}
		in.PaginationToken = page.PaginationToken
	}
}

// nameIsFree returns a problem if a new user's name is the name of something else in the zone.
func (a *Account) nameIsFree(ctx context.Context, made *Outputs, u NewUser) error {
	all, err := a.records(ctx, made.ZoneID, made.ZoneName)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(n named) bool { return n.label == u.Name })
	if i < 0 {
		return nil
	}
	return &backend.Problem{Kind: backend.KindConfig, What: messages.New("account.nameTaken", u.Name),
		Why:  messages.New("account.zoneAlreadyRecordType", u.Name, made.ZoneName, all[i].kind),
		Next: messages.New("account.chooseAnotherUserName")}
}
