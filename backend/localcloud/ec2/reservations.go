package ec2

import (
	"avatar-launcher/backend/localcloud/wire"
)

// capacityReservation is an On-Demand Capacity Reservation that takes only instances which name it
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-launch.html).
type capacityReservation struct {
	place
	instances int
}

// SetReservation reserves capacity under an ID for n instances of a type in a zone; n < 0 ends the reservation.
func (s *Service) SetReservation(id, zone, instanceType string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 {
		delete(s.reservations, id)
		return
	}
	s.reservations[id] = capacityReservation{place{zone, instanceType}, n}
}

// readReservation reads which capacity reservation a launch is for.
func (l *launch) readReservation(p params) *wire.Error {
	l.reserved = p.get("CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId")
	preference := p.get("CapacityReservationSpecification.CapacityReservationPreference")
	switch {
	case l.reserved != "" && preference != "":
		return wire.Errorf(400, "InvalidParameterCombination",
			"CapacityReservationPreference and CapacityReservationTarget may not be specified together")
	case preference != "" && preference != "open" && preference != "none" && preference != "capacity-reservations-only":
		return invalid("Value (%s) for parameter capacityReservationPreference is invalid.", preference)
	}
	return nil
}

// admitReserved reports whether n more instances at a place can be up in a capacity reservation. The account's quota
// counts the reservation, and not what runs in it. The caller holds s.mu.
func (s *Service) admitReserved(id string, at place, n int) *wire.Error {
	r, ok := s.reservations[id]
	switch {
	case !ok:
		return wire.Errorf(400, "InvalidCapacityReservationId.NotFound",
			"The capacity reservation ID '%s' does not exist", id)
	case r.place != at:
		return invalid("The instance configuration does not match the targeted Capacity Reservation (%s).", id)
	}
	for _, in := range s.instances {
		if in.up() && in.Reserved == id {
			n++
		}
	}
	if n > r.instances {
		return wire.Errorf(400, "ReservationCapacityExceeded", "The requested reservation does not have sufficient "+
			"compatible and available capacity for this request.")
	}
	return nil
}
