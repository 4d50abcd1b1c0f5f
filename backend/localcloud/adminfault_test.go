package localcloud

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// TestAdminFaultHasItsReasons: a fault by the admin address is the one that Go's method adds.
func TestAdminFaultHasItsReasons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1})
		k := operatorOf(t, c)
		r, err := http.NewRequest("POST", "http://localcloud/_admin/faults", strings.NewReader(
			`{"service":"dynamodb","operation":"TransactWriteItems","kind":"error","code":"TransactionCanceledException",`+
				`"status":400,"reasons":["TransactionConflict","None"]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+k.secret)
		if got := k.do(r); got.status != 200 {
			t.Fatal(got.status, got.body)
		}
		if got := c.Faults(); len(got) != 1 || !slices.Equal(got[0].Reasons, []string{"TransactionConflict", "None"}) {
			t.Errorf("in force: %+v", got)
		}
	})
}
