package bridge

import (
	"context"
	"strings"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// Fleet is the fleet page's service. The cloud itself decides who is an operator, by the role's rights; asking here
// only spares a refusal.
type Fleet struct{ service }

// FleetResult is the whole fleet, or why it could not be read.
type FleetResult struct {
	Overview *Overview `json:"overview"`
	Problem  *Problem  `json:"problem"`
}

// Outcome says why a change was not made; Problem is nil if it was. (A bare *Problem is an error to Wails, nil or not.)
type Outcome struct {
	Problem *Problem `json:"problem"`
}

// Overview reads the whole fleet.
func (o *Fleet) Overview() FleetResult {
	ctx, done := o.window.Call(askTime)
	defer done()
	if _, p := o.actor(); p != nil {
		return FleetResult{Problem: newProblem(p)}
	}
	overview, err := o.rooms().Operator.Overview(ctx)
	return FleetResult{optional(overview, newOverview), problemOf(err)}
}

// StopInstance ends whatever session an instance has and stops it. Its Problem is nil if that is done.
func (o *Fleet) StopInstance(instanceID, reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		return op.StopInstance(ctx, actor, instanceID, why)
	})
}

// Retire takes an instance out of the pool for good. Its Problem is nil if that is done.
func (o *Fleet) Retire(instanceID, reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		return op.Retire(ctx, actor, instanceID, why)
	})
}

// Resize sets the sizes of the pool's tiers for all desktops; a size below zero gives both back to their profiles. Its
// Problem is nil if that is done.
func (o *Fleet) Resize(size, hot int, reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		if size < 0 {
			return op.Resize(ctx, actor, nil, why)
		}
		return op.Resize(ctx, actor, &backend.PoolSizes{Stopped: size, Hot: &hot}, why)
	})
}

// Resume lets the pool launch instances again after failures held it back. Its Problem is nil if that was done.
func (o *Fleet) Resume(reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		return op.Resume(ctx, actor, why)
	})
}

// Pause stops a rollout where it is. Its Problem is nil if that was done.
func (o *Fleet) Pause(reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		return op.Pause(ctx, actor, why)
	})
}

// Rollout begins the rollout of a launch template version, the latest if it is empty. Its Problem is nil if that was
// done.
func (o *Fleet) Rollout(version, reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		return op.Rollout(ctx, actor, strings.TrimSpace(version), why)
	})
}

// Drain lets nobody have an instance any more. Its Problem is nil if that was done.
func (o *Fleet) Drain(instanceID, reason string) Outcome {
	return o.act(reason, func(ctx context.Context, op backend.Operator, actor backend.User, why string) error {
		return op.Drain(ctx, actor, instanceID, why)
	})
}

func (o *Fleet) act(reason string, do func(context.Context, backend.Operator, backend.User, string) error) Outcome {
	actor, p := o.actor()
	if p != nil {
		return Outcome{newProblem(p)}
	}
	why := strings.TrimSpace(reason)
	if why == "" {
		return Outcome{newProblem(&backend.Problem{Kind: backend.KindConfig, What: messages.New("common.nothingChanged"),
			Why: messages.New("common.noReasonGiven"), Next: messages.New("common.writeWhyGoesAudit")})}
	}
	ctx, done := o.window.Call(askTime)
	defer done()
	if err := do(ctx, o.rooms().Operator, *actor, why); err != nil {
		o.window.Log().Warn("an operator's change was not made", "cause", err)
		return Outcome{problemOf(err)}
	}
	return Outcome{}
}

// actor is the operator who is signed in.
func (o *Fleet) actor() (*backend.User, *backend.Problem) {
	user := o.snapshot().User
	switch {
	case user == nil:
		return nil, signedOutProblem()
	case user.Role != backend.RoleOperator:
		return nil, core.NotOperator(*user)
	}
	return user, nil
}
