package kinesis

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

func shard(id, parent, adjacent string) types.Shard {
	return types.Shard{ShardId: &id, ParentShardId: optional(parent), AdjacentParentShardId: optional(adjacent)}
}

func set(ids ...string) map[string]bool {
	m := map[string]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

func TestStartable(t *testing.T) {
	all := []types.Shard{shard("b", "gone", ""), shard("c", "b", ""), shard("d", "b", ""), shard("e", "c", "d")}
	tests := []struct {
		begun, ended  map[string]bool
		want          []string
		lacksChildren bool
	}{
		{nil, nil, []string{"b"}, false},
		{set("b"), nil, nil, false},
		{set("b"), set("b"), []string{"c", "d"}, false},
		{set("b", "c", "d"), set("b", "c"), nil, false},
		{set("b", "c", "d"), set("b", "c", "d"), []string{"e"}, false},
		{set("b", "c", "d", "e"), set("b", "c", "d", "e"), nil, true},
	}
	for i, tt := range tests {
		var got []string
		for _, s := range startable(all, tt.begun, tt.ended) {
			got = append(got, *s.ShardId)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
		if got := lacksChildren(all, tt.ended); got != tt.lacksChildren {
			t.Errorf("%d: lacksChildren %v", i, got)
		}
	}
}

func TestOwnsKey(t *testing.T) {
	h := hashOf(mine).String()
	for _, tt := range []struct {
		low, high string
		want      bool
	}{
		{"0", "340282366920938463463374607431768211455", true}, {h, h, true}, {"0", "5", false}, {"", "x", false},
	} {
		s := types.Shard{HashKeyRange: &types.HashKeyRange{StartingHashKey: aws.String(tt.low),
			EndingHashKey: aws.String(tt.high)}}
		if got := ownsKey(s, mine); got != tt.want {
			t.Errorf("%s–%s: %v", tt.low, tt.high, got)
		}
	}
	if ownsKey(types.Shard{}, mine) {
		t.Error("a shard without a range owns nothing")
	}
}

func TestPace(t *testing.T) {
	within := func(name string, got, want time.Duration) {
		t.Helper()
		if got < want || got > want+want/5 {
			t.Errorf("%s: %v, want %v to a fifth more", name, got, want)
		}
	}
	for readers, want := range map[int]time.Duration{
		0: time.Second, 1: 200 * time.Millisecond, 2: time.Second, 5: time.Second, 20: 4 * time.Second, 100: 20 * time.Second,
	} {
		p := pace{readers: readers}
		within(fmt.Sprint(readers, " readers, caught up"), p.next(0, 1), want)
		within(fmt.Sprint(readers, " readers, behind"), p.next(time.Second, 1), minInterval)
	}
	p := pace{readers: 5}
	for i := range 20 {
		least := minInterval + p.penalty
		if got := p.throttled(); got < least || got > minInterval+sharedInterval+maxPenalty {
			t.Errorf("throttled %d times: %v", i+1, got)
		}
	}
	if p.penalty != maxPenalty {
		t.Errorf("throttled often: a penalty of %v", p.penalty)
	}
	for range 30 {
		p.next(0, 1)
	}
	within("well again", p.next(0, 1), sharedInterval)
	refused, unreached := &types.ResourceNotFoundException{}, errors.New("no route to host")
	for range 20 {
		p.failed(refused)
	}
	within("failed often", p.failed(refused), retryMax)
	within("not reached", p.failed(unreached), unreachedMax)
}
