package dynamodb

import (
	"context"
	"slices"

	"github.com/tidwall/btree"

	"avatar-launcher/backend/localcloud/wire"
)

// maxPage is how much a Query or Scan reads at a time, before its filter, in bytes.
const maxPage = 1 << 20

// searchInput is the parameters of Query and Scan.
type searchInput struct {
	legacy
	expressions
	returns
	TableName              string
	IndexName              *string
	KeyConditionExpression *string
	FilterExpression       *string
	ProjectionExpression   *string
	Select                 string
	ConsistentRead         bool
	ScanIndexForward       *bool
	Limit                  *int
	ExclusiveStartKey      item
	Segment                *int
	TotalSegments          *int
}

// search is a Query or Scan that has been understood.
type search struct {
	in         *searchInput
	table      *table
	index      *index // nil for the table itself
	schema     keySchema
	key        *keyCondition // nil for a Scan
	filter     *node
	projection []path
	low, high  string // half-open range of tree keys; high "" is the end
	descending bool
}

// page is what one call reads.
type page struct {
	items   []item
	count   int
	scanned int
	bytes   int
	last    item // LastEvaluatedKey
}

func (s *Service) query(_ context.Context, c *wire.Call) (any, *wire.Error) {
	return s.search(c, "Query")
}

func (s *Service) scan(_ context.Context, c *wire.Call) (any, *wire.Error) {
	return s.search(c, "Scan")
}

func (s *Service) search(c *wire.Call, action string) (any, *wire.Error) {
	var in searchInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := in.check(action); err != nil {
		return nil, err
	}
	q, err := s.prepareSearch(c, action, &in)
	if err != nil {
		return nil, err
	}
	p := s.read(q)
	out := map[string]any{"Count": p.count, "ScannedCount": p.scanned}
	if in.Select != "COUNT" {
		out["Items"] = p.items
	}
	if p.last != nil {
		out["LastEvaluatedKey"] = p.last
	}
	setReport(out, q.report(p))
	return out, nil
}

func (q *search) report(p page) map[string]any {
	u := units{isRead: true}
	cost := readUnits(p.bytes, q.in.ConsistentRead)
	if q.index == nil {
		u.table = cost
	} else {
		u.index(q.index, cost)
	}
	return u.report(q.table.name, q.in.ReturnConsumedCapacity)
}

// read runs the search on what is shown now.
func (s *Service) read(q *search) page {
	now := s.env.Now()
	s.mu.RLock()
	behind := q.index != nil && !q.index.local && q.table.behind(now)
	if behind {
		s.mu.RUnlock()
		s.mu.Lock()
		q.table.catchUp(now)
		defer s.mu.Unlock()
	} else {
		defer s.mu.RUnlock()
	}
	rows := &q.table.rows
	if q.index != nil {
		rows = &q.index.rows
	}
	return q.walk(rows)
}

// walk reads one page: Limit and the page's size count before the filter.
func (q *search) walk(rows *btree.Map[string, *entry]) page {
	p := page{items: []item{}}
	limit := 0
	if q.in.Limit != nil {
		limit = *q.in.Limit
	}
	visit := func(key string, e *entry) bool {
		if q.in.TotalSegments != nil && segmentOf(key, *q.in.TotalSegments) != *q.in.Segment {
			return true
		}
		p.scanned++
		p.bytes += e.size
		q.take(&p, e)
		if p.scanned == limit || p.bytes >= maxPage {
			p.last = e.item.pick(q.keyNames()...)
			return false
		}
		return true
	}
	if q.descending {
		q.descend(rows, visit)
	} else {
		rows.Ascend(q.low, func(key string, e *entry) bool {
			return (q.high == "" || key < q.high) && visit(key, e)
		})
	}
	return p
}

func (q *search) descend(rows *btree.Map[string, *entry], visit func(string, *entry) bool) {
	step := func(key string, e *entry) bool {
		if q.high != "" && key >= q.high {
			return true
		}
		return key >= q.low && visit(key, e)
	}
	if q.high == "" {
		rows.Reverse(step)
		return
	}
	rows.Descend(q.high, step)
}

func (q *search) take(p *page, e *entry) {
	if q.filter != nil && !q.filter.holds(e.item) {
		return
	}
	p.count++
	if q.in.Select == "COUNT" {
		return
	}
	it := e.item
	if q.projection == nil && q.index != nil && q.index.local && q.in.Select == "ALL_ATTRIBUTES" || q.fetches() {
		if whole, ok := q.table.rows.Get(q.table.schema.encode(it)); ok {
			it = whole.item
		}
	}
	p.items = append(p.items, projected(it, q.projection))
}

// fetches reports whether a local index has to read the table for what it does not project.
func (q *search) fetches() bool {
	return q.index != nil && q.index.local &&
		slices.ContainsFunc(tops(q.projection), func(n string) bool { return !q.index.covers(n) })
}
