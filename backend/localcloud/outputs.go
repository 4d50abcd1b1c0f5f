package localcloud

// Outputs are the names and IDs that a client of this cloud needs, as a CloudFormation stack's outputs would be.
type Outputs struct {
	Region         string   `json:"region"`
	UserPoolID     string   `json:"userPoolId"`
	ClientID       string   `json:"clientId"`
	RedirectURIs   []string `json:"redirectUris"` // registered for the code flow
	IdentityPoolID string   `json:"identityPoolId"`

	SessionsTable  string   `json:"sessionsTable"`
	InstancesTable string   `json:"instancesTable"`
	LeasesTable    string   `json:"leasesTable"`
	AuditTable     string   `json:"auditTable"`
	StateIndex     string   `json:"stateIndex"` // of InstancesTable
	DayIndex       string   `json:"dayIndex"`   // of AuditTable
	Stream         string   `json:"stream"`     // Kinesis
	ZoneID         string   `json:"zoneId"`
	ZoneName       string   `json:"zoneName"`
	SchedulerGroup string   `json:"schedulerGroup"`
	StopRoleARN    string   `json:"stopRoleArn"`
	LaunchTemplate string   `json:"launchTemplate"` // name
	SubnetIDs      []string `json:"subnetIds"`
	ParkingAddress string   `json:"parkingAddress"`

	OperatorAccessKeyID     string     `json:"operatorAccessKeyId"`
	OperatorSecretAccessKey string     `json:"operatorSecretAccessKey"`
	DemoUsers               []DemoUser `json:"demoUsers"`
}

// DemoUser is a user of the user pool with a password that is no secret on this machine.
type DemoUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

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
