package ec2

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

const rootDevice = "/dev/sda1"

// tokenLife is how long a client token is remembered at least
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html).
const tokenLife = 24 * time.Hour

// launchToken is a ClientToken that has been used: what for, and what came of it.
type launchToken struct {
	Fingerprint, ReservationID string
	At                         time.Time
}

// launch is a RunInstances request, its template worked in and everything checked.
type launch struct {
	// kinds of resources that the request names itself, whatever its template says
	own                             map[string]bool
	image                           image
	kind                            instanceType
	subnet                          *subnet // nil: any zone
	least, most                     int
	token                           string
	reserved                        string // the capacity reservation that it is for
	tags, volumeTags                map[string]string
	groups                          []string
	rootDevice                      string
	disks                           []string // devices beside the root device
	profile, userData, key          string
	shutdown                        string
	disableTermination, disableStop bool
	ebsOptimized, monitoring        bool
	metadataTokens                  string   // required (version 2 of the metadata service only) or optional
	market                          string   // on-demand, spot or capacity-block
	volumes                         []string // sizes in GiB; "" is that of the snapshot
	publicIP                        string   // true, false, or "" for what the subnet says
	ipv6                            int      // addresses
	templateID                      string
	systemTags                      map[string]string // EC2's own, which nobody asks for and no policy is asked about
}

func (s *Service) runInstances(c *wire.Call, p params, d *doc) *wire.Error {
	return s.update(c.Now, func(ch *change) *wire.Error {
		l, err := s.readLaunch(p)
		if err != nil {
			return err
		}
		print := fingerprint(p)
		used, again := s.tokens[l.token]
		again = again && l.token != "" && c.Now.Sub(used.At) < tokenLife
		var full *wire.Error
		if !again {
			full = s.choose(&l)
		}
		if err := s.mayLaunch(c, l); err != nil {
			return err
		}
		if err := p.dryRun(); err != nil {
			return err
		}
		if again {
			return s.replay(used, print, d)
		}
		if full != nil {
			return full
		}
		return s.launch(ch, c, l, print, d)
	})
}

// replay answers a launch that has been done already.
func (s *Service) replay(used launchToken, print string, d *doc) *wire.Error {
	if used.Fingerprint != print {
		return wire.Errorf(400, "IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent "+
			"with arguments used in previous request(s).")
	}
	made := keep(s.sorted(), func(in *instance) bool { return in.ReservationID == used.ReservationID })
	alive := keep(made, func(in *instance) bool { return in.State != terminated })
	if len(alive) == 0 {
		return wire.Errorf(400, "IdempotentInstanceTerminated", "The client token you have provided is associated with a "+
			"resource that is already deleted. Please use a different client token.")
	}
	s.writeReservation(d, made, true)
	return nil
}

// launch makes the instances.
func (s *Service) launch(ch *change, c *wire.Call, l launch, print string, d *doc) *wire.Error {
	at := place{l.subnet.zone.name, l.kind.name}
	n := l.most
	admit := func(n int) *wire.Error { return s.admit(map[place]int{at: n}) }
	if l.reserved != "" {
		admit = func(n int) *wire.Error { return s.admitReserved(l.reserved, at, n) }
	}
	err := admit(n)
	for err != nil && n > l.least {
		n--
		err = admit(n)
	}
	if err != nil {
		return err
	}
	if l.subnet.prefix.IsValid() && int64(n) > s.freeIn(*l.subnet) {
		return wire.Errorf(400, "InsufficientFreeAddressesInSubnet",
			"The specified subnet does not have enough free addresses to satisfy the request.")
	}
	reservation := "r-" + s.env.NewID(17)
	var made []*instance
	for i := range n {
		in := s.newInstance(ch.now, l)
		in.ReservationID, in.LaunchIndex, in.Requester = reservation, i, c.Principal.ARN
		if err := s.leasePrivate(in, *l.subnet); err != nil {
			return err
		}
		s.leaseIPv6(in, *l.subnet, l.ipv6Count())
		s.instances[in.ID] = in
		s.keepTags(in.ID, nil, ch.now)
		ch.start(in)
		made = append(made, in)
	}
	ch.remember(l.token, launchToken{print, reservation, ch.now})
	s.writeReservation(d, made, true)
	return nil
}

func (s *Service) newInstance(now time.Time, l launch) *instance {
	s.serial++
	tags := maps.Clone(l.tags)
	maps.Copy(tags, l.systemTags)
	return &instance{
		ID: "i-" + s.env.NewID(17), Type: l.kind.name, ImageID: l.image.id, Zone: l.subnet.zone.name,
		SubnetID: l.subnet.id, Serial: s.serial, ClientToken: l.token, Created: now, Reserved: l.reserved,
		VisibleAt: now.Add(s.invisible()), KeyName: l.key, Profile: l.profile, UserData: l.userData,
		SecurityGroups: l.groups, ShutdownBehavior: l.shutdown, DisableTermination: l.disableTermination,
		DisableStop: l.disableStop, EBSOptimized: l.ebsOptimized, Monitoring: l.monitoring, SourceDestCheck: true,
		Tags: tags, VolumeID: "vol-" + s.env.NewID(17), InterfaceID: "eni-" + s.env.NewID(17),
		RootDevice: l.rootDevice, Disks: s.newDisks(l), NoPublicIP: !l.wantsPublicIP(),
	}
}

// invisible is how long a new instance is not found yet; up to 1.5 s, by the seed.
func (s *Service) invisible() time.Duration {
	longest := min(1500*time.Millisecond, s.opts.Cold/10)
	if s.instantaneous() || longest <= 0 {
		return 0
	}
	return time.Duration(s.env.Rand(int64(longest)))
}

// remember keeps a client token, and drops those that have had their time.
func (ch *change) remember(token string, t launchToken) {
	for old, used := range ch.s.tokens {
		if ch.now.Sub(used.At) >= tokenLife {
			delete(ch.s.tokens, old)
			ch.drop(bucketTokens, old)
		}
	}
	if token != "" {
		ch.s.tokens[token] = t
		ch.put(bucketTokens, token, t)
	}
}

// choose picks the subnet where the request names none: a seeded zone first, the others where it has no room.
func (s *Service) choose(l *launch) *wire.Error {
	if l.subnet != nil {
		return nil
	}
	all := s.subnets()
	first := int(s.env.Rand(int64(len(all))))
	var last *wire.Error
	for _, n := range []int{l.most, l.least} {
		for i := range all {
			sn := all[(first+i)%len(all)]
			if last = s.admit(map[place]int{{sn.zone.name, l.kind.name}: n}); last == nil {
				l.subnet = &sn
				return nil
			}
		}
	}
	return last
}

// fingerprint identifies a request's arguments, whatever their order.
func fingerprint(p params) string {
	h := sha256.New()
	for _, k := range sortedKeys(p) {
		switch k {
		case "Action", "Version", "ClientToken", "DryRun":
		default:
			h.Write([]byte(k + "\x00" + p[k] + "\x00"))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkUserData refuses user data that is not base64 or is longer than 16 KiB.
func checkUserData(data string) *wire.Error {
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return wire.Errorf(400, "InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
	}
	if len(raw) > 16<<10 {
		return invalid("User data is limited to 16384 bytes")
	}
	return nil
}
