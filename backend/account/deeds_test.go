package account

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// deed is one call, by the configuration of the user who does it. It returns AWS's error.
type deed func(context.Context, aws.Config) error

func stopping(id string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		return err
	}
}

func starting(id string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{id}})
		return err
	}
}

func terminating(id string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		return err
	}
}

func launching(in *ec2.RunInstancesInput) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).RunInstances(ctx, in)
		return err
	}
}

// launchingWith is a launch of ann's own that says one thing otherwise than the template.
func launchingWith(c *cloud, what, value string) deed {
	in := launchOf(&c.out.LaunchTemplate, ann.ID)
	switch what {
	case "InstanceType":
		in.InstanceType = ec2types.InstanceType(value)
	case "market":
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: ec2types.MarketType(value)}
	case "tokens":
		in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{HttpTokens: ec2types.HttpTokensState(value)}
	case "disk":
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{
			{DeviceName: aws.String("/dev/sda1"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: aws.Int32(300)}},
		}
	case "image":
		in.ImageId = &value
	case "user data":
		in.UserData = &value
	}
	return launching(in)
}

func rebooting(id string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := ec2.NewFromConfig(cfg).RebootInstances(ctx, &ec2.RebootInstancesInput{InstanceIds: []string{id}})
		return err
	}
}

func tagging(id string, kv ...string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		in := &ec2.CreateTagsInput{Resources: []string{id}}
		for i := 0; i < len(kv); i += 2 {
			in.Tags = append(in.Tags, ec2types.Tag{Key: &kv[i], Value: &kv[i+1]})
		}
		_, err := ec2.NewFromConfig(cfg).CreateTags(ctx, in)
		return err
	}
}

func reading(table, key, value string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: row(key, value)})
		return err
	}
}

func writing(table string, item map[string]attribute) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: item})
		return err
	}
}

func deleting(table, key, value string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).DeleteItem(ctx,
			&dynamodb.DeleteItemInput{TableName: &table, Key: row(key, value)})
		return err
	}
}

func scanning(table string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).Scan(ctx, &dynamodb.ScanInput{TableName: &table})
		return err
	}
}

func batching(table string, item map[string]attribute) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(
			cfg,
		).TransactWriteItems(
			ctx,
			&dynamodb.TransactWriteItemsInput{TransactItems: []dynamotypes.TransactWriteItem{
				{Put: &dynamotypes.Put{TableName: &table, Item: item}}}},
		)
		return err
	}
}

func looking(table, index, key, value string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		in := &dynamodb.QueryInput{
			TableName:                 &table,
			KeyConditionExpression:    aws.String("#k = :v"),
			ExpressionAttributeNames:  map[string]string{"#k": key},
			ExpressionAttributeValues: map[string]attribute{":v": text(value)},
		}
		if index != "" {
			in.IndexName = &index
		}
		_, err := dynamodb.NewFromConfig(cfg).Query(ctx, in)
		return err
	}
}

func pointing(zone, kind string, names ...string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		batch := &route53types.ChangeBatch{}
		for _, name := range names {
			value := "192.0.2.7"
			if kind == "TXT" {
				value = `"x"`
			}
			batch.Changes = append(
				batch.Changes,
				route53types.Change{Action: route53types.ChangeActionUpsert, ResourceRecordSet: &route53types.ResourceRecordSet{
					Name: aws.String(
						name,
					), Type: route53types.RRType(kind), TTL: aws.Int64(10),
					ResourceRecords: []route53types.ResourceRecord{{Value: &value}}}},
			)
		}
		_, err := route53.NewFromConfig(
			cfg,
		).ChangeResourceRecordSets(
			ctx,
			&route53.ChangeResourceRecordSetsInput{HostedZoneId: &zone, ChangeBatch: batch},
		)
		return err
	}
}

func arming(group, name, role string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := scheduler.NewFromConfig(cfg).CreateSchedule(ctx,
			&scheduler.CreateScheduleInput{Name: &name, GroupName: &group,
				ScheduleExpression: aws.String(
					"at(2099-01-01T00:00:00)",
				), FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
				Target: &schedulertypes.Target{
					Arn:     aws.String("arn:aws:scheduler:::aws-sdk:ec2:stopInstances"),
					RoleArn: &role,
					Input:   aws.String(`{"InstanceIds":["` + name + `"]}`),
				}})
		return err
	}
}

func disarming(group, name string) deed {
	return func(ctx context.Context, cfg aws.Config) error {
		_, err := scheduler.NewFromConfig(cfg).DeleteSchedule(ctx,
			&scheduler.DeleteScheduleInput{Name: &name, GroupName: &group})
		return err
	}
}
