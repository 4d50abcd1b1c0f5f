package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"avatar-launcher/backend"
	"avatar-launcher/backend/localcloud"
)

// TestLaunchesThatEC2Refuses says EC2's reason, and leaves no intent behind that would count as an instance: as many
// refusals as there may be instances leave room for the launch that EC2 takes.
func TestLaunchesThatEC2Refuses(t *testing.T) {
	for code, kind := range map[string]backend.Kind{
		"PendingVerification":              backend.KindUnexpected,
		"OptInRequired":                    backend.KindUnexpected,
		"Blocked":                          backend.KindUnexpected,
		"VolumeLimitExceeded":              backend.KindUnexpected,
		"MaxSpotInstanceCountExceeded":     backend.KindUnexpected,
		"UnsupportedOperation":             backend.KindUnexpected,
		"InvalidParameterValue":            backend.KindUnexpected,
		"InvalidAMIID.NotFound":            backend.KindConfig,
		"InvalidAMIID.Unavailable":         backend.KindConfig,
		"InvalidSnapshot.NotFound":         backend.KindConfig,
		"InvalidSubnetID.NotFound":         backend.KindConfig,
		"InvalidLaunchTemplateId.NotFound": backend.KindConfig,
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s := w.as(t, "user", demo)
				fault, err := w.cloud.AddFault(localcloud.Fault{Service: "ec2", Operation: "RunInstances",
					Kind: localcloud.FaultError, Code: code, Status: 400})
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					_, err := s.Start(t.Context(), demo, func(backend.Progress) {})
					if p := backend.ProblemOf(err); p == nil || p.Kind != kind || !strings.Contains(p.Why.String(), code) {
						t.Fatalf("got %v", err)
					}
				}
				pool, err := s.Pool(t.Context())
				if err != nil || len(pool.Members) > 0 {
					t.Errorf("%+v are left, %v", pool.Members, err)
				}
				w.cloud.RemoveFault(fault)
				start(t, s, demo)
			})
		})
	}
}
