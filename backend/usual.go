package backend

import (
	"maps"
	"slices"
	"time"
)

// whole stands for the start as a whole among the phases that learned keeps.
const whole Phase = "whole"

// learned holds how long the phases of earlier starts took, newest last; warm and cold starts apart.
type learned map[learnedKey][]time.Duration

type learnedKey struct {
	phase Phase
	cold  bool
}

// keepLearned bounds what is remembered of each phase.
const keepLearned = 20

// with returns the history with the steps of a finished start added; the receiver stays as it was.
func (l learned) with(steps []Step, cold bool) learned {
	out := maps.Clone(l)
	if out == nil {
		out = learned{}
	}
	var sum time.Duration
	for _, s := range steps {
		out.add(s.Phase, cold, s.Took)
		sum += s.Took
	}
	out.add(whole, cold, sum)
	return out
}

// learnedFrom makes a history of what earlier runs have left behind.
func learnedFrom(starts []Start) learned {
	out := learned{}
	for _, s := range starts {
		for phase, took := range s.Phases {
			out.add(phase, s.Cold, took)
		}
		out.add(whole, s.Cold, s.Took)
	}
	return out
}

func (l learned) add(p Phase, cold bool, took time.Duration) {
	k := learnedKey{p, cold}
	all := append(slices.Clone(l[k]), took)
	l[k] = all[max(0, len(all)-keepLearned):]
}

// usual is the median of what a phase took, zero if there was no earlier start of the kind.
func (l learned) usual(p Phase, cold bool) time.Duration {
	all := slices.Sorted(slices.Values(l[learnedKey{p, cold}]))
	if len(all) == 0 {
		return 0
	}
	return all[len(all)/2]
}
