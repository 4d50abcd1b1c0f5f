package config

import (
	"cmp"

	"avatar-launcher/backend"
)

// Resources returns the names and IDs of what the profile uses in the cloud.
func (p Profile) Resources() backend.Resources {
	return backend.Resources{
		SessionsTable:  p.Tables.Sessions,
		InstancesTable: p.Tables.Instances,
		LeasesTable:    p.Tables.Leases,
		AuditTable:     p.Tables.Audit,
		StateIndex:     p.Tables.StateIndex,
		DayIndex:       p.Tables.DayIndex,
		Stream:         p.Stream,
		LaunchTemplate: p.Launch.Template,
		PoolTag:        p.Launch.PoolTag,
		SubnetIDs:      p.Launch.SubnetIDs,
		InstanceTypes:  p.Launch.Types,
		ReservationID:  p.Launch.Reservation.ID, ReservationType: p.Launch.Reservation.Type,
		ReservationSubnet: p.Launch.Reservation.SubnetID,
		ZoneID:            p.Zone.ID,
		ZoneName:          p.Zone.Name,
		ParkingAddress:    p.Zone.ParkingAddress,
		ScheduleGroup:     p.Scheduler.Group,
		StopRoleARN:       p.Scheduler.StopRoleARN,
		DeadLetterARN:     p.Scheduler.DeadLetterARN,
	}
}

// SetResources makes the profile use r. An empty parking address leaves the profile's as it is.
func (p *Profile) SetResources(r backend.Resources) {
	p.Tables = Tables{
		Sessions:   r.SessionsTable,
		Instances:  r.InstancesTable,
		Leases:     r.LeasesTable,
		Audit:      r.AuditTable,
		StateIndex: r.StateIndex,
		DayIndex:   r.DayIndex,
	}
	p.Stream = r.Stream
	p.Launch = Launch{Template: r.LaunchTemplate, PoolTag: cmp.Or(r.PoolTag, backend.DefaultPoolTag),
		SubnetIDs: r.SubnetIDs, Types: r.InstanceTypes,
		Reservation: Reservation{r.ReservationID, r.ReservationType, r.ReservationSubnet}}
	p.Zone.ID, p.Zone.Name = r.ZoneID, r.ZoneName
	p.Zone.ParkingAddress = cmp.Or(r.ParkingAddress, p.Zone.ParkingAddress)
	p.Scheduler = Scheduler{Group: r.ScheduleGroup, StopRoleARN: r.StopRoleARN, DeadLetterARN: r.DeadLetterARN}
}
