package fleet_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestTheKeeperChangesNoNameThatAUserMadeUp has users write other names into their sessions' rows, which their role
// may write. The keeper, whose role may change every name of the zone, leaves those as they are: while the session
// goes on, when the keeper ends it, and afterwards.
func TestTheKeeperChangesNoNameThatAUserMadeUp(t *testing.T) {
	for label, address := range foreign {
		t.Run(label, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.withForeign(t)
				s := w.desktop(t, "alice")
				start(t, s, alice)
				s.Wait()
				for _, domain := range []string{label + "." + w.out.ZoneName, label + ".example.com", "x." + label + "." +
					w.out.ZoneName, w.out.ZoneName, "a\nb." + w.out.ZoneName, ""} {
					_, err := dynamodb.NewFromConfig(w.cfg).UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
						TableName: &w.out.SessionsTable,
						Key: map[string]types.AttributeValue{
							"UserId": &types.AttributeValueMemberS{Value: alice.ID},
						},
						UpdateExpression:         aws.String("SET #d = :d, PublicIp = :a"),
						ExpressionAttributeNames: map[string]string{"#d": "Domain"},
						ExpressionAttributeValues: map[string]types.AttributeValue{
							":d": &types.AttributeValueMemberS{Value: domain},
							":a": &types.AttributeValueMemberS{Value: "203.0.113.66"},
						},
					})
					if err != nil {
						t.Fatal(err)
					}
					stop := keep(t, w.desktop(t, "keeper"))
					time.Sleep(11 * time.Minute)
					stop()
					if got := w.cloud.Resolve(label + "." + w.out.ZoneName); len(got) != 1 || got[0] != address {
						t.Errorf("with %q in the row, %s points at %v, not %s", domain, label, got, address)
					}
				}
				stop := keep(t, w.desktop(t, "keeper"))
				time.Sleep(2 * time.Hour) // the session ends
				stop()
				if got := w.cloud.Resolve(label + "." + w.out.ZoneName); len(got) != 1 || got[0] != address {
					t.Errorf("after the session %s points at %v, not %s", label, got, address)
				}
			})
		})
	}
}
