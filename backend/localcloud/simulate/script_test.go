package simulate

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestBootScriptTakesWhatPendingLeaves(t *testing.T) {
	for _, tc := range []struct {
		first bool
		after time.Duration
	}{{false, warm - warm/3}, {true, cold - cold/6}} {
		t.Run(fmt.Sprint("first boot ", tc.first), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(t, warm, cold)
				i := up(tc.first, map[string]string{"epoch": "7"})
				h.Changed(in("pending", i))
				h.Changed(i)
				sleep(tc.after - time.Millisecond)
				if h.Answering(i.ID) {
					t.Error("answers early")
				}
				sleep(time.Millisecond)
				if !h.Answering(i.ID) {
					t.Error("does not answer in time")
				}
				records := h.take()
				inOrder(t, records, 1)
				if last := records[len(records)-1]; *last.Msg != "avatar ready" || last.Epoch != 7 || last.Src != "signalling" {
					t.Errorf("the last line is %+v", last)
				}
				for _, text := range []string{"kernel:", "cloud-init", "nvidia", "Engine is initialized", "PixelStreaming"} {
					if !has(records, text) {
						t.Errorf("the script has no line about %s", text)
					}
				}
				for j := 1; j < len(records); j++ {
					if records[j].TS.Before(records[j-1].TS) {
						t.Error("times go back")
					}
				}
			})
		})
	}
}

func TestWithoutDelaysItAnswersAtOnce(t *testing.T) {
	h := newHost(t, 0, 0)
	i := up(true, nil)
	h.Changed(i)
	if !h.Answering(i.ID) || !has(h.take(), "avatar ready") {
		t.Error("does not answer at once")
	}
}

func TestABootGoesOnAfterTheProcessDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := up(false, nil)
		sleep(2 * time.Second)
		h := newHost(t, warm, cold)
		h.Changed(i)
		records := h.take()
		if len(records) == 0 || records[0].Seq <= 2 || has(records, "kernel: Linux") {
			t.Fatalf("resumed with %+v", records)
		}
		sleep(2 * time.Second)
		records = append(records, h.take()...)
		inOrder(t, records, records[0].Seq)
		if !h.Answering(i.ID) || !has(records, "avatar ready") {
			t.Error("not ready in time")
		}
		sleep(time.Hour)
		last := h.take()
		late := newHost(t, warm, cold)
		late.Changed(i)
		if !late.Answering(i.ID) {
			t.Error("one that was up does not answer at once")
		}
		if r := late.take(); r[0].Seq <= last[len(last)-1].Seq {
			t.Errorf("seq %d again after %d", r[0].Seq, last[len(last)-1].Seq)
		}
	})
}

func TestRebootBootsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t, warm, cold)
		i := up(false, nil)
		h.Changed(i)
		sleep(time.Minute)
		h.take()
		i.Boot, i.BootTime = 2, time.Now()
		h.Changed(i)
		if h.Answering(i.ID) {
			t.Error("answers while it reboots")
		}
		sleep(4 * time.Second)
		records := h.take()
		inOrder(t, records, 1)
		if !h.Answering(i.ID) {
			t.Error("does not come back")
		}
	})
}
