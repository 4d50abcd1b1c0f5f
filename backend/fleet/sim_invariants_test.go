package fleet_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"

	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
)

// truth is the world as it is, read by the operator, who has no network trouble.
type truth struct {
	machines []ec2types.Instance // not terminated
	rows     map[string]truthRow
	sessions []truthRow
	leases   []truthRow
	names    map[string]string
}

// truthRow is any row: what the invariants speak of.
type truthRow struct {
	UserID      string `dynamodbav:"UserId"`
	InstanceID  string `dynamodbav:"InstanceId"`
	LeaseID     string `dynamodbav:"LeaseId"`
	LaunchToken string
	State       backend.PoolState
	Owner       string
	Phase       string
	Epoch       int64
	Domain      string
	PublicIP    string `dynamodbav:"PublicIp"`
	ExpireAt    time.Time
	HotUntil    int64

	InstanceType string
}

func (w *world) truth(ctx context.Context) (truth, error) {
	v := truth{rows: map[string]truthRow{}, names: map[string]string{}}
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}}}})
	if err != nil {
		return v, err
	}
	for _, r := range out.Reservations {
		v.machines = append(v.machines, r.Instances...)
	}
	rows, err := w.scan(ctx, w.out.InstancesTable)
	if err != nil {
		return v, err
	}
	for _, r := range rows {
		v.rows[r.InstanceID] = r
	}
	sessions, err := w.scan(ctx, w.out.SessionsTable)
	if err != nil {
		return v, err
	}
	v.sessions = slices.DeleteFunc(sessions, func(r truthRow) bool { return r.Phase == "ended" })
	if v.leases, err = w.scan(ctx, w.out.LeasesTable); err != nil {
		return v, err
	}
	records, err := route53.NewFromConfig(w.cfg).ListResourceRecordSets(ctx,
		&route53.ListResourceRecordSetsInput{HostedZoneId: &w.out.ZoneID})
	if err != nil {
		return v, err
	}
	for _, r := range records.ResourceRecordSets {
		if r.Type == "A" {
			v.names[strings.TrimSuffix(*r.Name, ".")] = *r.ResourceRecords[0].Value
		}
	}
	return v, nil
}

