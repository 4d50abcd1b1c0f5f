package localcloud

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// TestAdminFailures asks the operator's API for starts that fail late and for images that never become ready.
func TestAdminFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1, WithoutUsers: true})
		k := operatorOf(t, c)
		for _, each := range []struct {
			path, body string
			status     int
		}{
			{"never-ready", `{"enabled":true}`, 204}, {"never-ready", `{"enabeld":true}`, 400},
			{"never-ready", `{"enabled":3}`, 400},
			{"late-failures", `{"count":2,"code":"Server.InternalError"}`, 204}, {"late-failures", `{"count":"two"}`, 400},
		} {
			r, err := http.NewRequest("POST", "http://localcloud/_admin/"+each.path, strings.NewReader(each.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := k.do(r); got.status != 401 && got.status != 403 {
				t.Errorf("%s without credentials: %d", each.path, got.status)
			}
			r, _ = http.NewRequest("POST", r.URL.String(), strings.NewReader(each.body))
			r.Header.Set("Authorization", "Bearer "+k.secret)
			if got := k.do(r); got.status != each.status {
				t.Errorf("%s %s: %d %s, want %d", each.path, each.body, got.status, got.body, each.status)
			}
		}
	})
}
