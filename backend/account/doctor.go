package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/errgroup"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Doctor looks whether all that a user's desktop needs of AWS is there and allowed. The clients sign as the user. It
// changes nothing: it asks for dry runs, and makes calls whose conditions cannot hold.
type Doctor struct {
	STS       doctorSTS
	DynamoDB  doctorDynamoDB
	EC2       doctorEC2
	Kinesis   doctorKinesis
	Route53   doctorRoute53
	Scheduler doctorScheduler
	Quotas    quotasAPI
	Names     backend.Resources
	User      backend.User
	LookupNS  func(context.Context, string) ([]string, error) // name servers by public DNS; nil does not ask
	// Broker asks the account's broker for something. If it is set, the desktop needs nothing else, and
	// nothing else is asked.
	Broker func(context.Context) error
}

// look is one thing to look at. It says what it found, or the error by which it found out.
type look struct {
	name messages.Message
	ask  func(context.Context) (messages.Message, error)
}

// lookTime bounds one look; they go side by side.
const lookTime = 20 * time.Second

// Examine looks at everything and returns a check for each, in the order in which one depends on another.
func (d *Doctor) Examine(ctx context.Context) []backend.Check {
	looks := d.looks()
	out := make([]backend.Check, len(looks))
	var all errgroup.Group
	all.SetLimit(6)
	for i, l := range looks {
		all.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, lookTime)
			defer cancel()
			why, err := l.ask(ctx)
			out[i] = d.verdict(ctx, l.name, why, err)
			return nil
		})
	}
	_ = all.Wait() // no look returns an error
	if d.Broker != nil {
		return out
	}
	return append(out, d.quota(ctx))
}

func (d *Doctor) looks() []look {
	if d.Broker != nil {
		return []look{{messages.New("account.credentials"), d.credentials}, {messages.New("account.clock"), d.clock},
			{messages.New("account.broker"), d.broker}}
	}
	return []look{
		{messages.New("account.credentials"), d.credentials},
		{messages.New("account.clock"), d.clock},
		{messages.New("account.table", d.Names.SessionsTable), func(ctx context.Context) (messages.Message, error) {
			return d.table(ctx, d.Names.SessionsTable, "UserId", d.User.ID)
		}},
		{messages.New("account.table", d.Names.InstancesTable), d.instances},
		{messages.New("account.table", d.Names.LeasesTable), func(ctx context.Context) (messages.Message, error) {
			return d.table(ctx, d.Names.LeasesTable, "LeaseId", "queue#"+d.User.ID)
		}},
		{messages.New("account.table", d.Names.AuditTable), d.history},
		{messages.New("account.keepingPool"), d.keeping},
		{messages.New("account.stream", d.Names.Stream), d.stream},
		{messages.New("account.zone", d.Names.ZoneName), d.zone},
		{messages.New("account.ownName"), d.own},
		{messages.New("account.stopRole"), d.stopRole},
		{
			messages.New("account.launchTemplate", d.Names.LaunchTemplate),
			func(ctx context.Context) (messages.Message, error) { _, why, err := d.template(ctx); return why, err },
		},
		{messages.New("account.launching"), d.launching},
		{messages.New("account.startingStopping"), d.working},
	}
}

func (d *Doctor) broker(ctx context.Context) (messages.Message, error) {
	if err := d.Broker(ctx); err != nil {
		p := backend.ProblemOf(err)
		return messages.Message{}, finding{messages.Verbatim(strings.TrimSpace(p.What.String() + ". " + p.Why.String())),
			p.Next}
	}
	return messages.New("account.accountFunctionAnswersKnows"), nil
}

// finding is an error that is a check's own words and not AWS's.
type finding struct{ why, cure messages.Message }

func (f finding) Error() string { return f.why.String() }

// verdict makes a check of what a look found.
func (d *Doctor) verdict(ctx context.Context, name, why messages.Message, err error) backend.Check {
	if err == nil {
		return backend.Check{Name: name, OK: true, Why: why}
	}
	var f finding
	if errors.As(err, &f) {
		return backend.Check{Name: name, Why: f.why, Cure: f.cure}
	}
	c := backend.Check{Name: name}
	switch k := code(err); {
	case slices.Contains([]string{"ResourceNotFoundException", "NoSuchHostedZone",
		"InvalidLaunchTemplateName.NotFoundException"}, k):
		c.Why, c.Cure = messages.New("account.noThing", k), messages.New("account.compareProfileNamesRegion")
	case isDenied(err):
		return d.refusal(ctx, name, err)
	default:
		p := backend.ProblemOf(problem(messages.New("account.cannotAsk"), err))
		c.Why, c.Cure = p.Why, p.Next
		if isExpired(err) {
			c.Cure = messages.New("account.signInAgainNotHelp")
		}
		if c.Cure.IsZero() {
			c.Cure = messages.New("common.tryAgainElseSend")
		}
	}
	return c
}

// permitted is nil if err shows that the caller may do what it asked for: a dry run that would have gone well, or a
// refusal for a reason that is only looked at after the permission.
func permitted(err error, reasons ...string) error {
	if err == nil || slices.Contains(reasons, code(err)) {
		return nil
	}
	return err
}

func (d *Doctor) credentials(ctx context.Context) (messages.Message, error) {
	out, err := d.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return messages.Message{}, err
	}
	return messages.New("account.youAre", aws.ToString(out.Arn)), nil
}

