package ec2

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// move is one line of a state change's answer.
type move struct{ id, before, after string }

func writeMoves(d *doc, moves []move) {
	list(d, "instancesSet", moves, func(m move) {
		d.text("instanceId", m.id)
		d.in("currentState", func() { writeState(d, m.after) })
		d.in("previousState", func() { writeState(d, m.before) })
	})
}

func writeState(d *doc, state string) {
	d.number("code", stateCodes[state])
	d.text("name", state)
}

// batch runs a state change over the request's instances, all or none: check refuses before do changes anything.
func (s *Service) batch(c *wire.Call, p params, d *doc, check func([]*instance) *wire.Error,
	do func(*change, *instance)) *wire.Error {
	var moves []move
	err := s.update(c.Now, func(ch *change) *wire.Error {
		batch, err := s.pick(c, c.Operation, p.list("InstanceId"))
		if err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		if err := check(batch); err != nil {
			return err
		}
		for _, in := range batch {
			before := in.State
			do(ch, in)
			// What is answered is the state just entered, even where it lasts no time.
			moves = append(moves, move{in.ID, before, in.State})
		}
		return nil
	})
	if err == nil {
		writeMoves(d, moves)
	}
	return err
}

func (s *Service) startInstances(c *wire.Call, p params, d *doc) *wire.Error {
	check := func(batch []*instance) *wire.Error {
		wanted, reserved := map[place]int{}, map[string]int{}
		for _, in := range batch {
			switch in.State {
			case stopped:
				if in.VolumeID == "" {
					return invalid("Invalid value '%s' for instanceId. Instance does not have a volume attached at root (%s)", in.ID,
						in.rootDevice())
				}
				if in.Reserved != "" {
					reserved[in.Reserved]++
					if err := s.admitReserved(in.Reserved, place{in.Zone, in.Type}, reserved[in.Reserved]); err != nil {
						return err
					}
					continue
				}
				wanted[place{in.Zone, in.Type}]++
			case pending, running: // starting it again does nothing
			default:
				return wrongState("The instance '%s' is not in a state from which it can be started.", in.ID)
			}
		}
		return s.admit(wanted)
	}
	return s.batch(c, p, d, check, func(ch *change, in *instance) {
		if in.State == stopped {
			ch.start(in)
		}
	})
}

func (s *Service) stopInstances(c *wire.Call, p params, d *doc) *wire.Error {
	force, err := p.flag("Force")
	if err != nil {
		return err
	}
	if hibernate, err := p.flag("Hibernate"); err != nil || hibernate {
		return wire.Errorf(400, "UnsupportedHibernationConfiguration",
			"The instance type does not support hibernation.")
	}
	check := func(batch []*instance) *wire.Error {
		for _, in := range batch {
			if err := stoppable(in); err != nil {
				return err
			}
		}
		return nil
	}
	return s.batch(c, p, d, check, func(ch *change, in *instance) {
		if in.State == running || in.State == pending || in.State == stopping && force {
			ch.stop(in, false, force)
		}
	})
}

// stoppable reports whether StopInstances accepts the instance: stopping it again is fine, stopping one that is in its
// very first pending is not.
func stoppable(in *instance) *wire.Error {
	switch {
	case in.State == shuttingDown || in.State == terminated:
		return wrongState("This instance '%s' is not in a state from which it can be stopped.", in.ID)
	case in.State == pending && !in.Ran:
		return wrongState("Instance '%s' cannot be stopped as it has never reached the 'running' state.", in.ID)
	case in.DisableStop && in.State != stopped && in.State != stopping:
		return wire.Errorf(400, "OperationNotPermitted", "The instance '%s' may not be stopped. Modify its "+
			"'disableApiStop' instance attribute and try again.", in.ID)
	}
	return nil
}

func (s *Service) rebootInstances(c *wire.Call, p params, d *doc) *wire.Error {
	err := s.update(c.Now, func(ch *change) *wire.Error {
		batch, err := s.pick(c, c.Operation, p.list("InstanceId"))
		if err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		for _, in := range batch {
			if in.State != running && in.State != pending {
				return wrongState("The instance '%s' is not in a state from which it can be rebooted.", in.ID)
			}
		}
		for _, in := range batch {
			if in.State == running {
				ch.noteInitialised(in)
				in.Boot++
				in.BootTime = ch.now
				ch.touch(in)
			}
		}
		return nil
	})
	if err == nil {
		d.bool("return", true)
	}
	return err
}

func (s *Service) terminateInstances(c *wire.Call, p params, d *doc) *wire.Error {
	var moves []move
	var denied *wire.Error
	err := s.update(c.Now, func(ch *change) *wire.Error {
		batch, err := s.pick(c, c.Operation, p.list("InstanceId"))
		if err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		var zones []string
		zones, denied = protectedZones(batch)
		for _, in := range batch {
			if slices.Contains(zones, in.Zone) {
				continue
			}
			before := in.State
			if before != shuttingDown && before != terminated {
				ch.stop(in, true, false)
			}
			moves = append(moves, move{in.ID, before, in.State})
		}
		return nil
	})
	if err == nil {
		err = denied
	}
	if err == nil {
		writeMoves(d, moves)
	}
	return err
}

// protectedZones returns the zones in which nothing of the batch is terminated, because an instance of the batch there
// is protected; the others' are although the answer is an error
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
func protectedZones(batch []*instance) ([]string, *wire.Error) {
	var zones []string
	var denied *wire.Error
	for _, in := range batch {
		if in.DisableTermination && in.State != terminated && in.State != shuttingDown {
			zones = append(zones, in.Zone)
			denied = wire.Errorf(400, "OperationNotPermitted", "The instance '%s' may not be terminated. Modify its "+
				"'disableApiTermination' instance attribute and try again.", in.ID)
		}
	}
	return zones, denied
}
