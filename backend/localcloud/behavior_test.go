package localcloud

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestBehaviorOverTheAdminAPI sets one member after another and reads what has come of it.
func TestBehaviorOverTheAdminAPI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1, Behavior: Behavior{SecondVPC: true, NameLag: time.Minute}})
		k := operatorOf(t, c)
		ask := func(method, body string) (status int, out map[string]any) {
			t.Helper()
			r, err := http.NewRequest(method, "http://localcloud/_admin/behavior", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+k.secret)
			got := k.do(r)
			if err := json.Unmarshal([]byte(got.body), &out); err != nil {
				t.Fatal(err, got.body)
			}
			return got.status, out
		}
		for _, body := range []string{`{"tagLag":"5s"}`, `{"nameLag":20}`, `{"noDefaultVpc":true}`,
			`{"rootDevice":"/dev/xvda"}`,
			`{"snapshotGiB":200}`, `{"rejectPastSchedules":true}`, `{"deletionLag":"30s"}`, `{"lateSchedules":true}`,
			`{"retriesSurvive":true}`, `{"failTargets":true}`} {
			if status, out := ask("POST", body); status != 200 {
				t.Errorf("%s: %d %v", body, status, out)
			}
		}
		want := Behavior{TagLag: 5 * time.Second, NameLag: 20 * time.Second, NoDefaultVPC: true, SecondVPC: true,
			RootDevice:  "/dev/xvda",
			SnapshotGiB: 200, RejectPastSchedules: true, DeletionLag: 30 * time.Second, LateSchedules: true,
			RetriesSurvive: true, FailTargets: true}
		if got := c.Behavior(); got != want {
			t.Errorf("in force: %+v", got)
		}
		if _, out := ask("GET", ""); out["tagLag"] != "5s" || out["nameLag"] != "20s" || out["secondVpc"] != true {
			t.Errorf("told: %v", out)
		}
		for _, body := range []string{`{"tagLag":"-5s"}`, `{"rootDevice":"sda"}`, `{"tagLagg":"5s"}`, `{"snapshotGiB":-1}`} {
			if status, _ := ask("POST", body); status != 400 {
				t.Errorf("%s: %d", body, status)
			}
		}
		if got := c.Behavior(); got != want {
			t.Errorf("after what was refused: %+v", got)
		}
	})
}

// TestBehaviorReachesTheServices asks each service for what its part of the behavior changes.
func TestBehaviorReachesTheServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1,
			Behavior: Behavior{NoDefaultVPC: true, SecondVPC: true, RootDevice: "/dev/xvda", SnapshotGiB: 150}})
		k := operatorOf(t, c)
		for operation, want := range map[string]string{"DescribeVpcs": "vpc-0b7b7b20000000001",
			"DescribeImages": "<volumeSize>150</volumeSize>",
			"RunInstances":   "VPCIdNotSpecified"} {
			body := ""
			if operation == "RunInstances" {
				body = "LaunchTemplate.LaunchTemplateName=avatar-launcher&MinCount=1&MaxCount=1"
			}
			if got := k.call("ec2", operation, body); !strings.Contains(got.body, want) {
				t.Errorf("%s: %d %s", operation, got.status, got.body)
			}
		}
	})
}

// TestTheEdgeHearsOfNamesLate points a name at an instance and asks the edge for its page.
func TestTheEdgeHearsOfNamesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, Options{Seed: 1, BootWarm: 4 * time.Second, BootCold: 10 * time.Second})
		_, address := bootedInstance(t, c)
		if err := c.SetBehavior(Behavior{NameLag: 20 * time.Second}); err != nil {
			t.Fatal(err)
		}
		k := operatorOf(t, c)
		name := "late." + strings.TrimSuffix(c.Outputs().ZoneName, ".")
		k.point(name, address)
		for _, want := range []int{404, 404, 200} {
			w := httptest.NewRecorder()
			c.Edge().ServeHTTP(w, httptest.NewRequest("GET", "http://"+name+"/", nil))
			if w.Code != want {
				t.Errorf("the edge answers %d, want %d", w.Code, want)
			}
			time.Sleep(10 * time.Second)
		}
	})
}
