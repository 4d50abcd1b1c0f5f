package kinesis

import (
	"avatar-launcher/backend/logs"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestViewersAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		seq := 0
		put := func(iid, figures string) {
			seq++
			s.put(iid, fmt.Sprintf(`{"v":1,"seq":%d,"iid":"%s","src":"metrics",%s}`, seq, iid, figures))
		}
		put(mine, `"players":7`)
		time.Sleep(10 * time.Minute) // what is old says nothing about now
		var got []int
		b := newBook(s, func(o *logs.Options, k *Options) {
			o.OnViewers = func(iid string, n int) {
				if iid != mine {
					t.Errorf("%d viewers of %s", n, iid)
				}
				got = append(got, n)
			}
		})
		go func() {
			for range 20 { // 40 s: told at once and twice again
				put(mine, `"players":1,"net_out":1`)
				time.Sleep(2 * time.Second)
			}
			put(mine, `"players":2`)
			time.Sleep(2 * time.Second)
			put(mine, `"players":0,"net_out":5e6`) // the number is believed
			time.Sleep(20 * time.Second)
			put(mine, `"players":0`)
			put(mine, `"cpu":3,"net_out":20000`)
			time.Sleep(2 * time.Second)
			put(mine, `"cpu":3,"net_out":900000`)
			time.Sleep(2 * time.Second)
			put(mine, `"cpu":3`)
		}()
		follow(t, b, since, 2*time.Minute)
		if want := []int{1, 1, 1, 2, 0, -1, 0}; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	})
}