// clockLimit is how far off the clock may be: AWS refuses signatures that are five minutes off.
const clockLimit = 2 * time.Minute

func (d *Doctor) clock(ctx context.Context) (messages.Message, error) {
	out, err := d.STS.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return messages.Message{}, err
	}
	server, ok := middleware.GetServerTime(out.ResultMetadata)
	if !ok {
		return messages.New("account.awsNotSayTime"), nil
	}
	off := time.Until(server).Round(time.Second)
	if off.Abs() > clockLimit {
		return messages.Message{}, finding{
			messages.New("account.computerClockOffAws", backend.Length(off.Abs())),
			messages.New("account.setBestNetworkAws"),
		}
	}
	return messages.New("account.offAws", off.Abs()), nil
}

// table reads a row, and writes one on a condition that no row fulfils.
func (d *Doctor) table(ctx context.Context, table, key, value string) (messages.Message, error) {
	if _, err := d.DynamoDB.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: row(key, value)}); err != nil {
		return messages.Message{}, err
	}
	return messages.New("account.canReadWritten"), d.neverWrite(ctx, table, row(key, value))
}

func (d *Doctor) instances(ctx context.Context) (messages.Message, error) {
	_, err := d.DynamoDB.Query(
		ctx,
		&dynamodb.QueryInput{TableName: &d.Names.InstancesTable, IndexName: &d.Names.StateIndex, Limit: aws.Int32(1),
			KeyConditionExpression: aws.String("#s = :s"), ExpressionAttributeNames: map[string]string{"#s": "State"},
			ExpressionAttributeValues: map[string]attribute{":s": text("warm")}},
	)
	if err != nil {
		return messages.Message{}, err
	}
	return d.table(ctx, d.Names.InstancesTable, "InstanceId", "i-00000000000000000")
}

func (d *Doctor) history(ctx context.Context) (messages.Message, error) {
	_, err := d.DynamoDB.Query(ctx, &dynamodb.QueryInput{TableName: &d.Names.AuditTable, Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("UserId = :u"),
		ExpressionAttributeValues: map[string]attribute{":u": text(d.User.ID)}})
	return messages.New("account.historyCanRead"), err
}

// keeping checks if this user's desktop may keep the pool. It is no fault if it may not.
func (d *Doctor) keeping(ctx context.Context) (messages.Message, error) {
	err := d.neverWrite(ctx, d.Names.LeasesTable, row("LeaseId", "pool"))
	if isDenied(err) {
		return messages.New("account.groupNotKeepPool"), nil
	}
	return messages.New("account.desktopKeepPool"), err
}

func (d *Doctor) stream(ctx context.Context) (messages.Message, error) {
	out, err := d.Kinesis.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &d.Names.Stream})
	if err != nil {
		return messages.Message{}, err
	}
	s := out.StreamDescriptionSummary
	if s.StreamStatus != "ACTIVE" && s.StreamStatus != "UPDATING" {
		return messages.Message{}, finding{messages.New("account.stream2", s.StreamStatus),
			messages.New("account.waitMinuteStaysAsk")}
	}
	shards, err := d.Kinesis.ListShards(ctx,
		&kinesis.ListShardsInput{StreamName: &d.Names.Stream, MaxResults: aws.Int32(1)})
	if err != nil || len(shards.Shards) == 0 {
		return messages.New("account.noShard"), err
	}
	_, err = d.Kinesis.GetShardIterator(
		ctx,
		&kinesis.GetShardIteratorInput{StreamName: &d.Names.Stream, ShardId: shards.Shards[0].ShardId,
			ShardIteratorType: "LATEST"},
	)
	if err = permitted(err, "ProvisionedThroughputExceededException"); err != nil {
		return messages.Message{}, err
	}
	return messages.New("account.canReadOpenShards", aws.ToInt32(s.OpenShardCount), aws.ToInt32(s.RetentionPeriodHours)),
		nil
}

// zone checks that public DNS delegates the domain to the zone.
func (d *Doctor) zone(ctx context.Context) (messages.Message, error) {
	out, err := d.Route53.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &d.Names.ZoneID})
	if err != nil {
		return messages.Message{}, err
	}
	zone := strings.TrimSuffix(aws.ToString(out.HostedZone.Name), ".")
	if d.Names.ZoneName != zone && !strings.HasSuffix(d.Names.ZoneName, "."+zone) {
		return messages.Message{}, finding{messages.New("account.hostedZoneNot", d.Names.ZoneID, zone, d.Names.ZoneName),
			messages.New("account.correctZoneIdZone")}
	}
	if d.LookupNS == nil || out.DelegationSet == nil {
		return messages.New("account.hostedZone", zone), nil
	}
	servers, err := d.LookupNS(ctx, zone)
	for _, s := range servers {
		if slices.ContainsFunc(
			out.DelegationSet.NameServers,
			func(own string) bool { return strings.EqualFold(strings.TrimSuffix(s, "."), own) },
		) {
			return messages.New("account.hostedZoneDelegated", zone), nil
		}
	}
	cure := messages.New("account.enterTheseNameServers", strings.Join(out.DelegationSet.NameServers, ", "))
	if err != nil {
		return messages.Message{}, finding{messages.New("account.publicDnsNoName", zone), cure}
	}
	return messages.Message{}, finding{messages.New("account.delegatedOtherNameServers", zone,
		strings.Join(servers, ", ")), cure}
}
