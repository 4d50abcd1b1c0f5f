package cli

import (
	"context"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/messages"

	"github.com/spf13/cobra"
)

// inviteFlags are the flags of invite.
type inviteFlags struct {
	until    time.Duration // from now; the session's end is the latest
	guests   int
	watch    bool
	list     bool
	takeBack string // an ID, or "all"
}

func (f *inviteFlags) add(c *cobra.Command) {
	c.Flags().DurationVar(&f.until, "for", time.Hour, i18n.Text("commands.invite.for"))
	c.Flags().IntVar(&f.guests, "guests", 1, i18n.Text("commands.invite.guests"))
	c.Flags().BoolVar(&f.watch, "watch", false, i18n.Text("commands.invite.watch"))
	c.Flags().BoolVar(&f.list, "list", false, i18n.Text("commands.invite.list"))
	c.Flags().StringVar(&f.takeBack, "take-back", "", i18n.Text("commands.invite.takeBack"))
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		if f.list && c.Flags().Changed("take-back") {
			return exclude("--list", "--take-back")
		}
		return nil
	}
	c.Example = "  avatar-launcher invite --for 30m --guests 3\n  avatar-launcher invite --list\n  avatar-launcher " +
		"invite --take-back 1f2e3d"
}

// invite prints a link for guests, lists what is open, or takes an invitation back.
func (v *visit) invite(ctx context.Context, f inviteFlags) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	s, err := v.Fleet.Current(ctx, v.user)
	if err != nil {
		return err
	}
	if s == nil {
		return &backend.Problem{Kind: backend.KindRefused, What: messages.New("cli.noAvatarShare"),
			Next: messages.New("cli.startOneFirst")}
	}
	switch {
	case f.list:
		return v.listInvitations(ctx, *s)
	case f.takeBack != "":
		return v.takeBack(ctx, *s, f.takeBack)
	}
	made, link, err := v.Fleet.Invite(ctx, *s,
		gate.Invite{Until: time.Now().Add(f.until), Uses: f.guests, WatchOnly: f.watch})
	if err != nil {
		return err
	}
	v.say(map[string]any{"invitation": invitationFacts(*made), "link": link}, link)
	return nil
}

// listInvitations prints what is open. The links themselves are kept nowhere.
func (v *visit) listInvitations(ctx context.Context, s backend.Session) error {
	open, err := v.Fleet.Invitations(ctx, s)
	if err != nil {
		return err
	}
	facts, rows := make([]map[string]any, 0, len(open)), [][]string{}
	for _, i := range open {
		facts = append(facts, invitationFacts(i))
		may := i18n.Text("commands.invite.maySteer")
		if i.WatchOnly {
			may = i18n.Text("commands.invite.mayWatch")
		}
		until, guests := i18n.Text("commands.invite.until", clockTime(i.Until, v.Skew())),
			i18n.Text("commands.invite.forGuests", i.Uses)
		rows = append(rows, []string{i.ID(), until, guests, may})
	}
	if v.out.json {
		v.out.object(map[string]any{"invitations": facts})
		return nil
	}
	v.out.table(rows)
	return nil
}

func (v *visit) takeBack(ctx context.Context, s backend.Session, id string) error {
	if id == "all" {
		id = ""
	}
	if err := v.Fleet.TakeBack(ctx, s, id); err != nil {
		return err
	}
	v.say(map[string]any{"done": "taken back"}, i18n.Text("commands.invite.takenBack"))
	return nil
}

func invitationFacts(i gate.Invitation) map[string]any {
	return map[string]any{"id": i.ID(), "until": i.Until, "guests": i.Uses, "watchOnly": i.WatchOnly}
}
