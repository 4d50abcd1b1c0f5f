package app

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/config"
)

// templateFile is the stack's template among the embedded files.
const templateFile = "build/aws/avatar-launcher.yaml"

// avatarReady is what an instance of the stack says in its log when its avatar answers; see build/aws/instance.
const avatarReady = "avatar: ready"

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
	s.StringVar(&f.spec.Zone, "zone", "", "domain below which users get their names, such as avatar.example.com; the account has its hosted zone")
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
		return printTemplate(stdout, o.page, f)
	}
	a, err := openAccount(ctx, o.page, &f)
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

// openAccount makes the clients, with the credentials and the region of the AWS configuration.
func openAccount(ctx context.Context, files fs.FS, f *setupFlags) (*account.Account, error) {
	template, err := readTemplate(files)
	if err != nil {
		return nil, err
	}
	var with []func(*awsconfig.LoadOptions) error
	if f.region != "" {
		with = append(with, awsconfig.WithRegion(f.region))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, with...)
	if err != nil {
		return nil, &backend.Problem{Kind: backend.KindConfig, What: "The AWS settings of this computer could not be read",
			Why: sentence(err.Error()), Next: "Mend the AWS configuration files or the AWS_ variables of the environment.", Cause: err}
	}
	if cfg.Region == "" {
		return nil, usage(errors.New("no region is set: name one by --region, or set AWS_REGION"))
	}
	if err := credentialsOf(ctx, cfg); err != nil {
		return nil, err
	}
	patient := awshttp.NewBuildableClient().WithTimeout(30 * time.Second)
	cfg.HTTPClient = nil
	return &account.Account{
		CloudFormation: newCloudFormation(cfg, func(o *cloudformation.Options) { o.HTTPClient = patient }),
		EC2:            newEC2(cfg, func(o *ec2.Options) { o.HTTPClient = patient }),
		Route53:        newRoute53(cfg, func(o *route53.Options) { o.HTTPClient = patient }),
		Quotas:         newQuotas(cfg, func(o *servicequotas.Options) { o.HTTPClient = patient }),
		STS:            sts.NewFromConfig(cfg, func(o *sts.Options) { o.HTTPClient = patient }),
		Cognito:        newCognito(cfg, func(o *cognito.Options) { o.HTTPClient = patient }),
		IdentityPool:   identityPoolRoles{cognitoidentity.NewFromConfig(cfg, func(o *cognitoidentity.Options) { o.HTTPClient = patient }).SetIdentityPoolRoles},
		DynamoDB:       newDynamoDB(cfg, func(o *dynamodb.Options) { o.HTTPClient = patient }),
		Pricing: pricingClient{pricing.NewFromConfig(cfg, func(o *pricing.Options) {
			o.HTTPClient, o.Region = patient, account.PricingRegion
		}).GetProducts},
		Region: cfg.Region, Stack: f.stack, Template: template, Tags: f.tags,
	}, nil
}

// credentialsOf says before anything else whether there are credentials: a sign-in of IAM Identity Center that is over
// shows here, and not as an error of a service.
func credentialsOf(ctx context.Context, cfg aws.Config) error {
	if cfg.Credentials == nil {
		cfg.Credentials = aws.AnonymousCredentials{}
	}
	_, err := cfg.Credentials.Retrieve(ctx)
	if err == nil {
		return nil
	}
	return &backend.Problem{Kind: backend.KindRefused, What: "There are no AWS credentials to set the account up with",
		Why:  "Neither the environment nor the AWS configuration files give any, or the sign-in that they name is over.",
		Next: "Sign in, such as by aws sso login, or set AWS_PROFILE or AWS_ACCESS_KEY_ID; then call this again.", Cause: err}
}

// takeUp makes a stack of what an earlier one left, if there is anything. A dry run only says so.
func takeUp(ctx context.Context, a *account.Account, out *printer, f setupFlags) error {
	kept, err := a.Kept(ctx)
	if err != nil || len(kept) == 0 {
		return err
	}
	out.fact(map[string]any{"type": "kept", "resources": kept}, "An earlier stack left "+account.KeptText(kept)+". The new stack takes them up.")
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
			return nil, &backend.Problem{Kind: kindOfCheck(c.Name), What: "The account is not ready (" + c.Name + ")", Why: c.Why, Next: c.Cure}
		}
	}
	if err := f.enough(ctx, a); err != nil {
		return nil, err
	}
	return a.Plan(ctx, parameters)
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

