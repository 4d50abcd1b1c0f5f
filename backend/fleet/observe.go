package fleet

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	r53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// observe reads the cloud first and its records afterwards: a record may be newer than what EC2 said, never older.
func (k *keeper) observe(ctx context.Context) (observation, error) {
	s := k.s
	v := observation{figures: s.current(), ready: map[string]bool{}, asking: map[string]bool{}}
	var err error
	if v.instances, err = s.instances(ctx); err != nil {
		return v, err
	}
	if v.rows, err = scan[instanceRow](ctx, s.DynamoDB, s.Names.InstancesTable); err != nil {
		return v, err
	}
	sessions, err := scan[sessionRow](ctx, s.DynamoDB, s.Names.SessionsTable)
	if err != nil {
		return v, err
	}
	for _, r := range sessions {
		if r.Phase == ended {
			v.ended = append(v.ended, r)
		} else {
			v.sessions = append(v.sessions, r)
		}
	}
	c, err := s.coordination(ctx)
	if err != nil {
		return v, err
	}
	v.health = c.health
	v.size = v.figures.sizeAt(s.Clock.Now())
	if c.size != nil {
		v.size = *c.size
	}
	s.setTarget(v.size)
	for _, t := range c.tickets {
		if k.seen.still(t, time.Now()) {
			v.stale = append(v.stale, t)
		} else {
			v.tickets = append(v.tickets, t)
		}
	}
	k.askWarming(ctx, &v)
	if time.Now().Before(k.driftAt) {
		v.current = k.current
		return v, nil
	}
	k.driftAt = time.Now().Add(driftInterval)
	if err := k.observeDrift(ctx, &v); err != nil {
		s.Log.Warn("the schedules, names and the launch template could not all be compared", "cause", err)
	}
	return v, nil
}

// observeDrift reads what rarely changes and costs a call each: schedules, names, the launch template.
func (k *keeper) observeDrift(ctx context.Context, v *observation) error {
	t, unread := k.s.template(ctx)
	if unread == nil {
		k.current = t
	}
	v.current = k.current
	var unnamed, unarmed error
	v.names, unnamed = k.s.names(ctx)
	armed := map[string]time.Time{}
	for _, r := range v.sessions {
		if r.InstanceID == "" || unarmed != nil {
			continue
		}
		armed[r.InstanceID], unarmed = k.s.armedAt(ctx, r.InstanceID)
	}
	if unarmed == nil {
		v.armed = armed
	}
	return errors.Join(unread, unnamed, unarmed)
}

// machines lists the pool's instances, those that were terminated of late included.
func (s *Service) instances(ctx context.Context) ([]instance, error) {
	var machines []instance
	pages := ec2.NewDescribeInstancesPaginator(s.EC2, &ec2.DescribeInstancesInput{
		MaxResults: aws.Int32(1000),
		Filters: []types.Filter{
			{Name: aws.String("tag:pool"), Values: []string{poolTag}},
			{
				Name:   aws.String("instance-state-name"),
				Values: []string{"pending", "running", "stopping", "stopped", "shutting-down", "terminated"},
			}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				machines = append(machines, instance{
					Machine:  machine(i),
					owner:    tagOf(i, "owner"),
					epoch:    tagOf(i, "epoch"),
					expireAt: tagOf(i, "expire-at"),
					token:    aws.ToString(i.ClientToken),
					version:  tagOf(i, "aws:ec2launchtemplate:version"),
				})
			}
		}
	}
	return machines, nil
}

// openSessions lists the sessions that have not ended.
func (s *Service) openSessions(ctx context.Context) ([]sessionRow, error) {
	all, err := scan[sessionRow](ctx, s.DynamoDB, s.Names.SessionsTable)
	return slices.DeleteFunc(all, func(r sessionRow) bool { return r.Phase == ended }), err
}

// template reads what a launch would be made of now.
func (s *Service) template(ctx context.Context) (template, error) {
	out, err := s.EC2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: &s.Names.LaunchTemplate,
		Versions:           []string{"$Latest"},
	})
	if err != nil || len(out.LaunchTemplateVersions) == 0 {
		return template{}, err
	}
	latest := out.LaunchTemplateVersions[0]
	t := template{version: strconv.FormatInt(aws.ToInt64(latest.VersionNumber), 10)}
	if latest.LaunchTemplateData != nil {
		t.image = aws.ToString(latest.LaunchTemplateData.ImageId)
	}
	if !strings.HasPrefix(t.image, "ami-") {
		t.image = "" // an alias such as resolve:ssm:…: what it stands for is not known here
	}
	return t, nil
}

// names returns the addresses of the zone's names; parked stands for the parking address.
func (s *Service) names(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	pages := route53.NewListResourceRecordSetsPaginator(s.Route53, &route53.ListResourceRecordSetsInput{HostedZoneId: &s.Names.ZoneID})
	suffix := "." + strings.TrimSuffix(s.Names.ZoneName, ".")
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.ResourceRecordSets {
			name := strings.TrimSuffix(aws.ToString(r.Name), ".")
			label, ours := strings.CutSuffix(name, suffix)
			if r.Type != r53types.RRTypeA || !ours || strings.Contains(label, ".") ||
				strings.HasPrefix(label, `\052`) || len(r.ResourceRecords) != 1 {
				continue
			}
			if names[name] = aws.ToString(r.ResourceRecords[0].Value); names[name] == s.Names.ParkingAddress {
				names[name] = parked
			}
		}
	}
	return names, nil
}
