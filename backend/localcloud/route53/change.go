package route53

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

const maxChanges = 1000 // in one batch

// change is a change that was accepted, and when it is in sync.
type change struct {
	ID        string
	Comment   string `json:",omitempty"`
	Submitted time.Time
	InSync    time.Time
}

type changeInfo struct {
	Id          string
	Status      string
	SubmittedAt string
	Comment     string `xml:",omitempty"`
}

type changeOutput struct {
	XMLName    xml.Name
	Xmlns      string `xml:"xmlns,attr"`
	ChangeInfo changeInfo
}

// newChange makes a change, and forgets the old ones. The service is locked.
func (s *Service) newChange(comment string, now time.Time) *change {
	for id, ch := range s.changes {
		if now.Sub(ch.Submitted) > changeLife {
			delete(s.changes, id)
			_ = s.st.Apply(store.Op{Bucket: changeBucket, Key: id}) // deleted at the next load otherwise
		}
	}
	return &change{ID: "C" + strings.ToUpper(s.env.NewID(20)), Comment: comment, Submitted: now,
		InSync: now.Add(max(s.opts.Sync, s.nameLag, 0))}
}

func (ch *change) op() store.Op {
	b, err := json.Marshal(ch)
	if err != nil {
		panic("route53: a change that is not JSON: " + err.Error())
	}
	return store.Op{Bucket: changeBucket, Key: ch.ID, Value: b}
}

func (s *Service) loadChanges() error {
	var old []store.Op
	now := s.env.Now()
	err := s.st.Each(changeBucket, func(k string, v []byte) error {
		ch := &change{}
		if err := json.Unmarshal(v, ch); err != nil {
			return err
		}
		if now.Sub(ch.Submitted) > changeLife {
			old = append(old, store.Op{Bucket: changeBucket, Key: k})
			return nil
		}
		s.changes[ch.ID] = ch
		return nil
	})
	if err != nil {
		return err
	}
	return s.st.Apply(old...)
}

// info is how a change stands now.
func (s *Service) info(ch *change, now time.Time) *changeInfo {
	status := "PENDING"
	if !now.Before(ch.InSync) {
		status = "INSYNC"
	}
	return &changeInfo{Id: "/change/" + ch.ID, Status: status,
		SubmittedAt: ch.Submitted.UTC().Format("2006-01-02T15:04:05.000Z"), Comment: ch.Comment}
}

func (s *Service) getChange(r *request) (answer, *wire.Error) {
	id := strings.TrimPrefix(r.ids[0], "/change/")
	if err := r.allow("arn:aws:route53:::change/"+id, nil); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.changes[id]
	if ch == nil {
		return answer{}, wire.Errorf(404, "NoSuchChange", "Could not find resource with ID: %.64s", id)
	}
	return answer{body: changeOutput{XMLName: xml.Name{Local: "GetChangeResponse"}, Xmlns: namespace,
		ChangeInfo: *s.info(ch, r.Now)}}, nil
}

type changeRequest struct {
	ChangeBatch struct {
		Comment string
		Changes struct {
			Change []changeItem
		}
	}
}

type changeItem struct {
	Action            string
	ResourceRecordSet recordSet
}

func (s *Service) changeRecords(r *request) (answer, *wire.Error) {
	var in changeRequest
	if err := parseXML(r.Body, &in); err != nil {
		return answer{}, err
	}
	items := in.ChangeBatch.Changes.Change
	if err := checkItems(items); err != nil {
		return answer{}, err
	}
	if err := r.allow(zoneARN(r.id()), conditionKeys(items)); err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	z := s.zones[r.id()]
	if z == nil {
		return answer{}, noZone(r.id())
	}
	if s.env.Throttle() && r.Now.Before(z.busy) {
		return answer{}, wire.Errorf(400, "PriorRequestNotComplete",
			"The request was rejected because Route 53 was still processing a prior request.")
	}
	if s.env.Throttle() && !s.limits.takeChanges(r.Now, len(items)) {
		return answer{}, throttled()
	}
	ch, err := s.applyChanges(z, items, in.ChangeBatch.Comment, r.Now)
	if err != nil {
		return answer{}, err
	}
	return answer{body: changeOutput{XMLName: xml.Name{Local: "ChangeResourceRecordSetsResponse"}, Xmlns: namespace,
		ChangeInfo: *s.info(ch, r.Now)}}, nil
}
