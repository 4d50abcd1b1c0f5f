package scheduler

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// definition is what CreateSchedule and UpdateSchedule send and GetSchedule answers. Members that only carry data
// (parameters of templated targets) are kept as they came.
type definition struct {
	ActionAfterCompletion      string `json:",omitempty"`
	Description                string `json:",omitempty"`
	EndDate                    *epoch `json:",omitempty"`
	FlexibleTimeWindow         *flexibleWindow
	GroupName                  string
	KmsKeyArn                  string `json:",omitempty"`
	ScheduleExpression         string
	ScheduleExpressionTimezone string
	StartDate                  *epoch `json:",omitempty"`
	State                      string
	Target                     *target
}

type flexibleWindow struct {
	Mode                   string
	MaximumWindowInMinutes *int `json:",omitempty"`
}

type target struct {
	Arn                         string
	RoleArn                     string
	Input                       *string         `json:",omitempty"`
	RetryPolicy                 *retryPolicy    `json:",omitempty"`
	DeadLetterConfig            json.RawMessage `json:",omitempty"`
	EcsParameters               json.RawMessage `json:",omitempty"`
	EventBridgeParameters       json.RawMessage `json:",omitempty"`
	KinesisParameters           json.RawMessage `json:",omitempty"`
	SageMakerPipelineParameters json.RawMessage `json:",omitempty"`
	SqsParameters               json.RawMessage `json:",omitempty"`
}

type retryPolicy struct {
	MaximumEventAgeInSeconds *int `json:",omitempty"`
	MaximumRetryAttempts     *int `json:",omitempty"`
}

// AWS's own bounds and defaults.
const (
	maxEventAge      = 24 * time.Hour
	maxRetryAttempts = 185
	maxInput         = 256 << 10
	startGrace       = 5 * time.Minute
	maxName          = 64
)

