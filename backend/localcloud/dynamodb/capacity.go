package dynamodb

// units counts capacity units by table and index.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
type units struct {
	table   float64
	global  map[string]float64
	local   map[string]float64
	isRead  bool
	inTrans bool
}

const (
	readUnit  = 4 << 10 // bytes
	writeUnit = 1 << 10 // bytes
)

// readUnits is what reading so many bytes costs; an item that is not there costs as much as the smallest.
func readUnits(bytes int, consistent bool) float64 {
	u := float64(max(1, (bytes+readUnit-1)/readUnit))
	if consistent {
		return u
	}
	return u / 2
}

func writeUnits(bytes int64) float64 {
	return float64(max(1, (bytes+writeUnit-1)/writeUnit))
}

// wrote adds what a write cost, its indexes included.
func (u *units) wrote(w *write, factor float64) {
	u.table += factor * writeUnits(max(size(w.old), size(w.new)))
	for _, x := range w.indexes {
		cost := x.cost(w.old, w.new)
		if cost > 0 {
			u.index(x, factor*cost)
		}
	}
}

// cost: one write for an entry that comes, goes or changes, two for one that moves.
func (x *index) cost(old, new *entry) float64 {
	was, is := x.holds(old), x.holds(new)
	switch {
	case !was && !is:
		return 0
	case was && is:
		before, now := x.projected(old), x.projected(new)
		if before.item.equal(now.item) {
			return 0
		}
		if x.schema.encode(old.item) != x.schema.encode(new.item) {
			return writeUnits(int64(before.size)) + writeUnits(int64(now.size))
		}
		return writeUnits(int64(max(before.size, now.size)))
	case was:
		return writeUnits(int64(x.projected(old).size))
	}
	return writeUnits(int64(x.projected(new).size))
}

func (u *units) index(x *index, cost float64) {
	if u.global == nil {
		u.global, u.local = map[string]float64{}, map[string]float64{}
	}
	if x.local {
		u.local[x.def.IndexName] += cost
	} else {
		u.global[x.def.IndexName] += cost
	}
}

// report is the ConsumedCapacity member, nil if it was not asked for.
func (u *units) report(table, mode string) map[string]any {
	if mode != "TOTAL" && mode != "INDEXES" {
		return nil
	}
	total := u.table
	for _, c := range u.global {
		total += c
	}
	for _, c := range u.local {
		total += c
	}
	out := map[string]any{"TableName": table, "CapacityUnits": total}
	member := "WriteCapacityUnits"
	if u.isRead {
		member = "ReadCapacityUnits"
	}
	counted := func(c float64) map[string]any {
		m := map[string]any{"CapacityUnits": c}
		if u.inTrans {
			m[member] = c
		}
		return m
	}
	if u.inTrans {
		out[member] = total
	}
	if mode == "INDEXES" {
		out["Table"] = counted(u.table)
		for name, indexes := range map[string]map[string]float64{"GlobalSecondaryIndexes": u.global,
			"LocalSecondaryIndexes": u.local} {
			if len(indexes) == 0 {
				continue
			}
			m := map[string]any{}
			for i, c := range indexes {
				m[i] = counted(c)
			}
			out[name] = m
		}
	}
	return out
}

// setReport puts the report into an answer where there is one.
func setReport(out map[string]any, report map[string]any) {
	if report != nil {
		out["ConsumedCapacity"] = report
	}
}

// unitsByTable counts the units of an operation on several tables.
type unitsByTable map[string]*units

func (u unitsByTable) of(table string, isRead, inTransaction bool) *units {
	if u[table] == nil {
		u[table] = &units{isRead: isRead, inTrans: inTransaction}
	}
	return u[table]
}

func (u unitsByTable) setReport(out map[string]any, mode string) {
	var list []map[string]any
	for _, name := range sortedKeys(u) {
		if r := u[name].report(name, mode); r != nil {
			list = append(list, r)
		}
	}
	if list != nil {
		out["ConsumedCapacity"] = list
	}
}
