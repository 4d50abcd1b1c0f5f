package broker_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"avatar-launcher/backend"
	"avatar-launcher/backend/broker"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/localcloud"
	"avatar-launcher/backend/messages"
)

// newGatedWorld is a world whose instances have a gate.
func newGatedWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, localcloud.Options{BootWarm: 4 * time.Second, BootCold: 25 * time.Second, Seed: 1,
		WithoutUsers: true,
		Gate: func(id string, tags func() map[string]string, next http.Handler) http.Handler {
			return gate.Handler(next, gate.Options{Session: func() (gate.Session, error) {
				return gate.SessionOf(id, tags()), nil
			}})
		}})
}

// open asks for an address as a browser would, and returns the status and the cookies that came.
func (w *world) open(t *testing.T, address string, cookies ...*http.Cookie) (int, []*http.Cookie) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	resp, err := w.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // the status is what counts
	return resp.StatusCode, resp.Cookies()
}

// enter opens the avatar by a link of the client's, and returns the browser's cookie.
func (w *world) enter(t *testing.T, c *broker.Client, s backend.Session) *http.Cookie {
	t.Helper()
	link, err := c.Connect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	status, cookies := w.open(t, link)
	if status != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("%s: %d, %v", link, status, cookies)
	}
	return cookies[0]
}

// gateTag is the public key that the instance's gate knows.
func (w *world) gateTag(t *testing.T, id string) string {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(),
		&ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range out.Reservations[0].Instances[0].Tags {
		if aws.ToString(tag.Key) == gate.Tag {
			return aws.ToString(tag.Value)
		}
	}
	return ""
}

// rowKey is the private key in the user's row.
func (w *world) rowKey(t *testing.T, userID string) string {
	t.Helper()
	out, err := dynamodb.NewFromConfig(w.cfg).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &w.out.SessionsTable,
		Key: map[string]types.AttributeValue{"UserId": &types.AttributeValueMemberS{Value: userID}}})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := out.Item["GateKey"].(*types.AttributeValueMemberS)
	if text == nil {
		return ""
	}
	return text.Value
}

// TestProcessesOfTheFunctionShareTheGatesKey: whichever process of the function answers, its tickets open the avatar,
// and pages that were opened by another one's stay open. The key ends with the session.
func TestProcessesOfTheFunctionShareTheGatesKey(t *testing.T) {
	for _, pool := range []string{"cold", "warm"} {
		t.Run(pool, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newGatedWorld(t)
				if pool == "warm" {
					w.fill(t)
				}
				_, other := w.process(t)
				a, b := w.client(t, ann, 0), clientOf(t, other, ann, 0)
				s, _, _ := run(t, a, ann)
				tag := w.gateTag(t, s.InstanceID)
				cookies := []*http.Cookie{w.enter(t, b, *s), w.enter(t, a, *s), w.enter(t, b, *s)}
				var all sync.WaitGroup
				for i := range 8 { // at the same time
					all.Go(func() { _, _ = []*broker.Client{a, b}[i%2].Connect(t.Context(), *s) })
				}
				all.Wait()
				for i, c := range cookies {
					if status, _ := w.open(t, w.fleet.URL(*s), c); status != http.StatusOK {
						t.Errorf("page %d: %d", i, status)
					}
				}
				if now := w.gateTag(t, s.InstanceID); now != tag || tag == "" {
					t.Errorf("the gate's key was %q and is %q", tag, now)
				}
				if err := b.Stop(t.Context(), *s, messages.Verbatim("test")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if left := w.rowKey(t, ann.ID); left != "" {
					t.Error("the key outlives the session")
				}
				next, _, _ := run(t, b, ann)
				if w.gateTag(t, next.InstanceID) == tag {
					t.Error("the next session has the same key")
				}
				if status, _ := w.open(t, w.fleet.URL(*next), cookies[0]); status != http.StatusForbidden {
					t.Errorf("the last session's cookie: %d", status)
				}
			})
		})
	}
}

// TestASessionThatBeganWithoutAStoredKeyGetsOne: it began before the broker did.
func TestASessionThatBeganWithoutAStoredKeyGetsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newGatedWorld(t)
		w.fill(t)
		desktop := w.service(t, "desktop")
		s, _, _ := run(t, desktop, ann)
		if w.rowKey(t, ann.ID) != "" {
			t.Error("a desktop stored its key")
		}
		_, other := w.process(t)
		clients := []*broker.Client{w.client(t, ann, 0), clientOf(t, other, ann, 0)}
		var all sync.WaitGroup
		for _, c := range clients {
			all.Go(func() { _, _ = c.Connect(context.WithoutCancel(t.Context()), *s) })
		}
		all.Wait()
		first := w.enter(t, clients[0], *s)
		second := w.enter(t, clients[1], *s)
		for _, c := range []*http.Cookie{first, second} {
			if status, _ := w.open(t, desktop.URL(*s), c); status != http.StatusOK {
				t.Errorf("a page: %d", status)
			}
		}
	})
}
