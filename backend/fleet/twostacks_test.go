package fleet_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/messages"
)

// secondStack makes what a stack with a prefix has beside the cloud's own, and returns its names.
func (w *world) secondStack(t *testing.T, prefix string) backend.Resources {
	t.Helper()
	names := w.names()
	db, cloud := dynamodb.NewFromConfig(w.cfg), ec2.NewFromConfig(w.cfg)
	for _, table := range []*string{&names.SessionsTable, &names.InstancesTable, &names.LeasesTable, &names.AuditTable} {
		old, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
		if err != nil {
			t.Fatal(err)
		}
		*table = prefix + *table
		in := &dynamodb.CreateTableInput{TableName: table, KeySchema: old.Table.KeySchema,
			AttributeDefinitions: old.Table.AttributeDefinitions,
			BillingMode:          dynamotypes.BillingModePayPerRequest}
		for _, index := range old.Table.GlobalSecondaryIndexes {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes,
				dynamotypes.GlobalSecondaryIndex{IndexName: index.IndexName,
					KeySchema: index.KeySchema, Projection: index.Projection})
		}
		if _, err := db.CreateTable(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	old, err := cloud.DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: &names.LaunchTemplate, Versions: []string{"$Latest"}})
	if err != nil {
		t.Fatal(err)
	}
	names.PoolTag, names.LaunchTemplate = prefix+backend.DefaultPoolTag, prefix+names.LaunchTemplate
	_, err = cloud.CreateLaunchTemplate(t.Context(),
		&ec2.CreateLaunchTemplateInput{LaunchTemplateName: &names.LaunchTemplate,
			LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: old.LaunchTemplateVersions[0].LaunchTemplateData.ImageId,
				InstanceType: ec2types.InstanceTypeG52xlarge}})
	if err != nil {
		t.Fatal(err)
	}
	names.ScheduleGroup = prefix + names.ScheduleGroup
	if _, err := scheduler.NewFromConfig(w.cfg).CreateScheduleGroup(t.Context(),
		&scheduler.CreateScheduleGroupInput{Name: &names.ScheduleGroup}); err != nil {
		t.Fatal(err)
	}
	return names
}

// pools lists the instances that are not terminated by their tag "pool".
func (w *world) pools(t *testing.T) map[string][]string {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		t.Fatal(err)
	}
	pools := map[string][]string{}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			for _, tag := range i.Tags {
				if aws.ToString(tag.Key) == "pool" && i.State.Name != ec2types.InstanceStateNameTerminated {
					pools[*tag.Value] = append(pools[*tag.Value], *i.InstanceId)
				}
			}
		}
	}
	return pools
}

// TestTwoStacksSideBySide keeps the pools of two stacks in one account and region. Neither counts, claims, stops or
// terminates an instance of the other's, or reads a row of it.
func TestTwoStacksSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		second := w.secondStack(t, "staging-")
		sizes := map[string]int{backend.DefaultPoolTag: 2, second.PoolTag: 3}
		of := func(id string, names backend.Resources) *fleet.Service {
			o := w.desktop(t, id).Options
			o.Names = names
			o.Figures.PoolSize, o.Figures.MaxInstances = sizes[names.PoolTag], 4
			s := fleet.New(o)
			t.Cleanup(s.Wait)
			return s
		}
		first := w.names()
		first.PoolTag = backend.DefaultPoolTag
		here, there := of("here", first), of("there", second)
		stopHere, stopThere := keep(t, here), keep(t, there)
		time.Sleep(10 * time.Minute)
		for tag, size := range sizes {
			if got := w.pools(t)[tag]; len(got) != size {
				t.Errorf("the pool %s has %v, want %d", tag, got, size)
			}
		}

		// One user of both, who is ready in both at the same time.
		mine, _, _ := start(t, of("demo's", first), demo)
		theirs, _, _ := start(t, of("demo's other", second), demo)
		time.Sleep(10 * time.Minute)
		pools := w.pools(t)
		if !slices.Contains(pools[backend.DefaultPoolTag], mine.InstanceID) ||
			!slices.Contains(pools[second.PoolTag], theirs.InstanceID) {
			t.Errorf("the sessions have %s and %s of %v", mine.InstanceID, theirs.InstanceID, pools)
		}
		if err := here.Stop(t.Context(), *mine, messages.Verbatim("test")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		m, err := there.Machine(t.Context(), theirs.InstanceID)
		if err != nil || m.State != backend.Running {
			t.Errorf("the other stack's instance is %+v, %v", m, err)
		}
		for _, s := range []*fleet.Service{here, there} {
			all, err := s.Overview(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all.Machines {
				if !slices.Contains(w.pools(t)[s.Names.PoolTag], m.InstanceID) {
					t.Errorf("the overview of %s shows %s", s.Names.PoolTag, m.InstanceID)
				}
			}
		}

		// One pool is emptied, down to the instance that has an owner. The other stays as it is.
		none := 0
		if err := there.Resize(t.Context(), demo, &backend.PoolSizes{Stopped: none}, "test"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(45 * time.Minute)
		pools = w.pools(t)
		if len(pools[backend.DefaultPoolTag]) < 2 || len(pools[second.PoolTag]) > 1 {
			t.Errorf("after one was emptied: %v", pools)
		}
		stopHere()
		stopThere()
	})
}
