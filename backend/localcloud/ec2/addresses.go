package ec2

import (
	"encoding/binary"
	"net/netip"

	"avatar-launcher/backend/localcloud/wire"
)

// lease gives the instance a public address, as every start does. The caller holds s.mu.
func (s *Service) lease(in *instance) {
	if in.NoPublicIP {
		return
	}
	if ip, ok := s.free(s.opts.AddressPrefix); ok {
		in.PublicIP = ip
		s.addresses[ip] = in.ID
	}
}

// release takes the public address back, and the private one of an instance that is terminated.
func (s *Service) release(in *instance, terminated bool) {
	delete(s.addresses, in.PublicIP)
	in.PublicIP = ""
	if terminated {
		delete(s.addresses, in.PrivateIP)
		in.PrivateIP, in.IPv6 = "", nil
	}
}

// leasePrivate gives a new instance its private address in its subnet. The caller holds s.mu.
func (s *Service) leasePrivate(in *instance, sn subnet) *wire.Error {
	if !sn.prefix.IsValid() {
		return nil // IPv6 addresses only
	}
	ip, ok := s.free(sn.prefix)
	if !ok {
		return wire.Errorf(400, "InsufficientFreeAddressesInSubnet",
			"The specified subnet does not have enough free addresses to satisfy the request.")
	}
	in.PrivateIP = ip
	s.addresses[ip] = in.ID
	return nil
}

// free finds an unused address of an IPv4 prefix, beginning at a seeded random one so that an address is seldom
// given twice in a row. The first four and the last are reserved, as in AWS's subnets.
func (s *Service) free(prefix netip.Prefix) (string, bool) {
	size := int64(1) << (32 - prefix.Bits())
	usable := size - 5
	if usable < 1 {
		return "", false
	}
	base := binary.BigEndian.Uint32(prefix.Masked().Addr().AsSlice())
	from := s.env.Rand(usable)
	for i := range usable {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], base+4+uint32((from+i)%usable))
		if ip := netip.AddrFrom4(b).String(); s.addresses[ip] == "" {
			return ip, true
		}
	}
	return "", false
}
