package fleet

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// stopTarget is EventBridge Scheduler's universal target for ec2:StopInstances.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
const stopTarget = "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"

// arm sets the dead-man's stop of an instance: a one-time schedule named by the instance, so that a new owner
// overwrites what an earlier one left. It fires at the given time whether or not any launcher lives.
func (s *Service) arm(ctx context.Context, instanceID string, at time.Time) error {
	in := s.schedule(instanceID, at)
	_, err := s.Scheduler.CreateSchedule(ctx, in)
	if !isConflict(err) {
		return err
	}
	return s.rearm(ctx, instanceID, at)
}

// rearm moves an armed stop. UpdateSchedule replaces everything, so everything is said again.
func (s *Service) rearm(ctx context.Context, instanceID string, at time.Time) error {
	in := s.schedule(instanceID, at)
	_, err := s.Scheduler.UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{Name: in.Name, GroupName: in.GroupName,
		ScheduleExpression: in.ScheduleExpression, ScheduleExpressionTimezone: in.ScheduleExpressionTimezone,
		FlexibleTimeWindow: in.FlexibleTimeWindow, Target: in.Target, ActionAfterCompletion: in.ActionAfterCompletion})
	if isNotFound(err) { // it fired, or was deleted, meanwhile
		_, err = s.Scheduler.CreateSchedule(ctx, in)
	}
	return err
}

func (s *Service) schedule(instanceID string, at time.Time) *scheduler.CreateScheduleInput {
	input, _ := json.Marshal(map[string]any{"InstanceIds": []string{instanceID}})
	return &scheduler.CreateScheduleInput{
		Name: &instanceID, GroupName: &s.Names.ScheduleGroup,
		ScheduleExpression:         aws.String("at(" + at.UTC().Format("2006-01-02T15:04:05") + ")"),
		ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:         &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion:      types.ActionAfterCompletionDelete,
		Target:                     &types.Target{Arn: aws.String(stopTarget), RoleArn: &s.Names.StopRoleARN, Input: aws.String(string(input))},
	}
}

// disarm deletes an instance's armed stop; one that is not there is fine. Only for an instance that is stopped.
func (s *Service) disarm(ctx context.Context, instanceID string) error {
	_, err := s.Scheduler.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: &instanceID, GroupName: &s.Names.ScheduleGroup})
	if isNotFound(err) {
		return nil
	}
	return err
}
