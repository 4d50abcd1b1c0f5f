// Package wire is what every service of the embedded cloud shares: one authenticated API request (Call), the
// interface a service implements (Service), and AWS's error form (Error). The front door in package localcloud
// makes a Call out of an HTTP request; the service answers it in its own wire protocol.
package wire

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Protocol names one of AWS's wire protocols, as the Smithy models name them.
type Protocol string

// The protocols that the embedded services speak.
const (
	AwsJSON10  Protocol = "awsJson1_0" // DynamoDB
	AwsJSON11  Protocol = "awsJson1_1" // Kinesis, Cognito
	EC2Query   Protocol = "ec2Query"   // EC2
	AwsQuery   Protocol = "awsQuery"   // STS
	RestXML    Protocol = "restXml"    // Route 53
	RestJSON1  Protocol = "restJson1"  // EventBridge Scheduler
	NoProtocol Protocol = ""           // hosted UI and other plain pages
)

// Principal is who signed a request. The zero value is the anonymous caller of an unsigned operation.
type Principal struct {
	AccountID string
	ARN       string            // arn:aws:iam::…:user/operator or arn:aws:sts::…:assumed-role/ROLE/SESSION
	AccessKey string            // access key ID, never the secret
	Role      string            // role name for temporary credentials, "" for a user
	Tags      map[string]string // aws:PrincipalTag/… of the session
	// TransitiveTags are the keys of those Tags that sessions inherit which this one begins.
	TransitiveTags []string `json:",omitempty"`
	Policies       []string // the session's policy documents, which take permissions away
	Root           bool     // the operator's own key: every action is allowed
}

// Anonymous reports whether nobody signed the request.
func (p Principal) Anonymous() bool { return p.ARN == "" }

// Authorizer decides whether a principal may do an action ("ec2:StopInstances") on a resource ARN given the
// condition keys of the request ("ec2:ResourceTag/pool", "dynamodb:LeadingKeys", "iam:PassedToService", …).
// aws:PrincipalTag/… are taken from the principal and need not be passed.
type Authorizer interface {
	Allowed(p Principal, action, resource string, keys map[string][]string) bool
}

// Call is one API request after the front door has authenticated it.
type Call struct {
	Service   string // signing name: "ec2", "dynamodb", "cognito-idp", …
	Operation string // "StartInstances"
	Region    string
	Principal Principal
	Request   *http.Request
	Body      []byte    // the whole request body, already read
	Now       time.Time // the server's clock, skew included
	RequestID string
	Auth      Authorizer
}

// Allowed reports whether the caller may do action (IAM name, with the service's prefix) on resource.
// A service answers its own denial code where it is false (UnauthorizedOperation for EC2, AccessDeniedException
// elsewhere, AccessDenied for Route 53).
func (c *Call) Allowed(action, resource string, keys map[string][]string) bool {
	if c.Auth == nil || c.Principal.Root {
		return true
	}
	return c.Auth.Allowed(c.Principal, action, resource, keys)
}

// Service is one AWS service. Implementations are safe for concurrent use, keep no goroutine of their own (work
// for later is a time.AfterFunc, so that testing/synctest can see it), and take the time only from Call.Now or
// Env.Now.
type Service interface {
	// Name is the signing name, and the key by which the front door finds the service.
	Name() string
	// Operation names the API operation of a request, "" where it is none of the service's.
	Operation(r *http.Request, body []byte) string
	// Unsigned reports whether AWS lets the operation be called without a signature.
	Unsigned(operation string) bool
	// Serve answers the call in the service's protocol, errors included.
	Serve(ctx context.Context, w http.ResponseWriter, c *Call)
	// WriteError writes an error of the front door (signature, throttle, fault) in the service's protocol.
	WriteError(w http.ResponseWriter, requestID string, err *Error)
	// Close stops the service's timers.
	Close()
}

// Error is an AWS error answer.
type Error struct {
	Status  int    // HTTP status
	Code    string // "ConditionalCheckFailedException", "InvalidInstanceID.NotFound"
	Message string
	Fields  map[string]any // more members of a JSON error's body, such as CancellationReasons
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Errorf makes an Error; status 400 is what most services answer for a client's mistake.
func Errorf(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Env is what a service is given when it is made.
type Env struct {
	Region    string
	AccountID string
	// Now is the cloud's clock: time.Now() plus the skew that an operator has set. UTC.
	Now func() time.Time
	// Rand returns a deterministic (seeded) random number in [0, n).
	Rand func(n int64) int64
	// NewID returns n lowercase hex digits from the same seeded source ("i-" + NewID(17)).
	NewID func(n int) string
	// Throttle reports whether the services' request limits are in force.
	Throttle func() bool
}
