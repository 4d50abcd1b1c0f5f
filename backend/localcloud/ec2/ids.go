package ec2

import (
	"regexp"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

var instanceID = regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

// checkIDs refuses what cannot be an instance ID, as AWS does before it looks for any of them.
func checkIDs(ids []string) *wire.Error {
	for _, id := range ids {
		if !instanceID.MatchString(id) {
			return wire.Errorf(400, "InvalidInstanceID.Malformed", "Invalid id: \"%s\"", id)
		}
	}
	return nil
}

func notFound(ids []string) *wire.Error {
	if len(ids) == 1 {
		return wire.Errorf(400, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", ids[0])
	}
	return wire.Errorf(400, "InvalidInstanceID.NotFound", "The instance IDs '%s' do not exist", strings.Join(ids, ", "))
}

func wrongState(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "IncorrectInstanceState", format, args...)
}

// visible finds an instance that the API shows already: it is eventually consistent after a launch.
func (s *Service) visible(id string, now time.Time) (*instance, bool) {
	in, ok := s.instances[id]
	if !ok || now.Before(in.VisibleAt) {
		return nil, false
	}
	return in, true
}
