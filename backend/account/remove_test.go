package account

import (
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"avatar-launcher/backend"
)

// TestRemoveClosesThePoolFirst: a keeper at work launches nothing anew, and what was launched is gone.
func TestRemoveClosesThePoolFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openCloud(t)
		k := c.desktop(t, "keeper", bob)
		keepFor(t, k, 5*60e9)
		made := "<Outputs><member><OutputKey>LeasesTable</OutputKey><OutputValue>" + c.out.LeasesTable + "</OutputValue></member></Outputs>"
		w := &wire{answers: map[string][]string{"DescribeStacks": {stack("CREATE_COMPLETE", ourTag+made), noStack},
			"DescribeStackEvents": {stackEvents()}, "DeleteStack": {""}}}
		a := c.setup(t, w)
		a.DynamoDB = dynamodb.NewFromConfig(c.cfg)
		if ids, err := a.Instances(t.Context()); err != nil || len(ids) != 2 {
			t.Fatalf("the pool has %v, %v", ids, err)
		}
		if err := a.Remove(t.Context(), func(Event) {}); err != nil {
			t.Fatal(err)
		}
		keepFor(t, k, 5*60e9)
		if ids, err := a.Instances(t.Context()); err != nil || len(ids) != 0 {
			t.Errorf("the keeper launched %v, %v", ids, err)
		}
		c.instance(t, "")
		if p := backend.ProblemOf(a.nothingLeft(t.Context(), true)); p == nil || p.Next == "" {
			t.Errorf("an instance that is left: %v", p)
		}
	})
}
