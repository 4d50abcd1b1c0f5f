package route53

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// zoneMeta is what the store keeps of a zone beside its record sets.
type zoneMeta struct {
	ID              string
	Name            string
	CallerReference string
	Comment         string
	Private         bool              `json:",omitempty"`
	VPC             string            `json:",omitempty"` // of a private zone
	VPCRegion       string            `json:",omitempty"`
	Tags            map[string]string `json:",omitempty"`
}

// zone is one hosted zone in memory; sets are in the order of their keys.
type zone struct {
	meta zoneMeta
	sets []*recordSet
	past []pastSets // what name servers may still answer with, the oldest first
	busy time.Time  // until when the last change occupies the zone
}

// search finds where a key is, or belongs.
func (z *zone) search(k recordKey) (int, bool) {
	return slices.BinarySearchFunc(z.sets, k, func(r *recordSet, k recordKey) int { return r.key().compare(k) })
}

func (z *zone) op() store.Op {
	b, err := json.Marshal(z.meta)
	if err != nil {
		panic("route53: a zone that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: zoneBucket, Key: z.meta.ID, Value: b}
}

// storeKey names a record set in the store; no part of it can hold a space but the last.
func (r *recordSet) storeKey(zone string) string {
	return zone + " " + escapeName(r.Name) + " " + r.Type + " " + r.SetIdentifier
}

func (r *recordSet) op(zone string) store.Op {
	b, err := json.Marshal(r)
	if err != nil {
		panic("route53: a record set that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: recordBucket, Key: r.storeKey(zone), Value: b}
}

func (s *Service) load() error {
	err := s.st.Each(zoneBucket, func(_ string, v []byte) error {
		z := &zone{}
		if err := json.Unmarshal(v, &z.meta); err != nil {
			return err
		}
		s.zones[z.meta.ID] = z
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.loadRecords(); err != nil {
		return err
	}
	return s.loadChanges()
}

// loadRecords reads the records of all zones, in order.
func (s *Service) loadRecords() error {
	err := s.st.Each(recordBucket, func(k string, v []byte) error {
		id, _, _ := strings.Cut(k, " ")
		r := &recordSet{}
		if err := json.Unmarshal(v, r); err != nil {
			return err
		}
		if z := s.zones[id]; z != nil {
			z.sets = append(z.sets, r)
		}
		return nil
	})
	for _, z := range s.zones {
		slices.SortFunc(z.sets, func(a, b *recordSet) int { return a.key().compare(b.key()) })
	}
	return err
}

type zoneConfig struct {
	Comment     string `xml:",omitempty"`
	PrivateZone bool
}

type hostedZone struct {
	Id                     string
	Name                   string
	CallerReference        string
	Config                 zoneConfig
	ResourceRecordSetCount int
}

func (z *zone) wire() hostedZone {
	return hostedZone{
		Id: "/hostedzone/" + z.meta.ID, Name: escapeName(z.meta.Name), CallerReference: z.meta.CallerReference,
		Config: zoneConfig{Comment: z.meta.Comment, PrivateZone: z.meta.Private}, ResourceRecordSetCount: len(z.sets),
	}
}

type delegationSet struct {
	NameServers struct{ NameServer []string }
}

func delegation() *delegationSet {
	d := &delegationSet{}
	for _, n := range nameServers {
		d.NameServers.NameServer = append(d.NameServers.NameServer, strings.TrimSuffix(n, "."))
	}
	return d
}

// zone authorises the call on the zone of its path and returns it; the service is locked.
func (s *Service) zone(r *request) (*zone, *wire.Error) {
	if err := r.allow(zoneARN(r.id()), nil); err != nil {
		return nil, err
	}
	z := s.zones[r.id()]
	if z == nil {
		return nil, noZone(r.id())
	}
	return z, nil
}
