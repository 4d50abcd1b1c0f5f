package fleet

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

// route53API is what the control plane needs of *route53.Client.
type route53API interface {
	ListResourceRecordSets(context.Context, *route53.ListResourceRecordSetsInput, ...func(*route53.Options)) (
		*route53.ListResourceRecordSetsOutput, error,
	)
	ChangeResourceRecordSets(context.Context, *route53.ChangeResourceRecordSetsInput, ...func(*route53.Options)) (
		*route53.ChangeResourceRecordSetsOutput, error,
	)
}

// route53DNS implements dns in one hosted zone.
type route53DNS struct {
	api              route53API
	zoneID, zoneName string
}

var _ dns = route53DNS{}

func (d route53DNS) set(ctx context.Context, name, address string, ttl time.Duration) error {
	_, err := d.api.ChangeResourceRecordSets(ctx, &route53.ChangeResourceRecordSetsInput{HostedZoneId: &d.zoneID,
		ChangeBatch: &types.ChangeBatch{Changes: []types.Change{{Action: types.ChangeActionUpsert,
			ResourceRecordSet: &types.ResourceRecordSet{Name: aws.String(name + "."), Type: types.RRTypeA,
				TTL:             aws.Int64(int64(ttl.Seconds())),
				ResourceRecords: []types.ResourceRecord{{Value: &address}}}}}}})
	return err
}

func (d route53DNS) list(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	pages := route53.NewListResourceRecordSetsPaginator(d.api,
		&route53.ListResourceRecordSetsInput{HostedZoneId: &d.zoneID})
	suffix := "." + strings.TrimSuffix(d.zoneName, ".")
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.ResourceRecordSets {
			name := strings.TrimSuffix(aws.ToString(r.Name), ".")
			label, ours := strings.CutSuffix(name, suffix)
			if r.Type != types.RRTypeA || !ours || strings.Contains(label, ".") ||
				strings.HasPrefix(label, `\052`) || len(r.ResourceRecords) != 1 {
				continue
			}
			names[name] = aws.ToString(r.ResourceRecords[0].Value)
		}
	}
	return names, nil
}
