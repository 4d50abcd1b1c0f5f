package backend

// DefaultPoolTag is the value of the tag "pool" on the instances of a stack without a prefix.
const DefaultPoolTag = "avatar"

// Resources are the names and IDs of what the launcher uses in the cloud.
type Resources struct {
	SessionsTable, InstancesTable, LeasesTable, AuditTable string

	StateIndex string // of the instances table by State
	DayIndex   string // of the audit table by Day
	Stream     string // Kinesis stream of the instances' logs

	LaunchTemplate string   // its name
	PoolTag        string   // value of the tag "pool" on the stack's instances; empty: DefaultPoolTag
	SubnetIDs      []string // where launches go, tried in turn; empty: the template's own
	InstanceTypes  []string // in the order of preference; empty: the template's own

	// ReservationID is an On-Demand Capacity Reservation for what cannot be launched otherwise, of one type in one subnet's
	// zone; "" for none.
	ReservationID, ReservationType, ReservationSubnet string

	ZoneID, ZoneName string // Route 53 hosted zone
	ParkingAddress   string // where a name points that has no instance

	ScheduleGroup string // EventBridge Scheduler group of the stop schedules
	StopRoleARN   string // the role that they stop instances with
	DeadLetterARN string // SQS queue that gets the stops that could not be made; "" for none
}