var (
	nameForm      = regexp.MustCompile(`^[0-9a-zA-Z-_.]+$`)
	roleForm      = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
	targetForm    = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:.+$`)
	universalForm = regexp.MustCompile(`^arn:aws[a-z-]*:scheduler:::aws-sdk:([a-z0-9-]+):([a-zA-Z0-9]+)$`)
	readOnly      = regexp.MustCompile(`^(get|describe|list|poll|receive|search|scan|query|select|read|batchGet)`)
)

// check fills the defaults in and validates the definition. What comes back is its expression.
func (d *definition) check(now time.Time) (when, *wire.Error) {
	d.fillDefaults()
	for _, e := range []struct {
		member, value string
		allowed       []string
	}{
		{"actionAfterCompletion", d.ActionAfterCompletion, []string{"NONE", "DELETE"}},
		{"state", d.State, []string{"ENABLED", "DISABLED"}},
	} {
		if !slices.Contains(e.allowed, e.value) {
			return nil, enum(e.member, e.value, e.allowed)
		}
	}
	if !validName(d.GroupName) {
		return nil, badName("groupName", d.GroupName)
	}
	if len(d.Description) > 512 {
		return nil, validation("1 validation error detected: Value at 'description' failed to satisfy constraint: Member " +
			"must have length less than or equal to 512")
	}
	if err := d.FlexibleTimeWindow.check(); err != nil {
		return nil, err
	}
	if err := d.Target.check(); err != nil {
		return nil, err
	}
	return d.checkTimes(now)
}

// fillDefaults sets what a request leaves out, as AWS does.
func (d *definition) fillDefaults() {
	d.ActionAfterCompletion = or(d.ActionAfterCompletion, "NONE")
	d.GroupName = or(d.GroupName, "default")
	d.ScheduleExpressionTimezone = or(d.ScheduleExpressionTimezone, "UTC")
	d.State = or(d.State, "ENABLED")
}

func (d *definition) checkTimes(now time.Time) (when, *wire.Error) {
	zone, err := d.zone()
	if err != nil {
		return nil, validation("Provided timezone %s is invalid.", shorten(d.ScheduleExpressionTimezone))
	}
	w, err := parseExpression(d.ScheduleExpression, zone)
	if err != nil {
		return nil, validation("Invalid Schedule Expression %s.", shorten(d.ScheduleExpression))
	}
	if _, single := w.(once); single {
		return w, nil // StartDate and EndDate are ignored
	}
	if d.StartDate != nil && now.Sub(d.StartDate.Time) > startGrace {
		return nil, validation("The StartDate you specify cannot be earlier than 5 minutes ago.")
	}
	if d.EndDate != nil && d.EndDate.Before(now) {
		return nil, validation("The EndDate you specify cannot be earlier than now.")
	}
	if d.StartDate != nil && d.EndDate != nil && !d.StartDate.Before(d.EndDate.Time) {
		return nil, validation("The StartDate must come before the EndDate.")
	}
	return w, nil
}

// zone is the time zone of the expression; this machine's own is none of AWS's.
func (d *definition) zone() (*time.Location, error) {
	if d.ScheduleExpressionTimezone == "Local" {
		return nil, errors.New("the local time zone is not the schedule's")
	}
	return time.LoadLocation(d.ScheduleExpressionTimezone)
}

func (f *flexibleWindow) check() *wire.Error {
	if f == nil {
		return missing("flexibleTimeWindow")
	}
	switch f.Mode {
	case "OFF":
		if f.MaximumWindowInMinutes != nil {
			return validation("MaximumWindowInMinutes must not be set when FlexibleTimeWindow Mode is OFF.")
		}
	case "FLEXIBLE":
		if n := f.MaximumWindowInMinutes; n == nil || *n < 1 || *n > 1440 {
			return validation("MaximumWindowInMinutes between 1 and 1440 must be set when FlexibleTimeWindow Mode is FLEXIBLE.")
		}
	case "":
		return missing("flexibleTimeWindow.mode")
	default:
		return enum("flexibleTimeWindow.mode", f.Mode, []string{"OFF", "FLEXIBLE"})
	}
	return nil
}

func (t *target) check() *wire.Error {
	switch {
	case t == nil:
		return missing("target")
	case t.Arn == "":
		return missing("target.arn")
	case t.RoleArn == "":
		return missing("target.roleArn")
	case len(t.Arn) > 1600 || !targetForm.MatchString(t.Arn):
		return validation("Provided Arn is not in correct format.")
	case len(t.RoleArn) > 1600 || !roleForm.MatchString(t.RoleArn):
		return validation("1 validation error detected: Value '%s' at 'target.roleArn' failed to satisfy constraint: "+
			"Member must satisfy regular expression pattern: arn:aws[a-z-]*:iam::\\d{12}:role/...", shorten(t.RoleArn))
	case t.Input != nil && (len(*t.Input) < 1 || len(*t.Input) > maxInput):
		return validation("1 validation error detected: Value at 'target.input' failed to satisfy constraint: Member must "+
			"have length between 1 and %d", maxInput)
	}
	if m := universalForm.FindStringSubmatch(t.Arn); m != nil {
		if readOnly.MatchString(m[2]) {
			return validation("%s is not a supported api for EventBridge Scheduler.", m[2])
		}
		if t.Input != nil && !json.Valid([]byte(*t.Input)) {
			return validation("Provided input is not valid JSON.")
		}
	} else if strings.HasPrefix(t.Arn, "arn:aws:scheduler:") {
		return validation("Provided Arn is not in correct format.")
	}
	return t.RetryPolicy.check()
}

func (p *retryPolicy) check() *wire.Error {
	if p == nil {
		return nil
	}
	if n := p.MaximumEventAgeInSeconds; n != nil && (*n < 60 || *n > 86400) {
		return validation("1 validation error detected: Value '%d' at 'target.retryPolicy.maximumEventAgeInSeconds' "+
			"failed to satisfy constraint: Member must have value between 60 and 86400", *n)
	}
	if n := p.MaximumRetryAttempts; n != nil && (*n < 0 || *n > maxRetryAttempts) {
		return validation("1 validation error detected: Value '%d' at 'target.retryPolicy.maximumRetryAttempts' failed to "+
			"satisfy constraint: Member must have value between 0 and %d", *n, maxRetryAttempts)
	}
	return nil
}

// bounds are the retry policy with AWS's defaults where it says nothing.
func (p *retryPolicy) bounds() (age time.Duration, attempts int) {
	age, attempts = maxEventAge, maxRetryAttempts
	if p != nil && p.MaximumEventAgeInSeconds != nil {
		age = time.Duration(*p.MaximumEventAgeInSeconds) * time.Second
	}
	if p != nil && p.MaximumRetryAttempts != nil {
		attempts = *p.MaximumRetryAttempts
	}
	return age, attempts
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func missing(member string) *wire.Error {
	return validation("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must not be null",
		member)
}

func enum(member, value string, allowed []string) *wire.Error {
	return validation("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must "+
		"satisfy enum value set: [%s]", shorten(value), member, strings.Join(allowed, ", "))
}

// badName says which of AWS's rules for names a name breaks.
func badName(member, value string) *wire.Error {
	var broken []string
	add := func(rule string) {
		at := "Value '" + shorten(value) + "' at '" + member + "' failed to satisfy constraint: "
		broken = append(broken, at+"Member must "+rule)
	}
	if !nameForm.MatchString(value) {
		add("satisfy regular expression pattern: [0-9a-zA-Z-_.]+")
	}
	if len(value) > maxName {
		add("have length less than or equal to " + strconv.Itoa(maxName))
	}
	errors := "error"
	if len(broken) > 1 {
		errors = "errors"
	}
	return validation("%d validation %s detected: %s", len(broken), errors, strings.Join(broken, "; "))
}
