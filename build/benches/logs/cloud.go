package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"avatar-launcher/backend/localcloud"
)

// instance is whose log is written and read.
const instance = "i-0123456789abcdef0"

// place says where a cloud that runs in a process of its own is found.
type place struct {
	Endpoint, Region, Stream, Key, Secret string
	Producer                              string // address of the producer, which writes what it is asked to
}

// cloud runs the embedded cloud, and a producer of lines, until its standard input ends: in a process of its own, so
// that their work is not counted as the reader's. It gives way to all others: in production both are other computers.
func cloud([]string) error {
	c, err := localcloud.Open(localcloud.Options{Seed: 1, WithoutUsers: true})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Listen("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		return err
	}
	o := c.Outputs()
	p := place{Endpoint: c.Endpoint(), Region: o.Region, Stream: o.Stream, Key: o.OperatorAccessKeyID,
		Secret: o.OperatorSecretAccessKey}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	p.Producer = "http://" + l.Addr().String()
	go func() { _ = http.Serve(l, newProducer(p)) }()
	err = json.NewEncoder(os.Stdout).Encode(p)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return err
}

// startCloud starts it; stop ends it.
func startCloud() (p place, stop func(), err error) {
	cmd := exec.Command(os.Args[0], "cloud")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Linux weighs sessions, and then processes within one: sched(7)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		return p, nil, err
	}
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, 19)
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/autogroup", cmd.Process.Pid), []byte("19"), 0) // where the kernel has it
	stop = func() { _ = in.Close(); _ = cmd.Wait() }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p)
	}
	if err != nil {
		stop()
	}
	return p, stop, err
}

func (p place) client() *kinesis.Client {
	return kinesis.New(kinesis.Options{Region: p.Region, BaseEndpoint: aws.String(p.Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(p.Key, p.Secret, "")})
}

// line is a line in the launcher's schema, such as Unreal Engine writes.
func line(seq int) string {
	const message = "LogPixelStreaming: streamer 7f3a negotiated H264 at 1920x1080, 60 frames a second, " +
		"ICE candidate %d of player 12"
	return fmt.Sprintf(`{"v":1,"ts":%q,"seq":%d,"iid":%q,"epoch":1,"lvl":%q,"src":%q,"msg":"`+message+`"}`,
		time.Now().UTC().Format(time.RFC3339Nano), seq, instance,
		[]string{"info", "info", "info", "warn", "debug"}[seq%5], []string{"unreal", "signalling"}[seq%2], seq)
}

// lines joins n lines from a number on, as an agent batches them into one record.
func lines(from, n int) []byte {
	var b []byte
	for i := range n {
		b = append(append(b, line(from+i)...), '\n')
	}
	return b
}

// put writes n lines from a number on, so many a record, by PutRecords.
func put(ctx context.Context, c *kinesis.Client, stream string, from, n, perRecord int) error {
	const most = 4 << 20 // of a call
	var entries []types.PutRecordsRequestEntry
	size := 0
	flush := func() error {
		if len(entries) == 0 {
			return nil
		}
		out, err := c.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: &stream, Records: entries})
		if err == nil && aws.ToInt32(out.FailedRecordCount) > 0 {
			err = fmt.Errorf("%d records were not put", *out.FailedRecordCount)
		}
		entries, size = nil, 0
		return err
	}
	for seq := from; seq < from+n; seq += perRecord {
		data := lines(seq, min(perRecord, from+n-seq))
		if len(entries) == 500 || size+len(data) > most {
			if err := flush(); err != nil {
				return err
			}
		}
		entries = append(entries, types.PutRecordsRequestEntry{Data: data, PartitionKey: aws.String(instance)})
		size += len(data)
	}
	return flush()
}
