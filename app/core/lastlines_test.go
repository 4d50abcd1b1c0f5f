package core

import (
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"

	"avatar-launcher/app/controlplane"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/identity"
	"avatar-launcher/backend/logs/kinesis"
)

// TestTheKeeperReadsTheLogOfAFailedInstance wires the log to the fleet: the end of a failed instance's log is stored.
func TestTheKeeperReadsTheLogOfAFailedInstance(t *testing.T) {
	const id = "i-0123456789abcdef0"
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		stream := awskinesis.NewFromConfig(r.operator())
		for _, text := range []string{"booting", "no driver for the GPU"} {
			_, err := stream.PutRecord(t.Context(),
				&awskinesis.PutRecordInput{StreamName: &r.profile.Stream, Data: []byte(text), PartitionKey: aws.String(id)})
			if err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		read := controlplane.LastLines(r.profile, kinesis.New(kinesis.Options{API: stream, Name: r.profile.Stream}))
		lines, err := read(t.Context(), id, time.Now().Add(-time.Minute))
		if want := []string{"booting", "no driver for the GPU"}; err != nil || !slices.Equal(lines, want) {
			t.Errorf("%q, %v, want %q", lines, err, want)
		}
		wired := &Rooms{Profile: r.profile, log: slog.New(slog.DiscardHandler)}
		if err := wired.connect(t.Context(), identity.Memory()); err != nil {
			t.Fatal(err)
		}
		if wired.Fleet.(*fleet.Service).LastLines == nil {
			t.Error("the fleet cannot read the log")
		}
	})
}
