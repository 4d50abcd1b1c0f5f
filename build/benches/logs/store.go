package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	oldaws "github.com/aws/aws-sdk-go/aws"
	oldcredentials "github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/session"
	oldkinesis "github.com/aws/aws-sdk-go/service/kinesis"
	consumer "github.com/harlow/kinesis-consumer"

	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/logs/kinesis"
)

const runs = 5

// outcome is what one process measured of itself.
type outcome struct {
	Seconds, CPU float64
}

// store measures lines a second from PutRecords to the store, written while they are read, on one core.
func store([]string) error {
	const n, perRecord = 400_000, 20
	var rate, core []float64
	for range runs {
		p, stop, err := startCloud()
		if err != nil {
			return err
		}
		o, err := measure(p, "book", n, func() error {
			return put(context.Background(), p.client(), p.Stream, 1, n, perRecord)
		})
		stop()
		if err != nil {
			return err
		}
		rate = append(rate, n/o.Seconds)
		core = append(core, n/o.CPU)
	}
	row{Row: "log: lines from PutRecords to the store", Unit: "lines/s", Runs: rate,
		Note: "cloud and producer on the same cores; 20 lines a record"}.print()
	row{Row: "log: lines into the store, by the reader's own processor time", Unit: "lines/s of one core", Runs: core,
		Target: "at least 100,000", Met: met(median(core) >= 100_000)}.print()
	return nil
}

// reader measures both readers on the same stream, filled before, one after the other.
func reader([]string) error {
	const n = 200_000 // records
	p, stop, err := startCloud()
	if err != nil {
		return err
	}
	defer stop()
	if err := put(context.Background(), p.client(), p.Stream, 1, n, 1); err != nil {
		return err
	}
	got := map[string][]outcome{}
	for range runs {
		for _, who := range []string{"book", "consumer"} {
			o, err := measure(p, who, n, nil)
			if err != nil {
				return err
			}
			got[who] = append(got[who], o)
		}
	}
	pick := func(who string, of func(outcome) float64) (out []float64) {
		for _, o := range got[who] {
			out = append(out, of(o))
		}
		return out
	}
	const other = "kinesis-consumer v0.3.5"
	rate := func(o outcome) float64 { return n / o.Seconds }
	row{Row: "log: records read, decoded and stored", Unit: "records/s", Runs: pick("book", rate),
		Reference: other + ", which hands them over raw, at its usual interval", Beside: pick("consumer", rate)}.print()
	work := func(o outcome) float64 { return o.CPU / n * 1e6 }
	row{Row: "log: processor time of a record", Unit: "µs", Runs: pick("book", work),
		Reference: other + ", which decodes and keeps nothing", Beside: pick("consumer", work)}.print()
	return nil
}

// measure runs a reader in a process of its own until it has n lines, and what is done meanwhile.
func measure(p place, who string, n int, meanwhile func() error) (o outcome, err error) {
	where, _ := json.Marshal(p)
	cmd := exec.Command(os.Args[0], "into", who, string(where), strconv.Itoa(n))
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	out := make(chan error, 1)
	var said []byte
	go func() { var err error; said, err = cmd.Output(); out <- err }()
	if meanwhile != nil {
		if err := meanwhile(); err != nil {
			return o, err
		}
	}
	if err := <-out; err != nil {
		return o, err
	}
	return o, json.Unmarshal(said, &o)
}

// into is that process.
func into(args []string) error {
	var p place
	if err := json.Unmarshal([]byte(args[1]), &p); err != nil {
		return err
	}
	n, _ := strconv.Atoi(args[2])
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	from := time.Now()
	read := readBook
	if args[0] == "consumer" {
		read = readConsumer
	}
	if err := read(ctx, cancel, p, n); err != nil {
		return err
	}
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	cpu := float64(use.Utime.Sec+use.Stime.Sec) + float64(use.Utime.Usec+use.Stime.Usec)/1e6
	return json.NewEncoder(os.Stdout).Encode(outcome{time.Since(from).Seconds(), cpu})
}

func readBook(ctx context.Context, cancel func(), p place, n int) error {
	b := logs.New(logs.Options{Source: streamOf(p.client(), p.Stream)})
	b.Subscribe(func(_, last uint64) {
		if last >= uint64(n) {
			cancel()
		}
	})
	_ = b.Follow(ctx, instance, time.Unix(0, 0))
	if got := b.Last(); got != uint64(n) {
		return fmt.Errorf("%d lines of %d: %+v", got, n, b.Stats())
	}
	runtime.KeepAlive(b)
	return nil
}

// streamOf is a stream that nobody else reads.
func streamOf(api kinesis.API, name string) *kinesis.Stream {
	return kinesis.New(kinesis.Options{API: api, Name: name, Readers: 1, Log: slog.New(slog.DiscardHandler)})
}

func readConsumer(ctx context.Context, cancel func(), p place, n int) error {
	// It speaks the first SDK only.
	old := oldkinesis.New(session.Must(session.NewSession(&oldaws.Config{Region: &p.Region, Endpoint: &p.Endpoint,
		Credentials: oldcredentials.NewStaticCredentials(p.Key, p.Secret, "")})))
	c, err := consumer.New(p.Stream, consumer.WithClient(old), consumer.WithShardIteratorType("TRIM_HORIZON"))
	if err != nil {
		return err
	}
	got := 0
	err = c.Scan(ctx, func(*consumer.Record) error {
		if got++; got == n {
			cancel()
		}
		return nil
	})
	if got != n {
		return fmt.Errorf("%d records of %d: %w", got, n, err)
	}
	return nil
}
