package identity_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"avatar-launcher/backend"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/localcloud"
)

const credentialCalls = "cognito-identity:GetCredentialsForIdentity"

func retrieve(t *testing.T, s *identity.Service) aws.Credentials {
	t.Helper()
	c, err := s.Credentials().Retrieve(t.Context())
	must(t, err)
	return c
}

func TestOneRenewalHoweverManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		ask := func() (got []aws.Credentials) {
			var all sync.WaitGroup
			var mu sync.Mutex
			for range 50 {
				all.Go(func() {
					c, err := s.Credentials().Retrieve(t.Context())
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						t.Error(err)
					}
					got = append(got, c)
				})
			}
			all.Wait()
			return got
		}
		first := ask()
		if n := w.count(credentialCalls); n != 1 {
			t.Errorf("%d calls for the first credentials", n)
		}
		time.Sleep(55 * time.Minute) // past 90 % of the hour: renewed beside, while the old ones are answered
		if c := retrieve(t, s); c != first[0] {
			t.Error("the first caller was not given the credentials that are still good")
		}
		ask()
		synctest.Wait()
		if n := w.count(credentialCalls); n != 2 {
			t.Errorf("%d calls after the renewal", n)
		}
		if c := retrieve(t, s); c.AccessKeyID == first[0].AccessKeyID || time.Until(c.Expires) < 30*time.Minute {
			t.Errorf("the new credentials are not in use: %v", c.Expires)
		}
		time.Sleep(3 * time.Hour) // everything has expired, as after a sleep of the machine
		ask()
		if n := w.count(credentialCalls); n != 3 {
			t.Errorf("%d calls after the expiry", n)
		}
		if n := w.count("cognito-identity:GetId"); n != 1 {
			t.Errorf("%d calls of GetId", n)
		}
	})
}

func TestIdleMakesNoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		retrieve(t, s)
		before := w.total()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := w.total() - before; n != 0 {
			t.Errorf("%d calls in a day of doing nothing", n)
		}
	})
}

func TestRefusedRenewalNeverBlocksAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		old := retrieve(t, s)
		_, err := w.admin.AdminUserGlobalSignOut(t.Context(), &cognitoidentityprovider.AdminUserGlobalSignOutInput{
			UserPoolId: &w.out.UserPoolID, Username: aws.String("demo")})
		must(t, err)
		time.Sleep(56 * time.Minute)
		for range 3 {
			if c := retrieve(t, s); c != old {
				t.Error("the last good credentials are not answered")
			}
			synctest.Wait()
		}
		if n := w.count(credentialCalls); n > 2 {
			t.Errorf("%d calls: a failed renewal is tried again at once", n)
		}
		time.Sleep(5 * time.Minute)
		_, err = s.Credentials().Retrieve(t.Context())
		refusal(t, err, backend.KindRefused, "has expired")
	})
}

func TestSlowRenewalNeverBlocksAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		old := retrieve(t, s)
		_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-identity", Kind: localcloud.FaultLatency,
			Latency: time.Hour})
		must(t, err)
		time.Sleep(56 * time.Minute)
		start := time.Now()
		if c := retrieve(t, s); c != old || time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
		time.Sleep(2 * time.Minute) // the renewal was given up
		synctest.Wait()
	})
}

func TestCredentialsOutliveTheSignOutForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		old := retrieve(t, s)
		must(t, s.SignOut(t.Context()))
		time.Sleep(59 * time.Second)
		if c := retrieve(t, s); c != old {
			t.Error("a stop that is still under way has no credentials")
		}
		time.Sleep(2 * time.Second)
		_, err := s.Credentials().Retrieve(t.Context())
		refusal(t, err, backend.KindRefused, "You’re not signed in")
	})
}

func TestTheNextUserNeverGetsTheLastOnesCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		first := retrieve(t, s)
		must(t, s.SignOut(t.Context()))
		_, _, err := s.SignIn(t.Context(), "alice", w.password(t, "alice"))
		must(t, err)
		second := retrieve(t, s)
		time.Sleep(2 * time.Minute) // the farewell of the first is over
		if second.AccessKeyID == first.AccessKeyID || retrieve(t, s) != second {
			t.Error("the credentials of two users were mixed up")
		}
	})
}

func TestWaitingForCredentialsCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.signedIn(t, "demo")
		_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-identity", Kind: localcloud.FaultLatency,
			Latency: time.Hour})
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var all sync.WaitGroup
		for range 2 { // the one that renews, and the one that waits for its turn
			all.Go(func() {
				_, err := s.Credentials().Retrieve(ctx)
				refusal(t, err, backend.KindUnreachable, "too long")
			})
		}
		all.Wait()
	})
}

func TestClientsThatKnowTheOlderRefreshOnly(t *testing.T) {
	w := newWorld(t)
	w.signedIn(t, "demo").Forget()
	_, err := w.cloud.AddFault(localcloud.Fault{Service: "cognito-idp", Operation: "GetTokensFromRefreshToken",
		Kind: localcloud.FaultError, Code: "UnsupportedOperationException", Status: 400})
	must(t, err)
	if user, err := w.service().Resume(t.Context()); err != nil || user.Username != "demo" {
		t.Errorf("got %v, %v", user, err)
	}
}

func TestClockThatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		ahead time.Duration // of the cloud
		why   string        // "": the sign-in is good
	}{
		"a little slow": {4 * time.Minute, ""},
		"a little fast": {-4 * time.Minute, ""},
		"slow":          {10 * time.Minute, "clock is 10 minutes slow"},
		"very slow":     {2 * time.Hour, "clock is 120 minutes slow"},
		"very fast":     {-2 * time.Hour, "clock is 120 minutes fast"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.cloud.SetClockSkew(tt.ahead)
				s := w.service()
				_, _, err := s.SignIn(t.Context(), "demo", w.password(t, "demo"))
				if tt.why != "" {
					refusal(t, err, backend.KindRefused, tt.why)
					return
				}
				must(t, err)
				if life := time.Until(retrieve(t, s).Expires); life < 59*time.Minute || life > 61*time.Minute {
					t.Errorf("by this computer's clock the credentials last %v", life)
				}
			})
		})
	}
}

func TestIdentityThatWasDeleted(t *testing.T) {
	w := newWorld(t)
	s := w.signedIn(t, "demo")
	retrieve(t, s)
	s.Forget()
	s = w.service()
	_, err := s.Resume(t.Context())
	must(t, err)
	_, err = w.cloud.AddFault(localcloud.Fault{Service: "cognito-identity", Operation: "GetCredentialsForIdentity",
		Kind: localcloud.FaultError, Code: "ResourceNotFoundException", Status: 400, Count: 1})
	must(t, err)
	retrieve(t, s)
	if n := w.count("cognito-identity:GetId"); n != 2 {
		t.Errorf("%d calls of GetId", n)
	}
}
