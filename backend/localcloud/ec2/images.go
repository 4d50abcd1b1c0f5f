package ec2

import (
	"regexp"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// DefaultImage is the machine image that every account has: the avatar.
const DefaultImage = "ami-0a7a7a20000000001"

var imageID = regexp.MustCompile(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)

// image is a machine image; owner "self" is the account.
type image struct {
	id, name, description, owner, alias, created string
	gib                                          int64
}

var images = []image{
	{id: DefaultImage, name: "avatar-metahuman", owner: "self", gib: 100, created: "2026-01-15T09:00:00.000Z",
		description: "Unreal Engine avatar with Pixel Streaming, NVIDIA driver and log agent"},
	{id: "ami-0a7a7a20000000002", name: "al2023-ami-2023.9.20260110.0-kernel-6.12-x86_64", owner: "137112412989",
		alias: "amazon", gib: 8, created: "2026-01-10T00:00:00.000Z", description: "Amazon Linux 2023 AMI"},
}

func imageNamed(id string) (image, *wire.Error) {
	if !imageID.MatchString(id) {
		return image{}, wire.Errorf(400, "InvalidAMIID.Malformed", "Invalid id: \"%s\" (expecting \"ami-...\")", id)
	}
	for _, im := range images {
		if im.id == id {
			return im, nil
		}
	}
	return image{}, wire.Errorf(400, "InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
}

// imagesNamed refuses a list of IDs of which one is malformed, or some do not exist.
func imagesNamed(ids []string) *wire.Error {
	var absent []string
	for _, id := range ids {
		_, err := imageNamed(id)
		if err != nil && strings.HasSuffix(err.Code, ".Malformed") {
			return err
		}
		if err != nil {
			absent = append(absent, id)
		}
	}
	switch len(absent) {
	case 0:
		return nil
	case 1:
		return wire.Errorf(400, "InvalidAMIID.NotFound", "The image id '[%s]' does not exist", absent[0])
	}
	return wire.Errorf(400, "InvalidAMIID.NotFound", "The image ids '[%s]' do not exist", strings.Join(absent, ", "))
}

func (s *Service) imageOwner(im image) string {
	if im.owner == "self" {
		return s.env.AccountID
	}
	return im.owner
}

func (s *Service) imageAttributes(im image) attributes {
	return withTags(attributes{
		"image-id": {im.id}, "name": {im.name}, "description": {im.description}, "state": {"available"},
		"architecture": {"x86_64"}, "owner-id": {s.imageOwner(im)}, "owner-alias": {im.alias},
		"image-type": {"machine"}, "root-device-type": {"ebs"}, "virtualization-type": {"hvm"},
		"hypervisor": {"xen"}, "is-public": {boolText(im.owner != "self")}, "ena-support": {"true"},
		"creation-date": {im.created}, "platform": nil, "root-device-name": {s.rootDeviceOf(im)},
	}, s.tagsOf(im.id))
}

func (s *Service) describeImages(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters, err := readFilters(p, s.imageAttributes(image{}))
	if err != nil {
		return err
	}
	ids, owners := p.list("ImageId"), p.list("Owner")
	if err := imagesNamed(ids); err != nil {
		return err
	}
	all := keep(images, func(im image) bool {
		mine := len(owners) == 0
		for _, o := range owners {
			mine = mine || o == s.imageOwner(im) || o == im.owner || o == im.alias
		}
		return mine && wanted(ids, im.id) && matches(filters, s.imageAttributes(im))
	})
	all, next, err := page(p, all, func(im image) string { return im.id }, 1, 1000)
	if err != nil {
		return err
	}
	list(d, "imagesSet", all, func(im image) { s.writeImage(d, im) })
	d.opt("nextToken", next)
	return nil
}

func (s *Service) writeImage(d *doc, im image) {
	d.text("imageId", im.id)
	d.text("imageLocation", s.imageOwner(im)+"/"+im.name)
	d.text("imageState", "available")
	d.text("imageOwnerId", s.imageOwner(im))
	d.opt("imageOwnerAlias", im.alias)
	d.text("creationDate", im.created)
	d.bool("isPublic", im.owner != "self")
	d.text("architecture", "x86_64")
	d.text("imageType", "machine")
	d.bool("enaSupport", true)
	d.text("name", im.name)
	d.text("description", im.description)
	d.text("rootDeviceType", "ebs")
	d.text("rootDeviceName", s.rootDeviceOf(im))
	list(d, "blockDeviceMapping", []image{im}, func(im image) {
		d.text("deviceName", s.rootDeviceOf(im))
		d.in("ebs", func() {
			snapshot, gib := s.snapshotOf(im)
			d.text("snapshotId", snapshot)
			d.number("volumeSize", gib)
			d.bool("deleteOnTermination", true)
			d.text("volumeType", "gp3")
			d.bool("encrypted", false)
		})
	})
	d.text("virtualizationType", "hvm")
	d.text("hypervisor", "xen")
	d.text("platformDetails", "Linux/UNIX")
	d.text("usageOperation", "RunInstances")
	d.tagSet(s.tagsOf(im.id))
}
