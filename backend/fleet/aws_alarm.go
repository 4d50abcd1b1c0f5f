package fleet

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// schedulerAPI is what the control plane needs of *scheduler.Client.
type schedulerAPI interface {
	CreateSchedule(context.Context, *scheduler.CreateScheduleInput,
		...func(*scheduler.Options)) (*scheduler.CreateScheduleOutput, error)
	UpdateSchedule(context.Context, *scheduler.UpdateScheduleInput,
		...func(*scheduler.Options)) (*scheduler.UpdateScheduleOutput, error)
	GetSchedule(context.Context, *scheduler.GetScheduleInput,
		...func(*scheduler.Options)) (*scheduler.GetScheduleOutput, error)
	ListSchedules(context.Context, *scheduler.ListSchedulesInput,
		...func(*scheduler.Options)) (*scheduler.ListSchedulesOutput, error)
	DeleteSchedule(context.Context, *scheduler.DeleteScheduleInput,
		...func(*scheduler.Options)) (*scheduler.DeleteScheduleOutput, error)
}

// stopTarget is EventBridge Scheduler's universal target for ec2:StopInstances.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
const stopTarget = "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"

// A stop that fails is retried for ten minutes. The default of a day would let it hit a later session of the instance.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
const (
	stopMaxAge  = 600 // seconds
	stopRetries = 20
)

// atForm is the time in a one-time schedule's expression, at(…), in the schedule's time zone: UTC.
const atForm = "2006-01-02T15:04:05"

// schedulerAlarm implements alarm by one-time schedules.
type schedulerAlarm struct {
	api           schedulerAPI
	group         string
	roleARN       string // may stop instances
	deadLetterARN string // of the queue that takes stops that failed; empty for none
}

var _ alarm = schedulerAlarm{}

func (a schedulerAlarm) create(ctx context.Context, instanceID string, at time.Time) error {
	_, err := a.api.CreateSchedule(ctx, a.schedule(instanceID, at))
	return err
}

// move replaces the schedule: UpdateSchedule sets everything, so everything is said again.
func (a schedulerAlarm) move(ctx context.Context, instanceID string, at time.Time) error {
	in := a.schedule(instanceID, at)
	_, err := a.api.UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{Name: in.Name, GroupName: in.GroupName,
		ScheduleExpression: in.ScheduleExpression, ScheduleExpressionTimezone: in.ScheduleExpressionTimezone,
		FlexibleTimeWindow: in.FlexibleTimeWindow, Target: in.Target, ActionAfterCompletion: in.ActionAfterCompletion})
	return err
}

func (a schedulerAlarm) at(ctx context.Context, instanceID string) (time.Time, error) {
	out, err := a.api.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: &instanceID, GroupName: &a.group})
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse("at("+atForm+")", aws.ToString(out.ScheduleExpression))
}

func (a schedulerAlarm) remove(ctx context.Context, instanceID string) error {
	_, err := a.api.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: &instanceID, GroupName: &a.group})
	return err
}

func (a schedulerAlarm) list(ctx context.Context) ([]string, error) {
	var ids []string
	pages := scheduler.NewListSchedulesPaginator(a.api,
		&scheduler.ListSchedulesInput{GroupName: &a.group, MaxResults: aws.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, one := range page.Schedules {
			ids = append(ids, aws.ToString(one.Name))
		}
	}
	return ids, nil
}

func (a schedulerAlarm) schedule(instanceID string, at time.Time) *scheduler.CreateScheduleInput {
	input, _ := json.Marshal(map[string]any{"InstanceIds": []string{instanceID}})
	target := &types.Target{
		Arn:     aws.String(stopTarget),
		RoleArn: &a.roleARN,
		Input:   aws.String(string(input)),
		RetryPolicy: &types.RetryPolicy{
			MaximumEventAgeInSeconds: aws.Int32(stopMaxAge),
			MaximumRetryAttempts:     aws.Int32(stopRetries),
		},
	}
	if a.deadLetterARN != "" {
		target.DeadLetterConfig = &types.DeadLetterConfig{Arn: &a.deadLetterARN}
	}
	return &scheduler.CreateScheduleInput{
		Name:                       &instanceID,
		GroupName:                  &a.group,
		ScheduleExpression:         aws.String("at(" + at.UTC().Format(atForm) + ")"),
		ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:         &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion:      types.ActionAfterCompletionDelete,
		Target:                     target,
	}
}