func (w *world) scan(ctx context.Context, table string) ([]truthRow, error) {
	out, err := dynamodb.NewFromConfig(w.cfg).Scan(ctx, &dynamodb.ScanInput{
		TableName:      &table,
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	var rows []truthRow
	return rows, attributevalue.UnmarshalListOfMaps(out.Items, &rows)
}

// The margins of the second invariant. A stop that is asked for while an instance boots takes until it has booted.
const (
	stopMargin = 60*time.Second + 30*time.Second
	// unownedMargin is how much longer than a session's window an instance may run that no session holds: its own timer
	// is the last to end it, and that is set for the end of the last session, or of the warm-up.
	unownedMargin = 3 * time.Minute
	// hotMargin is how much longer than its limit a hot instance may run if every keeper is dead: its own timer is the
	// last to end it.
	hotMargin = 2*time.Minute + 60*time.Second + 30*time.Second
	// keptMargin is the same while some desktop keeps the pool undisturbed.
	keptMargin = 4 * time.Minute
)

// broken lists every invariant that does not hold. It is asked after each step; since is kept from one to the next.
func (v truth) broken(now time.Time, told fleet.Figures, unowned map[string]time.Time, keptSince time.Time,
	parking string) []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if len(v.machines) > told.MaxInstances {
		fault("3: %d instances, at most %d allowed", len(v.machines), told.MaxInstances)
	}
	holder, byUser := map[string]truthRow{}, map[string]truthRow{}
	for _, s := range v.sessions {
		if s.InstanceID == "" {
			continue
		}
		row := v.rows[s.InstanceID]
		if row.State != backend.Claimed || row.Owner != s.UserID || row.Epoch != s.Epoch {
			continue // its ending is under way
		}
		if other, twice := holder[s.InstanceID]; twice {
			fault("1: %s is held by %s and %s", s.InstanceID, other.UserID, s.UserID)
		}
		holder[s.InstanceID] = s
		byUser[s.UserID] = s
	}
	owned := map[string]string{}
	for id, row := range v.rows {
		if row.State == backend.Claimed {
			if owned[row.Owner] != "" {
				fault("1: %s has %s and %s", row.Owner, owned[row.Owner], id)
			}
			owned[row.Owner] = id
		}
	}
	running := map[string]bool{}
	addresses := map[string]string{}
	for _, m := range v.machines {
		id := *m.InstanceId
		if m.State.Name != "running" && m.State.Name != "pending" {
			continue
		}
		running[id] = true
		addresses[aws.ToString(m.PublicIpAddress)] = id
		s, held := holder[id]
		switch {
		case held && now.After(s.ExpireAt.Add(stopMargin)):
			fault("2: %s runs %v past the end of its session", id, now.Sub(s.ExpireAt))
		case held:
			delete(unowned, id)
		case v.rows[id].HotUntil != 0:
			delete(unowned, id)
			late := now.Sub(time.Unix(v.rows[id].HotUntil, 0))
			if late > hotMargin || !keptSince.IsZero() && min(late, now.Sub(keptSince)) > 90*time.Second {
				fault("2: %s runs %v past the limit of the hot tier", id, late)
			}
		case v.rows[id].State == backend.Warming:
			delete(unowned, id)
		default:
			if unowned[id].IsZero() {
				unowned[id] = now
			}
			since := unowned[id]
			if now.Sub(since) > told.Window+unownedMargin {
				fault("2: %s runs for nobody for %v (%s)", id, now.Sub(since), v.rows[id].State)
			}
			if from := since; !keptSince.IsZero() {
				if keptSince.After(from) {
					from = keptSince
				}
				if now.Sub(from) > keptMargin {
					fault("2: %s runs for nobody for %v (%s) though the pool is kept", id, now.Sub(from), v.rows[id].State)
				}
			}
		}
	}
	for id := range unowned {
		if !running[id] {
			delete(unowned, id)
		}
	}
	for name, address := range v.names {
		id, is := addresses[address]
		if !is || address == parking {
			continue
		}
		if s, held := holder[id]; held && s.Domain != name {
			fault("4: %s points at %s, which is %s's", name, id, s.Domain)
		}
	}
	return out
}

// settled lists what is left over once everything has been quiet for long enough.
func (v truth) settled(size, hot int, parking string) []string {
	var out []string
	stopped, running := 0, 0
	for _, m := range v.machines {
		if m.State.Name == "stopped" {
			stopped++
		} else if m.State.Name == "running" && v.rows[*m.InstanceId].HotUntil != 0 {
			running++
		} else {
			out = append(out, fmt.Sprintf("%s is %s (%s)", *m.InstanceId, m.State.Name, v.rows[*m.InstanceId].State))
		}
	}
	for _, m := range v.machines {
		if row := v.rows[*m.InstanceId]; row.InstanceType != string(m.InstanceType) {
			out = append(out, fmt.Sprintf("%s is %s, and its row says %s", *m.InstanceId, m.InstanceType, row.InstanceType))
		}
	}
	if stopped != size || running != hot {
		out = append(out, fmt.Sprintf("%d instances are warm and %d hot, want %d and %d", stopped, running, size, hot))
	}
	for id, row := range v.rows {
		if row.State != backend.Warm {
			out = append(out, fmt.Sprintf("row %s is %s", id, row.State))
		}
	}
	if len(v.rows) != size+hot {
		out = append(out, fmt.Sprintf("%d rows, want %d", len(v.rows), size+hot))
	}
	for _, s := range v.sessions {
		out = append(out, fmt.Sprintf("the session of %s is open (%s, %s)", s.UserID, s.Phase, s.InstanceID))
	}
	for _, l := range v.leases {
		if strings.HasPrefix(l.LeaseID, "queue#") {
			out = append(out, "somebody waits: "+l.LeaseID)
		}
	}
	for name, address := range v.names {
		label, _, _ := strings.Cut(name, ".")
		if address != parking && foreign[label] == "" {
			out = append(out, fmt.Sprintf("%s points at %s", name, address))
		}
	}
	return out
}
