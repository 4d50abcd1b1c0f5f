package ec2

import (
	"cmp"
	"strconv"

	"avatar-launcher/backend/localcloud/wire"
)

// disk is a volume beside the root volume.
type disk struct{ Device, VolumeID string }

// rootDeviceOf is the name of an image's root device.
func (s *Service) rootDeviceOf(im image) string {
	if im.owner == "self" {
		return cmp.Or(s.behavior.RootDevice, rootDevice)
	}
	return rootDevice
}

// snapshotOf is an image's snapshot, and its size in GiB.
func (s *Service) snapshotOf(im image) (id string, gib int64) {
	id, gib = "snap-"+im.id[len("ami-"):], im.gib
	if im.owner == "self" {
		gib = cmp.Or(s.behavior.SnapshotGiB, gib)
	}
	return id, gib
}

// readDisks reads the block device mappings. One for the image's root device sizes the root volume, any other adds a
// volume: a mapping for /dev/sda1 leaves the root volume of an image with /dev/xvda as it is.
func (s *Service) readDisks(l *launch, p params) *wire.Error {
	l.rootDevice = s.rootDeviceOf(l.image)
	for _, mapping := range p.groups("BlockDeviceMapping") {
		device, size := mapping.get("DeviceName"), mapping.get("Ebs.VolumeSize")
		if device == "" {
			return missing("deviceName")
		}
		gib, err := strconv.ParseInt(size, 10, 64)
		if size != "" && (err != nil || gib < 1 || gib > 65536) {
			return invalid("Value (%s) for parameter volumeSize is invalid. Expected a size between 1 and 65536.", size)
		}
		if device != l.rootDevice {
			l.disks = append(l.disks, device)
			continue
		}
		if snapshot, least := s.snapshotOf(l.image); size != "" && gib < least {
			return wire.Errorf(400, "InvalidBlockDeviceMapping",
				"Volume of size %dGB is smaller than snapshot '%s', expect size >= %dGB", gib, snapshot, least)
		}
	}
	return nil
}

// newDisks are the volumes that a launch adds to each instance.
func (s *Service) newDisks(l launch) []disk {
	var out []disk
	for _, device := range l.disks {
		out = append(out, disk{device, "vol-" + s.env.NewID(17)})
	}
	return out
}

// rootDevice is the name of the instance's root device.
func (in *instance) rootDevice() string { return cmp.Or(in.RootDevice, rootDevice) }

// attached are the instance's volumes, the root volume first. They go with a terminated instance.
func (in *instance) attached() []disk {
	if in.State == terminated {
		return nil
	}
	if in.VolumeID == "" { // a replacement failed
		return in.Disks
	}
	return append([]disk{{in.rootDevice(), in.VolumeID}}, in.Disks...)
}
