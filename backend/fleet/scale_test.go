package fleet_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var rows = flag.String("rows", "", "a file to which figures are added as rows of build/bench")

// figure prints a measured figure, and adds it to the rows of build/bench where these are asked for.
func figure(t *testing.T, row, unit string, value float64, target string, met bool) {
	t.Helper()
	t.Logf("%s: %.4g %s", row, value, unit)
	if *rows == "" {
		return
	}
	line := map[string]any{"row": "fleet: " + row, "unit": unit, "runs": []float64{value}}
	if target != "" {
		line["target"], line["met"] = target, met
	}
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(*rows, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
}

// count says how often each operation was called through a network.
func (n *network) count() map[string]int {
	n.mu.Lock()
	defer n.mu.Unlock()
	counts := map[string]int{}
	for _, c := range n.calls {
		counts[c]++
	}
	return counts
}

// percentile is the value below which a share of the sorted values lies.
func percentile[T cmp.Ordered](values []T, share float64) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// TestOverhead: with a round trip of 40 ms, a warm start from the press to ready takes less than 300 ms more than the
// instance takes to boot, and no more than three calls come before StartInstances.
func TestOverhead(t *testing.T) {
	var over []time.Duration
	before := 0
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
		time.Sleep(3 * time.Minute)
		d := w.launch(t, "desktop", userNo(1), false, 0, figures, 2)
		d.net.set(func(n *network) { n.latency = 40 * time.Millisecond })
		for range setting("STARTS", 5) {
			d.await(reached(backend.Idle))
			d.do(backend.WishTouch) // somebody is at the window
			time.Sleep(2 * time.Second)
			synctest.Wait()
			d.net.set(func(n *network) { n.calls = nil })
			snapshots, cancel := d.launcher.Watch()
			pressed := time.Now()
			d.do(backend.WishStart)
			for s := range snapshots {
				if s.Phase == backend.Ready {
					break
				}
			}
			cancel()
			over = append(over, time.Since(pressed)-bootWarm)
			d.net.set(func(n *network) {
				before = max(before, slices.Index(n.calls, "StartInstances"))
				armed := slices.IndexFunc(n.calls, func(c string) bool { return strings.HasSuffix(c, " schedules") })
				tagged := slices.Index(n.calls, "CreateTags")
				if on := slices.Index(n.calls, "StartInstances"); armed < 0 || tagged < 0 || on < armed || on < tagged {
					t.Errorf("it starts before its stops are set: %v", n.calls)
				}
			})
			d.do(backend.WishStop)
			time.Sleep(2 * time.Minute)
		}
	})
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	figure(t, "press to ready beyond the boot, 40 ms round trip, median", "ms", ms(percentile(over, 0.5)), "", true)
	figure(t, "press to ready beyond the boot, 40 ms round trip, 95th percentile", "ms", ms(percentile(over, 0.95)),
		"less than 300 ms", percentile(over, 0.95) < 300*time.Millisecond)
	figure(t, "calls before StartInstances", "calls", float64(before), "three at most", before <= 3)
	if p := percentile(over, 0.95); p >= 300*time.Millisecond || p <= 0 {
		t.Errorf("the 95th percentile is %v, want less than 300ms", p)
	}
	if before > 3 {
		t.Errorf("%d calls come before StartInstances, want three at most", before)
	}
}

// TestClaimsAtOnce: as many desktops as there are warm instances press start in the same moment. The claim is all that
// is looked at, so the instances are rows without machines, and each desktop is killed once it has claimed.
func TestClaimsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := setting("DESKTOPS", 40)
		db := dynamodb.NewFromConfig(w.cfg)
		for i := range n {
			_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{
				TableName: &w.out.InstancesTable,
				Item: map[string]types.AttributeValue{
					"InstanceId":   &types.AttributeValueMemberS{Value: fmt.Sprintf("i-%017d", i)},
					"State":        &types.AttributeValueMemberS{Value: "warm"},
					"Epoch":        &types.AttributeValueMemberN{Value: "0"},
					"Zone":         &types.AttributeValueMemberS{Value: "us-east-1a"},
					"InstanceType": &types.AttributeValueMemberS{Value: "g5.2xlarge"},
				},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		all := make([]*desktop, n)
		for i := range all {
			all[i] = w.launch(t, fmt.Sprint("desktop", i), userNo(i), false, 0, figures, uint64(i))
			all[i].net.set(func(net *network) { net.latency = time.Duration(20+i%60) * time.Millisecond })
		}
		time.Sleep(30 * time.Second)
		for _, d := range all {
			d.do(backend.WishStart)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		var transactions []float64
		for _, d := range all {
			transactions = append(transactions, float64(d.net.count()["TransactWriteItems"]))
			d.net.kill()
			<-d.done
		}
		rows, err := w.scan(t.Context(), w.out.InstancesTable)
		if err != nil {
			t.Fatal(err)
		}
		owners := map[string]string{}
		for _, r := range rows {
			if r.State != backend.Claimed {
				t.Errorf("%s is %s: nobody claimed it", r.InstanceID, r.State)
			} else if owners[r.Owner] != "" {
				t.Errorf("%s claimed %s and %s", r.Owner, owners[r.Owner], r.InstanceID)
			}
			owners[r.Owner] = r.InstanceID
		}
		sum := 0.0
		for _, v := range transactions {
			sum += v
		}
		at := fmt.Sprintf("%d desktops claim at once, transactions a claim, ", n)
		figure(t, at+"average", "transactions", sum/float64(n), "", true)
		figure(t, at+"95th percentile", "transactions", percentile(transactions, 0.95), "1.3 at most",
			percentile(transactions, 0.95) <= 1.3)
		if p := percentile(transactions, 0.95); p > 1.3 {
			t.Errorf("%.1f transactions a claim at the 95th percentile, want 1.3 at most", p)
		}
	})
}

