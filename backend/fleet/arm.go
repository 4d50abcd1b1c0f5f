package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

// stopTarget is EventBridge Scheduler's universal target for ec2:StopInstances.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
const stopTarget = "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"

// A stop that fails is retried for ten minutes. The default of a day would let it hit a later session of the instance.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
const (
	stopMaxAge  = 600 // seconds
	stopRetries = 20
)

// armTime is when the armed stop of a session fires.
func (s *Service) armTime(row sessionRow) time.Time { return row.ExpireAt.Add(s.current().Grace) }

// rearmForHolder sets an instance's armed stop and tags for the session that holds it now, after an earlier owner moved
// the stop by mistake.
func (s *Service) rearmForHolder(ctx context.Context, instanceID string) error {
	inst, err := s.rowOf(ctx, instanceID)
	if err != nil || inst == nil || inst.State != backend.Claimed {
		return err
	}
	row, err := s.sessionOf(ctx, inst.Owner)
	if err != nil || row == nil || row.InstanceID != instanceID || row.Epoch != inst.Epoch || row.Phase == ended {
		return err
	}
	return errors.Join(s.rearm(ctx, instanceID, s.armTime(*row)), s.tag(ctx, instanceID, ownerTags(*row)))
}

// armedAt reads when an instance's armed stop fires, zero if none is armed.
func (s *Service) armedAt(ctx context.Context, instanceID string) (time.Time, error) {
	out, err := s.Scheduler.GetSchedule(ctx, &scheduler.GetScheduleInput{
		Name:      &instanceID,
		GroupName: &s.Names.ScheduleGroup,
	})
	if isNotFound(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse("at("+atForm+")", aws.ToString(out.ScheduleExpression))
}

// atForm is the time in a one-time schedule's expression, at(…), in the schedule's time zone: UTC.
const atForm = "2006-01-02T15:04:05"

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
	target := &types.Target{
		Arn:     aws.String(stopTarget),
		RoleArn: &s.Names.StopRoleARN,
		Input:   aws.String(string(input)),
		RetryPolicy: &types.RetryPolicy{
			MaximumEventAgeInSeconds: aws.Int32(stopMaxAge),
			MaximumRetryAttempts:     aws.Int32(stopRetries),
		},
	}
	if s.Names.DeadLetterARN != "" {
		target.DeadLetterConfig = &types.DeadLetterConfig{Arn: &s.Names.DeadLetterARN}
	}
	return &scheduler.CreateScheduleInput{
		Name: &instanceID, GroupName: &s.Names.ScheduleGroup,
		ScheduleExpression:         aws.String("at(" + at.UTC().Format(atForm) + ")"),
		ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:         &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion:      types.ActionAfterCompletionDelete,
		Target:                     target,
	}
}

// disarm deletes an instance's armed stop; one that is not there is fine. Only for an instance that is stopped.
func (s *Service) disarm(ctx context.Context, instanceID string) error {
	_, err := s.Scheduler.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{
		Name:      &instanceID,
		GroupName: &s.Names.ScheduleGroup,
	})
	if isNotFound(err) {
		return nil
	}
	return err
}
