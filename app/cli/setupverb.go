package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/messages"
)

// templateFile is the stack's template among the embedded files.
const templateFile = "build/aws/avatar-launcher.yaml"

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
}

func setupCommand(o *options) *cobra.Command {
	f := setupFlags{tags: account.Tags{}, spec: account.Spec{Set: account.Parameters{}}}
	c := &cobra.Command{
		Use:   "setup --zone DOMAIN",
		Short: "Set an AWS account up, or bring its stack up to date (operators)",
		Long: "Setup deploys the launcher's CloudFormation stack with the AWS credentials of your environment, makes the first\n" +
			"users, and writes the profile file to hand to them. Called again it updates the stack; a parameter that is not\n" +
			"named keeps its value. What each part costs and may do is in build/aws/README.md.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return runSetup(c.Context(), o, f) },
	}
	s := c.Flags()
	s.StringVar(
		&f.spec.Zone,
		"zone",
		"",
		"domain below which users get their names, such as avatar.example.com; the account has its hosted zone",
	)
	s.StringVar(&f.region, "region", "", "AWS region (default: that of your AWS configuration)")
	s.StringVar(&f.stack, "stack", "avatar-launcher", "name of the stack")
	s.StringVar(&f.spec.InstanceType, "instance-type", "", "instance type of the G family (default g5.2xlarge)")
	s.StringVar(&f.spec.Image, "image", "", "AMI with your avatar (default: AWS's Ubuntu with the NVIDIA driver)")
	s.StringVar(&f.system, "os", "", "linux or windows (default: what the image says)")
	s.StringVar(&f.spec.VPC, "vpc", "", "VPC of the instances (default: the region's default VPC)")
	s.StringSliceVar(&f.spec.Subnets, "subnets", nil, "subnets to try in turn (default: those of the VPC that can be used)")
	s.StringArrayVar(&f.parameters, "set", nil, "any other parameter of the template, as NAME=VALUE, such as BudgetEmail=you@example.com")
	s.StringArrayVar(&f.tagTexts, "tag", nil, "give everything that is made this tag, as KEY=VALUE")
	s.StringArrayVar(&f.users, "user", nil, "make this user, as NAME=EMAIL; Cognito mails the first password")
	s.StringArrayVar(&f.keepers, "keeper", nil, "the same, in the group whose desktops keep the warm pool")
	s.StringArrayVar(&f.operators, "operator", nil, "the same, in the group of operators")
	s.StringVar(&f.writeProfile, "write-profile", "avatar-launcher.yaml", "profile file to write")
	s.BoolVar(&f.dryRun, "dry-run", false, "show what would change, and change nothing")
	s.BoolVar(&f.printTemplate, "print-template", false, "print the template for the region, --os and --set, and call nothing")
	s.BoolVar(&f.remove, "remove", false, "stop and delete all instances, and delete the stack but its users and its audit")
	s.BoolVar(&f.purge, "purge", false, "with --remove: delete the users and the audit, too")
	s.BoolVar(&f.yes, "yes", false, "do not ask before --remove")
	s.BoolVar(&f.noKeeper, "no-keeper", false, "make no function that keeps the warm pool; a keeper's desktop must be on, then")
	s.StringVar(&f.control, "control", "", "who runs the control plane: desktop (default), or account, a function that users may call and nothing else")
	s.StringVar(&f.function, "function", "", "the function's package (default: function.zip beside the program)")
	s.StringVar(&f.gate, "gate", "", "the gate's program for the instances (default: avatar-agent-linux-amd64 or avatar-agent-windows-amd64.exe beside the program)")
	s.BoolVar(&f.ignoreChecks, "ignore-checks", false, "deploy although a check of the account is not ok")
	s.BoolVar(&o.json, "json", false, "print JSON")
	return c
}

