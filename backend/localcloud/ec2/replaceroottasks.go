package ec2

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

func (s *Service) describeReplaceRootVolumeTasks(_ *wire.Call, p params, d *doc) *wire.Error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	filters, err := readFilters(p, attributes{"instance-id": nil})
	if err != nil {
		return err
	}
	tasks := slices.SortedFunc(maps.Values(s.tasks), func(a, b replaceTask) int { return cmp.Compare(a.ID, b.ID) })
	ids := p.list("ReplaceRootVolumeTaskId")
	if err := known(ids, idsOf(tasks, taskID), "InvalidReplaceRootVolumeTaskId.NotFound",
		"The replace root volume task ID '%s' does not exist"); err != nil {
		return err
	}
	all := keep(tasks, func(t replaceTask) bool {
		return wanted(ids, t.ID) && matches(filters, attributes{"instance-id": {t.InstanceID}})
	})
	all, next, err := page(p, all, taskID, 1, 1000)
	if err != nil {
		return err
	}
	list(d, "replaceRootVolumeTaskSet", all, func(t replaceTask) { writeReplaceTask(d, t, s.tagsOf(t.ID)) })
	d.opt("nextToken", next)
	return nil
}

func taskID(t replaceTask) string { return t.ID }

func writeReplaceTask(d *doc, t replaceTask, tags map[string]string) {
	d.text("replaceRootVolumeTaskId", t.ID)
	d.text("instanceId", t.InstanceID)
	d.text("taskState", t.State)
	d.text("startTime", t.Begun.UTC().Format(time.RFC3339))
	if !t.Ended.IsZero() {
		d.text("completeTime", t.Ended.UTC().Format(time.RFC3339))
	}
	d.opt("imageId", t.ImageID)
	d.opt("snapshotId", t.SnapshotID)
	d.bool("deleteReplacedRootVolume", t.Delete)
	d.tagSet(tags)
}
