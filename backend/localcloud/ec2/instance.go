package ec2

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"time"
)

// The states of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html.
const (
	pending      = "pending"
	running      = "running"
	shuttingDown = "shutting-down"
	terminated   = "terminated"
	stopping     = "stopping"
	stopped      = "stopped"
)

var stateCodes = map[string]int64{
	pending: 0, running: 16, shuttingDown: 32, terminated: 48, stopping: 64, stopped: 80,
}

// instance is an instance as it is kept, in memory and (as JSON) on disk.
type instance struct {
	ID, State, Type, ImageID, Zone, SubnetID string
	PrivateIP                                string
	PublicIP                                 string   `json:",omitempty"`
	IPv6                                     []string `json:",omitempty"`
	NoPublicIP                               bool     `json:",omitempty"` // its starts lease no public address
	Serial                                   int64    // order of launch
	ReservationID, ClientToken, Requester    string
	LaunchIndex                              int
	Reserved                                 string `json:",omitempty"` // the capacity reservation that it runs in
	Created, LaunchTime, VisibleAt           time.Time
	KeyName, Profile                         string `json:",omitempty"`
	UserData                                 string `json:",omitempty"` // base64, as given
	SecurityGroups                           []string
	ShutdownBehavior                         string // stop, terminate
	DisableTermination, DisableStop          bool
	EBSOptimized, Monitoring                 bool
	SourceDestCheck                          bool
	Tags                                     map[string]string
	VolumeID, InterfaceID                    string
	DiskAt                                   time.Time `json:",omitzero"`  // when the root volume was replaced
	RootDevice                               string    `json:",omitempty"` // /dev/sda1 if it is empty
	Disks                                    []disk    `json:",omitempty"` // beside the root volume

	// Next is the state that the instance enters by itself at NextAt, "" for none.
	Next   string `json:",omitempty"`
	NextAt time.Time

	Initialised bool      // a first boot has been long enough
	Ran         bool      // it has reached running at least once
	Boot        int       // boots of the operating system
	BootTime    time.Time // when the present one began
	GoneAt      time.Time // a terminated instance disappears
	ReasonCode  string    `json:",omitempty"`
	Reason      string    `json:",omitempty"`
	StateReason string    `json:",omitempty"`
}

func (in *instance) value() Instance {
	data, err := base64.StdEncoding.DecodeString(in.UserData)
	if err != nil {
		data = nil
	}
	return Instance{
		ID: in.ID, State: in.State, PrivateIP: in.PrivateIP, PublicIP: in.PublicIP, SubnetID: in.SubnetID,
		Zone: in.Zone, Type: in.Type, ImageID: in.ImageID, UserData: string(data), LaunchTime: in.LaunchTime,
		RootVolume: in.VolumeID,
		FirstBoot:  !in.Initialised, Boot: in.Boot, BootTime: in.BootTime, Tags: maps.Clone(in.Tags),
	}
}

// up says that the instance takes up capacity and quota.
func (in *instance) up() bool {
	return in.State == pending || in.State == running || in.State == stopping
}

// sorted returns the instances in the order of their launch. The caller holds s.mu.
func (s *Service) sorted() []*instance {
	return slices.SortedFunc(maps.Values(s.instances), func(a, b *instance) int { return cmp.Compare(a.Serial, b.Serial) })
}