// runSetup deploys, or with --remove takes away.
func runSetup(ctx context.Context, o *options, f setupFlags) error {
	if _, err := o.level(slog.LevelError); err != nil {
		return err
	}
	if f.purge && !f.remove {
		return usage(errors.New("--purge goes with --remove only"))
	}
	people, err := f.people()
	if err != nil {
		return usage(err)
	}
	if f.printTemplate {
		return printTemplate(stdout, o.files, f)
	}
	a, err := openAccount(ctx, o.files, &f)
	if err != nil {
		return err
	}
	out := &printer{w: stdout, json: o.json}
	if f.remove {
		return removeStack(ctx, a, out, f)
	}
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
			return nil, fmt.Errorf("--set is %q: write NAME=VALUE", text)
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
		return nil, fmt.Errorf("--control is %q, which is none of desktop, account", f.control)
	case f.control == config.ControlAccount && f.noKeeper:
		return nil, errors.New("--control account needs the account's function, and --no-keeper leaves it out")
	case f.control != "":
		f.spec.Set["Control"] = f.control
	}
	if f.system != "" {
		f.spec.Set["OperatingSystem"] = f.system
	}
	return out, nil
}

// printTemplate prints the template as it would be sent, for anyone who deploys it by other means.
func printTemplate(w io.Writer, files fs.FS, f setupFlags) error {
	template, err := readTemplate(files)
	if err != nil {
		return err
	}
	region := cmp.Or(f.region, os.Getenv("AWS_REGION"))
	if region == "" {
		return usage(errors.New("no region is set: name one by --region, or set AWS_REGION"))
	}
	body, err := template.Body(region, f.spec.Set)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, body)
	return err
}

func readTemplate(files fs.FS) (account.Template, error) {
	data, err := fs.ReadFile(files, templateFile)
	if err != nil {
		return nil, fmt.Errorf("the stack's template: %w", err)
	}
	return account.ParseTemplate(data)
}

// takeUp makes a stack of what an earlier one left, if there is anything. A dry run only says so.
func takeUp(ctx context.Context, a *account.Account, out *printer, f setupFlags) error {
	kept, err := a.Kept(ctx)
	if err != nil || len(kept) == 0 {
		return err
	}
	out.fact(
		map[string]any{"type": "kept", "resources": kept},
		"An earlier stack left "+account.KeptText(kept)+". The new stack takes them up.",
	)
	if f.dryRun {
		return nil
	}
	if f.spec.Zone == "" {
		return usage(errNoZone)
	}
	return a.TakeUp(ctx, kept, out.event)
}

// errNoZone is the error of a first setup without --zone.
var errNoZone = errors.New("--zone is missing: the domain below which users get their names, such as avatar.example.com")

// planStack inspects the account and makes the change set.
func planStack(ctx context.Context, a *account.Account, out *printer, f setupFlags) (*account.ChangeSet, error) {
	parameters, checks, err := a.Preflight(ctx, f.spec)
	out.checks(checks)
	if err != nil {
		return nil, err
	}
	for _, c := range checks {
		if !c.OK && !f.ignoreChecks {
			return nil, &backend.Problem{Kind: kindOfCheck(c.Name.ID), What: messages.New("cli.accountNotReady", c.Name), Why: c.Why, Next: c.Cure}
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
		return usage(errNoZone)
	}
	return nil
}

func kindOfCheck(id string) backend.Kind {
	if id == "account.quota" {
		return backend.KindCapacity
	}
	return backend.KindConfig
}

// finishSetup writes the profile and makes the users: Cognito mails 50 invitations a day, and the profile must not wait for them.
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
		out.fact(map[string]any{"type": "pool", "size": 0}, noImage)
	}
	if priceErr != nil {
		out.fact(map[string]any{"type": "prices", "read": false, "why": backend.ProblemOf(priceErr).Why}, noPrices(made, priceErr))
	}
	out.fact(map[string]any{"type": "profile", "file": f.writeProfile, "outputs": made},
		"The profile for your users is "+f.writeProfile+"; nothing in it is secret. They use it by --profile "+f.writeProfile)
	out.fact(map[string]any{"type": "keeper", "function": made.KeeperFunction, "alarmsTo": made.AlarmsTo}, keeperText(made))
	for _, u := range people {
		existed, err := a.CreateUser(ctx, made, u)
		if err != nil {
			return err
		}
		text := u.Name + " is made; Cognito mails the first password to " + u.Email
		if existed {
			text = u.Name + " was there already, and is in the group " + u.Group + "; who never signed in gets the invitation again"
		}
		out.fact(map[string]any{"type": "user", "name": u.Name, "group": u.Group, "existed": existed}, text)
	}
	return nil
}