// TestScale runs many desktops for a virtual hour on a cloud that throttles as AWS does: a tenth of them start in the
// first minutes, work for a while and stop; the others are signed in and do nothing.
func TestScale(t *testing.T) {
	wallTook := stopwatch()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetThrottle(true)
		n := setting("DESKTOPS", 40)
		size := figures
		size.PoolSize, size.MaxInstances = max(3, n/20), max(6, n/8)
		all := []*desktop{w.launch(t, "keeper", userNo(99_999), true, 0, size, 0)}
		time.Sleep(10 * time.Minute)
		before := w.cloud.CallCounts()
		began := time.Now()
		for i := range n {
			all = append(all, w.launch(t, fmt.Sprint("desktop", i), userNo(i), i%10 == 0, 0, size, uint64(i)))
			time.Sleep(time.Duration(300) * time.Second / time.Duration(n))
		}
		for _, d := range all[1:] {
			d.net.set(func(net *network) { net.latency, net.calls = 40*time.Millisecond, nil })
		}
		busy := all[1 : 1+n/10]
		for i, d := range busy {
			d.do(backend.WishStart)
			if i%5 == 0 {
				time.Sleep(time.Second)
			}
		}
		time.Sleep(40 * time.Minute)
		ready := 0
		for _, d := range busy {
			if s := d.launcher.Snapshot(); s.Phase == backend.Ready {
				ready++
			} else {
				t.Logf("%s stands at %s: %v, %+v\n%s", d.name, s.Phase, s.Problem, s.Queue, w.auditOf(t, *s.User))
			}
			d.do(backend.WishStop)
		}
		time.Sleep(time.Hour - time.Since(began))
		synctest.Wait()
		var idle []int
		for _, d := range all[1+n/10:] {
			calls := 0
			for _, c := range d.net.count() {
				calls += c
			}
			if calls >= 10 {
				t.Errorf("%s did nothing and made %d calls in 55 minutes, want fewer than 10: %v", d.name, calls, d.net.count())
			}
			idle = append(idle, calls)
		}
		report(t, w, n, ready, len(busy), before, idle, wallTook())
		if ready < len(busy) {
			t.Errorf("%d of %d desktops that started became ready", ready, len(busy))
		}
	})
}

// auditOf lists what the audit has of a user's session, for a failed test: oldest first.
func (w *world) auditOf(t *testing.T, u backend.User) string {
	out, err := dynamodb.NewFromConfig(w.cfg).Scan(t.Context(), &dynamodb.ScanInput{TableName: &w.out.AuditTable,
		ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, item := range out.Items {
		var row map[string]any
		if err := attributevalue.UnmarshalMap(item, &row); err != nil {
			return err.Error()
		}
		if line := fmt.Sprint(row); strings.Contains(line, u.ID) || strings.Contains(line, u.Username) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// report prints what an hour of many desktops came to.
func report(t *testing.T, w *world, n, ready, busy int, before map[string]int64, idle []int, took time.Duration) {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	var total int64
	var lines []string
	for op, c := range w.cloud.CallCounts() {
		if c -= before[op]; c > 0 {
			total += c
			lines = append(lines, fmt.Sprintf("%s %d", op, c))
		}
	}
	var throttled, claims, conflicts int64
	for refusal, c := range w.cloud.Refusals() {
		switch {
		case strings.Contains(refusal, "Throttl") || strings.Contains(refusal, "LimitExceeded") ||
			strings.Contains(refusal, "PriorRequestNotComplete"):
			throttled += c
			lines = append(lines, fmt.Sprintf("throttled: %s %d", refusal, c))
		case strings.Contains(refusal, "TransactionCanceled") || strings.Contains(refusal, "ConditionalCheckFailed"):
			conflicts += c
			lines = append(lines, fmt.Sprintf("conflict: %s %d", refusal, c))
		}
	}
	claims = w.cloud.CallCounts()["dynamodb:TransactWriteItems"] - before["dynamodb:TransactWriteItems"]
	fullest, most := "", 0.0
	for name, used := range w.cloud.BucketUse() {
		if used > most {
			fullest, most = name, used
		}
		lines = append(lines, fmt.Sprintf("bucket %s: %.0f %%", name, 100*used))
	}
	slices.Sort(lines)
	at := fmt.Sprintf("%d desktops for a virtual hour, ", n)
	figure(t, at+"ready of those that started", "%", 100*float64(ready)/float64(busy), "100 %", ready == busy)
	figure(t, at+"calls", "calls", float64(total), "", true)
	figure(t, at+"transactions", "calls", float64(claims), "", true)
	figure(t, at+"writes that met another's", "calls", float64(conflicts), "", true)
	figure(t, at+"throttled calls", "calls", float64(throttled), "", true)
	figure(t, at+"highest use of a token bucket of EC2, "+fullest, "%", 100*most, "", true)
	figure(t, at+"calls of one that does nothing", "calls", float64(slices.Max(idle)), "fewer than 10",
		slices.Max(idle) < 10)
	figure(t, at+"processor time", "s", took.Seconds(), "", true)
	figure(t, at+"heap", "MB", float64(mem.HeapInuse>>20), "", true)
	t.Log(strings.Join(lines, "\n"))
}