func kindOfCheck(name string) backend.Kind {
	if name == "quota" {
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

// noPrices says whose prices the profile has, if AWS's price list could not be read.
func noPrices(made *account.Outputs, err error) string {
	return "AWS's price list could not be read (" + backend.ProblemOf(err).Error() + ").\n" +
		"The profile has the prices of us-east-1 for " + made.OperatingSystem + "; correct \"prices\" in it for " + made.Region + "."
}

// noImage says why the profile's warm pool is empty.
const noImage = "The warm pool's size is 0: the stack launches AWS's own image, which has no avatar on it, so no instance would get ready.\n" +
	"Call setup again with --image AMI once you have an image with your avatar; see build/aws/README.md."

// profileOf is a configuration for the stack's users.
func profileOf(name string, made *account.Outputs, prices *account.Prices) config.File {
	p := config.Default().Profiles["local"]
	p.Cloud, p.Region = config.CloudAWS, made.Region
	p.Avatar.Scheme, p.Avatar.Port = "https", 443
	p.Cognito.UserPoolID, p.Cognito.ClientID, p.Cognito.IdentityPoolID = made.UserPoolID, made.ClientID, made.IdentityPoolID
	p.Cognito.Domain = made.SignInURL
	used := made.Resources
	if len(used.InstanceTypes) == 1 {
		used.InstanceTypes = nil // the launch template names it
	}
	p.SetResources(used)
	p.Log.ReadyPattern = avatarReady
	if !made.OwnImage {
		p.WarmPool.Size = 0
	}
	p.Prices = pricesOf(p.Prices, made, prices)
	return config.File{Profile: name, Profiles: map[string]config.Profile{name: p}}
}

// windowsHourly is what Windows adds to the price of a vCPU's hour. https://aws.amazon.com/ec2/pricing/on-demand/
const windowsHourly = 0.046

// pricesOf returns the stack's prices. If there are none, it corrects the defaults, which are those of Linux in us-east-1.
func pricesOf(p config.Prices, made *account.Outputs, prices *account.Prices) config.Prices {
	gb := 0.08
	hourly := map[string]float64{}
	if prices != nil {
		hourly, gb = prices.Hourly, cmp.Or(prices.GBMonth, gb)
	} else {
		for kind, price := range p.Hourly {
			if made.OperatingSystem == "windows" {
				price += windowsHourly * vcpus(kind)
			}
			hourly[kind] = math.Round(price*10_000) / 10_000
		}
	}
	p.Hourly = hourly
	p.DiskMonth = math.Round(gb*float64(cmp.Or(made.VolumeSize, 100))*100) / 100
	return p
}

// vcpus is how many vCPUs an instance type of the default price table has.
func vcpus(kind string) float64 {
	_, size, _ := strings.Cut(kind, ".")
	return map[string]float64{"xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}[size]
}

// removeStack takes everything away, after asking.
func removeStack(ctx context.Context, a *account.Account, out *printer, f setupFlags) error {
	ids, err := a.Instances(ctx)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("This deletes the stack %s in %s with its records and log, and %s. ", f.stack, a.Region, count(len(ids), "instance"))
	done := "The stack is deleted. The names of its users in the zone are left, pointing nowhere."
	if f.purge {
		what += "Its users and its audit are deleted, too."
	} else {
		what += "Its users and its audit stay; --purge deletes them."
		done += "\nIts users and its audit are kept: setup takes them up again."
	}
	if f.dryRun {
		out.fact(map[string]any{"type": "remove", "stack": f.stack, "instances": ids}, what)
		return nil
	}
	if !f.yes {
		if err := confirm(os.Stdin, what, f.stack); err != nil {
			return err
		}
	}
	if err := a.Remove(ctx, f.purge, out.event); err != nil {
		return err
	}
	out.fact(map[string]any{"type": "removed", "stack": f.stack, "purged": f.purge}, done)
	return nil
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// confirm wants the stack's name typed at a terminal.
func confirm(in *os.File, what, name string) error {
	if !term.IsTerminal(int(in.Fd())) {
		return usage(errors.New("there is no terminal to ask at: give --yes to delete without being asked"))
	}
	fmt.Fprintf(os.Stderr, "%s\nType its name to go on: ", what)
	answered := programEnd.asking(func() {})
	line, err := bufio.NewReader(io.LimitReader(in, 1024)).ReadString('\n')
	answered()
	if err != nil && !errors.Is(err, io.EOF) || strings.TrimSpace(line) != name {
		return &backend.Problem{Kind: backend.KindInterrupted, What: "Nothing was deleted", Why: "The name was not typed.", Cause: err}
	}
	return nil
}

// fact prints one thing, for people or for scripts.
func (p *printer) fact(fact any, text string) {
	if p.json {
		p.object(fact)
	} else {
		fmt.Fprintln(p.w, text)
	}
}

func (p *printer) event(e account.Event) {
	p.fact(struct {
		Type string `json:"type"`
		account.Event
	}{"event", e}, strings.TrimSpace(fmt.Sprintf("%-28s %-26s %-40s %s", e.Status, e.Resource, e.Type, e.Why)))
}

func (p *printer) changes(all []account.Change) {
	if len(all) == 0 {
		p.fact(map[string]any{"type": "changes", "changes": []account.Change{}}, "The stack is as it should be; nothing changes.")
		return
	}
	if p.json {
		p.object(map[string]any{"type": "changes", "changes": all})
		return
	}
	rows := [][]string{{"CHANGE", "RESOURCE", "TYPE", "REPLACES"}}
	for _, c := range all {
		rows = append(rows, []string{c.Action, c.Resource, c.Type, c.Replaces})
	}
	p.table(rows)
}

// checks prints what was looked at: a line each, and what to do under those that are not ok.
func (p *printer) checks(all []backend.Check) {
	width := 0
	for _, c := range all {
		width = max(width, len(c.Name))
	}
	for _, c := range all {
		mark := "ok"
		if !c.OK {
			mark = "NOT OK"
		}
		text := fmt.Sprintf("%-7s %-*s  %s", mark, width, c.Name, c.Why)
		if c.Cure != "" {
			text += "\n" + strings.Repeat(" ", width+10) + c.Cure
		}
		p.fact(struct {
			Type string `json:"type"`
			backend.Check
		}{"check", c}, text)
	}
}
