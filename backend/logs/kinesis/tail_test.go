package kinesis

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestTailReturnsTheNewestLinesOfOneInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{page: 50}
		tail := New(Options{API: s, Name: "s"})
		s.put(mine, "a line of an earlier run")
		time.Sleep(time.Minute)
		since := time.Now()
		if lines, err := tail.Last(t.Context(), mine, since, 3); len(lines) != 0 || err != nil {
			t.Fatal(lines, err)
		}
		for i := range 120 {
			s.put(mine, fmt.Sprint("booting ", i))
			s.put("i-0fedcba9876543210", "somebody else's")
		}
		time.Sleep(time.Second)
		s.split(mine)
		s.put(mine, "no driver for the GPU")
		time.Sleep(time.Second)
		lines, err := tail.Last(t.Context(), mine, since, 3)
		if want := []string{"booting 118", "booting 119", "no driver for the GPU"}; err != nil || !slices.Equal(lines, want) {
			t.Errorf("%q, %v, want %q", lines, err, want)
		}
	})
}
