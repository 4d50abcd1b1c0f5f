package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"avatar-launcher/backend/logs"
)

const million = 1_000_000

// source is a stream of one shard that hands out n lines as fast as they are asked for.
type source struct{ next, n int }

func (t *source) ListShards(
	context.Context, *sdk.ListShardsInput, ...func(*sdk.Options),
) (*sdk.ListShardsOutput, error) {
	all := &types.HashKeyRange{
		StartingHashKey: aws.String("0"),
		EndingHashKey:   aws.String("340282366920938463463374607431768211455"),
	}
	shard := types.Shard{ShardId: aws.String("shardId-000000000000"), HashKeyRange: all}
	return &sdk.ListShardsOutput{Shards: []types.Shard{shard}}, nil
}

func (t *source) GetShardIterator(
	context.Context, *sdk.GetShardIteratorInput, ...func(*sdk.Options),
) (*sdk.GetShardIteratorOutput, error) {
	return &sdk.GetShardIteratorOutput{ShardIterator: aws.String("x")}, nil
}

func (t *source) GetRecords(
	context.Context, *sdk.GetRecordsInput, ...func(*sdk.Options),
) (*sdk.GetRecordsOutput, error) {
	out := &sdk.GetRecordsOutput{NextShardIterator: aws.String("x"), MillisBehindLatest: aws.Int64(0)}
	for i := 0; i < 200 && t.next < t.n; i++ {
		data := lines(t.next+1, 500)
		t.next += 500
		out.Records = append(out.Records, types.Record{
			Data: data, PartitionKey: aws.String(instance), SequenceNumber: aws.String(fmt.Sprint(t.next)),
			ApproximateArrivalTimestamp: aws.Time(time.Now()),
		})
	}
	if t.next < t.n {
		out.MillisBehindLatest = aws.Int64(1)
	}
	return out, nil
}

// fill is a book with n lines.
func fill(n int) (*logs.Book, error) {
	b := logs.New(logs.Options{Source: streamOf(&source{n: n}, "source"), MaxLines: n, MaxBytes: 1 << 30})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	b.Subscribe(func(_, last uint64) {
		if last >= uint64(n) {
			cancel()
		}
	})
	_ = b.Follow(ctx, instance, time.Unix(0, 0))
	if b.Last() != uint64(n) {
		return nil, fmt.Errorf("%d lines of %d", b.Last(), n)
	}
	return b, nil
}

// filter measures the search over a million lines beside ripgrep on the same bytes, and the memory that they take.
func filter([]string) error {
	if _, err := exec.LookPath("rg"); err != nil {
		return errors.New("ripgrep is not there to measure beside: install it (Debian: apt-get install ripgrep)")
	}
	before := heap()
	b, err := fill(million)
	if err != nil {
		return err
	}
	stats := b.Stats()
	row{Row: "log: memory of 1,000,000 lines in Go", Unit: "MB", Runs: []float64{float64(heap()-before) / 1e6},
		Note: fmt.Sprintf("%.0f MB by the store's own count", float64(stats.Bytes)/1e6)}.print()
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "log")
	if err := write(b, file); err != nil {
		return err
	}
	for _, s := range []struct {
		name string
		q    logs.Query
		rg   []string
	}{
		{"text that no line has", logs.Query{Text: "candidate of nobody"}, []string{"-i", "-F", "candidate of nobody"}},
		{"text of one line", logs.Query{Text: "ICE Candidate 4711 of"}, []string{"-i", "-F", "ICE Candidate 4711 of"}},
		{"text of every tenth line", logs.Query{Text: "7 OF PLAYER"}, []string{"-i", "-F", "7 OF PLAYER"}},
		{"pattern", logs.Query{Pattern: `candidate \d+77 of`}, []string{`candidate \d+77 of`}},
	} {
		var want string
		beside := repeat(runs, func() float64 {
			return milliseconds(func() {
				out, _ := exec.Command("rg", append(s.rg, "-c", file)...).Output()
				want = strings.TrimSpace(string(out))
			})
		})
		var got int
		own := repeat(runs, func() float64 {
			l := b.NewSearch()
			return milliseconds(func() { got = count(l, s.q) })
		})
		if fmt.Sprint(got) != want && !(got == 0 && want == "") {
			return fmt.Errorf("%s: %d matches, ripgrep finds %s", s.name, got, want)
		}
		row{Row: "log: 1,000,000 lines filtered, " + s.name, Unit: "ms", Runs: own,
			Reference: "ripgrep on the same bytes, its start included", Beside: beside,
			Target: "within 3 times", Met: met(median(own) <= 3*median(beside)), Note: fmt.Sprintf("%d matches", got)}.print()
	}
	first := repeat(runs, func() float64 {
		l := b.NewSearch()
		return milliseconds(func() {
			for q := (logs.Query{Text: "candidate 12 of", Limit: 1}); len(l.View(q).Lines) == 0; { // near the far end
			}
		})
	})
	row{Row: "log: first match, of a text near the far end of 1,000,000 lines", Unit: "ms", Runs: first,
		Target: "under 50", Met: met(median(first) < 50)}.print()
	return nil
}

// count is how many lines match, once the search has come to its end.
func count(l *logs.Search, q logs.Query) int {
	for q.Limit = 1; ; time.Sleep(time.Millisecond) {
		if p := l.View(q); !p.Searching {
			return p.Matches
		}
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// write writes the texts of all lines, one a row.
func write(b *logs.Book, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for after := uint64(0); after < b.Last(); {
		p := b.Lines(logs.Query{After: after, Oldest: true, Limit: 5000})
		for _, l := range p.Lines {
			_, _ = w.WriteString(l.Text)
			_ = w.WriteByte('\n')
		}
		after = p.Lines[len(p.Lines)-1].Seq
	}
	return errors.Join(w.Flush(), f.Close())
}
