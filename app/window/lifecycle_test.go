package window

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestLifecycle(t *testing.T) {
	steps := map[string]func(*lifecycle) bool{
		"run": (*lifecycle).run, "ask": (*lifecycle).ask, "stay": (*lifecycle).stay, "stop": (*lifecycle).stop,
		"leave": (*lifecycle).leave,
	}
	for name, c := range map[string]struct {
		steps []string // the last of them is looked at
		goes  bool
		at    stage
	}{
		"works":                       {[]string{"run"}, true, running},
		"asks":                        {[]string{"run", "ask"}, true, asking},
		"asks once":                   {[]string{"run", "ask", "ask"}, false, asking},
		"stays":                       {[]string{"run", "ask", "stay"}, true, running},
		"asks again":                  {[]string{"run", "ask", "stay", "ask"}, true, asking},
		"quits":                       {[]string{"run", "ask", "stop"}, true, stopping},
		"a signal at a question":      {[]string{"run", "ask", "stop", "stay"}, false, stopping},
		"a signal while it stops":     {[]string{"run", "stop", "stop"}, false, stopping},
		"the menu while it stops":     {[]string{"run", "stop", "ask"}, false, stopping},
		"ready too late":              {[]string{"stop", "run"}, false, stopping},
		"quits before it is ready":    {[]string{"ask", "stop"}, true, stopping},
		"closes":                      {[]string{"run", "stop", "leave"}, true, gone},
		"closes once":                 {[]string{"run", "stop", "leave", "leave"}, false, gone},
		"the display is lost":         {[]string{"run", "leave"}, true, gone},
		"stops after the window went": {[]string{"run", "leave", "stop"}, false, gone},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lifecycle{}
			var went bool
			for _, step := range c.steps {
				went = steps[step](l)
			}
			if went != c.goes || l.at() != c.at {
				t.Errorf("%v: went %v, at %d", c.steps, went, l.at())
			}
		})
	}
}

func TestOnlyOneStops(t *testing.T) {
	l := &lifecycle{}
	l.run()
	var first atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if l.stop() {
				first.Add(1)
			}
		})
	}
	all.Wait()
	if first.Load() != 1 {
		t.Errorf("%d have stopped it", first.Load())
	}
}
