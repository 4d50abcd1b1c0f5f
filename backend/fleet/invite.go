package fleet

import (
	"context"
	"slices"

	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"
)

// Invite makes a link by which guests open the session's avatar. It ends with the session at the latest. Other desktops
// of the same user see it in Invitations. Two that invite at the same moment can lose one of the links.
func (s *Service) Invite(ctx context.Context, session backend.Session,
	invite gate.Invite) (*gate.Invitation, string, error) {
	if !s.gated(ctx, session) {
		return nil, "", &backend.Problem{Kind: backend.KindRefused, What: messages.New("fleet.avatarTakesNoInvitations"),
			Why:  messages.New("fleet.nothingStandsFrontEverybody"),
			Next: messages.New("fleet.askOperatorCallSetup")}
	}
	var made gate.Invitation
	var ticket string
	err := s.changeInvitations(ctx, session, func(known gate.Session) ([]gate.Invitation, error) {
		open := known.Open(s.Clock.Now())
		if len(open) >= gate.MaxInvitations {
			return nil, &backend.Problem{Kind: backend.KindRefused, What: messages.New("fleet.fourInvitationsAlready"),
				Next: messages.New("fleet.takeOneBackFirst")}
		}
		var err error
		if made, ticket, err = gate.NewInvitation(known, invite, s.Clock.Now()); err != nil {
			return nil, &backend.Problem{Kind: backend.KindConfig, What: messages.New("fleet.noInvitation"),
				Why:  messages.New("fleet.endBeforeBeginsAdmit"),
				Next: messages.New("fleet.chooseEndLaterNow"), Cause: err}
		}
		return append(open, made), nil
	})
	if err != nil {
		return nil, "", problem(messages.New("fleet.cannotMakeInvitation"), err)
	}
	link, err := gate.Link(s.URL(session), ticket)
	return &made, link, problem(messages.New("fleet.cannotMakeInvitation"), err)
}

// Invitations returns the session's invitations that are open.
func (s *Service) Invitations(ctx context.Context, session backend.Session) ([]gate.Invitation, error) {
	known, err := s.gateSession(ctx, session)
	if err != nil {
		return nil, problem(messages.New("fleet.cannotReadInvitations"), err)
	}
	return known.Open(s.Clock.Now()), nil
}

// TakeBack ends an invitation, and all of them if id is "": its link opens nothing any more, and who came
// by it is thrown out.
func (s *Service) TakeBack(ctx context.Context, session backend.Session, id string) error {
	return problem(messages.New("fleet.cannotTakeInvitationBack"),
		s.changeInvitations(ctx, session, func(known gate.Session) ([]gate.Invitation, error) {
			open := known.Open(s.Clock.Now())
			left := slices.DeleteFunc(slices.Clone(open), func(i gate.Invitation) bool { return id == "" || i.ID() == id })
			if id != "" && len(left) == len(open) {
				return nil, &backend.Problem{Kind: backend.KindRefused, What: messages.New("fleet.noInvitation"),
					Why: messages.New("fleet.endedTakenBackAlready")}
			}
			return left, nil
		}))
}

// changeInvitations writes what change makes of the session's invitations, while the session holds its instance.
func (s *Service) changeInvitations(ctx context.Context, session backend.Session,
	change func(gate.Session) ([]gate.Invitation, error)) error {
	select { // one at a time: each would write over the other's
	case s.connecting <- struct{}{}:
		defer func() { <-s.connecting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	known, err := s.gateSession(ctx, session)
	if err != nil {
		return err
	}
	all, err := change(known)
	if err != nil {
		return err
	}
	text, err := gate.FormatInvitations(all)
	if err != nil {
		return err
	}
	row := rowOf(session)
	return s.whileHeld(ctx, row, false, func(ctx context.Context) error {
		return s.tag(ctx, row.InstanceID, tags(gate.GuestsTag, text))
	})
}

// gateSession reads what the gate knows of the session.
func (s *Service) gateSession(ctx context.Context, session backend.Session) (gate.Session, error) {
	row := rowOf(session)
	known := gate.Session{Instance: row.InstanceID, Epoch: gateEpoch(row), Ends: session.ExpireAt}
	i, err := s.compute.describe(ctx, row.InstanceID)
	if err != nil {
		return known, err
	}
	if i != nil {
		known.Guests = i.guests
	}
	return known, nil
}
