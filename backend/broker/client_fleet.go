package broker

import (
	"context"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
)

// Connect returns an address that opens the session's avatar once, within a minute.
func (c *Client) Connect(ctx context.Context, s backend.Session) (string, error) {
	return ask[string](ctx, c, pathConnect, request{Session: &s})
}

// Invite makes a link by which guests open the session's avatar.
func (c *Client) Invite(ctx context.Context, s backend.Session, invite gate.Invite) (*gate.Invitation, string, error) {
	made, err := ask[invited](ctx, c, pathInvite, request{Session: &s, Invite: &invite})
	return made.Invitation, made.Link, err
}

// Invitations returns the session's invitations that are open.
func (c *Client) Invitations(ctx context.Context, s backend.Session) ([]gate.Invitation, error) {
	return ask[[]gate.Invitation](ctx, c, pathInvited, request{Session: &s})
}

// TakeBack ends an invitation, and all of them if id is "".
func (c *Client) TakeBack(ctx context.Context, s backend.Session, id string) error {
	return c.tell(ctx, pathTakeBack, request{Session: &s, Invitation: id})
}

// WhoEnded implements backend.Endings.
func (c *Client) WhoEnded(ctx context.Context, s backend.Session) (*backend.EndedBy, error) {
	return ask[*backend.EndedBy](ctx, c, pathEnding, request{Session: &s})
}

// Sessions implements backend.History.
func (c *Client) Sessions(ctx context.Context, _ backend.User, since time.Time) ([]backend.Record, error) {
	return ask[[]backend.Record](ctx, c, pathSessions, request{Since: &since})
}

// Occupancy implements backend.History.
func (c *Client) Occupancy(ctx context.Context, since time.Time) ([]backend.Occupancy, error) {
	return ask[[]backend.Occupancy](ctx, c, pathOccupancy, request{Since: &since})
}

// Overview implements backend.Operator.
func (c *Client) Overview(ctx context.Context) (*backend.Overview, error) {
	return ask[*backend.Overview](ctx, c, pathOverview, request{})
}

// StopInstance implements backend.Operator.
func (c *Client) StopInstance(ctx context.Context, _ backend.User, instanceID, reason string) error {
	return c.tell(ctx, pathStopOther, request{InstanceID: instanceID, Reason: reason})
}

// Retire implements backend.Operator.
func (c *Client) Retire(ctx context.Context, _ backend.User, instanceID, reason string) error {
	return c.tell(ctx, pathRetire, request{InstanceID: instanceID, Reason: reason})
}

// Resize implements backend.Operator.
func (c *Client) Resize(ctx context.Context, _ backend.User, sizes *backend.PoolSizes, reason string) error {
	return c.tell(ctx, pathResize, request{Sizes: sizes, Reason: reason})
}

// Resume implements backend.Operator.
func (c *Client) Resume(ctx context.Context, _ backend.User, reason string) error {
	return c.tell(ctx, pathResume, request{Reason: reason})
}

// Pause implements backend.Operator.
func (c *Client) Pause(ctx context.Context, _ backend.User, reason string) error {
	return c.tell(ctx, pathPause, request{Reason: reason})
}

// Rollout implements backend.Operator.
func (c *Client) Rollout(ctx context.Context, _ backend.User, version, reason string) error {
	return c.tell(ctx, pathRollout, request{Version: version, Reason: reason})
}

// Drain implements backend.Operator.
func (c *Client) Drain(ctx context.Context, _ backend.User, instanceID, reason string) error {
	return c.tell(ctx, pathDrain, request{InstanceID: instanceID, Reason: reason})
}
