package cli

import (
	"context"
	"log/slog"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// setupFlags are those of the setup verb.
type setupFlags struct {
	region, stack, writeProfile, system   string
	spec                                  account.Spec
	parameters, users, keepers, operators []string
	tagTexts                              []string
	tags                                  account.Tags
	dryRun, remove, purge                 bool
	yes, ignoreChecks                     bool
	printTemplate                         bool
	noKeeper                              bool   // leave the keeper function out
	control                               string // desktop, account, or "" for as it is
	function                              string // its package; "" for the one beside the program
	gate                                  string // the gate's program; "" for the one beside the program
	company                               companyFlags
}

func setupCommand(o *options) *cobra.Command {
	f := setupFlags{tags: account.Tags{}, spec: account.Spec{Set: account.Parameters{}}}
	c := &cobra.Command{
		Use:   "setup --zone DOMAIN",
		Short: i18n.Text("commands.setup.short"),
		Long:  i18n.Text("commands.setup.long"),
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return runSetup(c.Context(), o, f) },
	}
	s := c.Flags()
	s.StringVar(&f.spec.Zone, "zone", "", i18n.Text("commands.setup.zone"))
	s.StringVar(&f.region, "region", "", i18n.Text("commands.setup.region"))
	s.StringVar(&f.stack, "stack", account.DefaultStack, i18n.Text("commands.setup.stack"))
	s.StringVar(&f.spec.InstanceType, "instance-type", "", i18n.Text("commands.setup.instanceType"))
	s.StringVar(&f.spec.Image, "image", "", i18n.Text("commands.setup.image"))
	s.StringVar(&f.system, "os", "", i18n.Text("commands.setup.os"))
	s.StringVar(&f.spec.VPC, "vpc", "", i18n.Text("commands.setup.vpc"))
	s.StringSliceVar(&f.spec.Subnets, "subnets", nil, i18n.Text("commands.setup.subnets"))
	s.StringArrayVar(&f.parameters, "set", nil, i18n.Text("commands.setup.set"))
	s.StringArrayVar(&f.tagTexts, "tag", nil, i18n.Text("commands.setup.tag"))
	s.StringArrayVar(&f.users, "user", nil, i18n.Text("commands.setup.user"))
	s.StringArrayVar(&f.keepers, "keeper", nil, i18n.Text("commands.setup.keeper"))
	s.StringArrayVar(&f.operators, "operator", nil, i18n.Text("commands.setup.operator"))
	s.StringVar(&f.writeProfile, "write-profile", "avatar-launcher.yaml", i18n.Text("commands.setup.writeProfile"))
	s.BoolVar(&f.dryRun, "dry-run", false, i18n.Text("commands.setup.dryRun"))
	s.BoolVar(&f.printTemplate, "print-template", false, i18n.Text("commands.setup.printTemplate"))
	s.BoolVar(&f.remove, "remove", false, i18n.Text("commands.setup.remove"))
	s.BoolVar(&f.purge, "purge", false, i18n.Text("commands.setup.purge"))
	s.BoolVar(&f.yes, "yes", false, i18n.Text("commands.setup.yes"))
	s.BoolVar(&f.noKeeper, "no-keeper", false, i18n.Text("commands.setup.noKeeper"))
	s.StringVar(&f.control, "control", "", i18n.Text("commands.setup.control"))
	s.StringVar(&f.function, "function", "", i18n.Text("commands.setup.function"))
	s.StringVar(&f.gate, "gate", "", i18n.Text("commands.setup.gate"))
	f.company.add(s)
	s.BoolVar(&f.ignoreChecks, "ignore-checks", false, i18n.Text("commands.setup.ignoreChecks"))
	s.BoolVar(&o.json, "json", false, i18n.Text("commands.flags.json"))
	return c
}

// runSetup deploys, or with --remove takes away.
func runSetup(ctx context.Context, o *options, f setupFlags) error {
	if _, err := o.level(slog.LevelError); err != nil {
		return err
	}
	if f.purge && !f.remove {
		return needs("--purge", "--remove")
	}
	people, err := f.people()
	if err != nil {
		return err
	}
	if err := f.company.check(f.noKeeper); err != nil {
		return err
	}
	if f.printTemplate {
		return printTemplate(stdout, o.files, f)
	}
	a, err := openAccount(ctx, o.files, &f)
	if err != nil {
		return err
	}
	out := &printer{w: stdout, json: o.json}
	if err := a.Named(ctx, f.spec.Set); err != nil {
		return err
	}
	if f.remove {
		return removeStack(ctx, a, out, f)
	}
	if f.company.WithoutPasswords && len(people) > 0 {
		return account.PasswordsRefused(f.company.Name)
	}
	company, err := f.company.parameters()
	if err != nil {
		return err
	}
	maps.Copy(f.spec.Set, company)
	if err := takeUp(ctx, a, out, f); err != nil {
		return err
	}
	cs, err := planStack(ctx, a, out, f)
	if err != nil {
		return err
	}
	out.changes(cs.Changes)
	if f.dryRun {
		if len(cs.Changes) == 0 {
			return nil
		}
		return a.Discard(ctx, cs)
	}
	if len(cs.Changes) > 0 {
		if err := a.Deploy(ctx, cs, out.event); err != nil {
			return err
		}
	}
	if err := a.Prune(ctx); err != nil {
		return err
	}
	return finishSetup(ctx, a, out, f, people)
}

