package backend

import (
	"maps"
	"slices"
	"time"
)

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
	for _, s := range steps {
		k := learnedKey{s.Phase, cold}
		all := append(slices.Clone(out[k]), s.Took)
		out[k] = all[max(0, len(all)-keepLearned):]
	}
	return out
}

// usual is the median of what a phase took, zero where there was no earlier start of the kind.
func (l learned) usual(p Phase, cold bool) time.Duration {
	all := slices.Sorted(slices.Values(l[learnedKey{p, cold}]))
	if len(all) == 0 {
		return 0
	}
	return all[len(all)/2]
}
