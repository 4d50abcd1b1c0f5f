package localcloud

// Outputs are the names and IDs that a client of this cloud needs, as a CloudFormation stack's outputs would be.
type Outputs struct {
	Region         string
	UserPoolID     string
	ClientID       string
	RedirectURIs   []string // registered for the code flow
	IdentityPoolID string

	SessionsTable, InstancesTable, LeasesTable, AuditTable string
	StateIndex                                             string // of InstancesTable
	DayIndex                                               string // of AuditTable
	Stream                                                 string // Kinesis
	ZoneID, ZoneName                                       string
	SchedulerGroup                                         string
	StopRoleARN                                            string
	LaunchTemplate                                         string // name
	SubnetIDs                                              []string
	ParkingAddress                                         string

	OperatorAccessKeyID, OperatorSecretAccessKey string
	DemoUsers                                    []DemoUser
}

// DemoUser is a user of the user pool with a password that is no secret on this machine.
type DemoUser struct{ Username, Password string }

// Outputs returns the names and IDs of this cloud.
func (c *Cloud) Outputs() Outputs {
	out := c.outputs
	out.SubnetIDs = append([]string(nil), out.SubnetIDs...)
	out.RedirectURIs = append([]string(nil), out.RedirectURIs...)
	out.DemoUsers = append([]DemoUser(nil), out.DemoUsers...)
	return out
}

// The names of what is provisioned.
const (
	sessionsTable  = "avatar-sessions"
	instancesTable = "avatar-instances"
	leasesTable    = "avatar-leases"
	auditTable     = "avatar-audit"
	stateIndex     = "state-index"
	dayIndex       = "day-index"
	streamName     = "avatar-logs"
	zoneName       = "avatar.localhost"
	groupName      = "avatar-launcher"
	templateName   = "avatar-launcher"
)

// redirectURIs are the loopback addresses that a desktop's sign-in may come back to: Cognito wants each with its port
// registered (RFC 8252, section 7.3, would let any port pass), so a launcher tries these in turn.
var redirectURIs = []string{
	"http://127.0.0.1:47115/callback", "http://127.0.0.1:47116/callback", "http://127.0.0.1:47117/callback",
	"http://localhost:47115/callback", "http://localhost:47116/callback", "http://localhost:47117/callback",
}