// people reads --user, --keeper and --operator.
func (f *setupFlags) people() ([]account.NewUser, error) {
	var out []account.NewUser
	for _, each := range []struct {
		group string
		texts []string
	}{{"user", f.users}, {"keeper", f.keepers}, {"operator", f.operators}} {
		for _, text := range each.texts {
			u, err := account.ParseUser(text, each.group)
			if err != nil {
				return nil, err
			}
			out = append(out, u)
		}
	}
	for _, text := range f.parameters {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, usage(messages.New("commands.setup.notAParameter", text))
		}
		f.spec.Set[name] = value
	}
	for _, text := range f.tagTexts {
		if err := f.tags.ParseTag(text); err != nil {
			return nil, err
		}
	}
	switch {
	case f.control != "" && f.control != config.ControlDesktop && f.control != config.ControlAccount:
		return nil, usage(messages.New("commands.setup.notAControl", f.control))
	case f.control == config.ControlAccount && f.noKeeper:
		return nil, usage(messages.New("commands.setup.controlNeedsFunction"))
	case f.control != "":
		f.spec.Set["Control"] = f.control
	}
	if f.system != "" {
		f.spec.Set["OperatingSystem"] = f.system
	}
	return out, nil
}

// takeUp makes a stack of what an earlier one left, if there is anything. A dry run only says so.
func takeUp(ctx context.Context, a *account.Account, out *printer, f setupFlags) error {
	kept, err := a.Kept(ctx)
	if err != nil || len(kept) == 0 {
		return err
	}
	out.fact(map[string]any{"type": "kept", "resources": kept}, i18n.Translate(account.KeptText(kept)))
	if f.dryRun {
		return nil
	}
	if f.spec.Zone == "" {
		return noZone()
	}
	return a.TakeUp(ctx, kept, out.event)
}

// noZone returns the Problem of a first setup without --zone.
func noZone() error { return usage(messages.New("commands.setup.noZone")) }

// planStack inspects the account and makes the change set.
func planStack(ctx context.Context, a *account.Account, out *printer, f setupFlags) (*account.ChangeSet, error) {
	parameters, checks, err := a.Preflight(ctx, f.spec)
	out.checks(checks)
	if err != nil {
		return nil, err
	}
	for _, c := range checks {
		if !c.OK && !f.ignoreChecks {
			return nil, &backend.Problem{Kind: kindOfCheck(c.Name.ID), What: messages.New("cli.accountNotReady", c.Name),
				Why: c.Why, Next: c.Cure}
		}
	}
	if err := f.enough(ctx, a); err != nil {
		return nil, err
	}
	whole, err := f.giveFunction(ctx, a, out, parameters)
	if err != nil {
		return nil, err
	}
	if err := f.giveGate(ctx, a, out, parameters); err != nil {
		return nil, err
	}
	cs, err := a.Plan(ctx, parameters)
	if err == nil && !whole && !f.noKeeper {
		cs.Changes = append(cs.Changes, a.FunctionChanges()...)
	}
	return cs, err
}

// enough wants the zone for a stack that is not there yet.
func (f setupFlags) enough(ctx context.Context, a *account.Account) error {
	if f.spec.Zone != "" {
		return nil
	}
	if _, err := a.Outputs(ctx); err != nil {
		return noZone()
	}
	return nil
}

func kindOfCheck(id string) backend.Kind {
	if id == "account.quota" {
		return backend.KindCapacity
	}
	return backend.KindConfig
}

// finishSetup writes the profile and makes the users: Cognito mails 50 invitations a day, and the profile
// must not wait for them.
func finishSetup(ctx context.Context, a *account.Account, out *printer, f setupFlags, people []account.NewUser) error {
	made, err := a.Outputs(ctx)
	if err != nil {
		return err
	}
	prices, priceErr := a.Prices(ctx, made)
	if err := config.WriteProfile(f.writeProfile, profileOf(f.stack, made, prices)); err != nil {
		return err
	}
	if !made.OwnImage {
		out.fact(map[string]any{"type": "pool", "size": 0}, i18n.Text("commands.setup.noImage"))
	}
	if priceErr != nil {
		out.fact(map[string]any{"type": "prices", "read": false, "why": backend.ProblemOf(priceErr).Why},
			noPrices(made, priceErr))
	}
	out.fact(map[string]any{"type": "profile", "file": f.writeProfile, "outputs": made},
		i18n.Text("commands.setup.profileWritten", f.writeProfile))
	sayProvider(out, made)
	if !made.Passwords && len(people) > 0 {
		return account.PasswordsRefused(made.Provider)
	}
	out.fact(map[string]any{"type": "keeper", "function": made.KeeperFunction, "alarmsTo": made.AlarmsTo},
		keeperText(made))
	for _, u := range people {
		existed, err := a.CreateUser(ctx, made, u)
		if err != nil {
			return err
		}
		text := i18n.Text("commands.setup.userMade", u.Name, u.Email)
		if existed {
			text = i18n.Text("commands.setup.userExisted", u.Name, u.Group)
		}
		out.fact(map[string]any{"type": "user", "name": u.Name, "group": u.Group, "existed": existed}, text)
	}
	return nil
}
